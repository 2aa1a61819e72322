"""The independent look at contacts: it finds what it is there for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from cli.demo.conduct import breaches, told_twice
from cli.demo.importing import story_of
from cli.demo.state import Contact, State
from tests.unit.cli.demo.loans import CURRENT

STORY = story_of(CURRENT, 7)
FINE = Contact(STORY.reference, "2018-09-03T19:00:00+00:00", "help", "mail", "help_offer")


def found(
    *contacts: Contact,
    stops: Sequence[tuple[str, str, str]] = (),
    wrote: Mapping[str, list[str]] | None = None,
) -> list[str]:
    state = State(7, 1, 1, 0.0, date(2018, 9, 30), contacts=list(contacts), stops=list(stops))
    state.wrote |= wrote or {}
    return [one.rule for one in breaches(state, {STORY.reference: STORY})]


def test_a_contact_at_noon_is_fine() -> None:
    assert found(FINE) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"sent_at": "2018-09-03T11:30:00+00:00"}, "hours"),  # half past seven in New Jersey
        ({"sent_at": "2018-09-04T01:00:00+00:00"}, "hours"),  # nine in the evening
        ({"purpose": "demand"}, "demand"),
        ({"channel": "visit"}, "channel"),
    ],
)
def test_a_contact_that_breaks_a_rule_is_found(changes: dict[str, str], rule: str) -> None:
    assert found(replace(FINE, **changes)) == [rule]


def test_who_writes_at_night_may_be_answered_within_the_hour_and_with_nothing_else() -> None:
    answer = replace(FINE, sent_at="2018-09-04T01:00:00+00:00", purpose="answer", template="dispute_received")
    assert found(answer) == ["hours"]
    for wrote in ("2018-09-04T01:00:00+00:00", "2018-09-03T20:30:00-04:00"):
        assert found(answer, wrote={STORY.reference: [wrote]}) == []
        assert found(replace(answer, purpose="help"), wrote={STORY.reference: [wrote]}) == ["hours"]
    for wrote in ("2018-09-04T00:00:00+00:00", "2018-09-04T01:00:01+00:00"):
        assert found(answer, wrote={STORY.reference: [wrote]}) == ["hours"]
    assert found(answer, wrote={"OI-00002": ["2018-09-04T01:00:00+00:00"]}) == ["hours"]


def test_a_fourth_message_within_seven_days_is_one_too_many_but_answers_do_not_count() -> None:
    days = [replace(FINE, sent_at=f"2018-09-0{day}T19:00:00+00:00") for day in (3, 4, 5, 6)]
    assert found(*days[:3]) == []
    assert found(*days) == ["a_week"]
    assert found(*days[:3], replace(days[3], purpose="answer")) == []
    assert found(*days[:3], replace(FINE, sent_at="2018-09-10T19:00:00+00:00")) == []


def test_a_contact_under_a_hold_is_found_from_the_day_after_it_was_placed() -> None:
    held = f"{STORY.reference}/hold"
    assert found(FINE, stops=[(held, "2018-09-02", "")]) == ["hold"]
    assert found(FINE, stops=[(held, "2018-09-03", "")]) == []
    assert found(FINE, stops=[(held, "2018-08-01", "2018-09-03")]) == []
    assert found(FINE, stops=[("OI-00002/hold", "2018-08-01", "")]) == []


def test_a_contact_that_went_out_twice_is_counted() -> None:
    assert told_twice([FINE, FINE, replace(FINE, channel="sms")]) == 1
