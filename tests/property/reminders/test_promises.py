"""What becomes of promises follows from the facts, not from when they came to be known."""

from datetime import date
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from services.reminders.domain import promises as real
from services.reminders.domain.promises import Outcome, Promises, TakenBack
from tests.property.reminders.promising import Disagreement, Life, Settle, Unclear, by_facts, lives, told

SEARCH = settings(max_examples=1_000, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
QUICK = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def agrees(life: Life, data: Any, settle: Settle) -> bool:
    """Whether any order and any rhythm of looking give what the facts give."""
    order = data.draw(st.permutations(range(len(life.facts))))
    step = data.draw(st.sampled_from([1, 2, 5]))
    return told(life, order, settle, step) == by_facts(life)


@given(lives(), st.data())
@QUICK
def test_the_last_word_on_a_promise_follows_from_the_facts(life: Life, data: Any) -> None:
    try:
        assert agrees(life, data, real.settle)
    except Unclear:
        assume(False)


def overlooks_reversals(promises: Promises, today: date) -> tuple[Promises, tuple[Outcome, ...]]:
    """Planted: what was told once stays told."""
    after, outcomes = real.settle(promises, today)
    if any(isinstance(one, TakenBack) for one in outcomes):
        return promises, ()
    return after, outcomes


def breaks_too_early(promises: Promises, today: date) -> tuple[Promises, tuple[Outcome, ...]]:
    """Planted: grace is forgotten, and nothing is put right."""
    after, outcomes = real.settle(promises, date.fromordinal(today.toordinal() + 5))
    return after, tuple(one for one in outcomes if not isinstance(one, TakenBack))


@pytest.mark.parametrize("fault", [overlooks_reversals, breaks_too_early])
def test_a_planted_fault_is_found(fault: Settle) -> None:
    def shows(life: Life) -> bool:
        try:
            told_so = told(life, range(len(life.facts)), fault, 1)
        except Disagreement:
            return True
        try:
            return told_so != by_facts(life)
        except Unclear:
            return False

    try:
        find(lives(), shows, settings=SEARCH)
    except NoSuchExample:
        pytest.fail(f"{fault.__name__} was not found")
