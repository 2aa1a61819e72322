"""Whatever comes to light, in whatever order: the stages of a loan, as they are known now, are its days made
anew from its file; as they were told, they are what was told.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.staging import StageRow
from services.ledger.domain.timeline import walk
from tests.property.ledger.test_credit_reporting import OPENED, USUAL, Step, lived, nothing, opened

Rows = Callable[[Sequence[StageRow]], Iterable[StageRow]]
steps = st.builds(
    Step,
    after=st.integers(0, 40),
    what=st.sampled_from(["pay", "pay", "pay", "reverse", "fee", "wait"]),
    amount=st.sampled_from([30, 60, 100, 100, 200, 300]),
    back=st.sampled_from([0, 0, 0, 1, 5, 35, 70]),
)
stories = st.lists(steps, min_size=3, max_size=12)


def known(rows: Iterable[StageRow], on: date) -> StageRow | None:
    """What is known now of a day: the last row that holds from it, or from an earlier one."""
    return next((row for row in reversed(list(rows)) if row.as_of <= on), None)


def days_of(row: StageRow | None, on: date) -> int:
    """Days past due on a day, as reports count them."""
    if row is None or row.stage.since is None:
        return 0
    days = (on - row.stage.since).days
    return max(0, days if row.stage.days_most is None else min(days, row.stage.days_most))


def stages_are_the_days_made_anew(kept: Rows, examples: settings) -> None:
    @examples
    @given(stories)
    def check(story: list[Step]) -> None:
        desk = lived(story, opened(), nothing)
        loan, rows = desk.loan(), list(kept(desk.stages))
        until = loan.told.on
        if until is None:
            return
        history = desk._history(loan.id)
        days = [OPENED + timedelta(days=n) for n in range((until - OPENED).days + 1)]
        for point in walk(loan, history, OPENED, until, lambda _: days):
            assert days_of(known(rows, point.on), point.on) == point.now.days_past_due, point.on

    check()


def test_stages_as_they_are_known_are_the_days_made_anew() -> None:
    stages_are_the_days_made_anew(lambda rows: rows, USUAL)


def _without_corrections(rows: Sequence[StageRow]) -> Iterable[StageRow]:
    return [row for row in rows if not row.restated]


def _from_the_day_they_were_told(rows: Sequence[StageRow]) -> Iterable[StageRow]:
    return [row._replace(as_of=row.told_on) for row in rows]


@pytest.mark.parametrize("fault", [_without_corrections, _from_the_day_they_were_told])
def test_days_gone_by_that_are_not_restated_are_noticed(fault: Rows) -> None:
    with pytest.raises(AssertionError):
        stages_are_the_days_made_anew(fault, USUAL)
