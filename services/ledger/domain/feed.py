"""What a lender's platform has reported completely, and a loan's day: only then is anyone told of a missed
payment.

A late feed must not press people who have paid. So an instalment counts as missed once the platform has said
that all payments through the end of its grace are reported, and the ledger has read all that was published by
then.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.ledger.domain import cards, late_fees, relief, reporting
from services.ledger.domain.consequences import SOON, settle
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import revised
from services.ledger.domain.staging import restaged
from shared.decision import Context, Decision, Key, Need, SetTimer, TimerFired
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.ledger import FeedLate, FeedSuspicion
from shared.events.loans import PaymentsComplete

SILENT_AFTER = timedelta(hours=36)
"""A platform that says nothing for so long after its last report is late."""


class DayDue(TimerFired):
    """The day of a loan has begun on which something may have to be told."""


class FeedRead(TimerFired):
    """All that was published before a platform's report came has been read."""


class FeedSilent(TimerFired):
    """A platform has said nothing for too long."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a lender's platform has reported: through which day all payments, for a product or for all."""

    id: UUID
    lender: str
    complete: tuple[tuple[str, date], ...] = ()
    """By product; the empty one stands for all."""
    coming: tuple[tuple[str, date], ...] = ()
    """Said, but not all that was published before has been read yet."""
    read_at: datetime | None = None
    """When what was coming came to count, in this batch."""

    def complete_through(self, product: str | None) -> date | None:
        """The last day whose payments are all reported."""
        days = [through for name, through in self.complete if name in ("", product)]
        return max(days, default=None)


def feed_id(lender: str) -> UUID:
    """A lender's feed."""
    return name_id("feed", lender)


def complete(feed: Feed | None, event: PaymentsComplete, context: Context) -> Decision[Feed]:
    """The platform says that all payments through a day are reported; it counts once all that was published
    is read.
    """
    feed = feed or Feed(feed_id(event.lender), event.lender)
    after = replace(feed, coming=(*feed.coming, (event.product or "", event.through)))
    timers = [
        # No timer fires before the service has read all that its topics held when the timer fell due.
        # In simulated time it fires in the next tick, when all that belongs to this one is applied.
        SetTimer.at_instant(FeedRead.__name__, context.now + SOON),
        SetTimer.at_instant(FeedSilent.__name__, context.now + SILENT_AFTER),
    ]
    return Decision(after, timers=timers)


def read(feed: Feed, timer: FeedRead, context: Context) -> Decision[Feed]:
    """What was said counts now. Loans that waited for it are woken as the feed is saved."""
    through = dict(feed.complete)
    for product, day in feed.coming:
        through[product] = max(day, through.get(product, day))
    return Decision(replace(feed, complete=tuple(sorted(through.items())), coming=(), read_at=context.now))


def silent(feed: Feed, timer: FeedSilent, context: Context) -> Decision[Feed]:
    """Nothing was said for too long: an alarm, and nobody is told of a missed payment meanwhile."""
    last = max((day for _, day in feed.complete), default=None)
    late = FeedLate(lender=feed.lender, complete_through=last, reason=FeedSuspicion.SILENT)
    return Decision(feed, [late])


def look(loan: Loan, timer: DayDue, context: Context) -> Decision[Loan] | Need:
    """A loan's day has come: tell what fell due, what was missed, how late the loan is."""
    rules = loan.rules
    if not rules.payments_complete_expected:
        through: date | None = loan.today(context.now) - timedelta(days=rules.feed_delay_days + 1)
    else:
        key = Key(Feed.__name__, feed_id(loan.lender))
        if key not in context.others:
            return Need(keys=[key])
        feed: Feed | None = context.others[key]
        through = feed.complete_through(loan.product) if feed else None
    if context.history is None and late_fees.may_charge(loan, loan.today(context.now)):
        return Need(history=True)
    changed = relief.next_phase(loan, context)
    if isinstance(changed, Need):
        return changed
    events: list[Event] = []
    if changed is not loan:
        events.append(revised(changed, changed.today(context.now), "plan"))
    if changed.book.card is not None:
        with_statement = cards.make_statement(changed, context)
        if isinstance(with_statement, Need):
            return with_statement
        changed, told = with_statement
        events += told
    reported = reporting.report(changed, context, through)
    if isinstance(reported, Need):
        return reported
    changed, told = reported
    decided = settle(changed, context, [*events, *told], complete_through=through, asked=True)
    corrected = restaged(decided.state, context)
    return corrected if isinstance(corrected, Need) else replace(decided, state=corrected)
