"""What a service does: every message, its decision and the events it may emit. `shared/door.py` runs it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.decision import Context, Decision, Need, SendSettled, TimerFired, Wait
from shared.events.base import Event
from shared.quick import quick

S = TypeVar("S")

Wanted = Mapping[UUID, Sequence[Any]]
"""The states a batch names, each with the messages that name it, so that `load` can fetch what these need."""

Decide = Callable[[Any, Any, Context], "Decision[Any] | Need | Wait"]


@quick
@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """A state before (None: it is new) and after a batch."""

    id: UUID
    before: S | None
    after: S


@dataclass(frozen=True, slots=True)
class Received(Generic[S]):
    """Marks the answer to an event that came by HTTP: `applied`, `waiting` for a predecessor, or `queued`
    behind a parked one.
    """

    status: str


@dataclass(frozen=True)
class States(Generic[S]):
    """One type of state: how many are loaded and saved at once, and which attribute of a message names one.

    `load` gives those that exist; `save` gets only what changed. Both run a number of statements that does
    not grow with the
    batch. `lender` tells whose a state is (None: nobody's in particular). `guard` is asked
    before every step, and what it answers holds instead (None: nothing); `load_history` serves
    `Need(history=True)`.
    """

    type: type[S]
    load: Callable[[AsyncConnection, Wanted], Awaitable[dict[UUID, S]]]
    save: Callable[[AsyncConnection, Sequence[Change[S]]], Awaitable[None]]
    key: str
    lender: Callable[[S], str | None] = lambda _: None
    guard: Callable[[S, Any, Context], Decision[S] | Need | Wait | None] | None = None
    load_history: Callable[[AsyncConnection, Sequence[UUID]], Awaitable[dict[UUID, Any]]] | None = None

    @property
    def name(self) -> str:
        """How keys, parked messages and timers call this type."""
        return self.type.__name__


@dataclass(frozen=True)
class Step:
    """One message (event, command, timer or outcome) and the decision it leads to.

    Where the state does not exist yet and the step does not create it, an event waits and a command is
    answered 404.
    `key` overrides which states the message is for (several: the decision is asked once for each). An event
    counts for each of its states by itself; a command for several, by one step or by more, counts for all of
    them or for none. `answer` is the type of the decision's answer to a command, so that a repeated request
    gets the stored one back as the same type. `alone` is for a timer that looks at what other states have
    come to: it fires once all that was due before it has fired.
    """

    message: type
    decide: Decide
    emits: tuple[type[Event], ...] = ()
    creates: bool = False
    state: type | None = None
    key: Callable[[Any], UUID | Sequence[UUID]] | None = None
    answer: Any = None
    alone: bool = False


class FlowBroken(Exception):
    """A decision did what its step does not list. The table is the map of the service, so this is a fault in
    the service.
    """


class Flow:
    """A service's table of steps."""

    def __init__(self, service: str, states: Sequence[States[Any]], steps: Sequence[Step]) -> None:
        self.service = service
        self.states = {one.name: one for one in states}
        self.steps: dict[type, tuple[Step, ...]] = {}
        self.messages: dict[str, type] = {}
        for step in steps:
            self.steps[step.message] = (*self.steps.get(step.message, ()), step)
            self.messages[step.message.__name__] = step.message
            if step.state is None and len(self.states) != 1:
                raise FlowBroken(f"{step.message.__name__}: say which state, {service} has several")
            if step.state is not None and step.state.__name__ not in self.states:
                raise FlowBroken(f"{step.message.__name__}: {step.state.__name__} is no state of {service}")
        self._only = next(iter(self.states)) if len(self.states) == 1 else ""

    @property
    def alone(self) -> frozenset[str]:
        """The kinds of timers that fire by themselves."""
        return frozenset(one.message.__name__ for steps in self.steps.values() for one in steps if one.alone)

    @property
    def main_state(self) -> str:
        """The type under whose keys records that cannot be read are parked: the first."""
        return next(iter(self.states))

    def state_of(self, step: Step) -> States[Any]:
        """The state type of a step."""
        return self.states[step.state.__name__ if step.state else self._only]

    def keys_of(self, step: Step, body: Any) -> Sequence[UUID]:
        """The states that a message is for, by this step."""
        if step.key is not None:
            named = step.key(body)
            return (named,) if isinstance(named, UUID) else tuple(named)
        if isinstance(body, TimerFired | SendSettled):
            return (body.key,)
        key: UUID = getattr(body, self.state_of(step).key)
        return (key,)

    def reads(self, topic: str) -> set[str]:
        """The names of the event classes of a topic that some step takes."""
        return {m.__name__ for m in self.steps if issubclass(m, Event) and topic == m.TOPIC}
