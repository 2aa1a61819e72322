"""Whatever happens: what is told is what stands, freezes are three, and order does not matter."""

from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.hardship.domain.holds import HoldOver
from services.hardship.domain.holds_by_hand import LiftHold
from services.hardship.domain.standstill import HeldLoan
from shared.events.base import Event
from shared.events.parts import Freezes
from tests.property.hardship.lives import LOANS, MOVES, STORIES, WINDOW, end_of, found_to_be, live, sold
from tests.unit.hardship.stillness import ADA, LOAN, PERSON, Desk


@given(st.lists(MOVES, max_size=12))
def test_whoever_obeys_what_is_told_freezes_what_stands_on_every_day(moves: list[Any]) -> None:
    live(moves)


@given(st.lists(MOVES, min_size=1, max_size=8), st.integers(0, 7))
def test_lifting_one_hold_opens_nothing_that_another_closes_and_nothing_of_the_past(
    moves: list[Any], which: int
) -> None:
    desk, _ = live(moves)
    holds = desk.state().holds
    if not holds:
        return
    gone = holds[which % len(holds)]
    others = [one for one in holds if one.id != gone.id]
    today = desk.now.date()
    for loan_id in LOANS:
        for day in WINDOW:
            closed = desk.state().frozen(loan_id, day)
            active = [h for one in others if (h := one.on(loan_id)) is not None and h.active_on(day)]
            assert {p for one in active for p in one.freezes.purposes} <= closed.purposes
            assert any(one.freezes.interest_and_fees for one in active) <= closed.interest_and_fees
            assert any(one.freezes.ageing for one in active) <= closed.ageing
    before = {day: desk.state().frozen(LOAN, day) for day in WINDOW if day < today}
    live_on(desk, gone.id)
    assert {day: desk.state().frozen(LOAN, day) for day in before} == before


@given(st.lists(MOVES, max_size=8))
def test_holds_go_with_a_person_who_goes_by_another_id(moves: list[Any]) -> None:
    found_to_be(*live(moves))


@given(st.lists(MOVES, max_size=8))
def test_holds_go_with_a_loan_that_is_sold(moves: list[Any]) -> None:
    desk, _ = live(moves)
    sold(desk)


def live_on(desk: Desk, hold_id: Any) -> None:
    """The rest of a life: somebody lifts the hold, if it runs, and a month passes."""
    with suppress(HoldOver):
        desk.ask(LiftHold(PERSON, hold_id), ADA)
    desk.day(desk.now.date() + timedelta(days=30))


@given(STORIES, st.data())
def test_any_order_of_beginnings_ends_and_expiries_gives_the_same_end(
    events: list[Event], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(events))
    late = data.draw(st.integers(-1, len(events)))
    assert end_of(shuffled, day_after=late) == end_of(events)
    assert end_of([*events, *shuffled]) == end_of(events)


def test_a_hold_that_is_not_over_covers_the_days_on_which_it_is_active() -> None:
    for start, end, lifted in permutations(WINDOW[:4], 3):
        if end < start:
            continue
        one = HeldLoan(LOAN, Freezes(), start, end, None, lifted_on=lifted)
        for day in WINDOW[:6]:
            assert one.active_on(day) == (start <= day <= end and day < lifted)
            assert not one.covers(day)
