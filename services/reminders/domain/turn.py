"""One decision on a person's file while it is taken: what changes, what is told, when to look again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.reminders.domain import course as running
from services.reminders.domain import saying
from services.reminders.domain.course import About, Look
from services.reminders.domain.course import Turn as CourseTurn
from services.reminders.domain.history import WINDOW_KEPT
from services.reminders.domain.person_file import Cause, LoanSeen, Noted, PersonFile, Word, new_file
from services.reminders.domain.reference import Reference, reference_of
from services.reminders.domain.treatments import Closing
from services.reminders.domain.words.messages import Occasion
from shared.decision import CancelTimer, Context, Decision, Send, SetTimer, TimerFired
from shared.events.base import Event
from shared.events.reminders import PromiseBroken, PromiseBrokenRetracted
from shared.quick import replace

NOBODYS = ""
"""The lender of a line about loans of which nobody knows whose they are: the staff of no lender reads it."""
MORNING, EVENING = time(9), time(19)
"""Contacts are thought of between these hours of the person's day; the gate says whether they may be made."""


class PersonDue(TimerFired):
    """It is time to look at a person: a contact, a promise, the end of a treatment."""


@dataclass
class Turn:
    """Gathers what follows from a message; `decided` makes the decision of it."""

    file: PersonFile
    context: Context
    events: list[Event] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    hands_on: list[Event] = field(default_factory=list)
    _noted: list[Noted] = field(default_factory=list)

    @classmethod
    def of(cls, state: PersonFile | None, person_id: UUID, context: Context) -> "Turn":
        """A turn on a file, which is begun where there is none."""
        return cls(state or new_file(person_id), context)

    @property
    def reference(self) -> Reference:
        """What is looked up."""
        return reference_of(self.context)

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.context.now

    def change(self, **changes: object) -> None:
        """Replace parts of the file."""
        self.file = replace(self.file, **changes)  # type: ignore[arg-type]

    def note(
        self,
        kind: str,
        *,
        lender: str | None = None,
        contact_id: UUID | None = None,
        loans: Iterable[UUID] = (),
        **content: object,
    ) -> None:
        """Write a line into the person's record, or one for each lender whose loans it is about: no lender
        reads of another's. A line of no lender concerns the person alone, and is read by all of them.
        """
        named = set(loans)
        if lender is not None or not named:
            self._noted.append(Noted(self.now, kind, lender, contact_id, content))
            return
        whose = {one.loan_id: one.lender for one in self.file.loans if one.loan_id in named}
        for one in sorted(set(whose.values())) or [NOBODYS]:
            own = sorted(str(loan) for loan in named if whose.get(loan, NOBODYS) == one)
            said = {**content, "loan_ids": own} if "loan_ids" in content else content
            self._noted.append(Noted(self.now, kind, one, contact_id, said))

    def tell(self, *events: Event, lender: str | None = None) -> None:
        """Tell, and note that it was told; `lender` is whose it is, where the event does not say."""
        self.events += events
        for event in events:
            content = event.model_dump(mode="json", exclude={"person_id", "lender", "contact_id"})
            contact_id = getattr(event, "contact_id", None)
            if contact_id is not None:
                content["hour"] = self.hour(getattr(event, "sent_at", self.now))
            loan_id = getattr(event, "loan_id", None)
            self.note(
                event.NAME,
                lender=lender or getattr(event, "lender", None),
                contact_id=contact_id,
                loans=getattr(event, "loan_ids", ()) if loan_id is None else (loan_id,),
                **content,
            )

    def hour(self, moment: datetime) -> int:
        """The hour that it was where the person is."""
        return moment.astimezone(ZoneInfo(self.file.zone)).hour

    def run(self, turn: CourseTurn) -> None:
        """Take over what became of the course."""
        self.change(course=turn.course)
        self.tell(*turn.events)

    def about(self, loan: LoanSeen) -> About:
        """What a treatment of a loan is chosen by, besides the course."""
        vulnerable = self.file.person(self.now).vulnerable
        capacity = self.file.capacity(self.file.today(self.now))
        return About(loan.lender, vulnerable=vulnerable, capacity=capacity, loan_kind=loan.kind)

    def abouts(self) -> Mapping[UUID, About]:
        """The same for all loans that are spoken of."""
        loans = (self.file.loan(one.loan_id) for one in self.file.loans)
        return {one.loan_id: self.about(one) for one in loans if one is not None}

    # -- words that are said once ----------------------------------------------------------------------------

    def say(self, occasion: Occasion, about: UUID, loans: Iterable[UUID], until: date, **more: Any) -> None:
        """Tell the person something through a day: once, by the lender of the first loan, of its loans."""
        seen = [one for loan_id in loans if (one := self.file.loan(loan_id)) is not None]
        if not seen:
            return
        lender = seen[0].lender
        own = tuple(one.loan_id for one in seen if one.lender == lender)
        word = Word(occasion, about, lender, own, more.pop("since", self.file.today(self.now)), until, **more)
        self.file = saying.with_word(self.file, word)

    # -- what closes treatments ------------------------------------------------------------------------------

    def close(self, cause: Cause) -> None:
        """Treatments of these loans end, and none begins until the cause is over."""
        if any(one.id == cause.id and one.closing is cause.closing for one in self.file.causes):
            return
        self.change(causes=(*self.file.causes, cause))
        self.run(running.closed(self.file.course, cause.loans, cause.closing))

    def take_over(self, cause: Cause) -> None:
        """Treatments end because of this; causes of the same kind for the same loans are over with it."""
        same = [
            one
            for one in self.file.causes
            if one.closing is cause.closing
            and one.loans is not None
            and (one.id == cause.id or not one.loans.isdisjoint(cause.loans or ()))
        ]
        loans = frozenset().union(cause.loans or (), *(one.loans or () for one in same))
        left = tuple(one for one in self.file.causes if one not in same)
        self.change(causes=left)
        self.close(cause._replace(loans=loans))

    def reopen(self, cause_id: UUID, closing: Closing) -> bool:
        """The cause is over: what no other one of its kind closes is treated again. Whether it was known."""
        over = [one for one in self.file.causes if (one.id, one.closing) == (cause_id, closing)]
        if not over:
            return False
        left = tuple(one for one in self.file.causes if one not in over)
        self.change(causes=left)
        still = [one.loans for one in left if one.closing is closing]
        loans = (
            None
            if over[0].loans is None
            else over[0].loans - frozenset().union(*(one or () for one in still))
        )
        if None in still or loans == frozenset():
            return True
        self.run(
            running.reopened(
                self.file.course,
                None if loans is None else sorted(loans),
                closing,
                self.abouts(),
                self.file.today(self.now),
                self.reference.catalogue,
            )
        )
        return True

    def look(self) -> Look:
        """What the day brings: told at once, but for the contacts that are wanted."""
        first = len(self.events)
        found = running.look(
            self.file.course,
            self.file.today(self.now),
            self.reference.catalogue,
            lambda place: self.context.event_id(first + place),
        )
        self.run(CourseTurn(found.course, found.events))
        for event in found.events:
            if isinstance(event, PromiseBroken):
                until = self.file.today(self.now) + saying.ASKED_FOR
                self.say(Occasion.PROMISE_QUESTION, event.promise_id, [event.loan_id], until)
            elif isinstance(event, PromiseBrokenRetracted):
                self.file = saying.withdrawn(self.file, [Occasion.PROMISE_QUESTION], about=event.promise_id)
        return found

    def decided(self, answer: object = None) -> Decision[PersonFile]:
        """The decision: promises and treatments are looked at, and the timer is set for what comes next."""
        found = self.look()
        oldest = next(iter(self.file.history.records), None)
        if oldest is not None and oldest.at < self.now - WINDOW_KEPT:
            self.change(history=self.file.history.since(self.now - WINDOW_KEPT))
        today = self.file.today(self.now)
        self.file = saying.forget_old(self.file, today)
        wakes_at = self._wakes_at(
            wanted=bool(found.wanted or found.remind or saying.due(self.file, today)), today=today
        )
        timers: list[SetTimer | CancelTimer] = []
        if wakes_at != self.file.wakes_at:
            timers = [
                CancelTimer(PersonDue.__name__)
                if wakes_at is None
                else SetTimer.at_instant(PersonDue.__name__, wakes_at)
            ]
        self.change(wakes_at=wakes_at, noted=(*self.file.noted, *self._noted))
        return Decision(
            self.file, self.events, timers=timers, sends=self.sends, answer=answer, hands_on=self.hands_on
        )

    def _wakes_at(self, *, wanted: bool, today: date) -> datetime | None:
        moments = []
        if self.file.retry_at is not None:
            moments.append(self.file.retry_at)
        elif wanted:
            moments.append(in_the_day(self.now, self.file.zone))
        following = (
            self.file.course.next_day(today, self.reference.catalogue),
            saying.next_day(self.file, today),
        )
        zone = ZoneInfo(self.file.zone)
        moments += [datetime.combine(day, MORNING, tzinfo=zone) for day in following if day is not None]
        return min((one.astimezone(ZoneInfo("UTC")) for one in moments), default=None)


def in_the_day(now: datetime, zone: str) -> datetime:
    """The moment itself within the day's hours, else the next morning."""
    local = now.astimezone(ZoneInfo(zone))
    if MORNING <= local.time() < EVENING:
        return now
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone))
