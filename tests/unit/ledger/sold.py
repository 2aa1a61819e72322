"""A loan that was sold, and how the books of both lenders stand."""

from collections import defaultdict
from datetime import date
from typing import Any

from services.ledger.domain.journal import Posting
from services.ledger.domain.loan import Loan
from shared.events.base import Event
from shared.events.ids import loan_id
from shared.events.loans import (
    PaymentsComplete,
)
from shared.events.servicing import LoanTransferred
from tests.builders import a_loan, a_schedule, an_event
from tests.unit.ledger.desk import Desk

LOAN = a_loan(instalments=a_schedule("100.00", "100.00", "100.00"))
OLD, NEW = (
    {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference},
    {"lender": "birch", "loan_reference": "B-9"},
)
NEW_ID = loan_id("birch", "B-9")
SOLD_ON = date(2026, 2, 15)


def sold(on: date = SOLD_ON, **fields: Any) -> LoanTransferred:
    to = {"to_lender": "birch", "to_loan_reference": "B-9", "effective_on": on}
    return an_event(LoanTransferred, **{**OLD, **to, **fields})


def complete(lender: str, through: str = "2026-12-31") -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=lender, through=through, product=None)


def a_desk(*events: Event, on: date = date(2026, 2, 20), loan: Any = LOAN) -> Desk:
    desk = Desk()
    desk.take(loan, complete("acme"), complete("birch"), *events)
    desk.day(on)
    return desk


def old(desk: Desk) -> Loan:
    return desk.loan(LOAN.loan_reference)


def new(desk: Desk) -> Loan:
    return desk.loan("B-9")


def accounts(*postings: Posting) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for one in postings:
        sums[one.account.value] += one.minor
    return {account: minor for account, minor in sums.items() if minor}


def books(desk: Desk) -> tuple[dict[str, int], dict[str, int]]:
    """The accounts of the old loan and of the new one: what was posted for each."""
    return accounts(*desk.posted[old(desk).id]), accounts(*desk.posted[NEW_ID])
