from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.gate import Withheld
from services.reminders.domain.history import NOTHING_YET
from services.reminders.domain.last_look import NotSent, Situation, last_look
from services.reminders.domain.person import Hold
from shared.events.parts import HoldReason
from tests.unit.reminders.gates import LOAN, NAMES, a_contact, a_person, day, floor_and

NOON = day(4, 6)

TODAY = NOON.date()
WELL = Situation(
    holds_read=True, braked=False, owed={LOAN: True}, asks=True, over=False, quiet={}, today=TODAY
)
MAIL = a_contact(Channel.MAIL, Purpose.HELP)


def seen(situation: Situation = WELL, purpose: Purpose = Purpose.HELP, **person: Any) -> object:
    contact = replace(MAIL, purpose=purpose)
    return last_look(NAMES, contact, a_person(**person), NOTHING_YET, floor_and(), situation, NOON)


def test_what_is_still_right_goes_out() -> None:
    assert seen() is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"holds_read": False}, NotSent.HOLDS_UNKNOWN),
        ({"braked": True}, NotSent.BRAKE),
        ({"over": True}, NotSent.OVER),
        ({"owed": {}}, NotSent.NOTHING_OWED),
        ({"owed": {LOAN: False}}, NotSent.NOTHING_OWED),
        ({"quiet": {LOAN: TODAY}}, NotSent.QUIET),
    ],
)
def test_what_came_to_be_known_since_withholds_it(changed: dict[str, object], why: NotSent) -> None:
    assert seen(replace(WELL, **changed)) is why  # type: ignore[arg-type]


def test_an_apology_goes_out_where_nothing_is_owed() -> None:
    assert seen(replace(WELL, owed={LOAN: False}, asks=False)) is None


def test_a_promise_that_is_over_keeps_nothing_quiet() -> None:
    assert seen(replace(WELL, quiet={LOAN: TODAY - timedelta(days=1)})) is None


def test_a_word_about_a_plan_goes_out_although_nothing_is_late() -> None:
    assert seen(replace(WELL, owed={}), Purpose.PLAN) is None


def test_a_hold_that_came_meanwhile_withholds_it_by_the_gates_rule() -> None:
    hold = Hold(HoldReason.DISASTER, date(2026, 1, 1), purposes=frozenset(Purpose))
    assert isinstance(seen(holds=(hold,)), Withheld)
