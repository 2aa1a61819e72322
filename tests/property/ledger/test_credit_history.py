"""The payment history always holds 24 months, and moves by one each month."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.credit_record import metro2
from services.ledger.domain.credit_record.record import HISTORY, changes
from services.ledger.domain.credit_record.standing import Ending, Month, Plan, Standing, month_end
from services.ledger.domain.due_dates import add_months

History = Callable[[Standing], str]

FIRST = date(2024, 1, 31)


class Shown(NamedTuple):
    """What a month is made of, small enough to be told when a check fails."""

    days: int
    known: bool
    plan: Plan | None
    written_off: bool
    repaid: bool


RARELY = st.sampled_from([False] * 9 + [True])
shown = st.builds(
    Shown,
    days=st.integers(0, 200),
    known=RARELY.map(lambda rare: not rare),
    plan=st.none() | st.builds(Plan, st.integers(0, 200), st.booleans()),
    written_off=RARELY,
    repaid=RARELY,
)
stories = st.tuples(st.integers(-2, 2), st.lists(shown, min_size=2, max_size=30))
"""How many months after the first one the loan was opened, and each month's end."""


def month_ends(story: tuple[int, list[Shown]]) -> list[Standing]:
    """The loan at the end of each month, with those before in its history."""
    months: tuple[Month, ...] = ()
    ends = []
    for n, one in enumerate(story[1]):
        standing = Standing(
            as_of=add_months(FIRST, n),
            opened_on=add_months(FIRST, story[0]),
            days_past_due=one.days,
            owed_minor=1,
            months=months,
            known=one.known,
            plan=one.plan,
            written_off=one.written_off,
            ending=Ending.REPAID if one.repaid else None,
        )
        ends.append(standing)
        months = (month_end(standing), *months)
    return ends


def history_of(standing: Standing) -> str:
    return metro2.history(standing).code


def it_moves_by_one_a_month(history: History, examples: settings) -> None:
    @examples
    @given(stories)
    def check(story: tuple[int, list[Shown]]) -> None:
        for this, following in pairwise(month_ends(story)):
            assert len(history(this)) == metro2.HISTORY_MONTHS
            newest = history(following)[0]
            assert history(following) == newest + history(this)[:-1]
            opened = this.opened_on.replace(day=1) <= this.as_of
            assert newest == (metro2.month_code(month_end(this)) if opened else "B")

    check()


THOROUGH = settings(max_examples=60, deadline=None)
UNTIL_FOUND = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


def test_history_moves_by_one_a_month_and_never_rewrites_itself() -> None:
    it_moves_by_one_a_month(history_of, THOROUGH)


@THOROUGH
@given(stories)
def test_another_month_alone_is_no_change_of_history(story: tuple[int, list[Shown]]) -> None:
    for this, following in pairwise(month_ends(story)):
        assert changes(this, following, [HISTORY]) == []


def oldest_first(standing: Standing) -> str:
    return history_of(standing)[::-1]


def with_this_month_in_it(standing: Standing) -> str:
    return history_of(replace(standing, as_of=add_months(standing.as_of, 1)))


def as_late_as_now(standing: Standing) -> str:
    months = tuple(month._replace(days_past_due=standing.days_past_due) for month in standing.months)
    return history_of(replace(standing, months=months))


def of_what_is_known_alone(standing: Standing) -> str:
    return history_of(standing).replace("B", "")


@pytest.mark.parametrize(
    "broken", [oldest_first, with_this_month_in_it, as_late_as_now, of_what_is_known_alone]
)
def test_a_wrong_history_is_found(broken: History) -> None:
    with pytest.raises(AssertionError):
        it_moves_by_one_a_month(broken, UNTIL_FOUND)
