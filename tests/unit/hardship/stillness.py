"""Standstills at a desk: events and commands in, days pass, events out; by the steps of the flow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from services.hardship.domain.standstill import Standstill
from services.hardship.domain.standstill_timer import StandstillDue
from services.hardship.main import REFERENCE
from services.hardship.standing_flow import STANDING_STEPS, STANDSTILLS
from shared.decision import Actor, Key, Role, SetTimer
from shared.events.base import Event
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import LoanLinked, PersonProfiled
from shared.flow import Flow
from shared.fold import Fold
from shared.message import Message
from shared.money import Money
from shared.targets import targets

EventT = TypeVar("EventT", bound=Event)
FLOW = Flow("hardship", states=[STANDSTILLS], steps=STANDING_STEPS)
POLICIES = REFERENCE.holds
PLATFORM = Actor("platform", Role.SERVICE, None)
HELEN = Actor("helen", Role.HARDSHIP_OFFICER, frozenset({"acme"}))
HUGO = Actor("hugo", Role.HARDSHIP_OFFICER, frozenset({"acme"}))
OTHERS_OFFICER = Actor("otto", Role.HARDSHIP_OFFICER, frozenset({"other"}))
ADA = Actor("ada", Role.ADMINISTRATOR, None)
PERSON = person_id("acme", "B-1")
LOAN, SECOND = loan_id("acme", "L-1"), loan_id("acme", "L-2")
ELSEWHERE = loan_id("other", "X-1")
DAY = timedelta(days=1)


def money(amount: str) -> Money:
    """An amount in pounds."""
    return Money.parse(amount, "GBP")


@dataclass
class Desk:
    """What the service's database would hold of standstills, and what it has told."""

    now: datetime = datetime(2026, 11, 10, 12, tzinfo=UTC)
    states: dict[Key, Any] = field(default_factory=dict)
    timers: dict[Key, SetTimer] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    kept: dict[Key, list[Message]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    flow: Flow = FLOW

    def take(self, *events: Event, ids: Sequence[UUID] = ()) -> list[Event]:
        """Hand events in; what was told because of them."""
        before = len(self.told)
        for index, event in enumerate(events):
            id_ = ids[index] if ids else uuid4()
            self._run(Message(id_, type(event).__name__, event, "record", PLATFORM))
        return self.told[before:]

    def ask(self, command: Any, actor: Actor = HELEN) -> Any:
        """Hand in a command as a route would: its answer, or the refusal raised."""
        message = Message(uuid4(), type(command).__name__, command, "command", actor)
        self._run(message)
        if message.error is not None:
            raise message.error
        return message.answer

    def day(self, on: date) -> list[Event]:
        """Let time pass to noon of a day, from timer to timer; what was told meanwhile."""
        before, end = len(self.told), datetime.combine(on, time(12), UTC)
        while due := sorted((one.due_at, key.id) for key, one in self.timers.items() if one.due_at <= end):
            at, id_ = due[0]
            del self.timers[Key(Standstill.__name__, id_)]
            self.now = max(self.now, at)
            self._run(Message(uuid4(), "StandstillDue", StandstillDue(id_, at), "timer", PLATFORM))
        self.now = max(self.now, end)
        return self.told[before:]

    def state(self, id_: UUID = PERSON) -> Standstill:
        """What stands still for a person or a loan."""
        found: Standstill = self.states[Key(Standstill.__name__, id_)]
        return found

    def named(self, cls: type[EventT]) -> list[EventT]:
        """What was told of one kind."""
        return [one for one in self.told if isinstance(one, cls)]

    def link(self, *loans: UUID, person: UUID = PERSON, role: PartyRole = PartyRole.BORROWER) -> list[Event]:
        """Reminders tells that the person has a part in loans."""
        names = {LOAN: ("acme", "L-1"), SECOND: ("acme", "L-2"), ELSEWHERE: ("other", "X-1")}
        return self.take(
            *(
                LoanLinked(
                    person_id=person,
                    loan_id=one,
                    lender=names[one][0],
                    loan_reference=names[one][1],
                    role=role,
                )
                for one in loans
            )
        )

    def live_in(self, region: str, zone: str = "Europe/London") -> None:
        """Reminders tells where the person is."""
        self.take(PersonProfiled(person_id=PERSON, time_zones=(zone,), country=region[:2], region=region))

    def _run(self, message: Message) -> None:
        keys = {key for _, key in targets(self.flow, message)}
        extra: frozenset[Key] = frozenset()
        handed: list[Message] = []
        while True:
            keys |= {key for one in handed for _, key in targets(self.flow, one)}
            states = {key: self.states[key] for key in keys | extra if key in self.states}
            waiting = {key: list(self.kept.get(key, ())) for key in keys}
            prepared = frozenset(one.id for one in handed)
            fold = Fold(
                self.flow, self.now, REFERENCE, states, set(), waiting, extra=extra, prepared=prepared
            )
            fold.take([message])
            more = frozenset(key for need in fold.needs.values() for key in need.keys)
            if not more and not fold.unprepared:
                break
            extra |= more
            handed += fold.unprepared
            message.outcome, message.error, message.touched = None, None, []
        self.states.update({key: state for key, state in fold.states.items() if state is not None})
        self.kept = {key: those for key, those in self.kept.items() if key not in keys} | fold.waiting
        self.told += [one.event for one in fold.emitted]
        self.faults += [f"{one.reason}: {one.detail}" for one in fold.holds if one.status == "parked"]
        for (key, _), (_, timer) in fold.timers.items():
            if isinstance(timer, SetTimer):
                self.timers[key] = timer
            else:
                self.timers.pop(key, None)


def a_desk(*loans: UUID, region: str = "GB-ENG") -> Desk:
    """A desk that knows a person with these loans (one of acme's unless others are named)."""
    desk = Desk()
    desk.live_in(region)
    desk.link(*(loans or (LOAN,)))
    return desk
