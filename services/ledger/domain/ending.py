"""What ends a loan or its place in the accounts, what undoes that, and balances that are compared."""

from datetime import date

from services.ledger.domain import facts
from services.ledger.domain.consequences import settle
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Entry, Loan
from services.ledger.domain.payments import CLOSED, WRITTEN_OFF, BeforeOpening, told_of_reversal
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.recording import as_of, report_anew, take_back
from services.ledger.domain.replay import to_pay_off
from services.ledger.domain.terms import Repayment
from shared.decision import Context, Decision, Need, Wait
from shared.events.ledger import BalanceDiffers
from shared.events.loans import BalanceReported, LoanClosed, LoanReopened
from shared.events.servicing import LoanWrittenOff, WriteOffKind, WriteOffReversed
from shared.quick import replace


def close(loan: Loan, event: LoanClosed, context: Context) -> Decision[Loan] | Need:
    """The platform closed the loan: what is left unpaid is not asked for."""
    return _recorded(loan, facts.Closing(event.closed_on, CLOSED), context)


def reopen(loan: Loan, event: LoanReopened, context: Context) -> Decision[Loan] | Need | Wait:
    """The loan is open again, as if it had not been closed."""
    return undone(loan, CLOSED, event.reopened_on, event.reason, context)


def write_off(loan: Loan, event: LoanWrittenOff, context: Context) -> Decision[Loan] | Need:
    """In the accounts only: the borrower owes what he owed. Truly forgiven: nothing is owed any more."""
    if event.amount.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=event.amount.currency)
    kind = facts.ChargeOff if event.kind is WriteOffKind.ACCOUNTING else facts.Closing
    return _recorded(loan, kind(event.written_off_on, WRITTEN_OFF), context)


def reverse_write_off(loan: Loan, event: WriteOffReversed, context: Context) -> Decision[Loan] | Need | Wait:
    """The write-off is undone, as if it had not been."""
    return undone(loan, WRITTEN_OFF, event.reversed_on, "write_off_reversed", context)


def compare(loan: Loan, event: BalanceReported, context: Context) -> Decision[Loan] | Need:
    """Compare the platform's balance with ours at the end of a day. A difference is an alarm, told once while
    it is the same: never a demand, and never a silent overwrite.
    """
    if event.balance.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=event.balance.currency)
    book = as_of(loan, event.as_of, context)
    if isinstance(book, Need):
        return book
    if book.card is not None:
        computed = book.outstanding - book.credit  # its interest is owed once a statement charges it
    elif book.terms.repayment is Repayment.PROVIDED:
        computed = book.outstanding
    else:
        computed = to_pay_off(book, event.as_of)
    difference = event.balance.minor - computed
    if difference == loan.told.balance_differs_minor:
        return Decision(loan)
    told = replace(loan.told, balance_differs_minor=difference)
    after = replace(loan, told=told, version=loan.version + 1)
    if not difference:
        return Decision(after)
    differs = BalanceDiffers(
        loan_id=loan.id, as_of=event.as_of, reported=event.balance, computed=loan.money(computed)
    )
    return Decision(after, [differs])


def _recorded(loan: Loan, fact: Fact, context: Context) -> Decision[Loan] | Need:
    if fact.value_on < loan.opened_on:
        raise BeforeOpening(on=fact.value_on, opened_on=loan.opened_on)
    recorded = report_anew(loan, fact, context)
    if isinstance(recorded, Need):
        return recorded
    return Decision(loan) if recorded is None else settle(recorded.loan, context)


def undone(loan: Loan, name: str, on: date, why: str, context: Context) -> Decision[Loan] | Need | Wait:
    """The loan as if the fact of this name had never been; the file keeps it, as taken back."""
    entry = loan.entry(name)
    if entry is None:
        return Wait(f"{name} has not been reported")
    if entry.reversed_on is not None:
        return Decision(loan)
    recorded = take_back(loan, Entry(entry.fact, on, why), context)
    if isinstance(recorded, Need):
        return recorded
    return settle(recorded.loan, context, told_of_reversal(recorded, entry.fact))
