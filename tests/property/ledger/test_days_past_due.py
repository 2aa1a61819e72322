"""Days past due move only for a reason. Schedules, payments and pauses stay as they are while days go by."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.ageing import (
    Pause,
    Unpaid,
    arrears_since,
    days_past_due,
    explain,
    instalment_ages,
)

Count = Callable[[Sequence[Unpaid], date, Sequence[Pause]], int]

EPOCH = date(2026, 1, 1)
SPAN = 150
days = st.integers(0, SPAN).map(lambda n: EPOCH + timedelta(days=n))


@st.composite
def rows(draw: st.DrawFn) -> list[Unpaid]:
    """Instalments in any order, some paid off: early, in time or late."""
    due = draw(st.lists(days, min_size=1, max_size=6))
    return [
        Unpaid(number, due_on, draw(st.integers(0, 300_00)), draw(st.none() | days))
        for number, due_on in enumerate(due, 1)
    ]


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Pauses that overlap, touch, have no end, begin before anything was due, or hold for early amounts
    alone.
    """
    held = []
    for start in draw(st.lists(days, max_size=4)):
        length = draw(st.none() | st.integers(0, 60))
        end = None if length is None else start + timedelta(days=length)
        held.append(Pause(start, end, "plan", draw(st.none() | days)))
    return held


def never_fall_without_a_payment(count: Count, examples: settings) -> None:
    @examples
    @given(rows(), pauses())
    def check(unpaid: list[Unpaid], held: list[Pause]) -> None:
        for n in range(SPAN + 30):
            on, tomorrow = EPOCH + timedelta(days=n), EPOCH + timedelta(days=n + 1)
            before, after = count(unpaid, on, held), count(unpaid, tomorrow, held)
            assert after <= before + 1
            assert after >= before or any(row.paid_off_on == tomorrow for row in unpaid)

    check()


def a_pause_never_raises_them(count: Count, examples: settings) -> None:
    @examples
    @given(rows(), pauses(), pauses(), days)
    def check(unpaid: list[Unpaid], held: list[Pause], more: list[Pause], on: date) -> None:
        assert 0 <= count(unpaid, on, [*held, *more]) <= count(unpaid, on, held) <= count(unpaid, on, [])

    check()


def what_is_past_due_for_longest_decides(count: Count, examples: settings) -> None:
    @examples
    @given(rows(), days)
    def check(unpaid: list[Unpaid], on: date) -> None:
        left = [row for row in unpaid if row.amount_minor and not (row.paid_off_on and row.paid_off_on <= on)]
        assert count(unpaid, on, []) == max((max((on - row.due_on).days, 0) for row in left), default=0)

    check()


THOROUGH = settings(max_examples=100, deadline=None)
UNTIL_FOUND = settings(
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)
PROPERTIES = (never_fall_without_a_payment, a_pause_never_raises_them, what_is_past_due_for_longest_decides)


def test_days_past_due_never_fall_without_a_payment() -> None:
    never_fall_without_a_payment(days_past_due, THOROUGH)


def test_a_pause_never_raises_days_past_due() -> None:
    a_pause_never_raises_them(days_past_due, THOROUGH)


def test_the_oldest_unpaid_instalment_decides() -> None:
    what_is_past_due_for_longest_decides(days_past_due, THOROUGH)


def counted_from_the_newest(unpaid: Sequence[Unpaid], on: date, held: Sequence[Pause]) -> int:
    return min((one.days_past_due for one in instalment_ages(unpaid, on, held)), default=0)


def with_a_pause_taken_off_at_its_beginning(unpaid: Sequence[Unpaid], on: date, held: Sequence[Pause]) -> int:
    planned = sum((one.ends_on - one.starts_on).days for one in held if one.ends_on and one.starts_on <= on)
    return max(days_past_due(unpaid, on, []) - planned, 0)


def with_overlapping_pauses_taken_off_twice(unpaid: Sequence[Unpaid], on: date, held: Sequence[Pause]) -> int:
    days = days_past_due(unpaid, on, [])
    return max(days - sum(days - days_past_due(unpaid, on, [one]) for one in held), 0)


def with_paused_days_added(unpaid: Sequence[Unpaid], on: date, held: Sequence[Pause]) -> int:
    days = days_past_due(unpaid, on, [])
    return 2 * days - days_past_due(unpaid, on, held)


@pytest.mark.parametrize(
    ("broken", "finder"),
    [
        (counted_from_the_newest, never_fall_without_a_payment),
        (counted_from_the_newest, what_is_past_due_for_longest_decides),
        (with_a_pause_taken_off_at_its_beginning, never_fall_without_a_payment),
        (with_overlapping_pauses_taken_off_twice, never_fall_without_a_payment),
        (with_paused_days_added, a_pause_never_raises_them),
    ],
)
def test_a_wrong_count_is_found(broken: Count, finder: Callable[[Count, settings], None]) -> None:
    with pytest.raises(AssertionError):
        finder(broken, UNTIL_FOUND)


@THOROUGH
@given(rows(), pauses(), days)
def test_an_explanation_adds_up(unpaid: list[Unpaid], held: list[Pause], on: date) -> None:
    told = explain(unpaid, on, "CNY", held)

    assert told.days_past_due == days_past_due(unpaid, on, held)
    assert told.days_past_due == told.days_since_due - sum(one.days for one in told.paused)
    assert bool(told.arrears) == (told.due_on is not None) == (arrears_since(unpaid, on) is not None)
