"""A card's limit and its statement days: what is told of the limit, and when a card is looked at."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.ledger.domain.book import Card
from services.ledger.domain.loan import UNTOLD, Loan, OverLimit, Told
from services.ledger.domain.revolving import card_on, next_statement_on
from shared.decision import Context
from shared.events.base import Event
from shared.events.ledger import LimitExceeded, LimitExceededRetracted, LimitRestored
from shared.quick import replace

_DAY = timedelta(days=1)


def tell(loan: Loan, told: Told, events: list[Event], context: Context, *, asked: bool) -> Told:
    """Add what must be told of the limit; what is told then. That it is exceeded is told once the day on
    which it was has ended (`asked`); that it is not, or never was, at once.
    """
    on = loan.today(context.now)
    card, before = card_on(loan.book, on), told.over_limit
    since = date.fromordinal(card.over_since) if card.over_since else None
    if before is not None and since != before.since:
        if before.event_id != UNTOLD:
            events.append(_over_no_more(loan, card, before))
        return replace(told, over_limit=None)
    if before is None and since is not None and since < on and asked:
        event_id = context.event_id(len(events))
        exceeded = LimitExceeded(
            loan_id=loan.id,
            limit=loan.money(card.limit_on(on.toordinal())),
            principal=loan.money(loan.book.balance),
            exceeded_on=since,
        )
        events.append(exceeded)
        return replace(told, over_limit=OverLimit(since, event_id))
    return told


def _over_no_more(loan: Loan, card: Card, before: OverLimit) -> Event:
    since, until = card.was_over
    if since == before.since.toordinal():
        return LimitRestored(
            loan_id=loan.id, exceeded_event_id=before.event_id, restored_on=date.fromordinal(until)
        )
    return LimitExceededRetracted(loan_id=loan.id, exceeded_event_id=before.event_id)


def days_to_look(loan: Loan, told: Told, on: date) -> Iterator[date]:
    """Of a card: the day on which to tell that the limit is exceeded, and those after a limit's or a
    statement's.
    """
    if loan.book.card is None:
        return
    card = card_on(loan.book, on)
    if card.over_since and told.over_limit is None:
        yield date.fromordinal(card.over_since) + _DAY
    yield from (date.fromordinal(since) + _DAY for since, _ in card.limits if since >= on.toordinal())
    statement_on = next_statement_on(loan.book.terms, told.billed_on or loan.opened_on)
    if statement_on is not None and not loan.book.closed:
        yield statement_on + _DAY
