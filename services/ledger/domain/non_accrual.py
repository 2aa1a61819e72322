"""Interest that the lender may not count as income: what a borrower who is long past due owes of it.

It is the lender's view alone. The borrower owes what he owed, and what is paid after all is income then.
"""

from datetime import date

from services.ledger.domain import journal
from services.ledger.domain.loan import Loan
from services.ledger.domain.terms import Component
from shared.quick import replace


def suspend(loan: Loan, days_past_due: int, on: date) -> Loan:
    """The loan with as much interest suspended as must be at the end of a day: all that is earned and unpaid
    while the loan is as late as its product says, nothing before and nothing once it is cured.

    The usual limit is 90 days (FFIEC Call Report instructions, glossary: nonaccrual status; Basel Framework
    CRE36.69: default).
    """
    limit = loan.rules.interest_suspended_after_days
    must = 0
    if limit is not None and days_past_due >= limit:
        bought = loan.course.came.interest_earned if loan.course.came else 0
        paid = sum(loan.book.paid[Component.INTEREST])
        must = max(loan.earned[Component.INTEREST] - max(paid, bought), 0)
    if must == loan.suspended:
        return loan
    new = journal.postings(journal.suspended(f"suspended:{on}", on, must - loan.suspended))
    return replace(loan, suspended=must, postings=(*loan.postings, *new))
