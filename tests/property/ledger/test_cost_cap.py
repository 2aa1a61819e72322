"""Whatever happens to a loan, whatever comes to light later: its cost keeps within its product's cap."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.book import Book, Movement, Why
from services.ledger.domain.facts import Fact, Fee
from services.ledger.domain.replay import replay
from services.ledger.domain.terms import Component, Repayment, Terms
from tests.property.ledger.histories import OPENED, histories

PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
Replay = Callable[[Terms, Iterable[Fact], date | None], Book]
CAPS = st.sampled_from([Decimal(0), Decimal("0.07"), Decimal("0.24"), Decimal("0.365")])


def lent(movements: Iterable[Movement], on: date) -> int:
    """Principal times days, from what was told to have moved."""
    noted = (Why.MOVED, Why.CHARGED_OFF)
    owed = [one for one in movements if one.component is PRINCIPAL and one.why not in noted]
    return sum(one.amount * (on - one.value_on).days for one in owed if one.value_on < on)


def asked(book: Book, on: date) -> int:
    """Interest that fell due, penalties and fees."""
    due = [k for k, day in enumerate(book.dues) if day <= on.toordinal()]
    charged = sum(one.amount for one in book.charges if not one.reopened)
    return sum(book.owed[INTEREST][k] for k in due) + sum(book.late_penalty) + charged


def cost_keeps_within_the_cap(replaying: Replay, examples: int = 150) -> None:
    """On any day, whatever the day count, the balance that interest runs on, and the prepayments."""

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(histories(), CAPS, st.integers(0, 500))
    def holds(history: tuple[Terms, list[Fact]], cap: Decimal, days: int) -> None:
        terms, facts = replace(history[0], cost_cap=cap), history[1]
        if terms.repayment is Repayment.PROVIDED:
            return
        on = OPENED + timedelta(days=days)
        book = replaying(terms, facts, on)
        assert asked(book, on) <= cap * lent(book.movements, on) / 365

    holds()


def _charges_fees_in_full(terms: Terms, facts: Iterable[Fact], on: date | None) -> Book:
    facts = list(facts)
    book = replay(terms, facts, on)
    whole = {one.reference: one.amount for one in facts if isinstance(one, Fee)}
    charges = tuple(one._replace(amount=whole.get(one.reference, one.amount)) for one in book.charges)
    return replace(book, charges=charges)


def _forgets_the_cap(terms: Terms, facts: Iterable[Fact], on: date | None) -> Book:
    return replay(replace(terms, cost_cap=None), facts, on)


def test_cost_never_exceeds_the_cap() -> None:
    cost_keeps_within_the_cap(replay)


@pytest.mark.parametrize("fault", [_charges_fees_in_full, _forgets_the_cap])
def test_cost_above_the_cap_is_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        cost_keeps_within_the_cap(fault, examples=400)


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_cost_never_exceeds_the_cap_in_ten_thousand_histories() -> None:
    cost_keeps_within_the_cap(replay, examples=10_000)
