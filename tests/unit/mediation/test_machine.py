"""The state machine: what stands in no row is forbidden."""

import pytest

from services.mediation.domain.machine import TRANSITIONS, Move, MoveForbidden, Stage, may, moved
from tests.architecture.mediation_diagram import FILE, diagram

FORBIDDEN = [(stage, move) for stage in Stage for move in Move if (stage, move) not in TRANSITIONS]


@pytest.mark.parametrize(("stage", "move"), FORBIDDEN, ids=str)
def test_a_move_that_stands_in_no_row_is_refused(stage: Stage, move: Move) -> None:
    assert not may(stage, move)
    with pytest.raises(MoveForbidden) as refused:
        moved(stage, move)
    assert refused.value.facts == {"stage": stage.value, "move": move.value}


@pytest.mark.parametrize(("stage", "move"), TRANSITIONS, ids=str)
def test_a_move_of_the_table_leads_where_it_says(stage: Stage, move: Move) -> None:
    assert moved(stage, move) is TRANSITIONS[(stage, move)]


def test_nothing_leads_out_of_a_closed_case() -> None:
    assert not any(may(Stage.CLOSED, move) for move in Move)


def test_every_move_is_allowed_somewhere_and_every_stage_is_reached() -> None:
    assert {move for _, move in TRANSITIONS} == set(Move)
    assert {Stage.ASKED, *TRANSITIONS.values()} == set(Stage)


def test_a_case_ends_wherever_the_person_is_forgotten() -> None:
    assert {stage for stage in Stage if may(stage, Move.FORGET)} == set(Stage) - {Stage.CLOSED}


def test_nobody_leaves_once_both_have_agreed() -> None:
    assert not may(Stage.SETTLED, Move.WITHDRAW)


def test_the_diagram_is_that_of_the_table() -> None:
    assert FILE.read_text() == diagram(), "run python -m tests.architecture.mediation_diagram"
