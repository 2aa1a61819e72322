"""One batch of messages: one transaction, a number of statements that does not grow with the batch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import audit, faults, spine
from shared.answers import read_answer, write_answer
from shared.clock import MOVE_CLOCK, Clock, SimulatedClock, system_now
from shared.commands import KeyReused
from shared.database import execute
from shared.decision import Key, SetTimer
from shared.errors import Conflict, DomainError
from shared.events import wire
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.faults import FaultPoint
from shared.flow import Change, Flow, Received
from shared.fold import Fold, KeyParked, QueuedSend
from shared.message import Message, Outcome
from shared.messages import Reader
from shared.messaging.port import Record
from shared.observe import message_traceparent
from shared.parking import waiting_messages
from shared.spine import DueTimer, Move, OutboxRow, SendRow
from shared.targets import RECORD, targets


class BodyDiffers(Conflict):
    """A message with this source and id came before with another body. Give every new fact its own id."""


class NeedKeys(Exception):
    """A decision must read other states: the transaction is begun again with these locked as well."""

    def __init__(self, keys: frozenset[Key]) -> None:
        super().__init__()
        self.keys = keys


@dataclass(frozen=True)
class Parts:
    """What every batch of a service works with."""

    flow: Flow
    reader: Reader
    clock: Clock
    reference: Any
    source: str
    """`ce_source` of what this service publishes."""


@dataclass
class Batch:
    """Messages to be applied together, and what must be true for them to count.

    `moves` are the positions that the batch advances; `due` the timers behind timer messages and `sends` the
    sends behind
    outcomes, by message id; `releasing` is a parked key whose kept messages these are; `extra` are states to
    lock for reading; `contents` are kept records read again; `handed` are events that decisions handed on.
    """

    parts: Parts
    messages: Sequence[Message]
    consumer: str = ""
    moves: Sequence[Move] = ()
    due: dict[UUID, DueTimer] = field(default_factory=dict)
    sends: dict[UUID, UUID] = field(default_factory=dict)
    releasing: Key | None = None
    extra: frozenset[Key] = frozenset()
    contents: dict[int, Record | None] = field(default_factory=dict)
    handed: list[Message] = field(default_factory=list)

    async def run(self, connection: AsyncConnection) -> None:
        """Apply the batch within the caller's transaction. Each message's outcome stands in the message
        afterwards.
        """
        at = system_now()
        live = await self._admit(connection, at)
        now = await self.parts.clock.now(connection)
        fold = await self._prepare(connection, live, now)
        if fold is not None:
            fold.take(message for message in live if message.outcome is None)
            while fold.needs:
                await self._serve(connection, fold)
            if fold.unprepared:
                self.handed += fold.unprepared
                raise NeedKeys(self.extra)
            await self._save(connection, fold, at)
        await self._close(connection, live, at)

    async def _admit(self, connection: AsyncConnection, at: datetime) -> list[Message]:
        """Drop what was seen before; the rest, without what is done already (ticks)."""
        if self.releasing is not None:
            return list(self.messages)
        by_id: dict[UUID, Message] = {}
        for message in self.messages:
            first = by_id.setdefault(message.id, message)
            if first is not message:
                self._repeated(message, first.body_hash)
        # Timers and sends are rows: removing the row is what makes them count once.
        entered = {m.id: m.body_hash for m in by_id.values() if m.origin in ("record", "command")}
        if entered:
            new = await spine.claim(connection, entered, at)
            faults.reached(FaultPoint.AFTER_INBOX)
            if len(new) < len(entered):
                known = await spine.seen(connection, [i for i in entered if i not in new])
                for id_, row in known.items():
                    self._repeated(by_id[id_], row.body, row.answer)
        live = [m for m in self.messages if m.outcome is None]
        for message in live:
            if type(message.body) is ClockTicked:
                await self._tick(connection, message, at)
        return [m for m in live if m.outcome is None]

    def _repeated(self, message: Message, body: int, answer: bytes | None = None) -> None:
        if message.body_hash == body:
            message.outcome = Outcome.DUPLICATE
            if message.interactive and answer is not None:
                message.answer, message.error = read_answer(self.parts.flow, message, answer)
        elif message.interactive:
            message.outcome, message.error = Outcome.REFUSED, KeyReused()
        else:
            # A new id of its own: the first message's inbox row stays what it is.
            message.unreadable, message.unread_key = BodyDiffers(id=message.cause), None

    async def _tick(self, connection: AsyncConnection, message: Message, at: datetime) -> None:
        if isinstance(self.parts.clock, SimulatedClock):
            await execute(connection, MOVE_CLOCK, (message.body.now, at))
            message.outcome = Outcome.DECIDED
        else:
            message.outcome = Outcome.IGNORED

    async def _prepare(self, connection: AsyncConnection, live: list[Message], now: datetime) -> Fold | None:
        """Lock and load what the messages name; None when there is nothing to do."""
        wanted: dict[Key, list[Any]] = {}
        if self.releasing is not None:
            wanted.setdefault(self.releasing, [])
        for message in (*live, *self.handed):
            self._want(wanted, message)
        if not live:
            return None
        read_only = self.extra - wanted.keys()
        await spine.lock(connection, wanted.keys(), read_only)
        wanted |= {key: [] for key in read_only}
        if self.due or self.sends:
            await self._take_rows(connection)
        parked, has_waiting = await spine.held(connection, list(wanted))
        if self.releasing is not None:
            parked.discard(self.releasing)
        waiting = await self._waiting(connection, has_waiting, wanted)
        states = await self._load(connection, wanted)
        parts = self.parts
        prepared = frozenset(message.id for message in self.handed)
        return Fold(
            parts.flow, now, parts.reference, states, parked, waiting, extra=self.extra, prepared=prepared
        )

    def _want(self, wanted: dict[Key, list[Any]], message: Message) -> None:
        if message.unreadable is not None:
            wanted.setdefault(Key(RECORD, message.id), [])
            if message.unread_key is not None:
                wanted.setdefault(message.unread_key, [])
            return
        for _, key in targets(self.parts.flow, message):
            wanted.setdefault(key, []).append(message.body)

    async def _take_rows(self, connection: AsyncConnection) -> None:
        """Remove the rows behind the messages. One that was moved, cancelled or done meanwhile is none any
        more.
        """
        fired = await spine.fire_timers(connection, list(self.due.values())) if self.due else set()
        settled = await spine.settle_sends(connection, list(self.sends.values())) if self.sends else set()
        faults.reached(FaultPoint.AFTER_TIMER_DELETE)
        for message in self.messages:
            due, send = self.due.get(message.id), self.sends.get(message.id)
            if (due is not None and (due.key, due.kind) not in fired) or (
                send is not None and send not in settled
            ):
                message.outcome = Outcome.STALE

    async def _waiting(
        self, connection: AsyncConnection, keys: set[Key], wanted: dict[Key, list[Any]]
    ) -> dict[Key, list[Message]]:
        if not keys:
            return {}
        found = await waiting_messages(connection, self.parts.reader, keys, self.contents)
        for key, messages in found.items():
            wanted[key] += [message.body for message in messages]
        return found

    async def _load(self, connection: AsyncConnection, wanted: dict[Key, list[Any]]) -> dict[Key, Any]:
        by_type: dict[str, dict[UUID, list[Any]]] = defaultdict(dict)
        for key, bodies in wanted.items():
            if key.type != RECORD:
                by_type[key.type][key.id] = bodies
        states: dict[Key, Any] = {}
        for type_, ids in by_type.items():
            loaded = await self.parts.flow.states[type_].load(connection, ids)
            states.update({Key(type_, id_): state for id_, state in loaded.items()})
        return states

    async def _serve(self, connection: AsyncConnection, fold: Fold) -> None:
        """Load what decisions asked for, with one query for each type, and fold what was kept."""
        keys = frozenset(key for need in fold.needs.values() for key in need.keys)
        if not keys <= self.extra:
            raise NeedKeys(self.extra | keys)
        by_type: dict[str, list[UUID]] = defaultdict(list)
        for key in fold.needs:
            by_type[key.type].append(key.id)
        for type_, ids in by_type.items():
            load = fold.flow.states[type_].load_history
            assert load is not None, f"{type_} has no load_history, but a decision needs its history"
            histories = await load(connection, ids)
            fold.histories.update({Key(type_, id_): histories.get(id_, ()) for id_ in ids})
        fold.resume()

    async def _save(self, connection: AsyncConnection, fold: Fold, at: datetime) -> None:
        by_type: dict[str, list[Change[Any]]] = defaultdict(list)
        for key, before in fold.before.items():
            by_type[key.type].append(Change(key.id, before, fold.states[key]))
        for type_, changes in by_type.items():
            await fold.flow.states[type_].save(connection, changes)
        trace = _Traces()
        if fold.emitted:
            await self._emit(connection, fold, at, trace)
        await self._save_timers(connection, fold, trace)
        if fold.sends:
            rows = [self._send_row(one, fold.now, trace) for one in fold.sends]
            await spine.queue_sends(connection, rows)
        await self._save_held(connection, fold, at)

    async def _emit(self, connection: AsyncConnection, fold: Fold, at: datetime, trace: "_Traces") -> None:
        prefix = self.parts.reader.prefix
        counts: dict[tuple[str, UUID], int] = defaultdict(int)
        for one in fold.emitted:
            counts[(one.event.topic_name, one.event.key_id)] += 1
        numbers = await spine.number(connection, counts)
        rows = []
        for one in fold.emitted:
            stream = (one.event.topic_name, one.event.key_id)
            message = one.message
            envelope = wire.envelope_of(
                one.event,
                id=str(one.id),
                source=self.parts.source,
                time=fold.now,
                recorded_at=at,
                sequence=numbers[stream],
                causation_id=message.cause,
                correlation_id=message.correlation or message.cause,
                traceparent=trace(message),
            )
            numbers[stream] += 1
            headers = wire.pack_headers(wire.encode_headers(envelope))
            rows.append(OutboxRow(prefix + stream[0], envelope.partition_key.encode(), headers, one.value))
        await spine.emit(connection, rows, at)

    async def _save_timers(self, connection: AsyncConnection, fold: Fold, trace: "_Traces") -> None:
        setting, cancelling = [], []
        for (key, kind), (message, timer) in fold.timers.items():
            if isinstance(timer, SetTimer):
                setting.append((key, timer, spine.set_by(timer, message.id, fold.now), trace(message)))
            else:
                cancelling.append((key, kind))
        if setting:
            setting.sort(key=lambda one: (one[0].id, one[0].type, one[1].kind))
            await spine.set_timers(connection, setting)
        if cancelling:
            await spine.cancel_timers(connection, cancelling)

    @staticmethod
    def _send_row(one: QueuedSend, now: datetime, trace: "_Traces") -> SendRow:
        not_before = one.send.not_before or now
        payload = to_json(dict(one.send.payload))
        return SendRow(one.id, one.key, one.send.channel, payload, not_before, trace(one.message))

    async def _save_held(self, connection: AsyncConnection, fold: Fold, at: datetime) -> None:
        new, again = [], {}
        for hold in fold.holds:
            message = hold.message
            if message.held_seq is not None and message.held_seq not in again:
                again[message.held_seq] = hold
            else:
                new.append(
                    self.parts.reader.to_keep(
                        message, hold.key, hold.status, hold.reason, hold.detail, hold.stack
                    )
                )
        if new:
            await spine.keep(connection, new, at)
        if again:
            await spine.keep_again(
                connection,
                [(seq, h.key, h.status, h.reason, h.detail, h.stack) for seq, h in again.items()],
            )
        if done := [seq for seq in fold.released if seq not in again]:
            await spine.let_go(connection, done)

    async def _close(self, connection: AsyncConnection, live: Iterable[Message], at: datetime) -> None:
        """Answers, audit and positions: what the batch leaves behind besides its effects."""
        answers, undone, entries = {}, [], []
        for message in live:
            if not message.interactive:
                continue
            if isinstance(message.body, Event) and message.outcome is Outcome.DECIDED:
                message.answer = message.answer or Received("applied")
            if message.outcome is Outcome.FAILED or isinstance(message.error, KeyParked):
                # Not an outcome of the request but of the moment: the same Idempotency-Key may try again.
                undone.append(message.id)
            else:
                answers[message.id] = write_answer(message.answer, message.error)
            entries += _audit_entries(self.parts.flow, message, at)
        if answers:
            await spine.store_answers(connection, answers)
        if undone:
            await spine.forget(connection, undone)
        if self.moves:
            await spine.move(connection, self.consumer, self.moves)
        if entries:
            await audit.append(connection, entries)


class _Traces:
    """The trace that what follows from a message carries: one span for each message, under the message's
    cause.
    """

    def __init__(self) -> None:
        self._of: dict[int, str | None] = {}

    def __call__(self, message: Message) -> str | None:
        if id(message) not in self._of:
            self._of[id(message)] = message_traceparent(message.name, message.traceparent)
        return self._of[id(message)]


def _audit_entries(flow: Flow, message: Message, at: datetime) -> list[audit.AuditEntry]:
    """One for each state that a command has changed or looked at, else one for the first that it names."""
    keys: Sequence[Key | None] = tuple(dict.fromkeys(message.touched)) or (
        next((key for _, key in targets(flow, message)), None),
    )
    error = message.error
    outcome = "done" if error is None else error.code if isinstance(error, DomainError) else "failed"
    return [
        audit.AuditEntry(
            at=at,
            subject=message.actor.subject,
            role=message.actor.role,
            lenders=message.actor.lenders,
            action=message.action,
            outcome=outcome,
            key_type=key.type if key else "",
            key_id=key.id if key else None,
            message_id=message.id,
        )
        for key in keys
    ]


def reset(messages: Iterable[Message]) -> None:
    """Make messages ready to be applied again after their transaction was rolled back."""
    for message in messages:
        message.outcome, message.answer, message.error = None, None, None
        message.touched = []
        if isinstance(message.unreadable, BodyDiffers):
            message.unreadable = None


def halves(
    messages: Sequence[Message], moves: Sequence[Move]
) -> list[tuple[Sequence[Message], Sequence[Move]]]:
    """Split a batch in two, each with the positions that it reaches by itself. Order within a partition is
    kept.
    """
    half = len(messages) // 2
    reached: dict[tuple[str, int], int] = {}
    for message in messages[:half]:
        if message.record is not None:
            reached[(message.record.topic, message.record.partition)] = message.record.offset + 1
    first, second = [], []
    for move in moves:
        middle = reached.get((move.topic, move.partition), move.expected)
        if middle > move.expected:
            first.append(move._replace(next=middle))
        if move.next > middle:
            second.append(move._replace(expected=middle))
    return [(messages[:half], first), (messages[half:], second)]
