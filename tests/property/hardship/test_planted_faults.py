"""Faults planted in holds and moratoria are found by the properties of this folder."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.hardship.domain import hold_causes
from services.hardship.domain.holds_by_hand import ChangeHold, LiftHold, PlaceHold
from services.hardship.domain.moratorium import EnterMoratorium
from services.hardship.domain.moratorium_course import StopTreatment
from services.hardship.domain.standing_links import HeldLoanMoved, StandstillMerged
from services.hardship.domain.standstill import HeldLoan, new_loan
from services.hardship.domain.standstill_timer import StandstillDue
from shared.decision import Context, Decision, Wait
from shared.events.base import Event
from shared.events.care import CrisisSignalled
from shared.events.holds import HoldChanged, HoldLifted
from shared.events.mediation import MediationClosed
from shared.events.servicing import LegalActionEnded
from shared.flow import Flow
from tests.property.hardship import lives, moratoria
from tests.property.hardship.lives import Disagreement, flow_where, flow_with, with_held

ENOUGH = settings(
    max_examples=600,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DAY = timedelta(days=1)


def untold(kind: type) -> lives.Wrap:
    """A decision that keeps silent about something."""
    return lambda made: replace(made, events=[one for one in made.events if not isinstance(one, kind)])


def day_later(one: HeldLoan) -> HeldLoan:
    return one if one.lifted_on is None else replace(one, lifted_on=one.lifted_on + DAY)


def longer(one: HeldLoan) -> HeldLoan:
    return one if one.ends_on is None else replace(one, ends_on=one.ends_on + DAY)


def ageing_with_interest(one: HeldLoan) -> HeldLoan:
    frozen = one.freezes
    return replace(one, freezes=frozen.model_copy(update={"ageing": frozen.interest_and_fees}))


def said_twice(made: Any) -> Any:
    told = [one for one in made.events if isinstance(one, HoldChanged)]
    stale = [one.model_copy(update={"revision": 1}) for one in told]
    return replace(made, events=stale) if told else made


def dropped_early(state: Any, event: MediationClosed, context: Context) -> Any:
    made = hold_causes.end_mediation(state, event, context)
    return Decision(state) if isinstance(made, Wait) else made


def ended_when_it_comes(state: Any, event: LegalActionEnded, context: Context) -> Any:
    return hold_causes.end_action(state, event.model_copy(update={"ended_on": context.now.date()}), context)


def left_behind(state: Any, event: HeldLoanMoved, context: Context) -> Any:
    return Decision(state or new_loan(event.subject_id))


AGREE: dict[str, Flow] = {
    "an end is not told": flow_where(LiftHold, untold(HoldLifted)),
    "an expiry a day late": flow_where(LiftHold, with_held(day_later)),
    "a change is not told": flow_where(ChangeHold, untold(HoldChanged)),
    "every change is the first": flow_where(ChangeHold, said_twice),
    "ageing follows interest": flow_where(PlaceHold, with_held(ageing_with_interest)),
    "a hold is longer than told": flow_where(PlaceHold, with_held(longer)),
    "danger stops half": flow_where(CrisisSignalled, lambda made: replace(made, events=made.events[:1])),
}
ORDER: dict[str, Flow] = {
    "an end that comes first is dropped": flow_with(MediationClosed, dropped_early),
    "a day is added whenever time passes": flow_where(StandstillDue, with_held(day_later)),
    "an end counts from when it comes": flow_with(LegalActionEnded, ended_when_it_comes),
}
WITH_PERSON: dict[str, Flow] = {
    "a merger is not told": flow_where(StandstillMerged, untold(HoldChanged)),
    "a merger loses the ends": flow_where(StandstillMerged, with_held(longer)),
}
WITH_LOAN: dict[str, Flow] = {
    "holds are left behind": flow_with(HeldLoanMoved, left_behind),
    "a hold that moves is longer": flow_where(HeldLoanMoved, with_held(longer)),
}
LAW: dict[str, Flow] = {
    "sixty-one days": flow_where(EnterMoratorium, with_held(longer)),
    "thirty days more are thirty-one": flow_where(StopTreatment, with_held(longer)),
}


def found(strategy: st.SearchStrategy[Any], check: Callable[[Any], object]) -> None:
    """Fails where no example of the strategy shows the fault."""

    @ENOUGH
    @given(strategy)
    def run(example: Any) -> None:
        check(example)

    with pytest.raises(Disagreement):
        run()


def compare_orders(flow: Flow) -> Callable[[Any], None]:
    """The property of any order, with another flow."""

    def check(drawn: tuple[list[Event], int, int]) -> None:
        events, seed, late = drawn
        shuffled = Random(seed).sample(events, len(events))
        if lives.end_of(shuffled, flow, late) != lives.end_of(events, flow):
            raise Disagreement("another order ends otherwise")

    return check


@pytest.mark.parametrize("fault", AGREE)
def test_a_fault_in_what_is_told_is_found(fault: str) -> None:
    found(st.lists(lives.MOVES, max_size=12), lambda moves: lives.live(moves, AGREE[fault]))


@pytest.mark.parametrize("fault", ORDER)
def test_a_fault_in_what_order_means_is_found(fault: str) -> None:
    drawn = st.tuples(lives.STORIES, st.integers(0, 10_000), st.integers(-1, 3))
    found(drawn, compare_orders(ORDER[fault]))


@pytest.mark.parametrize("fault", WITH_PERSON)
def test_a_fault_in_how_persons_become_one_is_found(fault: str) -> None:
    lives_of = st.lists(lives.MOVES, max_size=8)
    found(lives_of, lambda moves: lives.found_to_be(*lives.live(moves, WITH_PERSON[fault])))


@pytest.mark.parametrize("fault", WITH_LOAN)
def test_a_fault_in_how_a_loan_is_sold_is_found(fault: str) -> None:
    found(st.lists(lives.MOVES, max_size=8), lambda moves: lives.sold(lives.live(moves, WITH_LOAN[fault])[0]))


@pytest.mark.parametrize("fault", LAW)
def test_a_fault_in_how_the_law_is_read_is_found(fault: str) -> None:
    found(moratoria.MOVES, lambda moves: moratoria.follow(moves, LAW[fault]))
