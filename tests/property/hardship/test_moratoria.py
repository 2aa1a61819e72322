"""Breathing space as its law has it, through any years."""

from collections.abc import Sequence

from hypothesis import example, given

from tests.property.hardship.moratoria import MOVES, Move, follow


@given(MOVES)
@example([("standard", 0), ("standard", 424), ("standard", 1)])
@example([("crisis", 0), ("stop", 30), ("crisis", 29), ("crisis", 1)])
def test_what_the_law_bars_is_barred_and_what_it_allows_is_possible(moves: Sequence[Move]) -> None:
    follow(moves)
