"""Whatever the order in which a card's history is reported, its books end the same, what was told too, and
the accounts agree with the book.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import recording, replay, revolving
from services.ledger.domain.facts import Statement
from services.ledger.domain.terms import Component
from shared.events.base import Event
from shared.events.ledger import StatementMade
from shared.events.loans import FeeCharged, ProductPublished
from tests.builders import a_reversal, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import (
    OPENED,
    a_card_product,
    a_desk,
    drawn,
    given_back,
    issued,
    limited,
    paid,
    statements,
)

END = date(2026, 6, 20)
DAYS = st.integers(0, 150).map(lambda days: OPENED + timedelta(days=days))
CENTS = st.integers(1, 90_000)
KINDS = st.sampled_from(["draw", "draw", "payment", "payment", "refund", "fee", "limit", "statement"])
Report = tuple[str, date, int, bool]
REPORTS = st.lists(st.tuples(KINDS, DAYS, CENTS, st.booleans()), max_size=10)
MADE, OF_CORE = a_card_product(), None
WITH_PENALTIES = a_card_product(penalty_rate="0.1825", due_date_rule="following", calendar="weekends")
PRODUCTS = st.sampled_from([MADE, WITH_PENALTIES, OF_CORE])


def _text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _events(reports: Sequence[Report], product: ProductPublished | None) -> list[Event]:
    """Each report with a name of its own; those that are marked are payments taken back."""
    events: list[Event] = []
    limits, refunds = set(), set()
    for number, (kind, on, cents, taken_back) in enumerate(reports):
        name, day = f"r{number}", str(on)
        if kind == "draw":
            events.append(drawn(_text(cents), day, name))
        elif kind == "payment":
            events.append(paid(_text(cents), day, name))
            if taken_back:
                events.append(a_reversal(name, reversed_on=on + timedelta(days=3)))
        elif kind == "refund" and day not in refunds:
            refunds.add(day)
            events.append(given_back(_text(cents), day))
        elif kind == "fee":
            fee = {"fee_reference": name, "amount": money(_text(cents // 10 + 1)), "value_on": on}
            events.append(an_event(FeeCharged, fee="annual", **fee))
        elif kind == "limit" and day not in limits:
            limits.add(day)
            events.append(limited(_text(cents), day))
        elif kind == "statement" and product is None:
            least = _text(cents // 10)
            events.append(issued(_text(cents), least, day, statement_reference=name))
    return events


def _desk(events: Sequence[Event], product: ProductPublished | None) -> Desk:
    desk = a_desk(product)
    desk.take(*events)
    desk.day(END)
    assert not [one for one in desk.held if not one.startswith("waiting")]
    return desk


def _end(events: Sequence[Event], product: ProductPublished | None) -> tuple[Any, ...]:
    """What stands after all of it: the book, the accounts, what is told and not taken back."""
    desk = _desk(events, product)
    loan = desk.loan()
    told = loan.told
    missed = {(one.number, one.due_on) for one in told.missed}
    over = told.over_limit.since if told.over_limit else None
    return (loan.book, desk.balances(), missed, told.bucket, told.arrears_minor, over, told.billed_on)


def same_end(
    reports: Sequence[Report],
    product: ProductPublished | None,
    shuffled: Callable[[list[Event]], list[Event]],
) -> None:
    """The property."""
    events = _events(reports, product)
    assert _end(events, product) == _end(shuffled(list(events)), product)


def accounts_agree(reports: Sequence[Report], product: ProductPublished | None) -> None:
    """The other one: all accounts add up to zero, and each to what the book says is owed."""
    _agree(_desk(_events(reports, product), product))


def _agree(desk: Desk) -> None:
    balances, book = desk.balances(), desk.loan().book
    unpaid = [sum(owed) - sum(paid) for owed, paid in zip(book.owed, book.paid, strict=True)]
    assert sum(balances.values()) == 0
    assert balances.get("principal", 0) == book.balance == unpaid[Component.PRINCIPAL]
    assert balances.get("interest_receivable", 0) == unpaid[Component.INTEREST]
    assert balances.get("fees_receivable", 0) == unpaid[Component.FEES]
    assert balances.get("penalty_receivable", 0) == unpaid[Component.PENALTY]
    assert -balances.get("borrower_credit", 0) == book.credit


def nothing_told_is_raised(reports: Sequence[Report]) -> None:
    """Reports come as days pass, on time or late: the accounts agree all the while, and no statement asks
    for more than its borrower was told.
    """
    desk = a_desk(MADE)
    for number, event in enumerate(_events(reports, MADE), 1):
        desk.take(event)
        desk.day(OPENED + timedelta(days=17 * number))
        _agree(desk)
        told = {f"statement:{one.issued_on}": one for one in desk.named(StatementMade)}
        for one in statements(desk):
            assert one.minimum <= told[one.reference].minimum_payment.minor
    assert not [one for one in desk.held if not one.startswith("waiting")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(KINDS, DAYS, CENTS, st.booleans()), max_size=10))
def test_late_news_never_raises_what_a_statement_told(reports: list[Report]) -> None:
    nothing_told_is_raised(reports)


def test_a_statement_that_is_raised_by_late_news_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def untold(w: Any, fact: Any) -> None:
        real(w, fact._replace(minimum=None))

    real = revolving.state
    monkeypatch.setitem(replay._OF_CARDS, Statement, untold)
    late: Sequence[Report] = [
        ("draw", date(2026, 1, 5), 80_000, False),
        ("draw", date(2026, 1, 6), 90_000, False),
    ]
    with pytest.raises(AssertionError):
        nothing_told_is_raised(late)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS, PRODUCTS, st.randoms(use_true_random=False))
def test_any_order_of_reports_gives_the_same_end(
    reports: list[Report], product: ProductPublished | None, chance: Any
) -> None:
    def shuffled(events: list[Event]) -> list[Event]:
        chance.shuffle(events)
        return events

    same_end(reports, product, shuffled)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS, PRODUCTS)
def test_the_accounts_of_a_card_add_up_to_zero_and_to_the_book(
    reports: list[Report], product: ProductPublished | None
) -> None:
    accounts_agree(reports, product)


CASE: Sequence[Report] = [
    ("draw", date(2026, 1, 5), 80_000, False),
    ("limit", date(2026, 1, 20), 50_000, False),
    ("statement", date(2026, 1, 15), 80_000, False),
    ("payment", date(2026, 2, 1), 10_000, True),
    ("draw", date(2026, 2, 10), 20_000, False),
]


def test_a_ledger_that_appends_what_is_backdated_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def appended(book: Any, fact: Any) -> Any:
        late = fact._replace(value_on=max(fact.value_on, date.fromordinal(max(book.seen, 1))))
        return real(book, late)

    real = replay.add
    monkeypatch.setattr(recording, "add", appended)
    with pytest.raises(AssertionError):
        same_end(CASE, OF_CORE, lambda events: events[::-1])


def test_a_ledger_that_charges_interest_without_earning_it_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay, "earned_interest", lambda w, day: 0)
    with pytest.raises(AssertionError):
        accounts_agree(CASE, MADE)


@pytest.mark.parametrize("product", [MADE, OF_CORE], ids=["made", "of a core"])
def test_the_planted_case_holds_without_the_fault(product: ProductPublished | None) -> None:
    same_end(CASE, product, lambda events: events[::-1])
    accounts_agree(CASE, product)


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_two_thousand_histories_end_the_same() -> None:
    @settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
    @given(REPORTS, PRODUCTS, st.randoms(use_true_random=False))
    def holds(reports: list[Report], product: ProductPublished | None, chance: Any) -> None:
        order = list(range(60))
        chance.shuffle(order)
        same_end(reports, product, lambda events: [events[n] for n in order if n < len(events)])
        accounts_agree(reports, product)

    holds()
