"""Folding a batch of messages through their decisions. Pure: what it needs was loaded, what follows it only
collects.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from shared.decision import CancelTimer, Context, Decision, Key, Need, Send, SetTimer, Wait
from shared.errors import Conflict, DomainError, NotFound, NotHere, PredecessorMissing, Refused
from shared.events.base import Event
from shared.events.ids import event_id
from shared.events.wire import encode_value
from shared.flow import Flow, FlowBroken, Received, Step
from shared.message import Message, Outcome
from shared.targets import RECORD, counts_whole, targets

OTHER_MISSING = "other_missing"
"""The reason of messages that are kept under the key of another state than theirs, which does not exist yet.
"""
_NO_OTHERS: Mapping[Key, Any] = MappingProxyType({})


class KeyParked(Conflict):
    """An earlier message of this key could not be applied and waits for an operator; later changes wait
    behind it.
    """


class NotYours(NotHere):
    """There is no such thing, or it belongs to another lender."""


HANDED_TIMES_MAX = 20
"""From loan to person, and from id to id of one person. More is a circle, and a batch would never end."""


class HandedOnTooOften(Refused):
    """States hand this on to each other in a circle: each says that another is meant."""


@dataclass(slots=True, eq=False)
class Emitted:
    """An event that a decision emitted, not yet numbered."""

    message: Message
    id: UUID
    event: Event
    value: bytes


@dataclass(frozen=True, slots=True)
class QueuedSend:
    """A send that a decision asked for."""

    message: Message
    id: UUID
    key: Key
    send: Send


@dataclass(frozen=True, slots=True)
class Hold:
    """A message to keep: parked with the reason, queued behind a parked one, or waiting for a predecessor."""

    message: Message
    key: Key
    status: Literal["parked", "queued", "waiting"]
    reason: str
    detail: str
    stack: str | None = None


@dataclass(slots=True)
class Fold:
    """The batch while it is folded. `states` holds what was loaded and is kept current; the rest is what
    shall be saved.
    """

    flow: Flow
    now: datetime
    reference: Any
    states: dict[Key, Any]
    parked: set[Key]
    waiting: dict[Key, list[Message]]
    histories: dict[Key, Any] = field(default_factory=dict)
    extra: frozenset[Key] = frozenset()
    prepared: frozenset[UUID] = frozenset()
    """Events that were handed on before the batch was begun again: what they need is loaded."""
    unprepared: list[Message] = field(default_factory=list)
    """Events handed on for which the batch must be begun again: this fold does not count then."""
    before: dict[Key, Any] = field(default_factory=dict)
    emitted: list[Emitted] = field(default_factory=list)
    timers: dict[tuple[Key, str], tuple[Message, SetTimer | CancelTimer]] = field(default_factory=dict)
    sends: list[QueuedSend] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    needs: dict[Key, Need] = field(default_factory=dict)
    _deferred: list[tuple[Message, list[tuple[Step, Key]]]] = field(default_factory=list)
    _handed: list[Message] = field(default_factory=list)
    _held_up: set[Key] = field(default_factory=set)
    """Keys of deferred commands for several states: what comes later for them must not overtake these."""

    def take(self, messages: Iterable[Message]) -> None:
        """Fold messages in order. Those that need more than was loaded are kept for `resume`, with all later
        ones of their key.
        """
        for message in messages:
            if message.unreadable is not None:
                self._park_unreadable(message)
                continue
            asked = targets(self.flow, message)
            for part in [asked] if counts_whole(message, asked) else [[one] for one in asked]:
                self._take(message, part)

    def resume(self) -> None:
        """Fold what was kept, once `histories`, `states` and `extra` hold what `needs` named."""
        deferred, self._deferred, self.needs, self._held_up = self._deferred, [], {}, set()
        for message, asked in deferred:
            self._take(message, asked)

    def _take(self, message: Message, asked: list[tuple[Step, Key]]) -> None:
        if any(key in self.needs or key in self._held_up for _, key in asked):
            self._defer(message, asked)
        elif len(asked) == 1:
            self._decide(message, *asked[0])
        elif asked:
            self._decide_whole(message, asked)

    def _defer(self, message: Message, asked: list[tuple[Step, Key]]) -> None:
        self._deferred.append((message, asked))
        if len(asked) > 1:
            self._held_up.update(key for _, key in asked)

    def _decide_whole(self, message: Message, asked: list[tuple[Step, Key]]) -> None:
        """A command for several states counts for all of them or for none."""
        undo = self._mark(message, [key for _, key in asked])
        try:
            for step, key in asked:
                if key in self.parked:
                    raise KeyParked(type=key.type, key=key.id)
                decided = self._ask(message, step, key)
                if isinstance(decided, Need):
                    undo()
                    self.needs[key] = decided
                    self._defer(message, asked)
                    return
                if isinstance(decided, Wait):
                    raise PredecessorMissing(missing=decided.reason)
                self._apply(message, step, key, decided)
        except Exception as error:  # as in `_decide`
            undo()
            self._refuse(message, error)
            return
        self._settle(message, Outcome.DECIDED)
        for _, key in asked:
            self._try_waiting(key)
        self._hand_on()

    def _mark(self, message: Message, keys: Sequence[Key]) -> Callable[[], None]:
        """What makes the fold what it is now, should a command be refused halfway."""
        states = {key: self.states[key] for key in keys if key in self.states}
        new = [key for key in keys if key not in self.before]
        emitted, sends, timers = len(self.emitted), len(self.sends), dict(self.timers)
        handed = len(self._handed)

        def undo() -> None:
            for key in keys:
                self.states.pop(key, None)
            self.states.update(states)
            for key in new:
                self.before.pop(key, None)
            del self.emitted[emitted:], self.sends[sends:], self._handed[handed:]
            self.timers = timers
            message.touched, message.answer = [], None

        return undo

    def _decide(self, message: Message, step: Step, key: Key) -> None:
        if key in self.parked:
            self._behind(message, key)
            return
        try:
            decided = self._ask(message, step, key)
            if isinstance(decided, Need):
                self.needs[key] = decided
                self._defer(message, [(step, key)])
                return
            if isinstance(decided, Wait):
                self._wait(message, key, decided.reason, decided.on)
                return
            self._apply(message, step, key, decided)
        except PredecessorMissing as missing:
            self._wait(message, key, missing.text)
            return
        except NotHere as elsewhere:
            self._park_alone(message, elsewhere)
            return
        except (
            Exception
        ) as error:  # whatever a decision raises is this message's affair and must not stop the others
            self._failed(message, key, error)
            return
        self._settle(message, Outcome.DECIDED)
        if message.held_seq is not None:
            self.released.append(message.held_seq)
        self._try_waiting(key)
        if self._handed:
            self._hand_on()

    def _ask(self, message: Message, step: Step, key: Key) -> Decision[Any] | Need | Wait:
        state = self.states.get(key)
        states = self.flow.states[key.type]
        if state is None:
            if not step.creates:
                if message.interactive and not isinstance(message.body, Event):
                    raise NotFound(**{states.key: key.id})
                raise PredecessorMissing(**{states.key: key.id})
        elif (lender := states.lender(state)) is not None and not message.actor.may_act_for(lender):
            raise NotYours(**{states.key: key.id})
        context = self._context(message, key)
        if state is not None and states.guard is not None:
            said = states.guard(state, message.body, context)
            if said is not None:
                return said
        return step.decide(state, message.body, context)

    def _context(self, message: Message, key: Key) -> Context:
        others = {other: self.states.get(other) for other in self.extra} if self.extra else _NO_OTHERS
        return Context(
            self.now,
            message.actor,
            self.reference,
            others,
            self.histories.get(key),
            self._cause(message, key),
            self.flow.service,
        )

    def _cause(self, message: Message, key: Key) -> UUID:
        """What follows from a message for its only state comes from the message; else from both."""
        single = not message.touched and len(targets(self.flow, message)) == 1
        return message.id if single else event_id(message.id, f"{key.type}/{key.id}", 0)

    def _apply(self, message: Message, step: Step, key: Key, decision: Decision[Any]) -> None:
        if decision.hands_on and message.handed_times >= HANDED_TIMES_MAX:
            raise HandedOnTooOften(times=message.handed_times)
        cause = self._cause(message, key)
        emitted = self._events(message, step, cause, decision.events)
        sends = [
            QueuedSend(message, event_id(cause, f"{self.flow.service}/send", index), key, send)
            for index, send in enumerate(decision.sends)
        ]
        # Nothing above changed the fold: a decision counts whole or not at all.
        self.emitted += emitted
        self.sends += sends
        for index, event in enumerate(decision.hands_on):
            id_ = event_id(cause, f"{self.flow.service}/handed", index)
            self._handed.append(message.handing_on(event, id_, self.flow.service))
        for timer in decision.timers:
            if timer.kind not in self.flow.messages:
                raise FlowBroken(f"{step.message.__name__} sets timer {timer.kind}, which no step takes")
            self.timers[(key, timer.kind)] = (message, timer)
        loaded = self.states.get(key)
        if decision.state is not loaded:
            self.before.setdefault(key, loaded)
            self.states[key] = decision.state
        message.touched.append(key)
        if decision.answer is not None:
            message.answer = decision.answer

    def _hand_on(self) -> None:
        handed, self._handed = self._handed, []
        for message in handed:
            if message.id in self.prepared:
                self.take([message])
            else:
                self.unprepared.append(message)

    def _events(self, message: Message, step: Step, cause: UUID, events: Sequence[Event]) -> list[Emitted]:
        emitted = []
        for index, event in enumerate(events):
            if type(event) not in step.emits:
                raise FlowBroken(
                    f"{step.message.__name__} emits {type(event).__name__}, which its step does not list"
                )
            # Encoded here, so that an event too large for the broker is the fault of this message and of no
            # other.
            emitted.append(
                Emitted(message, event_id(cause, self.flow.service, index), event, encode_value(event))
            )
        return emitted

    def _try_waiting(self, key: Key) -> None:
        """What waited for this key may have got its predecessor now: ask again, in the order of arrival."""
        for message in self.waiting.pop(key, ()):
            if message.held_seq is None:  # it came in this very batch: what it is kept as is decided anew
                self.holds = [hold for hold in self.holds if hold.message is not message or hold.key != key]
                message.answer = None
            for step, target in targets(self.flow, message):
                if target == key:
                    self._take(message, [(step, key)])

    def _wait(self, message: Message, key: Key, reason: str, on: Key | None = None) -> None:
        if message.interactive and not isinstance(message.body, Event):
            self._refuse(message, PredecessorMissing(missing=reason))
            return
        self._settle(message, Outcome.WAITING)
        if on is not None:
            if message.held_status != "waiting":
                self._hold(message, on, "waiting", OTHER_MISSING, reason)
            return
        self.waiting.setdefault(key, []).append(message)
        if message.held_status != "waiting":
            self._hold(message, key, "waiting", "predecessor_missing", reason)

    def _behind(self, message: Message, key: Key) -> None:
        if message.interactive and not isinstance(message.body, Event):
            self._refuse(message, KeyParked(type=key.type, key=key.id))
            return
        self._settle(message, Outcome.QUEUED)
        if message.held_status in ("", "waiting"):
            self._hold(message, key, "queued", "behind_parked", "An earlier message of this key is parked.")

    def _park_alone(self, message: Message, error: DomainError) -> None:
        if message.interactive:
            self._refuse(message, error)
            return
        # Never under the key: no other lender may stop a loan, nor may what is handed on by one.
        self._settle(message, Outcome.PARKED)
        self._hold(message, Key(RECORD, message.id), "parked", error.code, error.text)

    def _failed(self, message: Message, key: Key, error: Exception) -> None:
        if message.interactive:
            self._refuse(message, error)
            return
        if message.handed_on and isinstance(error, DomainError):
            self._park_alone(message, error)
            return
        self._settle(message, Outcome.PARKED)
        self.parked.add(key)
        if isinstance(error, DomainError):
            self._hold(message, key, "parked", error.code, error.text)
        else:
            stack = "".join(traceback.format_tb(error.__traceback__))
            self._hold(message, key, "parked", type(error).__name__, str(error), stack)

    def _park_unreadable(self, message: Message) -> None:
        """Under the key it names if that is a state of its own lender's, so that nothing overtakes it; else
        by itself.
        """
        assert message.unreadable is not None
        key = Key(RECORD, message.id)
        if (named := message.unread_key) is not None:
            state = self.states.get(named)
            lender = self.flow.states[named.type].lender(state) if state is not None else None
            if state is not None and (lender is None or message.actor.may_act_for(lender)):
                key = named
        if key in self.parked:
            self._behind(message, key)
            return
        self._settle(message, Outcome.PARKED)
        if key.type != RECORD:
            self.parked.add(key)
        self._hold(message, key, "parked", message.unreadable.code, message.unreadable.text)

    def _hold(
        self,
        message: Message,
        key: Key,
        status: Literal["parked", "queued", "waiting"],
        reason: str,
        detail: str,
        stack: str | None = None,
    ) -> None:
        self.holds.append(Hold(message, key, status, reason, detail, stack))
        if message.interactive:
            message.answer = Received(status)

    def _refuse(self, message: Message, error: Exception) -> None:
        message.error = error
        self._settle(message, Outcome.REFUSED if isinstance(error, DomainError) else Outcome.FAILED)

    @staticmethod
    def _settle(message: Message, outcome: Outcome) -> None:
        message.outcome = outcome
