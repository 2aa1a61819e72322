"""The whole debt is called due, and how that is undone: by the lender, a relief, or the borrower's cure.

It is the harshest thing that the ledger takes from a platform. A hold or a plan stands against it; then the
platform is told and the schedule goes on. A borrower who has paid all that was due before, or who gets a
relief, has the schedule back as if it had never been called due.
"""

from datetime import date

from services.ledger.domain import facts, payments, relief
from services.ledger.domain.book import Book
from services.ledger.domain.consequences import settle
from services.ledger.domain.ending import undone
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Entry, Loan
from services.ledger.domain.outside import NothingOwed
from services.ledger.domain.payments import ACCELERATED, BeforeOpening, revised
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.reallocation import reallocated
from services.ledger.domain.recording import Recorded, as_of, report_anew, take_back
from services.ledger.domain.replay import to_pay_off
from services.ledger.domain.standing import standing
from services.ledger.domain.terms import Component, Planned
from shared.decision import Context, Decision, Need, Wait
from shared.events.base import Event
from shared.events.hardship import PlanAccepted
from shared.events.ledger import AccelerationRefused, BalanceDiffers, ReliefRefused
from shared.events.loans import CreditGranted, PaymentReceived
from shared.events.servicing import LoanAccelerated, LoanReinstated
from shared.quick import replace


def accelerate(loan: Loan, event: LoanAccelerated, context: Context) -> Decision[Loan] | Need:
    """Call the whole debt due from a day on, unless a hold or a plan stands against it.

    Of a loan that the ledger computes that is the principal with the interest of the days gone by, and an
    amount of the platform's that differs is an alarm. Where the core is master, its amount holds.
    Raises CurrencyDiffers, BeforeOpening, NothingOwed.
    """
    if not loan.book.outstanding:
        raise NothingOwed(loan_reference=loan.reference)
    if event.amount.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=event.amount.currency)
    if event.effective_on < loan.opened_on:
        raise BeforeOpening(on=event.effective_on, opened_on=loan.opened_on)
    known = loan.entry(ACCELERATED)
    new = known is None or known.reversed_on is not None
    if new and (reason := _stands_against(loan, context)) is not None:
        refused = AccelerationRefused(loan_id=loan.id, effective_on=event.effective_on, reason=reason)
        return Decision(loan, [refused])
    then = as_of(loan, event.effective_on, context)
    if isinstance(then, Need):
        return then
    fact: Fact = facts.Acceleration(event.effective_on, ACCELERATED)
    events: list[Event] = []
    if then.card is not None:
        computed = then.outstanding - then.credit  # its interest is owed once a statement charges it
    else:
        computed = to_pay_off(then, event.effective_on)
    if loan.core_is_master and then.card is None:
        fact = _as_stated(then, event.effective_on, event.amount.minor)
    elif computed != event.amount.minor:
        differs = BalanceDiffers(
            loan_id=loan.id, as_of=event.effective_on, reported=event.amount, computed=loan.money(computed)
        )
        events.append(differs)
    recorded = report_anew(loan, fact, context)
    if isinstance(recorded, Need):
        return recorded
    if recorded is None:
        return Decision(loan)
    after = marked(recorded.loan, event.effective_on)
    return settle(after, context, [*events, revised(after, event.effective_on, "accelerated")])


def _stands_against(loan: Loan, context: Context) -> str | None:
    agreed, today = loan.agreements, loan.today(context.now)
    if agreed.plan is not None or agreed.instruction is not None:
        return "plan"
    held = any(one.stops_demands and (one.ends_on or today) >= today for one in agreed.holds)
    return "hold" if held else None


def _as_stated(book: Book, on: date, amount: int) -> facts.ScheduleChange:
    """One instalment in the place of all from a day on, so that the platform's amount is due with it. What
    was paid in advance stays paid.
    """
    coming = [line for line in book.lines() if line.due_on >= on]
    paid = [sum(line.paid[component] for line in coming) for component in range(4)]
    unpaid = sum(line.owed[Component.PRINCIPAL] for line in coming) - paid[Component.PRINCIPAL]
    asked = max(amount - book.arrears(on), 0)
    principal = paid[Component.PRINCIPAL] + min(unpaid, asked)
    interest = paid[Component.INTEREST] + max(asked - unpaid, 0)
    whole = Planned(on, principal, interest, paid[Component.FEES], paid[Component.PENALTY])
    return facts.ScheduleChange(on, ACCELERATED, (whole,))


def marked(loan: Loan, on: date | None) -> Loan:
    """The loan that is called due from a day on, or (None) is not."""
    course = loan.course._replace(accelerated_on=on)
    return replace(loan, agreements=loan.agreements._replace(course=course))


def reinstate(loan: Loan, event: LoanReinstated, context: Context) -> Decision[Loan] | Need | Wait:
    """The lender takes it back: the schedule holds as if the debt had never been called due."""
    decided = undone(loan, ACCELERATED, event.reinstated_on, event.reason, context)
    if not isinstance(decided, Decision) or decided.state is loan:
        return decided
    return Decision(marked(decided.state, None), decided.events, decided.timers)


def receive(loan: Loan, event: PaymentReceived, context: Context) -> Decision[Loan] | Need:
    """Set a payment against what is owed. One that pays what was due without it ends an acceleration."""
    return _cured(payments.receive(loan, event, context), context)


def credit(loan: Loan, event: CreditGranted, context: Context) -> Decision[Loan] | Need:
    """The lender credits the borrower; what that cures is cured as by a payment."""
    return _cured(payments.credit(loan, event, context), context)


def _cured(decided: Decision[Loan] | Need, context: Context) -> Decision[Loan] | Need:
    if isinstance(decided, Need):
        return decided
    loan = decided.state
    if loan.course.accelerated_on is None or loan.core_is_master or not loan.book.outstanding:
        return decided
    before = _without(loan, "cured", context)
    if isinstance(before, Need):
        return before
    if standing(before.loan, loan.today(context.now)).arrears_minor:
        return decided
    told = payments.told_of_reversal(before, facts.Acceleration(loan.course.accelerated_on, ACCELERATED))
    after = settle(before.loan, context, [*decided.events, *told])
    return Decision(after.state, after.events, [*decided.timers, *after.timers])


def _without(loan: Loan, why: str, context: Context) -> Recorded | Need:
    """The loan as if it had never been called due."""
    if context.history is None:
        return Need(history=True)
    newest_first = (*reversed(loan.added), *context.history.entries)
    filed = next(one for one in newest_first if one.fact.reference == ACCELERATED)
    return take_back(marked(loan, None), Entry(filed.fact, loan.today(context.now), why), context)


def before_relief(loan: Loan, context: Context) -> Loan | Need:
    """The loan as a relief finds it: with its schedule, also where the debt was called due."""
    if loan.course.accelerated_on is None or loan.core_is_master:
        return loan
    before = _without(loan, "relief", context)
    return before if isinstance(before, Need) else before.loan


def accept(loan: Loan, event: PlanAccepted, context: Context) -> Decision[Loan] | Need:
    """Apply a plan. A loan that was called due gets its schedule back first, and the relief changes that."""
    if loan.course.accelerated_on is None or loan.core_is_master:
        return relief.accept(loan, event, context)
    before = _without(loan, "relief", context)
    if isinstance(before, Need):
        return before
    decided = relief.accept(before.loan, event, context)
    if isinstance(decided, Need):
        return decided
    if decided.state is before.loan or any(isinstance(one, ReliefRefused) for one in decided.events):
        return relief.accept(loan, event, context)
    # After the others: what was told is kept by the places of those.
    moved = reallocated(before, "reinstated")
    return Decision(decided.state, [*decided.events, *moved], decided.timers)
