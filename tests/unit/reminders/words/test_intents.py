"""Answers are read: what someone means, how much, when, why; and what is not sure goes to a person."""

from datetime import date, time
from decimal import Decimal

import pytest

from services.reminders.domain.words.intents import READ_CHARS_MAX, Intent, Reading, Reason, Said, Share, read
from services.reminders.domain.words.languages import SPEECHES
from services.reminders.domain.words.numbers import amounts, chinese_number, english_number
from tests.words.labelled_files import LANGUAGES, labelled
from tests.words.measure import details, intents

WEDNESDAY = date(2026, 3, 11)


def reading(text: str, region: str | None = None) -> Reading:
    return read(text, WEDNESDAY, SPEECHES, region)


def only(text: str, region: str | None = None) -> Said:
    (said,) = reading(text, region).said
    return said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["dev", "heldout", "more"])
def test_labelled_answers_are_read_as_they_are_meant(language: str, part: str) -> None:
    answers = labelled("intents", language, part)
    score = intents(answers, language)

    assert score.precision >= 0.93
    assert score.recall >= 0.97
    assert details(answers, language).wrong == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_labelled_sign_of_a_crisis_is_missed(language: str) -> None:
    signs = [one for part in ("dev", "heldout", "more") for one in labelled("intents", language, part)]
    signs = [one for one in signs if "crisis" in one.label]

    assert len(signs) >= 28
    missed = [
        one.text for one in signs if Intent.CRISIS not in {said.intent for said in reading(one.text).said}
    ]
    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_are_many(language: str) -> None:
    assert len(labelled("intents", language, "dev")) + len(labelled("intents", language, "heldout")) >= 200


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("明天还500", date(2026, 3, 12)),
        ("大后天还500", date(2026, 3, 14)),
        ("周三还500", date(2026, 3, 18)),  # said on a Wednesday: the next one
        ("下周五还500", date(2026, 3, 20)),
        ("下下周一还500", date(2026, 3, 23)),
        ("月底还500", date(2026, 3, 31)),
        ("下月初还500", date(2026, 4, 10)),  # the last day that the words can mean
        ("下个月还500", date(2026, 4, 30)),
        ("10号还500", date(2026, 4, 10)),  # the 10th of March is over
        ("11号还500", date(2026, 3, 11)),
        ("三月二十号还500", date(2026, 3, 20)),
        ("半个月后还500", date(2026, 3, 26)),
        ("2026年4月1日还500", date(2026, 4, 1)),
        ("500 on Friday", date(2026, 3, 13)),
        ("500 next Friday", date(2026, 3, 20)),
        ("500 Friday week", date(2026, 3, 20)),
        ("500 in a fortnight", date(2026, 3, 25)),
        ("500 at month end", date(2026, 3, 31)),
        ("500 by mid-April", date(2026, 4, 15)),
        ("500 on the fifth", date(2026, 4, 5)),
        ("500 on Feb 1", date(2027, 2, 1)),
    ],
)
def test_a_promised_day_is_found(text: str, on: date) -> None:
    assert (only(text).intent, only(text).on, only(text).amount) == (Intent.PROMISE, on, Decimal(500))


@pytest.mark.parametrize(
    ("region", "on"),
    [("US", date(2026, 6, 5)), ("GB", date(2026, 5, 6)), ("CN", date(2026, 6, 5)), (None, None)],
)
def test_the_order_of_day_and_month_is_that_of_the_region_and_without_one_a_person_asks(
    region: str | None, on: date | None
) -> None:
    assert only("100 on 6/5", region).on == on
    assert reading("100 on 6/5", region).sure is (on is not None)


def test_two_figures_that_can_mean_one_day_alone_need_no_region() -> None:
    assert only("100 on 20/3").on == only("100 on 3/20").on == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("两千三", "2300", None),
        ("一万二", "12000", None),
        ("1.5万", "15000", None),
        ("2千5", "2500", None),
        ("三百五", "350", None),
        ("一千零五十块", "1050", "CNY"),
        ("￥８００", "800", "CNY"),
        ("RMB 1,200.50", "1200.50", "CNY"),
        ("1k", "1000", None),
        ("£75", "75", "GBP"),
        ("two hundred and fifty", "250", None),
        ("fifteen hundred", "1500", None),
        ("a hundred quid", "100", "GBP"),
    ],
)
def test_a_sum_is_found_however_it_is_written(text: str, value: str, currency: str | None) -> None:
    said = only(
        f"我明天还{text}" if any("一" <= char <= "龥" for char in text) else f"I will pay {text} tomorrow"
    )

    assert (said.amount, said.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(("region", "currency"), [("US", "USD"), ("AU", "AUD"), ("CA", "CAD"), (None, "USD")])
def test_a_dollar_is_that_of_the_region(region: str | None, currency: str) -> None:
    assert only("$300 on Friday", region).currency == currency


@pytest.mark.parametrize(
    "text", ["13812345678", "一定", "千万别", "第三期", "百分之十", "10点", "3 payments", "5 days"]
)
def test_other_numbers_are_no_sums(text: str) -> None:
    assert list(amounts(text)) == []


def test_numerals_are_read_in_both_languages() -> None:
    assert [chinese_number(text) for text in ("十", "二十三", "一百零五", "三万五千", "二五", "好")] == [
        10,
        23,
        105,
        35_000,
        None,
        None,
    ]
    assert [english_number(text) for text in ("ninety nine", "two thousand five hundred", "a fish")] == [
        99,
        2500,
        None,
    ]


def test_a_promise_for_payday_names_no_day() -> None:
    assert only("发工资后还") == Said(Intent.PROMISE, 0, 5, after_payday=True)
    assert reading("发工资后还").sure


def test_a_promise_of_all_or_half_names_a_share() -> None:
    assert only("下个月全部还清").share is Share.ALL
    assert only("I'll pay half on Friday").share is Share.HALF


def test_several_promises_in_one_text_are_several() -> None:
    said = reading("50 on the 20th and 60 on the 27th").said

    assert [(one.amount, one.on) for one in said] == [
        (Decimal(50), date(2026, 3, 20)),
        (Decimal(60), date(2026, 3, 27)),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I lost my job and my wife is in hospital", Reason.ILLNESS),
        ("失业了，我妈也走了，还不起", Reason.BEREAVEMENT),
        ("can't pay", None),
    ],
)
def test_of_several_reasons_the_gravest_is_told(text: str, reason: Reason | None) -> None:
    assert (only(text).intent, only(text).reason) == (Intent.CANNOT_PAY, reason)


@pytest.mark.parametrize("text", ["I can't pay 500 on Friday", "下周五还不了500", "15号还不了"])
def test_a_payment_that_is_not_possible_is_no_promise(text: str) -> None:
    assert only(text).intent is Intent.CANNOT_PAY


def test_the_most_pressing_comes_first() -> None:
    said = reading("I lost my job, can't pay, call me tomorrow at 3, I want to die").said

    assert [one.intent for one in said] == [Intent.CRISIS, Intent.CANNOT_PAY, Intent.CALL_ME]


def test_a_call_is_asked_for_with_day_and_time() -> None:
    said = only("明天下午三点半给我打电话")

    assert (said.intent, said.on, said.at) == (Intent.CALL_ME, date(2026, 3, 12), time(15, 30))


def test_a_payment_of_the_past_lies_behind() -> None:
    assert only("I paid 120 on Monday").on == date(2026, 3, 9)


@pytest.mark.parametrize("text", ["", "ok", "👍", "再说吧", "I can pay 600", "x" * 50])
def test_what_is_not_sure_is_for_a_person(text: str) -> None:
    assert not reading(text).sure


def test_of_a_text_without_end_the_beginning_is_read_and_a_person_reads_the_rest() -> None:
    long = reading("stop calling me. " + "we will " * READ_CHARS_MAX)

    assert (long.said[0].intent, long.sure) == (Intent.STOP, False)


@pytest.mark.parametrize(
    "text", ["I'm dying to know", "笑死我了", "累死了", "my battery is dead", "that joke killed me"]
)
def test_a_figure_of_speech_is_no_crisis(text: str) -> None:
    assert all(said.intent is not Intent.CRISIS for said in reading(text).said)


@pytest.mark.parametrize("text", ["STOP", "stop.", " Unsubscribe ", "ＴＤ", "退订", "t", "Opt out"])
def test_a_word_to_end_messages_is_a_stop(text: str) -> None:
    assert only(text).intent is Intent.STOP
