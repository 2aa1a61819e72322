"""A treatment contacts nobody after a payment, a stop or a hold, in quiet days, or too soon again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from services.reminders.domain import treatments as real
from services.reminders.domain.treatments import Catalogue, Exhausted, Treating, Wanted
from tests.property.reminders.treating import HAPPENINGS, Disagreement, Due, Happening, Life

SEARCH = settings(max_examples=1_000, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
Wants = tuple[tuple[Wanted, ...], tuple[Exhausted, ...]]


@given(HAPPENINGS)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_nobody_is_contacted_against_what_is_known(happenings: list[Happening]) -> None:
    Life(real.due).live(happenings)


def test_there_are_lives_with_several_contacts() -> None:
    found = find(HAPPENINGS, lambda one: Life(real.due).live(one) >= 3, settings=SEARCH)
    assert found


def hurries(treating: Treating, today: date, catalogue: Catalogue, quiet: Mapping[UUID, date]) -> Wants:
    """Planted: a day is taken for a later one."""
    return real.due(treating, today + timedelta(days=2), catalogue, quiet)


def overlooks_promises(
    treating: Treating, today: date, catalogue: Catalogue, quiet: Mapping[UUID, date]
) -> Wants:
    """Planted: a running promise keeps nobody quiet."""
    return real.due(treating, today, catalogue, {})


def forgets_payments() -> Due:
    """Planted: a treatment that was ended is gone on with."""
    seen: dict[UUID, Any] = {}

    def due(treating: Treating, today: date, catalogue: Catalogue, quiet: Mapping[UUID, date]) -> Wants:
        seen.update({one.loan_id: one for one in treating.running})
        return real.due(Treating(tuple(seen.values())), today, catalogue, quiet)

    return due


@pytest.mark.parametrize(
    "fault",
    [lambda: hurries, lambda: overlooks_promises, forgets_payments],
    ids=["hurries", "promises", "payments"],
)
def test_a_planted_fault_is_found(fault: Any) -> None:
    def shows(happenings: list[Happening]) -> bool:
        try:
            Life(fault()).live(happenings)
        except Disagreement:
            return True
        return False

    try:
        find(HAPPENINGS, shows, settings=SEARCH)
    except NoSuchExample:
        pytest.fail("the fault was not found")
