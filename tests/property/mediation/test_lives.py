"""Random lives keep the rules; two planted faults are found."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.mediation.domain.case import Answer, Audience, Case, Content, Seat
from services.mediation.domain.course import Withdraw
from services.mediation.domain.machine import Stage
from services.mediation.domain.offers import AnswerOffer, answer
from services.mediation.domain.seats import may_read
from shared.decision import Context, Decision, Role
from shared.events.mediation import MediationClosed, Side
from tests.property.mediation.life import Broken, Life

STEPS = st.lists(st.tuples(st.integers(0, 17), st.integers(0, 419)), min_size=20, max_size=60)
EVERY_LIFE = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=[Phase.generate],
)
REACHED: Counter[str] = Counter()


def lived(make: Callable[[], Life], steps: list[tuple[int, int]]) -> Life:
    """A life of these steps. Raises Broken."""
    life = make()
    life.step(0, 0)
    for action, one in steps:
        life.step(action, one)
    return life


@given(STEPS)
@EVERY_LIFE
def _lives(steps: list[tuple[int, int]]) -> None:
    life = lived(Life, steps)
    REACHED.update(after for _, after in life.house.stages)


def test_no_life_of_a_case_breaks_a_rule_and_together_they_reach_every_stage() -> None:
    REACHED.clear()
    _lives()
    assert {stage.value for stage in Stage} - {"asked"} <= set(REACHED), REACHED


def _is_found(make: Callable[[], Life]) -> None:
    @given(STEPS)
    @EVERY_LIFE
    def lives(steps: list[tuple[int, int]]) -> None:
        lived(make, steps)

    with pytest.raises(Broken):
        lives()


def test_a_note_that_the_other_side_can_read_is_found() -> None:
    def reads(content: Content, seat: Seat) -> bool:
        return may_read(content, seat) or (content.audience is Audience.OWN and seat is Seat.LENDER)

    _is_found(lambda: Life(reads))


def test_a_case_that_goes_back_to_its_beginning_is_found() -> None:
    def leaves(case: Case, command: Withdraw, context: Context) -> Decision[Case]:
        return Decision(replace(case, stage=Stage.ASKED))

    _is_found(lambda: Life(instead={Withdraw: leaves}))


def test_a_closed_case_that_goes_on_is_found() -> None:
    def again(case: Case, command: Withdraw, context: Context) -> Decision[Case]:
        told = MediationClosed(
            case_id=case.id, person_id=case.person_id, outcome="withdrawn", closed_at=context.now
        )
        return Decision(replace(case, stage=Stage.CLOSED), [told])

    _is_found(lambda: Life(instead={Withdraw: again}))


def test_a_settlement_on_one_sides_word_is_found() -> None:
    def settles(case: Case, command: AnswerOffer, context: Context) -> Decision[Any]:
        other = Side.LENDER if context.actor.role is Role.BORROWER else Side.BORROWER
        said = Answer(other, True, context.now)
        offers = tuple(replace(one, answers=(*one.answers, said)) for one in case.offers)
        return answer(replace(case, offers=offers), command, context)

    _is_found(lambda: Life(instead={AnswerOffer: settles}))
