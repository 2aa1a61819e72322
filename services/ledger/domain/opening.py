"""Taking a loan into the books."""

from datetime import timedelta

from services.ledger.domain.loan import Account, Loan, Posting, Schedule
from shared.decision import Context, Decision
from shared.errors import Conflict, Refused
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanOpened
from shared.money import Money


class LoanDiffers(Conflict):
    """This loan is registered already, with other terms. Correct it with an event of its own, not by opening
    it again.
    """


class ScheduleMissing(Refused):
    """A loan is opened with its schedule: state at least one instalment."""


class ScheduleOutOfOrder(Refused):
    """Instalments must fall due on rising dates, none before the day the loan was opened."""


def open_loan(loan: Loan | None, event: LoanOpened, context: Context) -> Decision[Loan]:
    """Register a loan with the schedule that its platform sends. Opening the same loan again, alike, changes
    nothing.
    """
    opened = _opened(event)
    if loan is not None:
        if _terms(loan) != _terms(opened):
            raise LoanDiffers(loan_reference=event.loan_reference)
        return Decision(loan)
    registered = LoanRegistered(
        loan_id=opened.id,
        lender=opened.lender,
        loan_reference=opened.reference,
        owed=opened.schedule.unpaid,
        opened_on=opened.opened_on,
    )
    return Decision(opened, [registered])


def _opened(event: LoanOpened) -> Loan:
    if not event.instalments:
        raise ScheduleMissing(loan_reference=event.loan_reference)
    previous = event.opened_on - timedelta(days=1)
    for instalment in event.instalments:
        if instalment.due_on <= previous:
            raise ScheduleOutOfOrder(due_on=instalment.due_on)
        previous = instalment.due_on
    currency = event.principal.currency
    amounts = tuple(instalment.amount.minor for instalment in event.instalments)
    schedule = Schedule(currency, tuple(i.due_on for i in event.instalments), amounts, amounts)
    owed = schedule.unpaid
    postings = (
        Posting("opening", Account.RECEIVABLE, owed, event.opened_on),
        Posting("opening", Account.DISBURSED, -owed, event.opened_on),
    )
    return Loan(
        id=event.loan_id,
        lender=event.lender,
        reference=event.loan_reference,
        currency=currency,
        opened_on=event.opened_on,
        schedule=schedule,
        credit=Money.zero(currency),
        version=1,
        new_postings=postings,
    )


def _terms(loan: Loan) -> tuple[object, ...]:
    schedule = (loan.schedule.due_on, loan.schedule.amount_minor)
    return (loan.lender, loan.reference, loan.currency, loan.opened_on, schedule)
