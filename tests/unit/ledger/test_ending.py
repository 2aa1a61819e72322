"""What ends a loan, what undoes that, and balances that are compared and never overwritten."""

from datetime import date
from typing import Any

import pytest

from shared.events.ledger import BalanceDiffers, LoanRepaid, LoanRepaidRetracted, PaymentMissed
from shared.events.loans import BalanceReported, LoanClosed, LoanReopened, PaymentsComplete
from shared.events.servicing import LoanWrittenOff, WriteOffKind, WriteOffReversed
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk

LOAN = a_loan(instalments=a_schedule("100.00", "100.00"))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}


def _desk() -> Desk:
    desk = Desk()
    complete = an_event(PaymentsComplete, lender=LOAN.lender, through=date(2026, 12, 31), product=None)
    desk.take(LOAN, complete, a_payment("30.00", value_on="2026-01-20"))
    return desk


def _event(cls: Any, **fields: Any) -> Any:
    return an_event(cls, **{**NAMES, **fields})


def _written_off(kind: WriteOffKind) -> LoanWrittenOff:
    event: LoanWrittenOff = _event(
        LoanWrittenOff, written_off_on="2026-01-25", amount=money("170.00"), kind=kind
    )
    return event


def test_a_closed_loan_asks_for_nothing_and_a_reopened_one_for_all_again() -> None:
    desk = _desk()
    desk.take(_event(LoanClosed, closed_on="2026-01-25", reason="sold"))
    assert desk.loan().book.outstanding == 0
    assert desk.balances()["forgiveness"] == 170_00
    assert len(desk.named(LoanRepaid)) == 1
    desk.day(date(2026, 2, 10))
    assert not desk.named(PaymentMissed)
    desk.take(_event(LoanReopened, reopened_on="2026-02-11", reason="mistake"))
    assert desk.loan().book.outstanding == 170_00
    assert "forgiveness" not in desk.balances()
    assert len(desk.named(LoanRepaidRetracted)) == 1
    desk.day(date(2026, 2, 12))
    assert len(desk.named(PaymentMissed)) == 1


def test_a_write_off_in_the_accounts_leaves_the_borrowers_debt_as_it_was() -> None:
    desk = _desk()
    desk.take(_written_off(WriteOffKind.ACCOUNTING))
    assert desk.loan().book.outstanding == 170_00
    assert (desk.balances()["write_off"], desk.balances()["allowance"]) == (170_00, -170_00)
    desk.take(_event(WriteOffReversed, reversed_on="2026-01-26"))
    assert not {"write_off", "allowance"} & set(desk.balances())


def test_a_debt_that_is_forgiven_is_owed_no_more() -> None:
    desk = _desk()
    desk.take(_written_off(WriteOffKind.FORGIVEN))
    assert desk.loan().book.outstanding == 0
    desk.take(a_payment("10.00", reference="late", value_on="2026-01-28"))
    assert desk.loan().book.credit == 10_00


def test_what_undoes_waits_for_what_it_undoes() -> None:
    desk = _desk()
    desk.take(_event(LoanReopened, reopened_on="2026-02-11", reason="mistake"))
    assert desk.held == ["waiting: predecessor_missing closed has not been reported"]
    desk.take(_event(LoanClosed, closed_on="2026-01-25", reason="sold"))
    assert desk.loan().book.outstanding == 170_00


@pytest.mark.parametrize(
    ("as_of", "balance", "differs"),
    [("2026-01-25", "170.00", False), ("2026-01-10", "200.00", False), ("2026-01-25", "165.00", True)],
)
def test_a_balance_is_compared_with_ours_of_that_day(as_of: str, balance: str, differs: bool) -> None:
    desk = _desk()
    before = desk.loan()
    told = desk.take(_event(BalanceReported, as_of=as_of, balance=money(balance)))
    assert told == (
        [
            BalanceDiffers(
                loan_id=LOAN.loan_id,
                as_of=date(2026, 1, 25),
                reported=money("165.00"),
                computed=money("170.00"),
            )
        ]
        if differs
        else []
    )
    assert desk.loan().book == before.book
