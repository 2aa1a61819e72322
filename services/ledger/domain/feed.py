"""What a lender's platform has reported completely, and a loan's day: only then is anyone told of a missed
payment.

A late feed must not press people who have paid. So an instalment counts as missed once the platform has said
that all payments through the end of its grace are reported, that day is over, the ledger has read all that
was published by then, and what the report says is likely. Where a product says that its platform never says
so, some days are waited instead, and what follows must be likely too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.ledger.domain import cards, late_fees, relief, reporting, unanswered
from services.ledger.domain.consequences import SOON, settle
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import revised
from services.ledger.domain.staging import restaged
from services.ledger.domain.standing import grace_end
from services.ledger.domain.suspicion import (
    NOTHING_SEEN,
    Counted,
    Said,
    Seen,
    is_suspicious,
    judged,
    latest,
    remembered,
)
from shared.decision import Context, Decision, Key, Need, SetTimer, TimerFired
from shared.errors import Conflict
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.ledger import FeedLate, FeedSuspicion
from shared.events.loans import PaymentsComplete
from shared.quick import replace

_DAY = timedelta(days=1)
AFTER_LOANS = 2 * SOON
"""A report is judged after the loans whose day begins now or soon have told what they wait for."""
SILENT_AFTER = timedelta(hours=36)
"""A platform that says nothing for so long after its last report is late."""


class DayDue(TimerFired):
    """The day of a loan has begun on which something may have to be told."""


class FeedRead(TimerFired):
    """All that was published before a platform's report came has been read."""


class FeedSilent(TimerFired):
    """A platform has said nothing for too long."""


@dataclass(frozen=True, slots=True)
class ConfirmFeed:
    """Someone has made sure that a report which was not believed is right: so many did miss."""

    lender: str

    @property
    def feed_id(self) -> UUID:
        """The feed that is meant."""
        return feed_id(self.lender)


class NothingSuspected(Conflict):
    """No report of this lender waits to be confirmed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a lender's platform has reported: through which day all payments, for a product or for all."""

    id: UUID
    lender: str
    complete: tuple[Said, ...] = ()
    """By product; the empty one stands for all."""
    coming: tuple[Said, ...] = ()
    """Said, but the day is not over, or not all that was published before has been read yet."""
    suspect: tuple[Said, ...] = ()
    """Read, and not believed: too many would have missed."""
    late: FeedSuspicion | None = None
    """Why nobody is told of a missed payment now."""
    seen: Seen = NOTHING_SEEN
    read_at: datetime | None = None
    """When what was coming came to count, in this batch."""
    zone: str = "UTC"
    """Where the lender's days begin: that of one of its loans."""
    counted: tuple[Counted, ...] = ()
    """What is due and what waits; loaded only where a report is judged, as are `zone` and `delays`."""
    delays: tuple[tuple[str, int], ...] = ()
    """Products of which the platform never says that a day is complete, and how many days are waited
    instead.
    """

    def complete_through(self, product: str | None) -> date | None:
        """The last day whose payments are all reported."""
        days = [through for name, through in self.complete if name in ("", product)]
        return max(days, default=None)


@lru_cache(maxsize=4_096)
def feed_id(lender: str) -> UUID:
    """A lender's feed. Every loan's day asks for it."""
    return name_id("feed", lender)


def complete(feed: Feed | None, event: PaymentsComplete, context: Context) -> Decision[Feed]:
    """The platform says that all payments through a day are reported; it counts once the day is over and all
    that was published is read.
    """
    feed = feed or Feed(feed_id(event.lender), event.lender)
    late = None if feed.late is FeedSuspicion.SILENT else feed.late
    coming = latest((*feed.coming, (event.product or "", event.through)))
    timers = [
        # No timer fires before the service has read all that its topics held when the timer fell due.
        # In simulated time it fires in the next tick, when all that belongs to this one is applied.
        SetTimer.at_instant(FeedRead.__name__, context.now + AFTER_LOANS),
        SetTimer.at_instant(FeedSilent.__name__, context.now + SILENT_AFTER),
    ]
    return Decision(replace(feed, coming=coming, late=late), timers=timers)


def read(feed: Feed, timer: FeedRead, context: Context) -> Decision[Feed]:
    """What was said of days that are over counts now, unless it cannot be believed. Loans that waited for it
    are woken as the feed is saved.
    """
    today = context.now.astimezone(ZoneInfo(feed.zone)).date()
    waited_for = ((product, today - timedelta(days=delay + 1)) for product, delay in feed.delays)
    said = latest((name, min(day, today - _DAY)) for name, day in (*feed.suspect, *feed.coming, *waited_for))
    timers = _next_reading(feed, today)
    feed = replace(feed, coming=tuple(one for one in feed.coming if one[1] >= today))
    report = judged(feed.counted, feed.complete, said)
    if not is_suspicious(report, feed.seen):
        return Decision(_believed(feed, said, report, context), timers=timers)
    after = replace(feed, suspect=said, late=FeedSuspicion.TOO_MANY_MISSED)
    told = [] if said == feed.suspect else [_late(after)]
    return Decision(after, told, timers)


def _next_reading(feed: Feed, today: date) -> list[SetTimer]:
    """The next day on which instalments turn out missed is over."""
    delays = dict(feed.delays)
    days = [one.day + timedelta(days=delays.get(one.product, 0)) for one in feed.counted]
    coming = [day for day in days if day >= today]
    return [SetTimer.at_instant(FeedRead.__name__, day_over(min(coming), feed.zone))] if coming else []


def day_over(day: date, zone: str) -> datetime:
    """When a day is over and the loans' own timers of that moment have fired: what they have missed is
    known.
    """
    return SetTimer("", day + _DAY, time(0), zone).due_at + AFTER_LOANS


def silent(feed: Feed, timer: FeedSilent, context: Context) -> Decision[Feed]:
    """Nothing was said for too long: an alarm, and nobody is told of a missed payment meanwhile.

    Of a platform that never said anything it is one once a loan has waited for so long.
    """
    silent_products = dict(feed.delays)
    if all(product in silent_products for product, _ in (*feed.complete, *feed.coming, *feed.suspect)):
        since = (context.now - SILENT_AFTER).astimezone(ZoneInfo(feed.zone)).date()
        waits = (one for one in feed.counted if one.waiting and one.product not in silent_products)
        if not any(one.day < since for one in waits):
            return Decision(feed, timers=[SetTimer.at_instant(FeedSilent.__name__, context.now + _DAY)])
    after = replace(feed, late=FeedSuspicion.SILENT)
    return Decision(after, [_late(after)])


def confirm(feed: Feed, command: ConfirmFeed, context: Context) -> Decision[Feed]:
    """The report is right: those who missed are told. Raises NothingSuspected."""
    if not feed.suspect:
        raise NothingSuspected(lender=feed.lender)
    report = judged(feed.counted, feed.complete, feed.suspect)
    after = _believed(replace(feed, late=None), feed.suspect, report, context)
    return Decision(after, answer=FeedState.of(after))


def _believed(feed: Feed, said: Sequence[Said], report: Seen, context: Context) -> Feed:
    return replace(
        feed,
        complete=latest((*feed.complete, *said)),
        suspect=(),
        # What was silent stays so until its platform says something.
        late=feed.late if feed.late is FeedSuspicion.SILENT else None,
        seen=remembered(feed.seen, report),
        read_at=context.now,
    )


def _late(feed: Feed) -> FeedLate:
    assert feed.late is not None, "told of a feed that is late"
    said = feed.complete if feed.suspect else (*feed.complete, *feed.coming)
    last = max((day for _, day in said), default=None)
    return FeedLate(lender=feed.lender, complete_through=last, reason=feed.late)


@dataclass(frozen=True, slots=True)
class FeedState:
    """How a lender's reports stand, as people see it."""

    lender: str
    complete: tuple[Said, ...]
    coming: tuple[Said, ...]
    suspect: tuple[Said, ...]
    late: FeedSuspicion | None

    @classmethod
    def of(cls, feed: Feed) -> "FeedState":
        """As it stands."""
        return cls(feed.lender, feed.complete, feed.coming, feed.suspect, feed.late)


class Noted(NamedTuple):
    """What a loan's change means for its lender's feed."""

    lender: str
    product: str
    day: date
    """The day on which the grace of an instalment ends."""
    due: int
    """Whether it was told of as about to fall due."""
    read_at: datetime
    """When the feed must be read at the latest."""


def noted(before: Loan | None, after: Loan) -> Noted | None:
    """The instalment of which the coming was told by this change, or for whose report the loan began to
    wait.
    """
    rules, told = after.rules, after.told.due_soon
    day = None
    if told is not None and (before is None or before.told.due_soon != told):
        # Of a loan that was taken over the other system may have told it, long ago or just now.
        day = grace_end(after, told) if told.toordinal() >= after.book.seen else None
    due = int(day is not None)
    if day is None and (before is None or before.waits_through != after.waits_through):
        day = after.waits_through
    if day is None:
        return None
    delay = 0 if rules.payments_complete_expected else rules.feed_delay_days
    read_at = day_over(day + timedelta(days=delay), after.zone)
    return Noted(after.lender, after.product or "", day, due, read_at)


def first_alarm(loan: Loan) -> datetime:
    """When to look whether the platform has ever said anything, of a lender whose first loan this is: its
    first instalment should have been reported by then.
    """
    first = loan.open_due_on or loan.opened_on
    return day_over(grace_end(loan, first) or first, loan.zone) + SILENT_AFTER


def look(loan: Loan, timer: DayDue, context: Context) -> Decision[Loan] | Need:
    """A loan's day has come: tell what fell due, what was missed, how late the loan is."""
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
    changed, alarms = unanswered.told(changed, changed.today(context.now))
    events += alarms
    reported = reporting.report(changed, context, through)
    if isinstance(reported, Need):
        return reported
    changed, told = reported
    decided = settle(changed, context, [*events, *told], complete_through=through, asked=True)
    corrected = restaged(decided.state, context)
    return corrected if isinstance(corrected, Need) else replace(decided, state=corrected)
