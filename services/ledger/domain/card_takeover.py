"""Card accounts that are taken over from another system: what they must say, their terms, their balances."""

from collections.abc import Sequence
from datetime import timedelta

from services.ledger.domain.due_dates import add_months, next_due
from services.ledger.domain.opening_balances import StatementTaken, TakenOver
from services.ledger.domain.payments import TAKEN_OVER
from services.ledger.domain.terms import CardTerms, Planned, Terms
from shared.errors import Refused
from shared.events.loans import LoanKind, PeriodUnit
from shared.events.takeover import LoanMigrated, RunningStatement
from shared.money import Money
from shared.quick import replace

_DAY = timedelta(days=1)


class CardUnsound(Refused):
    """A card account is taken over with its limit, and has no instalments to come: what is owed and has not
    fallen due is its balance. Other loans have no card.
    """


class StatementUnsound(Refused):
    """A card's last statement lies before the cut-over and asked for all that is past due. What is unpaid of
    its balance is no more than that balance and all that is owed, and no less than what is past due and what
    is unpaid of its minimum payment; that is none where it has fallen due, since then it is past due.
    """


def check(event: LoanMigrated, past_due: Sequence[Planned]) -> None:
    """Raises CardUnsound, StatementUnsound."""
    card = event.card
    to_come = event.instalments or event.instalment_count
    if event.kind is not LoanKind.REVOLVING or card is None or card.limit.minor < 0 or to_come:
        raise CardUnsound(loan_reference=event.loan_reference)
    last = card.statement
    if last is None:
        if past_due or _minor(card.interest_since):
            raise StatementUnsound(loan_reference=event.loan_reference)
        return
    late, running = sum(map(_whole, past_due)), _minor(last.minimum_unpaid)
    owed = sum(map(_minor, event.parts[:4]))
    sound = (
        event.opened_on <= last.issued_on < event.cut_over_on
        and last.issued_on <= last.due_on
        and all(one.due_on <= last.due_on for one in past_due)
        and 0 <= last.minimum_payment.minor <= max(last.balance.minor, 0)
        and running <= last.minimum_payment.minor
        and late + running <= last.unpaid.minor <= min(max(last.balance.minor, 0), owed)
        and (not running or last.due_on > event.cut_over_on)
        and (last.cleared_on is None or not last.unpaid.minor)
    )
    if not sound:
        raise StatementUnsound(loan_reference=event.loan_reference)


def opening_balances(event: LoanMigrated, past_due: tuple[Planned, ...]) -> TakenOver:
    """What is owed, in minor units: what is past due, and the rest, which no statement has asked for yet or
    whose minimum payment is still to fall due.
    """
    principal, interest, fees, penalty, credit = map(_minor, event.parts)
    card = event.card
    assert card is not None, "checked before"
    costs = (
        penalty - sum(one.penalty for one in past_due),
        fees - sum(one.fees for one in past_due),
        interest - sum(one.interest for one in past_due),
    )
    return TakenOver(
        event.cut_over_on,
        TAKEN_OVER,
        principal - sum(one.principal for one in past_due),
        past_due,
        accrued=_minor(card.interest_since),
        credit=credit,
        opened_on=event.opened_on,
        costs=costs,
        statement=None if card.statement is None else _taken(card.statement),
    )


def _taken(last: RunningStatement) -> StatementTaken:
    return StatementTaken(
        last.issued_on,
        last.due_on,
        last.balance.minor,
        last.minimum_payment.minor,
        last.unpaid.minor,
        _minor(last.minimum_unpaid),
        last.cleared_on,
    )


def in_rhythm(terms: Terms, event: LoanMigrated, statement_day: int | None) -> Terms:
    """The terms of a card that was opened at the cut-over, with its limit and with the statement days that it
    had before: the next one may be the day of the cut-over itself.
    """
    assert terms.card is not None, "asked for cards only"
    assert event.card is not None, "checked before"
    card = replace(terms.card, limit=event.card.limit.minor)
    if card.made:
        card = _next_statement(card, terms, event, statement_day)
    return replace(terms, card=card)


def _next_statement(
    card: CardTerms, terms: Terms, event: LoanMigrated, statement_day: int | None
) -> CardTerms:
    last = event.card.statement if event.card else None
    known = last.issued_on if last else event.opened_on
    after = max(event.cut_over_on - _DAY, known)
    if terms.unit is not PeriodUnit.MONTH:
        return replace(card, first_on=next_due(known, terms.unit, terms.count, after), day_of_month=None)
    day = statement_day or event.due_day_of_month or known.day
    anchor = add_months(known, 0, day)
    if last is None and anchor < known:
        anchor = add_months(known, 1, day)
    first = next_due(anchor, terms.unit, terms.count, after, day_of_month=day)
    return replace(card, first_on=first, day_of_month=day)


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


def _whole(one: Planned) -> int:
    return one.principal + one.interest + one.fees + one.penalty
