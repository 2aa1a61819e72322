"""What a decision is given and what it may answer. Plain values: nothing here does I/O or reads a clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.events import ids
from shared.events.base import Event
from shared.quick import quick

S = TypeVar("S")
NO_CAUSE = UUID(int=0)


class Role(StrEnum):
    """Who acts. What a role may do is a set of scopes (`shared/access.py`)."""

    ADMINISTRATOR = "administrator"
    INTEGRATOR = "integrator"
    OPERATOR = "operator"
    HARDSHIP_OFFICER = "hardship_officer"
    AGENCY = "agency"
    ADVISER = "adviser"
    MEDIATOR = "mediator"
    AUDITOR = "auditor"
    SERVICE = "service"
    BORROWER = "borrower"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused a message: a subject with a role and the lenders it acts for.

    `lenders` is `None` for an actor of no lender (a service, an administrator): it passes every lender check.
    """

    subject: str
    role: Role
    lenders: frozenset[str] | None = frozenset()

    def may_act_for(self, lender: str) -> bool:
        """Whether what belongs to `lender` is this actor's business."""
        return self.lenders is None or lender in self.lenders


class Key(NamedTuple):
    """Names one state: its type, as the flow calls it, and its id."""

    type: str
    id: UUID


@quick
@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a decision may know besides its state and its message."""

    now: datetime
    """The service's clock: wall time, or simulated time."""
    actor: Actor
    reference: Any = None
    """One frozen, versioned snapshot of products, packs and calendars."""
    others: Mapping[Key, Any] = field(default_factory=dict)
    """Other states asked for by `Need.keys`, to read only. A state that does not exist maps to None."""
    history: Any = None
    """What the service's `load_history` gave for this key after `Need.history`; None before it was asked for.
    """
    cause: UUID = NO_CAUSE
    """What the ids of the decision's events are made of."""
    service: str = ""

    def event_id(self, index: int) -> UUID:
        """The id that the decision's event at this place will have: to be kept, if it may be taken back."""
        return ids.event_id(self.cause, self.service, index)


@quick
@dataclass(frozen=True, slots=True)
class SetTimer:
    """Set, or move, the one timer of this `kind` for the decision's key. It fires once, never early.

    The moment is a local date and time in a zone, so that a rule change of the zone moves it rightly. A time
    that does not exist that day (spring) means as much later as the gap is long; of one that comes twice
    (autumn) the first is meant.
    """

    kind: str
    on: date
    at: time = time(0)
    zone: str = "UTC"

    @property
    def due_at(self) -> datetime:
        """The moment in UTC."""
        local = datetime.combine(self.on, self.at, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(ZoneInfo("UTC"))

    @classmethod
    def at_instant(cls, kind: str, due_at: datetime) -> "SetTimer":
        """A timer at an instant rather than at a local time."""
        utc = due_at.astimezone(ZoneInfo("UTC"))
        return cls(kind, utc.date(), utc.time(), "UTC")


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Remove the timer of this `kind` for the decision's key, if there is one."""

    kind: str


@dataclass(frozen=True, slots=True)
class Send:
    """Something to hand out (mail, SMS, webhook) after the commit, once its permit is given again."""

    channel: str
    payload: Mapping[str, Any]
    not_before: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """What follows from a message: the state after it, and all that shall happen once it commits."""

    state: S
    events: Sequence[Event] = ()
    timers: Sequence[SetTimer | CancelTimer] = ()
    sends: Sequence[Send] = ()
    answer: object = None
    """To the HTTP command that asked."""
    hands_on: Sequence[Event] = ()
    """Events that this service takes at once, in the same transaction, as if they had come to it: what came
    to this state is another's business. They are never published.
    """


@dataclass(frozen=True, slots=True)
class Need:
    """The decision cannot be taken with what was loaded: the door loads this as well and asks again."""

    history: bool = False
    """The whole history of the state, by the service's `load_history`."""
    keys: Sequence[Key] = ()
    """Other states, to read; nobody changes them meanwhile."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A predecessor within the state is missing (the payment that this reversal reverses): keep the message
    until it came.

    With `on`, what is missing is another state: the message is tried again from time to time.
    """

    reason: str
    on: Key | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    """Base of a service's timer messages: the one timer of this kind for a key has come due."""

    key: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SendSettled:
    """Base of a service's outcome messages: what became of a send, as its dispatcher reports it."""

    key: UUID
    send_id: UUID
    channel: str
    outcome: str
    """`sent`, `withheld` or `failed`."""
    detail: str = ""
