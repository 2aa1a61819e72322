"""Money that comes before it is due: what it lowers, and that nothing of it is asked for twice."""

from datetime import date, timedelta

import pytest

from services.ledger.domain.facts import (
    Acceleration,
    ChargeOff,
    Credit,
    CreditRefund,
    Draw,
    MorePeriods,
    Payment,
)
from services.ledger.domain.replay import earned, replay, to_pay_off
from services.ledger.domain.terms import (
    Ahead,
    Allocation,
    Balance,
    Component,
    OnChargeOff,
    Prepayment,
    Repayment,
    Terms,
)
from tests.unit.ledger.loans import OPENED, a_book, paid, parts, rate, some_terms

FEB, MAR = date(2026, 2, 1), date(2026, 3, 1)
INTEREST, PRINCIPAL = Component.INTEREST, Component.PRINCIPAL
SMALLER, FEWER = Prepayment.REDUCE_INSTALMENT, Prepayment.REDUCE_TERM


def _free(prepayment: Prepayment, **fields: object) -> Terms:
    """600 without interest in six instalments of 100."""
    return some_terms(prepayment=prepayment, **fields)


def _dear(prepayment: Prepayment = SMALLER, **fields: object) -> Terms:
    return some_terms(prepayment=prepayment, annual_rate=rate("0.12"), **fields)


@pytest.mark.parametrize(
    ("prepayment", "asked"),
    [
        (Prepayment.NEXT_INSTALMENTS, [100_00, 100_00, 100_00, 100_00, 100_00, 100_00]),
        (Prepayment.REDUCE_NEXT, [350_00, 0, 0, 50_00, 100_00, 100_00]),
        (SMALLER, [350_00, 50_00, 50_00, 50_00, 50_00, 50_00]),
        (FEWER, [350_00, 100_00, 100_00, 50_00]),
    ],
)
def test_what_is_paid_beyond_what_is_due_settles_the_next_or_makes_all_smaller_or_fewer(
    prepayment: Prepayment, asked: list[int]
) -> None:
    book = a_book(_free(prepayment), paid(350_00, FEB))

    assert parts(book, PRINCIPAL) == asked
    assert (book.balance, book.outstanding, book.credit) == (250_00, 250_00, 0)


def test_smaller_instalments_repay_what_is_left_with_interest() -> None:
    terms = _dear()
    before, after = a_book(terms), a_book(terms, paid(300_00, FEB))
    level = [sum(parts) for parts in zip(after.owed[INTEREST], after.owed[PRINCIPAL], strict=True)]

    assert level[0] == 300_00
    assert sum(after.owed[PRINCIPAL]) == 600_00
    assert len(set(level[1:5])) == 1
    assert abs(level[1] - level[5]) < 10
    assert sum(after.owed[INTEREST]) < sum(before.owed[INTEREST])


def test_the_next_instalment_is_smaller_by_what_was_paid_beyond_the_last_and_the_others_stay() -> None:
    terms = _dear(Prepayment.REDUCE_NEXT)
    before, after = a_book(terms), a_book(terms, paid(140_00, FEB))
    asked = [[sum(line.owed) for line in book.lines()] for book in (before, after)]

    assert asked[1][0] == 140_00
    assert asked[1][1] == asked[0][1] - (140_00 - asked[0][0])
    assert asked[1][2:5] == asked[0][2:5]
    assert sum(after.owed[INTEREST]) < sum(before.owed[INTEREST])


def test_before_a_due_date_all_is_principal_and_the_interest_of_the_period_is_asked_for_on_it() -> None:
    terms, early = _dear(), date(2026, 1, 16)
    book = a_book(terms, paid(150_00, early), through=early)

    first = book.line(0)
    # 15 days on 600, 16 days on 450.
    assert first.owed == (0, 0, 5_33, 150_00)
    assert first.paid == (0, 0, 0, 150_00)
    assert first.settled_on is None


def test_part_of_an_instalment_paid_early_leaves_the_others_as_they_are() -> None:
    terms = _dear()
    before, after = a_book(terms), a_book(terms, paid(50_00, date(2026, 1, 16)))

    asked = [[sum(line.owed) for line in book.lines() if line.number < len(book)] for book in (before, after)]
    assert asked[0] == asked[1]
    assert after.owed[INTEREST][0] < before.owed[INTEREST][0]


def test_what_pays_a_loan_off_early_is_principal_and_the_interest_of_the_days_gone_by() -> None:
    terms, early = _dear(), date(2026, 1, 16)
    due = to_pay_off(a_book(terms), early)
    book = a_book(terms, paid(due, early))

    assert due == 600_00 + 2_96
    assert (book.outstanding, book.credit, book.balance) == (0, 0, 0)


def test_a_schedule_whose_interest_stays_gets_smaller_by_equal_parts() -> None:
    terms = _dear(balance=Balance.SCHEDULED)
    before, after = a_book(terms), a_book(terms, paid(300_00, FEB))

    assert parts(after, INTEREST) == parts(before, INTEREST)
    lowered = [was - now for was, now in zip(before.owed[PRINCIPAL], after.owed[PRINCIPAL], strict=True)][1:]
    assert sum(lowered) == after.owed[PRINCIPAL][0] - before.owed[PRINCIPAL][0]
    assert max(lowered) - min(lowered) < 10_00


def test_a_level_of_thirty_days_leaves_the_difference_to_the_last_instalment() -> None:
    exact, nominal = (a_book(_dear(level_by_thirty_days=flag, evens_out=False)) for flag in (False, True))

    def asked(book: object, place: int) -> int:
        line = book.line(place)  # type: ignore[attr-defined]
        return sum(line.owed)

    assert asked(nominal, 0) < asked(exact, 0)
    assert asked(nominal, 5) > asked(exact, 5)
    assert parts(nominal, INTEREST)[0] == parts(exact, INTEREST)[0]


def test_interest_of_the_running_period_is_taken_once_however_many_instalments_are_paid_ahead() -> None:
    terms, early = _dear(Prepayment.NEXT_INSTALMENTS), date(2026, 1, 16)
    book = a_book(terms, paid(400_00, early))

    assert sum(book.paid[INTEREST]) == 2_96
    assert sum(book.paid[PRINCIPAL]) == 400_00 - 2_96

    again = a_book(terms, paid(205_00, OPENED), Payment(early, "P-2", 250_00))
    # 15 days on 395.
    assert sum(again.paid[INTEREST]) == 1_95


def _owed_again_while_later_instalments_are_paid(*facts: Payment) -> tuple[Terms, list[object]]:
    """A refund paid out that was not the borrower's to have: owed with the first instalment, while all later
    ones are settled.
    """
    terms = _dear(Prepayment.NEXT_INSTALMENTS)
    drawn, settled = Draw(OPENED, "draw", 600_00), Credit(OPENED, "C-1", 600_00)
    return terms, [drawn, settled, CreditRefund(date(2026, 1, 11), "R-1", 100_00), *facts]


def test_what_came_up_since_the_due_date_is_earned_once() -> None:
    terms, facts = _owed_again_while_later_instalments_are_paid()
    for day in (FEB, FEB + timedelta(1), FEB + timedelta(20)):
        book = replay(terms, facts, day)  # type: ignore[arg-type]
        assert earned(book, day)[2] == sum(book.owed[INTEREST])


def test_a_payment_of_all_that_is_owed_late_leaves_nothing_owed_and_no_credit() -> None:
    terms, facts = _owed_again_while_later_instalments_are_paid()
    on = FEB + timedelta(10)
    whole = replay(terms, facts, on).outstanding  # type: ignore[arg-type]
    book = replay(terms, [*facts, Payment(on, "P-1", whole)])  # type: ignore[list-item]

    assert (book.outstanding, book.credit) == (0, 0)


@pytest.mark.parametrize("called", [ChargeOff, Acceleration])
def test_credit_that_waits_for_a_due_date_settles_what_is_called_due(called: type) -> None:
    waits = Allocation.of(PRINCIPAL, INTEREST, Component.FEES, Component.PENALTY, ahead=Ahead.CREDIT)
    terms = some_terms(
        repayment=Repayment.EQUAL_PRINCIPAL, allocation=waits, on_charge_off=OnChargeOff.ALL_DUE
    )
    book = a_book(terms, paid(250_00, OPENED), called(date(2026, 1, 20), "O-1"))

    assert (book.credit, book.outstanding) == (0, 350_00)


@pytest.mark.parametrize("prepayment", Prepayment)
def test_a_longer_schedule_asks_for_no_negative_interest_where_more_was_paid(prepayment: Prepayment) -> None:
    terms = _dear(prepayment, balance=Balance.SCHEDULED)
    longer = MorePeriods(date(2026, 3, 10), "M-1", date(2026, 4, 1), 2)
    book = a_book(terms, paid(700_00, date(2026, 2, 15)), longer)

    assert len(book) == 8
    assert min(parts(book, INTEREST)) == 0
    assert book.outstanding == 0
