"""What a payment settles, and what is left of it."""

from dataclasses import replace
from datetime import date

import pytest

from services.ledger.domain.book import Book, Why
from services.ledger.domain.facts import (
    Chargeback,
    Credit,
    CreditRefund,
    Dispute,
    Draw,
    Fact,
    Fee,
    FeeWaiver,
    ScheduleChange,
)
from services.ledger.domain.replay import ReplayNeeded, add, advance, earned, replay, to_pay_off
from services.ledger.domain.terms import (
    HUMANE,
    MIFOS_STANDARD,
    PRINCIPAL_FIRST,
    Ahead,
    Allocation,
    Component,
    Planned,
    Repayment,
)
from tests.unit.ledger.loans import OPENED, a_book, paid, provided, rate, some_terms

FEB, MAR, APR = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
LATE_FEE = Fee(date(2026, 2, 2), "F-1", 15_00, date(2026, 2, 20))


def _moved(book: Book, cause: str = "P-1") -> list[tuple[Component, int, int]]:
    return [(one.component, one.amount, one.instalment) for one in book.movements if one.cause == cause]


def test_a_payment_settles_the_oldest_instalment_and_what_is_left_the_next() -> None:
    book = a_book(provided(100_00, 100_00, 100_00), paid(150_00, FEB))

    assert [book.unpaid(k) for k in range(3)] == [0, 50_00, 100_00]
    assert _moved(book) == [(PRINCIPAL, -100_00, 0), (PRINCIPAL, -50_00, 1)]
    assert book.line(0).settled_on == FEB
    assert book.line(1).in_advance == 50_00


def test_what_is_paid_beyond_all_that_is_owed_is_the_borrowers_credit() -> None:
    book = a_book(provided(100_00), paid(130_00, FEB))

    assert (book.outstanding, book.credit) == (0, 30_00)
    assert _moved(book)[-1] == (CREDIT, -30_00, -1)


def test_the_humane_order_sets_money_against_the_instalment_before_the_fee() -> None:
    terms = provided(100_00, 100_00, allocation=HUMANE)
    book = a_book(terms, LATE_FEE, paid(100_00, date(2026, 3, 5)))

    assert book.unpaid(0) == 0
    assert book.paid[FEES] == (0, 0)


def test_the_mifos_order_sets_money_against_fees_first() -> None:
    fee = Fee(date(2026, 1, 5), "F-1", 15_00, date(2026, 1, 20))
    book = a_book(provided(100_00, allocation=MIFOS_STANDARD), fee, paid(100_00, FEB))

    assert (book.paid[FEES], book.paid[PRINCIPAL]) == ((15_00,), (85_00,))


def test_after_ninety_days_money_goes_to_principal_first_where_the_terms_say_so() -> None:
    planned = (Planned(FEB, 100_00, 10_00), Planned(MAR, 100_00, 10_00))
    terms = some_terms(repayment=Repayment.PROVIDED, provided=planned, principal_first_after_days=90)

    day_89 = a_book(terms, paid(150_00, date(2026, 5, 1)))
    day_90 = a_book(terms, paid(150_00, date(2026, 5, 2)))

    assert day_89.paid[INTEREST] == (10_00, 10_00)
    assert day_90.paid[INTEREST] == (0, 0)
    assert PRINCIPAL_FIRST.past_due[0] is PRINCIPAL


def test_the_borrowers_own_direction_wins_over_the_order() -> None:
    book = a_book(provided(100_00), LATE_FEE, paid(60_00, MAR, direction=(0, 15_00, 0, 45_00)))

    assert sum(book.paid[FEES]) == 15_00
    assert sum(book.paid[PRINCIPAL]) == 45_00


def test_money_that_is_directed_where_nothing_is_owed_goes_nowhere_else() -> None:
    book = a_book(provided(100_00), paid(60_00, FEB, direction=(60_00, 0, 0, 0)))

    assert (book.outstanding, book.credit) == (100_00, 60_00)


@pytest.mark.parametrize("spreading", [Ahead.NEXT, Ahead.SPREAD])
def test_a_direction_moves_no_more_than_the_dispute_leaves_of_the_money(spreading: Ahead) -> None:
    terms = some_terms(allocation=replace(HUMANE, ahead=spreading))
    directed = paid(100_00, OPENED, direction=(0, 0, 50_00, 150_00))
    book = a_book(terms, Dispute(OPENED, "D-1"), directed)

    assert (book.outstanding, book.credit) == (600_00, 100_00)


def test_nothing_is_set_against_a_disputed_part() -> None:
    disputed = Dispute(date(2026, 1, 20), "D-1", 40_00)
    book = a_book(provided(100_00), disputed, paid(100_00, FEB))

    assert (book.unpaid(0), book.credit) == (40_00, 40_00)


def test_nothing_is_set_against_a_disputed_fee() -> None:
    disputed = Dispute(date(2026, 2, 10), "D-1", fee="F-1")
    book = a_book(provided(100_00), LATE_FEE, disputed, paid(115_00, MAR))

    assert (sum(book.paid[FEES]), book.credit) == (0, 15_00)


def test_what_is_paid_ahead_can_shorten_the_loan_or_lower_all_instalments() -> None:
    last = Allocation.of(*HUMANE.due, ahead=Ahead.LAST)
    spread = Allocation.of(*HUMANE.due, ahead=Ahead.SPREAD)
    schedule = (100_00, 100_00, 100_00)

    shorter = a_book(provided(*schedule, allocation=last), paid(100_00, date(2026, 1, 10)))
    smaller = a_book(provided(*schedule, allocation=spread), paid(100_00, date(2026, 1, 10)))

    assert [shorter.unpaid(k) for k in range(3)] == [100_00, 100_00, 0]
    assert [smaller.unpaid(k) for k in range(3)] == [66_67, 66_67, 66_66]


def test_money_paid_ahead_can_wait_as_credit_until_the_next_instalment_falls_due() -> None:
    waiting = Allocation.of(*HUMANE.due, ahead=Ahead.CREDIT)
    book = a_book(provided(100_00, 100_00, allocation=waiting), paid(130_00, date(2026, 1, 10)))

    assert (book.unpaid(0), book.credit) == (100_00, 130_00)
    book = advance(book, MAR)
    assert ([book.unpaid(0), book.unpaid(1)], book.credit) == ([0, 70_00], 0)
    assert book.line(0).settled_on == FEB


def test_a_fee_that_is_waived_after_it_was_paid_comes_back_as_credit_for_what_is_due() -> None:
    fee = Fee(date(2026, 1, 5), "F-1", 15_00, date(2026, 1, 20))
    waived = FeeWaiver(date(2026, 2, 10), "W-1", "F-1", 15_00)
    book = a_book(provided(100_00, 100_00), fee, paid(115_00, FEB), waived)

    assert (book.paid[FEES], book.credit) == ((0, 0), 0)
    assert book.unpaid(1) == 85_00


def test_a_payment_charged_back_is_owed_again_with_the_next_instalment() -> None:
    book = a_book(
        provided(100_00, 100_00), paid(100_00, FEB), Chargeback(date(2026, 2, 10), "C-1", 100_00, "P-1")
    )

    assert (book.unpaid(0), book.unpaid(1)) == (0, 200_00)


def test_a_refund_of_the_credit_leaves_the_loan_as_it_was() -> None:
    book = a_book(provided(100_00), paid(130_00, FEB), CreditRefund(date(2026, 2, 3), "R-1", 30_00))

    assert (book.outstanding, book.credit) == (0, 0)


def test_what_is_refunded_beyond_the_credit_is_owed() -> None:
    book = a_book(provided(100_00), paid(130_00, FEB), CreditRefund(date(2026, 2, 3), "R-1", 50_00))

    assert (book.outstanding, book.credit) == (20_00, 0)


def test_a_credit_of_the_lender_lowers_what_is_owed_but_is_no_payment() -> None:
    book = a_book(provided(100_00), Credit(FEB, "G-1", 30_00))

    assert book.unpaid(0) == 70_00
    assert {one.why for one in book.movements if one.cause == "G-1"} == {Why.CREDITED}


def test_a_changed_schedule_keeps_what_was_paid() -> None:
    later = (Planned(date(2026, 3, 15), 60_00), Planned(date(2026, 4, 15), 60_00))
    book = a_book(provided(100_00, 100_00), paid(120_00, FEB), ScheduleChange(MAR, "S-1", later))

    assert [str(line.due_on) for line in book.lines()] == ["2026-02-01", "2026-03-15", "2026-04-15"]
    assert [book.unpaid(k) for k in range(3)] == [0, 40_00, 60_00]


def test_the_order_of_arrival_does_not_matter() -> None:
    facts: list[Fact] = [
        Draw(OPENED, "draw", 200_00),
        paid(100_00, FEB, "P-1"),
        LATE_FEE,
        paid(80_00, MAR, "P-2"),
    ]
    terms = provided(100_00, 100_00)

    assert replay(terms, facts) == replay(terms, facts[::-1])


def test_a_payment_that_belongs_before_others_asks_for_a_replay() -> None:
    book, late = a_book(provided(100_00), paid(50_00, MAR, "P-2")), paid(50_00, FEB, "P-1")

    assert add(book, late) == ReplayNeeded(late)


def test_the_amount_to_pay_off_leaves_nothing() -> None:
    terms, on = some_terms(annual_rate=rate("0.24")), date(2026, 1, 20)
    amount = to_pay_off(a_book(terms), on)
    book = a_book(terms, paid(amount, on))

    assert amount == 600_00 + 7_50  # 600.00 * 24 % * 19 / 365 = 7.4959
    assert (book.outstanding, book.credit) == (0, 0)


def test_fees_are_earned_when_they_fall_due() -> None:
    book = a_book(provided(100_00), LATE_FEE)

    assert earned(book, date(2026, 2, 19)) == (0, 0, 0)
    assert earned(book, date(2026, 2, 20)) == (0, 15_00, 0)
