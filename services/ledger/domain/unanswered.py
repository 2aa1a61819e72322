"""Holds that a platform asked for and nobody decides on. The ledger obeys them all the same, and never lifts
one by itself: it raises an alarm.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.ledger.domain.agreements import LoanHold
from services.ledger.domain.loan import Loan
from shared.events.base import Event
from shared.events.ledger import HoldUnanswered
from shared.quick import replace

ANSWERED_WITHIN = timedelta(days=7)
"""A hold that was asked for is placed or refused within so long, counted from the day of the request."""


def told(loan: Loan, on: date) -> tuple[Loan, list[Event]]:
    """The loan with the alarms that are due on a day raised, each once."""
    late = [one for one in loan.agreements.holds if _is_due(one, on)]
    if not late:
        return loan, []
    holds = tuple(one._replace(alarmed=True) if one in late else one for one in loan.agreements.holds)
    after = replace(loan, agreements=loan.agreements._replace(holds=holds), version=loan.version + 1)
    alarms = [
        HoldUnanswered(loan_id=loan.id, hold_reference=one.asked_as, requested_on=one.asked_on)
        for one in late
        if one.asked_on is not None
    ]
    return after, list(alarms)


def days_to_look(loan: Loan) -> Iterator[date]:
    """The days on which an alarm is due."""
    for one in loan.agreements.holds:
        if one.asked_on is not None and not one.alarmed and _runs(one, one.asked_on + ANSWERED_WITHIN):
            yield one.asked_on + ANSWERED_WITHIN


def number(loan: Loan) -> int:
    """How many of the loan's holds wait for an answer after their alarm."""
    return sum(1 for one in loan.agreements.holds if one.alarmed)


def _is_due(hold: LoanHold, on: date) -> bool:
    asked_on = hold.asked_on
    return asked_on is not None and not hold.alarmed and asked_on + ANSWERED_WITHIN <= on and _runs(hold, on)


def _runs(hold: LoanHold, on: date) -> bool:
    return hold.ends_on is None or on <= hold.ends_on
