"""Revolving loans: what platforms tell of them, and the statements that the ledger makes itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.ledger.domain import facts
from services.ledger.domain.book import Billed, Book, Kind, Why
from services.ledger.domain.consequences import settle
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import amount_of, not_before_opening, references
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.reallocation import reallocated
from services.ledger.domain.recording import Recorded, as_of, record, report_anew
from services.ledger.domain.replay import ReplayNeeded, add
from services.ledger.domain.revolving import last_statement_on, statement_due_on
from services.ledger.domain.terms import CardTerms
from shared.decision import Context, Decision, Need
from shared.errors import Refused
from shared.events.base import Event
from shared.events.ledger import BalanceDiffers, StatementMade
from shared.events.loans import AmountDrawn, LimitChanged, StatementIssued
from shared.events.parts import Components
from shared.money import Money
from shared.quick import replace

_DAY = timedelta(days=1)


class NotRevolving(Refused):
    """Only a revolving loan is drawn on, has a limit, and gets statements."""


class StatementsMadeHere(Refused):
    """The ledger makes this card's statements itself, as its product says: none is taken from elsewhere."""


class MinimumAboveBalance(Refused):
    """A statement cannot ask for more than is owed, nor for less than nothing."""


class DueBeforeIssue(Refused):
    """A statement's minimum payment cannot fall due before the statement is issued."""


class ComponentsDoNotAddUp(Refused):
    """A statement's components must add up to its balance."""


class CardClosed(Refused):
    """Nothing can be drawn after the card account was closed."""


class NegativeLimit(Refused):
    """A limit is at least zero."""


def draw(loan: Loan, event: AmountDrawn, context: Context) -> Decision[Loan] | Need:
    """Money was drawn, or a purchase made. It is owed from its value date on, also beyond the limit."""
    _card(loan)
    amount = amount_of(loan, event.amount, event.value_on)
    if loan.book.closed and event.value_on.toordinal() > loan.book.closed:
        raise CardClosed(closed_on=date.fromordinal(loan.book.closed), value_on=event.value_on)
    fact = facts.Draw(event.value_on, references(event)[0], amount)
    return _told(record(loan, fact, context), loan, context, "amount_drawn")


def change_limit(loan: Loan, event: LimitChanged, context: Context) -> Decision[Loan] | Need:
    """Another limit holds from a day on. Told again for the same day, the newest report counts."""
    _card(loan)
    not_before_opening(loan, event.effective_on)
    _same_currency(loan, event.limit)
    if event.limit.minor < 0:
        raise NegativeLimit(limit=event.limit)
    fact = facts.LimitChange(event.effective_on, references(event)[0], event.limit.minor)
    return _told(report_anew(loan, fact, context), loan, context, "limit_changed")


def take_statement(loan: Loan, event: StatementIssued, context: Context) -> Decision[Loan] | Need:
    """The platform's core has made a statement: its minimum payment falls due. Its balance is compared with
    the book's, which it does not change.
    """
    if _card(loan).made:
        raise StatementsMadeHere(loan_id=loan.id)
    _check(loan, event)
    parts = event.components
    fact = facts.Statement(
        event.issued_on,
        references(event)[0],
        event.due_on,
        event.minimum_payment.minor,
        event.balance.minor,
        None if parts is None else parts.interest.minor if parts.interest else 0,
    )
    recorded = record(loan, fact, context)
    if isinstance(recorded, Need):
        return recorded
    if recorded is None:
        return Decision(loan)
    after = recorded.loan
    book = as_of(after, event.issued_on, context)
    if isinstance(book, Need):
        return book
    events: list[Event] = [
        _made(after, _billed(book, fact), book, event.statement_reference, by_ledger=False),
        *_differences(after, book, event),
        *reallocated(recorded, "statement_issued"),
    ]
    return settle(after, context, events)


def make_statement(loan: Loan, context: Context) -> tuple[Loan, list[Event]] | Need:
    """The loan with the statement of the last statement day that has ended, and what is told of it.

    Of several days that went by meanwhile one statement tells: nobody gets old ones, nor a due date that has
    passed. Where nothing is owed, nor to good, there is none.
    """
    terms, yesterday = loan.book.terms, loan.today(context.now) - _DAY
    day = last_statement_on(terms, yesterday)
    if day is None or loan.book.closed or (loan.told.billed_on is not None and day <= loan.told.billed_on):
        return loan, []
    before = as_of(loan, day, context)
    if isinstance(before, Need):
        return before
    dealt_with = replace(loan, told=replace(loan.told, billed_on=day))
    tried = facts.Statement(day, f"statement:{day}", statement_due_on(terms, max(day, yesterday)))
    book = add(before, tried)
    assert not isinstance(book, ReplayNeeded), "the statement ends its day"
    says = _billed(book, tried)
    if not says.balance and not book.credit:
        return dealt_with, []
    fact = tried._replace(minimum=says.minimum, balance=says.balance)
    recorded = record(dealt_with, fact, context)
    if isinstance(recorded, Need):
        return recorded
    assert recorded is not None, "a day's statement is made once"
    made = _made(loan, says, book, str(day), by_ledger=True)
    return recorded.loan, [made, *reallocated(recorded, "statement_made")]


def _card(loan: Loan) -> CardTerms:
    card = loan.book.terms.card
    if card is None:
        raise NotRevolving(loan_id=loan.id)
    return card


def _told(
    recorded: Recorded | Need | None, loan: Loan, context: Context, cause: str
) -> Decision[Loan] | Need:
    if isinstance(recorded, Need):
        return recorded
    if recorded is None:
        return Decision(loan)
    return settle(recorded.loan, context, reallocated(recorded, cause))


def _same_currency(loan: Loan, *amounts: Money | None) -> None:
    for amount in amounts:
        if amount is not None and amount.currency != loan.currency:
            raise CurrencyDiffers(expected=loan.currency, got=amount.currency)


def _check(loan: Loan, event: StatementIssued) -> None:
    balance, minimum, parts = event.balance, event.minimum_payment, _parts(event.components)
    _same_currency(loan, balance, minimum, *parts)
    not_before_opening(loan, event.issued_on)
    if event.due_on < event.issued_on:
        raise DueBeforeIssue(issued_on=event.issued_on, due_on=event.due_on)
    if not 0 <= minimum.minor <= max(balance.minor, 0):
        raise MinimumAboveBalance(minimum_payment=minimum, balance=balance)
    if event.components is not None and sum(one.minor for one in parts if one) != balance.minor:
        raise ComponentsDoNotAddUp(balance=balance)


def _parts(components: Components | None) -> tuple[Money | None, ...]:
    """By component, from penalty to principal."""
    if components is None:
        return ()
    return (components.penalty, components.fees, components.interest, components.principal)


def _billed(book: Book, fact: Fact) -> Billed:
    assert book.card is not None, "only cards get statements"
    return next(one for one in reversed(book.card.statements) if one.reference == fact.reference)


def _unpaid(book: Book, apart_from: Sequence[int] = ()) -> tuple[int, int, int, int]:
    """By component; what the borrower has to good lowers the principal."""
    places = [k for k in range(len(book)) if k not in apart_from]
    penalty, fees, interest, principal = (
        sum(owed[k] - paid[k] for k in places) for owed, paid in zip(book.owed, book.paid, strict=True)
    )
    return (penalty, fees, interest, principal - book.credit)


def _components(loan: Loan, unpaid: tuple[int, int, int, int]) -> Components:
    penalty, fees, interest, principal = (loan.money(part) if part else None for part in unpaid)
    return Components(penalty=penalty, fees=fees, interest=interest, principal=principal)


def _made(loan: Loan, billed: Billed, book: Book, name: str, *, by_ledger: bool) -> StatementMade:
    to_come = [k for k, kind in enumerate(book.kinds) if kind == Kind.FIXED and book.dues[k] > billed.issued]
    return StatementMade(
        loan_id=loan.id,
        statement_reference=name,
        by_ledger=by_ledger,
        issued_on=date.fromordinal(billed.issued),
        due_on=date.fromordinal(billed.due),
        balance=loan.money(billed.balance - book.credit),
        minimum_payment=loan.money(billed.minimum),
        past_due=loan.money(_asked_before(book, billed)),
        interest=loan.money(billed.interest),
        components=_components(loan, _unpaid(book, apart_from=to_come)),
    )


def _asked_before(book: Book, billed: Billed) -> int:
    """What of a statement's minimum payment others ask for, as the book stands at the end of its day."""
    assert book.card is not None, "only cards get statements"
    place = list(book.minimum_places())[book.card.statements.index(billed)]
    return max(billed.minimum - book.unpaid(place), 0)


def _differences(loan: Loan, book: Book, event: StatementIssued) -> list[Event]:
    """Where the statement says that something else is owed than the book: in all, or for what."""
    penalty, fees, interest, principal = _unpaid(book)
    if _card(loan).draws_reported:
        # What had to be added so that the minimum payment could fall due was not known to be owed.
        principal -= sum(
            one.amount
            for one in book.movements
            if one.why is Why.STATED and one.cause == references(event)[0]
        )
    computed = (penalty, fees, interest, principal)
    reported = tuple(one.minor if one else 0 for one in _parts(event.components))
    if sum(computed) == event.balance.minor and reported in ((), computed):
        return []
    return [
        BalanceDiffers(
            loan_id=loan.id,
            as_of=event.issued_on,
            reported=event.balance,
            computed=loan.money(sum(computed)),
            reported_components=event.components,
            computed_components=_components(loan, computed),
        )
    ]
