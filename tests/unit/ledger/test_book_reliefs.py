"""Reliefs change what is owed when. Arrears and penalties never stand in the way."""

from collections.abc import Callable
from datetime import date

import pytest

from services.ledger.domain.book import Book
from services.ledger.domain.facts import (
    AgeingPause,
    ChargeOff,
    Closing,
    DueDateMoved,
    Fact,
    Fee,
    Forgiveness,
    Grace,
    InterestPause,
    InterestWaiver,
    MorePeriods,
    RateChange,
    ReAge,
    ReAmortise,
    TokenPayments,
)
from services.ledger.domain.terms import Balance, Component, Measure, OnChargeOff, Repayment, Terms
from shared.events.loans import PeriodUnit
from tests.unit.ledger.loans import OPENED, a_book, paid, rate, some_terms

PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
TODAY = date(2026, 3, 15)
PENALTIES = Fee(date(2026, 2, 10), "F-1", 25_00, date(2026, 2, 20), penalty=True)


def _in_arrears(*facts: Fact, **fields: object) -> Book:
    """A loan of 600 over six months of which nothing was paid by the middle of March."""
    return a_book(some_terms(**fields), PENALTIES, *facts, through=TODAY)


def _dues(book: Book) -> list[str]:
    return [str(line.due_on) for line in book.lines()]


RELIEFS: list[Callable[[], Fact]] = [
    lambda: DueDateMoved(TODAY, "L-1", date(2026, 4, 1), date(2026, 5, 1)),
    lambda: MorePeriods(TODAY, "L-1", date(2026, 4, 1), 3),
    lambda: Grace(TODAY, "L-1", date(2026, 4, 1), principal=2),
    lambda: TokenPayments(TODAY, "L-1", 1_00, 2),
    lambda: ReAge(TODAY, "L-1", date(2026, 4, 1), PeriodUnit.MONTH, 1, 6),
    lambda: ReAmortise(TODAY, "L-1"),
    lambda: InterestPause(TODAY, "L-1", TODAY),
    lambda: RateChange(TODAY, "L-1", rate("0.05"), TODAY),
    lambda: InterestWaiver(TODAY, "L-1", 1_00),
    lambda: Forgiveness(TODAY, "L-1", 100_00),
]


@pytest.mark.parametrize("relief", RELIEFS, ids=lambda relief: type(relief()).__name__)
def test_a_relief_takes_hold_in_spite_of_arrears_and_penalties(relief: Callable[[], Fact]) -> None:
    before, after = _in_arrears(annual_rate=rate("0.12")), _in_arrears(relief(), annual_rate=rate("0.12"))

    assert (after.owed, after.dues) != (before.owed, before.dues)
    assert sum(after.owed[PENALTY]) == 25_00


def test_after_re_ageing_nothing_is_past_due_and_nothing_more_is_owed() -> None:
    book = _in_arrears(ReAge(TODAY, "L-1", date(2026, 4, 1), PeriodUnit.MONTH, 1, 5))

    assert book.arrears(TODAY) == 0
    assert book.outstanding == 625_00
    assert _dues(book)[-5:] == ["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"]


def test_re_amortising_spreads_what_is_past_due_over_the_instalments_to_come() -> None:
    book = _in_arrears(ReAmortise(TODAY, "L-1"))

    assert list(book.owed[PRINCIPAL]) == [0, 0, 150_00, 150_00, 150_00, 150_00]


def test_a_moved_due_date_moves_those_after_it() -> None:
    book = a_book(some_terms(), DueDateMoved(date(2026, 1, 10), "L-1", date(2026, 3, 1), date(2026, 3, 15)))

    assert _dues(book) == ["2026-02-01", "2026-03-15", "2026-04-15", "2026-05-15", "2026-06-15", "2026-07-15"]


def test_more_instalments_are_smaller_ones() -> None:
    book = a_book(some_terms(), MorePeriods(date(2026, 1, 10), "L-1", date(2026, 2, 1), 6))

    assert list(book.owed[PRINCIPAL]) == [50_00] * 12


def test_grace_on_principal_makes_the_loan_longer_and_no_instalment_higher() -> None:
    book = a_book(some_terms(), Grace(date(2026, 1, 10), "L-1", date(2026, 2, 1), principal=2))

    assert list(book.owed[PRINCIPAL]) == [0, 0, *[100_00] * 6]


def test_grace_on_interest_passes_it_on_to_the_first_instalment_after() -> None:
    terms = some_terms(
        repayment=Repayment.FLAT, annual_rate=rate("0.12"), instalments=3, measure=Measure.PERIOD_SHARE
    )
    book = a_book(terms, Grace(date(2026, 1, 10), "L-1", date(2026, 2, 1), interest=2))

    assert list(book.owed[INTEREST]) == [0, 0, 18_00]
    assert list(book.owed[PRINCIPAL]) == [200_00] * 3


def test_token_payments_ask_for_little_and_leave_the_rest_to_the_end() -> None:
    book = a_book(some_terms(), TokenPayments(date(2026, 1, 10), "L-1", 1_00, 2))

    assert [sum(line.owed) for line in book.lines()] == [1_00, 1_00, 100_00, 100_00, 100_00, 298_00]


def test_forgiven_principal_is_taken_from_the_end() -> None:
    book = a_book(some_terms(), Forgiveness(date(2026, 1, 10), "L-1", 150_00))

    assert list(book.owed[PRINCIPAL]) == [100_00, 100_00, 100_00, 100_00, 50_00, 0]
    assert book.balance == 450_00


def test_waived_interest_does_not_come_back() -> None:
    terms = some_terms(repayment=Repayment.INTEREST_ONLY, annual_rate=rate("0.365"), instalments=3)
    book = a_book(terms, InterestWaiver(date(2026, 2, 1), "L-1", 18_60), through=date(2026, 3, 1))

    assert list(book.owed[INTEREST][:2]) == [0, 16_80]


@pytest.mark.parametrize(
    ("effect", "interest", "dues"),
    [
        (OnChargeOff.NOTHING, [6_12, 5_52, 6_12], 3),
        (OnChargeOff.NO_MORE_INTEREST, [6_12, 1_97, 0], 3),
        (OnChargeOff.ALL_DUE, [6_12, 1_97], 2),
    ],
)
def test_a_charge_off_changes_what_the_terms_say(effect: OnChargeOff, interest: list[int], dues: int) -> None:
    terms = some_terms(
        repayment=Repayment.INTEREST_ONLY, annual_rate=rate("0.12"), instalments=3, on_charge_off=effect
    )
    book = a_book(terms, ChargeOff(date(2026, 2, 11), "W-1"))

    assert list(book.owed[INTEREST]) == interest
    assert len(book) == dues
    assert book.balance == 600_00


def test_a_closed_loan_asks_for_nothing_more() -> None:
    book = a_book(some_terms(), paid(50_00, date(2026, 2, 1)), Closing(date(2026, 2, 2), "C-1"))

    assert (book.outstanding, book.balance) == (0, 0)
    assert sum(book.paid[PRINCIPAL]) == 50_00


def test_a_pause_of_ageing_is_kept_with_the_book() -> None:
    pause = AgeingPause(date(2026, 2, 10), "H-1", date(2026, 2, 20))

    assert len(a_book(some_terms(), pause).ageing_pauses) == 1


def test_terms_never_change() -> None:
    terms: Terms = some_terms(annual_rate=rate("0.12"))
    book = _in_arrears(RateChange(TODAY, "L-1", rate("0.05"), TODAY), annual_rate=rate("0.12"))

    assert book.terms == terms
    assert book.annual_rate == rate("0.05")


def test_token_payments_ask_for_nothing_of_what_is_paid_already() -> None:
    book = a_book(
        some_terms(balance=Balance.SCHEDULED, annual_rate=rate("0.12"), interest_grace=1, instalments=3),
        paid(700_00, OPENED),
        TokenPayments(OPENED, "T-1", 25_00, 2),
    )

    assert book.outstanding == 0
