"""The ledger's decisions at a desk: events in, days pass, events out; in memory, by its own flow."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.ledger.adapters.calendars import calendar
from services.ledger.domain.corrections import references
from services.ledger.domain.credit_record.told import MonthReported
from services.ledger.domain.feed import (
    ConfirmFeed,
    DayDue,
    Feed,
    FeedRead,
    FeedSilent,
    feed_id,
    first_alarm,
    noted,
)
from services.ledger.domain.journal import Posting
from services.ledger.domain.loan import Entry, History, Loan
from services.ledger.domain.products import Product
from services.ledger.domain.proposals import Approve, Content, Proposal, Propose, Refuse
from services.ledger.domain.reference import Reference
from services.ledger.domain.staging import StageRow, new_stages
from services.ledger.domain.suspense import Suspense
from services.ledger.domain.suspicion import Counted
from services.ledger.flow import FLOW
from shared.decision import Actor, Key, Role, SetTimer
from shared.events.base import Event
from shared.fold import Fold
from shared.message import Message
from shared.targets import targets

EventT = TypeVar("EventT", bound=Event)
PLATFORM = Actor("platform", Role.SERVICE, None)
OLGA = Actor("olga", Role.OPERATOR, None)
OSCAR = Actor("oscar", Role.OPERATOR, None)
UTC = ZoneInfo("UTC")
REFERENCE = Reference(calendar)


@dataclass
class Desk:
    """What a ledger's database would hold, and what it has told."""

    now: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)
    reference: Reference = REFERENCE
    states: dict[Key, Any] = field(default_factory=dict)
    files: dict[UUID, dict[str, Entry]] = field(default_factory=lambda: defaultdict(dict))
    provided: dict[UUID, Any] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    posted: dict[UUID, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    """The same, by loan."""
    reported: list[MonthReported] = field(default_factory=list)
    stages: list[StageRow] = field(default_factory=list)
    timers: dict[tuple[Key, str], SetTimer] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    ids: dict[int, UUID] = field(default_factory=dict)
    kept: dict[Key, list[Message]] = field(default_factory=dict)
    due: Counter[tuple[str, str, date]] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    """Under what kind of key those are held."""
    successors: dict[UUID, UUID] = field(default_factory=dict)

    def take(self, *events: Any) -> list[Event]:
        """Hand messages in; what was told because of them."""
        before = len(self.told)
        for event in events:
            self._apply(event)
        return self.told[before:]

    def day(self, on: date, zone: str = "UTC") -> list[Event]:
        """Let time pass to noon of a day, from timer to timer; what was told meanwhile."""
        return self._until(datetime.combine(on, time(12), ZoneInfo(zone)))

    def moment(self) -> list[Event]:
        """Let what is due at once happen; what was told of it."""
        return self._until(self.now + timedelta(seconds=1))

    def _until(self, end: datetime) -> list[Event]:
        before = len(self.told)
        while due := sorted((t.due_at, k[1], k[0].id) for k, t in self.timers.items() if t.due_at <= end):
            at, kind, id_ = due[0]
            key = next(k for k in self.timers if k[1] == kind and k[0].id == id_)
            del self.timers[key]
            self.now = max(self.now, at)
            self._apply(FLOW.messages[kind](key[0].id, at))
        self.now = max(self.now, end)
        return self.told[before:]

    def ask(self, command: Any, actor: Actor = OLGA) -> Any:
        """Hand in a command as a route would: its answer, or the refusal raised."""
        message = Message(uuid4(), type(command).__name__, command, "command", actor)
        self._run(message)
        if message.error is not None:
            raise message.error
        return message.answer

    def propose(self, content: Content, by: Actor = OLGA) -> UUID:
        """Someone proposes a change; the proposal's id."""
        id_ = uuid4()
        self.ask(Propose(id_, content), by)
        return id_

    def approve(self, proposal: UUID, by: Actor = OSCAR) -> Any:
        """Someone approves what is read at the desk."""
        read = self.states.get(Key(Proposal.__name__, proposal))
        return self.ask(Approve(proposal, read.content if read else None), by)

    def refuse(self, proposal: UUID, by: Actor = OSCAR) -> Any:
        """Someone refuses."""
        return self.ask(Refuse(proposal), by)

    def agree(self, content: Content) -> UUID:
        """Two people agree on a change; the proposal's id."""
        id_ = self.propose(content)
        self.approve(id_)
        return id_

    def suspense(self, id_: UUID) -> Suspense:
        """A payment that was, or is, in suspense."""
        found: Suspense = self.states[Key(Suspense.__name__, id_)]
        return found

    def loan(self, reference: str | None = None) -> Loan:
        """The loan of this reference, or the only one."""
        found = [s for s in self.states.values() if isinstance(s, Loan) and reference in (None, s.reference)]
        assert len(found) == 1
        return found[0]

    def named(self, cls: type[EventT]) -> list[EventT]:
        """What was told of one kind."""
        return [event for event in self.told if isinstance(event, cls)]

    def balances(self) -> dict[str, int]:
        """The accounts, as all postings leave them."""
        sums: dict[str, int] = defaultdict(int)
        for posting in self.postings:
            sums[posting.account.value] += posting.minor
        return {account: minor for account, minor in sums.items() if minor}

    def _apply(self, body: Any) -> None:
        self._run(Message(uuid4(), type(body).__name__, body, "record", PLATFORM))

    def _run(self, message: Message) -> None:
        body = message.body
        keys = {key for _, key in targets(FLOW, message)}
        extra: frozenset[Key] = frozenset()
        handed: list[Message] = []
        while True:
            keys |= {key for one in handed for _, key in targets(FLOW, one)}
            named = [body, *(one.body for one in handed)]
            states = {key: self._loaded(key, named) for key in keys | extra if key in self.states}
            waiting = {key: list(self.kept.get(key, ())) for key in keys}
            prepared = frozenset(one.id for one in handed)
            fold = Fold(
                FLOW, self.now, self.reference, states, set(), waiting, extra=extra, prepared=prepared
            )
            fold.take([message])
            more = self._served(fold) - extra
            if not more and not fold.unprepared:
                break
            extra |= more
            handed += fold.unprepared
            message.outcome, message.error, message.touched = None, None, []
        self._keep(fold)
        self.kept = {key: those for key, those in self.kept.items() if key not in keys} | fold.waiting

    def _served(self, fold: Fold) -> frozenset[Key]:
        """The other states that decisions ask for; histories are at hand."""
        while fold.needs:
            more = frozenset(key for need in fold.needs.values() for key in need.keys) - fold.extra
            if more:
                return more
            fold.histories.update({key: self._history(key.id) for key in fold.needs})
            fold.resume()
        return frozenset()

    def _loaded(self, key: Key, named: Sequence[Any]) -> Any:
        state = self.states[key]
        if isinstance(state, Suspense):
            return replace(state, postings=())
        if isinstance(state, Feed) and any(
            isinstance(one, FeedRead | FeedSilent | ConfirmFeed) for one in named
        ):
            return replace(state, counted=self._counted(state.lender), delays=self._delays(state.lender))
        if not isinstance(state, Loan):
            return state
        waiting = [one.body for one in self.kept.get(key, ())]
        names = [name for one in (*named, *waiting) for name in references(one)]
        entries = tuple(self.files[key.id][name] for name in names if name in self.files[key.id])
        fresh: dict[str, Any] = {"added": (), "reversed": (), "replaced": (), "postings": (), "parties": ()}
        return replace(state, entries=entries, **fresh, reported=(), restaged=())

    def _history(self, id_: UUID) -> History:
        was = next((old for old, new in self.successors.items() if new == id_), None)
        of = was if was is not None and Key(Loan.__name__, id_) not in self.states else id_
        return History(tuple(self.files[of].values()), self.provided.get(of, ()))

    def _keep(self, fold: Fold) -> None:
        for key in fold.before:
            state = fold.states[key]
            self.states[key] = state
            if isinstance(state, Loan):
                self._note(fold.before[key], state)
                self.provided.setdefault(key.id, state.book.terms.provided)
                for name, former in state.replaced:
                    del self.files[key.id][name]
                    self.files[key.id][former.fact.reference] = former
                self.files[key.id].update(
                    {one.fact.reference: one for one in (*state.added, *state.reversed)}
                )
                self.postings += state.postings
                self.posted[key.id] += state.postings
                if state.course.gone is not None:
                    self.successors[key.id] = state.course.gone.loan_id
                self.reported += state.reported
                self.stages += new_stages(fold.before[key], state)
            elif isinstance(state, Suspense):
                self.postings += state.postings
            elif isinstance(state, Feed) and state.read_at is not None:
                self._wake(state)
        for emitted in fold.emitted:
            self.ids[len(self.told)] = emitted.id
            self.told.append(emitted.event)
        for place, (_, timer) in fold.timers.items():
            if isinstance(timer, SetTimer):
                self.timers[place] = timer
            else:
                self.timers.pop(place, None)
        for hold in fold.holds:
            self.held.append(f"{hold.status}: {hold.reason} {hold.detail}")
            self.holders.append(hold.key.type)

    def _note(self, before: Loan | None, after: Loan) -> None:
        """What the store does as loans are saved: it counts for the feed, and sees that it is read."""
        key = Key(Feed.__name__, feed_id(after.lender))
        if key not in self.states:
            self.states[key] = Feed(key.id, after.lender)
            kind = FeedSilent.__name__
            self.timers[key, kind] = SetTimer.at_instant(kind, first_alarm(after))
        one = noted(before, after)
        if one is not None:
            self.due[one.lender, one.product, one.day] += one.due
            kind, known = FeedRead.__name__, self.timers.get((key, FeedRead.__name__))
            if known is None or one.read_at < known.due_at:
                self.timers[key, kind] = SetTimer.at_instant(kind, one.read_at)

    def _counted(self, lender: str) -> tuple[Counted, ...]:
        waiting = Counter(
            (one.product or "", one.waits_through)
            for one in self.states.values()
            if isinstance(one, Loan) and one.lender == lender and one.waits_through is not None
        )
        due = {(product, day): number for (of, product, day), number in self.due.items() if of == lender}
        places = sorted({*due, *waiting})
        return tuple(
            Counted(product, day, due.get((product, day), 0), waiting[product, day])
            for product, day in places
        )

    def _delays(self, lender: str) -> tuple[tuple[str, int], ...]:
        return tuple(
            (one.code, max(waited))
            for one in self.states.values()
            if isinstance(one, Product)
            and one.lender == lender
            and (
                waited := [
                    v.terms.feed_delay_days for v in one.versions if not v.terms.payments_complete_expected
                ]
            )
        )

    def _wake(self, feed: Feed) -> None:
        """What the store does with two statements: loans that waited for this report look again, and days
        that are complete are counted no more.
        """
        for lender, product, day in list(self.due):
            through = feed.complete_through(product or None)
            if lender == feed.lender and through is not None and day <= through:
                del self.due[lender, product, day]
        for key, state in self.states.items():
            if isinstance(state, Loan) and state.waits_through is not None:
                through = feed.complete_through(state.product)
                if through is not None and state.waits_through <= through:
                    self.timers[key, DayDue.__name__] = SetTimer.at_instant(DayDue.__name__, self.now)


def id_of(desk: Desk, event: Event) -> UUID:
    """The id under which an event was told."""
    return desk.ids[next(place for place, one in enumerate(desk.told) if one is event)]
