from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid5

import pytest

from services.reminders.adapters.articles import load_articles
from services.reminders.adapters.composer import Composer
from services.reminders.adapters.templates import BadTemplate, Templates
from services.reminders.adapters.tone import load_tones
from services.reminders.domain.contact import Channel
from services.reminders.domain.outgoing import (
    NoTextForChannel,
    TellsStranger,
    TextRefused,
    check_before_sending,
    judge,
    language_for,
    spread,
)
from services.reminders.domain.words.debt import tells_of_debt
from services.reminders.domain.words.messages import Occasion, Part, TellsOfDebt
from shared.events.ids import NAMESPACE
from shared.money import Money

TONES, TEMPLATES = load_tones(), Templates()
COMPOSER = Composer(TEMPLATES, load_articles(), TONES, "https://help.example/v1/learn/")


def facts(**told: object) -> Mapping[str, object]:
    names = {
        name
        for occasion in Occasion
        for form in ("sms", "mail", "call")
        for language in TEMPLATES.languages
        for name in TEMPLATES.facts(occasion, form, language)  # type: ignore[arg-type]
    }
    known: dict[str, object] = {name: f"https://help.example/{name}" for name in names}
    known |= {"name": "Li Wei", "sender": "Acme", "lender": "Acme", "loan": "A-17", "phone": "400 100"}
    known |= {"hours": "9-17", "agent": "Chen", "amount": Money(12_000, "CNY"), "owed": Money(90_000, "CNY")}
    known |= {"due_on": date(2026, 3, 1), "fee": None, "helpline": "12356", "emergency": "120"}
    return known | {"helpline_name": "12356"} | told


def compose(
    occasion: Occasion, channel: Channel = Channel.MAIL, *languages: str, established: bool = True
) -> Any:
    return COMPOSER.compose(occasion, channel, languages or ("en",), facts(), established=established)


def test_a_mail_says_what_is_owed_and_points_to_an_article_that_fits() -> None:
    made = compose(Occasion.HELP_OFFER)
    assert made.subject == "Let us find a way together"
    assert "CNY 120.00" in made.text
    assert made.article is not None
    assert f"https://help.example/v1/learn/{made.article}" in made.text
    assert made.template == "help_offer/en/1"


def test_a_text_is_in_the_persons_language() -> None:
    assert "120.00元" in compose(Occasion.HELP_OFFER, Channel.SMS, "zh-CN").text


@pytest.mark.parametrize("channel", [Channel.MAIL, Channel.SMS, Channel.CALL])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("occasion", Occasion)
def test_nothing_tells_of_a_debt_where_nobody_knows_who_reads(
    occasion: Occasion, channel: Channel, language: str
) -> None:
    made = compose(occasion, channel, language, established=False)
    assert not tells_of_debt(f"{made.subject or ''}\n{made.text}")
    assert made.article is None


def test_a_fact_that_is_missing_stops_the_text() -> None:
    known = {name: value for name, value in facts().items() if name != "amount"}
    with pytest.raises(BadTemplate, match="amount"):
        COMPOSER.compose(Occasion.HELP_OFFER, Channel.MAIL, ("en",), known, established=True)


def test_a_fact_that_would_make_a_text_harsh_stops_it() -> None:
    harsh = facts(sender="Pay within 2 hours or we will come to your home. Acme")
    with pytest.raises(TextRefused) as refused:
        COMPOSER.compose(Occasion.HELP_OFFER, Channel.MAIL, ("en",), harsh, established=True)
    assert "threat" in refused.value.facts["kinds"]  # type: ignore[operator]


def test_nothing_is_written_for_a_visit() -> None:
    with pytest.raises(NoTextForChannel):
        compose(Occasion.HELP_OFFER, Channel.VISIT)


def test_what_an_agent_typed_is_judged_with_the_parts_that_it_lacks() -> None:
    verdict = judge("You owe us 300 euros. We will tell your boss.", TONES, Occasion.HELP_OFFER)
    assert not verdict.ok
    assert set(verdict.kinds) & {"disclosure", "pressure", "threat"}
    assert {Part.HELP, Part.STOP} <= verdict.missing
    assert judge("Thank you for your call. We are glad to help.", TONES).ok


def test_an_agents_text_tells_a_stranger_of_no_debt() -> None:
    with pytest.raises(TellsStranger):
        check_before_sending("Your loan is with us.", TONES, Occasion.ANSWER_BY_PERSON, established=False)


def test_a_statutory_notice_may_say_what_the_law_allows_on_a_condition() -> None:
    text = "If no agreement is found, the lender may apply to a court."
    check_before_sending(text, TONES, Occasion.STATUTORY_NOTICE, established=True)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(["zh-Hant"], "zh-Hans"), (["fr", "zh"], "zh-Hans"), (["en-GB"], "en"), (["fr"], "en"), ([], "en")],
)
def test_the_nearest_language_that_there_are_texts_in_is_taken(wanted: list[str], language: str) -> None:
    assert language_for(wanted, TEMPLATES.languages) == language


def test_after_a_freeze_turns_are_spread_evenly_and_always_the_same() -> None:
    opens, over = datetime(2026, 3, 1, 9, tzinfo=UTC), timedelta(hours=48)
    persons = [uuid5(NAMESPACE, str(number)) for number in range(4_800)]
    turns = [spread(one, opens, over) for one in persons]
    assert turns == [spread(one, opens, over) for one in persons]
    assert all(opens <= one < opens + over for one in turns)
    by_hour = [sum(one.hour + 24 * (one.day - 1) == hour for one in turns) for hour in range(9, 57)]
    assert max(by_hour) < 150
    assert min(by_hour) > 60


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_lender_whose_name_tells_of_loans_may_say_it_to_whoever_is_known_there(language: str) -> None:
    known = {**facts(), "sender": "Harbour Loans 海港贷款", "lender": "Harbour Loans 海港贷款"}
    made = COMPOSER.compose(Occasion.STOP_CONFIRMED, Channel.MAIL, (language,), known, established=True)
    assert "Harbour Loans" in made.text
    with pytest.raises(TellsOfDebt):
        COMPOSER.compose(Occasion.HELP_OFFER, Channel.MAIL, (language,), known, established=False)
