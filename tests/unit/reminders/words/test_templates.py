"""Every template says what its occasion needs, in kind words, and nothing goes out with a gap."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from services.reminders.adapters.templates import FOLDER, BadTemplate, Templates
from services.reminders.adapters.tone import load_tones
from services.reminders.domain.words.debt import tells_of_debt
from services.reminders.domain.words.languages import TONGUES
from services.reminders.domain.words.messages import (
    Form,
    Message,
    Occasion,
    Part,
    PartsMissing,
    PartsNotMeant,
    TellsOfDebt,
)
from services.reminders.domain.words.presence import parts_in
from services.reminders.domain.words.sms import segments
from services.reminders.domain.words.wording import check
from shared.events.parts import Purpose
from shared.money import Money

SMS_MAX = 3
TONES = load_tones()
EVERY = [
    (language, occasion, form) for language in ("en", "zh-Hans") for occasion in Occasion for form in Form
]


def facts(language: str) -> Mapping[str, object]:
    chinese = language == "zh-Hans"
    money, day = Money(123_450, "CNY" if chinese else "USD"), date(2026, 3, 20)
    sums = ("amount", "owed", "promise", "left", "total", "total_without", "disputed")
    days = ("due_on", "promised_on", "expires_on", "look_until", "answer_by", "as_of", "paid_on", "told_on")
    links = ("pay_link", "help_link", "mediation_link", "identity_link")
    return {
        **dict.fromkeys(sums, money),
        **dict.fromkeys(days, day),
        **dict.fromkeys(links, "https://northbank.example/p/8KQ2"),
        "sender": "北方银行关怀" if chinese else "Northbank Care",
        "lender": "北方银行" if chinese else "Northbank",
        "name": "王芳" if chinese else "Ana Reyes",
        "agent": "李明" if chinese else "Sam",
        "loan": "NB-2024-0117",
        "fee": None,
        "payments": 12,
        "cooling_days": 14,
        "effect": "利息减少。" if chinese else "Your interest goes down.",
        "phone": "400-820-1234" if chinese else "0800 123 456",
        "mail": "help@northbank.example",
        "hours": "周一至周五9点到17点" if chinese else "Mon to Fri, 9 to 17",
        "answer": "您的下一期是3月20日。" if chinese else "Your next due date is 20 March.",
        "call_when": "明天10点" if chinese else "tomorrow at 10",
        "reference": "D-4451",
        "ombudsman": "金融消费纠纷调解中心" if chinese else "the Financial Ombudsman",
        "representative": "张律师" if chinese else "Ms Hill",
        "mediator": "林女士" if chinese else "Ms Lin",
        "law": "《消费者信贷法》第7条" if chinese else "Section 7 of the Consumer Credit Act",
        "notice": "您有一期未还。" if chinese else "One instalment is unpaid.",
        "notice_title": "关于未还款项的通知" if chinese else "Notice of sums in arrears",
        "helpline_name": "心理援助热线" if chinese else "Samaritans",
        "helpline": "12356" if chinese else "116 123",
        "emergency": "120" if chinese else "112",
    }


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


@pytest.mark.parametrize(("language", "occasion", "form"), EVERY)
def test_every_template_passes_the_wording_check(
    templates: Templates, language: str, occasion: Occasion, form: Form
) -> None:
    message = templates.render(occasion, form, language, facts(language)).message

    assert check(f"{message.subject or ''}\n{message.text}", TONGUES, TONES) == ()
    assert "{" not in message.text


@pytest.mark.parametrize(("language", "occasion"), [(one[0], one[1]) for one in EVERY if one[2] is Form.SMS])
def test_an_sms_is_short(templates: Templates, language: str, occasion: Occasion) -> None:
    assert segments(templates.render(occasion, Form.SMS, language, facts(language)).message.text) <= SMS_MAX


@pytest.mark.parametrize(("language", "occasion", "form"), EVERY)
def test_what_must_not_tell_of_a_debt_does_not_and_all_else_says_what_it_is_about(
    templates: Templates, language: str, occasion: Occasion, form: Form
) -> None:
    message = templates.render(occasion, form, language, facts(language)).message

    if not occasion.tells_of_debt:
        assert not tells_of_debt(f"{message.subject or ''}\n{message.text}")


@pytest.mark.parametrize("form", [Form.SMS, Form.MAIL])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_text_that_asks_for_something_has_every_part_for_a_reader_too(
    templates: Templates, language: str, form: Form
) -> None:
    message = templates.render(Occasion.MISSED_FIRST, form, language, facts(language)).message

    assert parts_in(message.text) == Occasion.MISSED_FIRST.needs


def test_a_rendered_sms_reads_as_a_person_would_write_it(templates: Templates) -> None:
    rendered = templates.render(Occasion.MISSED_FIRST, Form.SMS, "zh-Hans", facts("zh-Hans"))

    assert rendered.template == "missed_first/zh-Hans/1"
    assert rendered.message.text == (
        "【北方银行关怀】受北方银行委托：您2026年3月20日的一期还未到账，一切都好吗？1,234.50元。"
        "有困难可延期或少还：https://northbank.example/p/8KQ2 还款：https://northbank.example/p/8KQ2 "
        "回复或致电400-820-1234。有异议回复YY。回复T退订。"
    )


def test_the_confirmation_of_a_stop_holds_nothing_else(templates: Templates) -> None:
    message = templates.render(Occasion.STOP_CONFIRMED, Form.SMS, "en", facts("en")).message

    assert message.text == "Northbank Care: you will get no more texts from us at this number."
    with pytest.raises(PartsNotMeant):
        Message(Occasion.STOP_CONFIRMED, Form.SMS, "en", {Part.WHY: "Done.", Part.HELP: "See our page."})


def test_a_missing_fact_stops_the_text_before_it_is_sent(templates: Templates) -> None:
    known = {name: value for name, value in facts("en").items() if name != "due_on"}

    with pytest.raises(BadTemplate, match=r"en/missed_first\.md, sms, why: 'due_on' is undefined"):
        templates.render(Occasion.MISSED_FIRST, Form.SMS, "en", known)


def test_an_unknown_language_is_named(templates: Templates) -> None:
    with pytest.raises(BadTemplate, match="no templates in fr; there are en, zh-Hans"):
        templates.render(Occasion.MISSED_FIRST, Form.SMS, "fr", facts("en"))


def test_both_languages_use_the_same_facts(templates: Templates) -> None:
    for occasion in Occasion:
        for form in Form:
            assert templates.facts(occasion, form, "en") == templates.facts(occasion, form, "zh-Hans"), (
                occasion,
                form,
            )


def test_a_text_without_a_needed_part_is_refused() -> None:
    with pytest.raises(PartsMissing) as refused:
        Message(
            Occasion.MISSED_FIRST,
            Form.SMS,
            "en",
            {Part.WHO: "Northbank:", Part.WHY: " ", Part.STOP: "Reply STOP."},
        )

    assert refused.value.facts["missing"] == ["answer", "dispute", "help", "owed", "pay", "why"]


def test_a_mail_needs_a_subject() -> None:
    with pytest.raises(PartsMissing, match="subject"):
        Message(Occasion.STOP_CONFIRMED, Form.MAIL, "en", {Part.WHY: "No more mail."})


@pytest.mark.parametrize("telling", ["about your loan", "you owe us something", "$50", "您的还款", "五百元"])
def test_a_text_to_someone_not_established_is_refused_when_it_tells_of_a_debt(telling: str) -> None:
    parts = {
        Part.WHO: "Northbank",
        Part.WHY: f"A message {telling}",
        Part.ANSWER: "Call us.",
        Part.STOP: "Reply STOP.",
    }

    with pytest.raises(TellsOfDebt):
        Message(Occasion.NEUTRAL, Form.SMS, "en", parts)


def test_every_occasion_has_a_purpose_by_which_caps_and_holds_see_it() -> None:
    assert {occasion.purpose for occasion in Occasion} == set(Purpose) - {Purpose.DEMAND}
    assert Occasion.MISSED_FIRST.purpose is Purpose.HELP
    assert Occasion.STOP_CONFIRMED.purpose is Purpose.ANSWER


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda text: text.replace("version: 1\n", ""),
            r"en/missed_first\.md: the first line must be its version",
        ),
        (lambda text: text.replace("## why", "## because"), "'because' is not a valid Part"),
        (lambda text: text.replace("# sms", "# fax"), "'fax' is not a valid Form"),
        (lambda text: text.replace("# sms\n", ""), "stands before any of # sms"),
        (lambda text: text.replace("{{ due_on }}", "{{ due_on"), r"en/missed_first\.md, sms, why: "),
        (lambda text: text.split("# mail")[0], r"en/missed_first\.md, mail: no owed, subject, why"),
    ],
)
def test_a_faulty_template_is_named_at_the_start(tmp_path: Path, change: object, why: str) -> None:
    assert callable(change)
    folder = tmp_path / "templates"
    copytree(FOLDER, folder)
    file = folder / "en" / "missed_first.md"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(BadTemplate, match=why):
        Templates(folder)


def test_a_missing_or_a_strange_file_is_named_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    copytree(FOLDER, folder)
    (folder / "en" / "crisis.md").rename(folder / "en" / "panic.md")

    with pytest.raises(BadTemplate, match=r"en/panic\.md: there is no occasion panic"):
        Templates(folder)
    (folder / "en" / "panic.md").unlink()
    with pytest.raises(BadTemplate, match=r"en/crisis\.md is missing"):
        Templates(folder)


@pytest.mark.parametrize(
    "code", ["{{ name.__class__.__mro__ }}", "{{ ''.__class__ }}", "{{ facts.append(1) }}"]
)
def test_a_template_can_do_nothing_but_fill_in_facts(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "templates"
    copytree(FOLDER, folder)
    file = folder / "en" / "missed_first.md"
    file.write_text(file.read_text(encoding="utf-8").replace("{{ amount }}.", code), encoding="utf-8")

    with pytest.raises(BadTemplate):
        Templates(folder).render(Occasion.MISSED_FIRST, Form.SMS, "en", {**facts("en"), "facts": []})
