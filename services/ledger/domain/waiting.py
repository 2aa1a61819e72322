"""What a loan waits for while nothing is held against its borrower: money on its way or in suspense,
and the answer of a core that is master.
"""

from datetime import date, timedelta

from services.ledger.domain.ageing import Unpaid
from services.ledger.domain.loan import Loan, Pending

PENDING_WAITS = timedelta(days=3)
"""A payment on its way keeps its instalment from being missed so long after the day on which it was expected.
"""
ALARM_AFTER = timedelta(days=7)
"""A loan that waits for its platform's reports looks again after so long, should nobody wake it before."""


def looks_again_on(loan: Loan, waits_through: date, on: date) -> date:
    """When a loan that waits for the reports of a day looks again: where its platform never says that they
    are complete, on the day from which they count as such.
    """
    if loan.rules.payments_complete_expected:
        return on + ALARM_AFTER
    return max(waits_through + timedelta(days=loan.rules.feed_delay_days + 1), on + timedelta(days=1))


def is_answered(loan: Loan, today: date) -> bool:
    """Whether neither the core, nor whoever assigns money, still has to answer: till then nothing is held
    against the borrower.
    """
    return not loan.agreements.unanswered and not _in_suspense(loan, today)


def on_its_way(loan: Loan, row: Unpaid, today: date) -> bool:
    """Whether so much is on its way as is unpaid of an instalment."""
    expected = sum(one.amount_minor for one in loan.pending if today <= waited_for(one))
    return bool(expected) and expected >= row.amount_minor


def waited_for(one: Pending) -> date:
    """The last day on which a payment on its way keeps its instalment from being missed."""
    return one.expected_on if one.in_suspense else one.expected_on + PENDING_WAITS


def _in_suspense(loan: Loan, today: date) -> bool:
    """Money has come that may be for this loan: until that is known nothing is told against the borrower."""
    return any(one.in_suspense and today <= waited_for(one) for one in loan.pending)
