"""Messages from where they come: a record, a timer, a kept row, an HTTP command."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from shared.commands import Origin
from shared.decision import Actor, Key, Role, SendSettled
from shared.errors import DomainError, Unreadable
from shared.events import wire
from shared.events.base import Event, event_class, newest
from shared.events.clock import ClockTicked
from shared.events.ids import message_id
from shared.flow import Flow
from shared.message import Message
from shared.messaging.port import Record
from shared.spine import DueTimer, HeldRow

PERSONAL_TOPIC = "borrowers."
"""Kept messages of these topics hold the record's place, not its contents."""
SYSTEM = Actor("system", Role.SERVICE, None)


class ContentsGone(Unreadable):
    """The record is no longer in its topic, so this message cannot be tried again. Skip it, or have it sent
    once more.
    """


class StoredRecord:
    """A record as it was kept."""

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(
        self,
        place: tuple[str, int, int],
        key: bytes | None,
        headers: list[tuple[str, bytes]],
        value: bytes | None,
    ) -> None:
        self.topic, self.partition, self.offset = place
        self.key, self.headers, self.value, self.timestamp = key, headers, value, 0


class Reader:
    """Turns records, timers and kept rows into messages of one service's flow. `prefix` stands before every
    topic's name.
    """

    def __init__(self, flow: Flow, prefix: str = "") -> None:
        self.flow, self.prefix = flow, prefix
        self._actors: dict[tuple[str, str], Actor] = {}

    def topic(self, record_topic: str) -> str:
        """A topic's name in the contracts."""
        return record_topic.removeprefix(self.prefix)

    def record(self, record: Record) -> Message | None:
        """The message in a record; None for a type that this service does not take. One that cannot be read
        says so.
        """
        topic = self.topic(record.topic)
        try:
            if not self._takes(wire.wire_type(record.headers, record.value)):
                return None
            place = f"{record.partition}/{record.offset}"
            event, envelope = wire.decode(topic, record.key, record.headers, record.value, place)
        except Unreadable as unreadable:
            return self._unreadable(record, topic, unreadable)
        except Exception as error:  # whatever bytes someone sends must not stop the partition
            return self._unreadable(record, topic, Unreadable(error=type(error).__name__))
        return Message(
            id=message_id(f"{topic}\n{envelope.source}", envelope.id),
            name=type(event).__name__,
            body=event,
            origin="record",
            actor=self._actor(topic, envelope.source),
            body_hash=wire.body_hash(record.value),
            cause=envelope.id,
            correlation=envelope.correlation_id,
            traceparent=envelope.traceparent,
            record=record,
        )

    def _takes(self, wire_type: str) -> bool:
        """False only for a known event, in whichever version, that no step takes; what is unknown must be
        looked at.
        """
        known = event_class(wire_type)
        if known is None or known in self.flow.steps or known is ClockTicked:
            return True
        return newest(known.NAME) in self.flow.steps

    def timer(self, due: DueTimer) -> Message:
        """The message of a timer that has come due."""
        body = self.flow.messages[due.kind](due.key.id, due.due_at)
        id_ = message_id(
            f"timer/{due.key.type}/{due.kind}/{due.key.id}", f"{due.set_by}/{due.due_at.isoformat()}"
        )
        return Message(
            id=id_,
            name=due.kind,
            body=body,
            origin="timer",
            actor=SYSTEM,
            cause=str(id_),
            traceparent=due.traceparent,
        )

    def outcome(self, body: SendSettled, traceparent: str | None) -> Message:
        """The message that tells what became of a send."""
        id_ = message_id("send", f"{body.send_id}/{body.outcome}")
        return Message(
            id=id_,
            name=type(body).__name__,
            body=body,
            origin="outcome",
            actor=SYSTEM,
            cause=str(id_),
            traceparent=traceparent,
        )

    def command(self, command: object, origin: Origin) -> Message:
        """The message of an HTTP command, or of an event handed in by HTTP."""
        return Message(
            id=origin.message_id,
            name=type(command).__name__,
            body=command,
            origin="command",
            actor=origin.actor,
            body_hash=origin.body_hash,
            cause=str(origin.message_id),
            traceparent=origin.traceparent,
            action=origin.action,
        )

    def kept(self, row: Any, record: Record | None) -> Message:
        """A kept message, read with today's code. `record` is given where the row holds only its place."""
        key = Key(row.type, row.key)
        if row.origin == "record":
            stored = record or self._stored(row)
            message = self._unreadable(None, "", ContentsGone()) if stored is None else self.record(stored)
            if message is None:
                message = self._unreadable(None, "", Unreadable(type=row.name))
        elif row.origin == "timer":
            fields = from_json(row.value)
            body = self.flow.messages[row.name](UUID(fields["key"]), datetime.fromisoformat(fields["due_at"]))
            message = Message(row.message_id, row.name, body, "timer", SYSTEM, cause=str(row.message_id))
        else:
            fields = from_json(row.value)
            body = self.flow.messages[row.name](
                UUID(fields["key"]),
                UUID(fields["send_id"]),
                fields["channel"],
                fields["outcome"],
                fields["detail"],
            )
            message = Message(row.message_id, row.name, body, "outcome", SYSTEM, cause=str(row.message_id))
        message.id = row.message_id
        message.held_seq, message.held_key, message.held_status = row.seq, key, row.status
        return message

    def to_keep(
        self, message: Message, key: Key, status: str, reason: str, detail: str, stack: str | None
    ) -> HeldRow:
        """The row under which a message is kept."""
        place: tuple[str | None, int | None, int | None] = (None, None, None)
        contents: tuple[bytes | None, bytes | None, bytes | None] = (None, None, None)
        origin: str = message.origin
        record = message.record
        if record is not None:
            place = (record.topic, record.partition, record.offset)
            if self.topic(record.topic).startswith(PERSONAL_TOPIC):
                detail = detail if message.unreadable or reason in DomainError.codes else ""
            else:
                contents = (record.key, wire.pack_headers(record.headers), record.value)
        elif isinstance(message.body, Event):
            origin, place, contents = "record", *self._as_record(message, message.body)
        else:
            contents = (None, None, to_json(message.body))
        # A retry makes it a message of its own: its events must not carry the ids of the first one's.
        id_ = (
            message_id("body_differs", f"{message.id}/{message.body_hash}")
            if reason == "body_differs"
            else message.id
        )
        return HeldRow(key, status, id_, message.name, origin, place, contents, reason, detail, stack)

    def _as_record(
        self, message: Message, event: Event
    ) -> tuple[tuple[str, int, int], tuple[bytes, bytes, bytes]]:
        """An event handed in by HTTP, in the form in which it would have come from Kafka."""
        lender = f"{wire.LENDER_SOURCE}{event.lender_name}" if event.PER_LENDER else ""
        source = f"{lender}/callers/{message.actor.subject}"
        envelope = wire.envelope_of(event, id=message.cause, source=source)
        key, headers, value = wire.encode(event, envelope)
        return (self.prefix + event.topic_name, -1, -1), (key, wire.pack_headers(headers), value)

    def _stored(self, row: Any) -> StoredRecord | None:
        if row.headers is None:
            return None
        place = (row.topic, row.partition, row.record_offset)
        return StoredRecord(place, row.record_key, wire.unpack_headers(row.headers), row.value)

    def _actor(self, topic: str, source: str) -> Actor:
        actor = self._actors.get((topic, source))
        if actor is None:
            _, _, lender = topic.partition(".")
            actor = (
                Actor(source, Role.INTEGRATOR, frozenset({lender}))
                if lender
                else Actor(source, Role.SERVICE, None)
            )
            if len(self._actors) < 10_000:
                self._actors[(topic, source)] = actor
        return actor

    def _unreadable(self, record: Record | None, topic: str, error: Unreadable) -> Message:
        id_ = message_id("record", f"{record.topic}/{record.partition}/{record.offset}" if record else topic)
        return Message(
            id=id_,
            name="Unreadable",
            body=None,
            origin="record",
            actor=self._actor(topic, "unknown"),
            body_hash=wire.body_hash(record.value) if record else 0,
            cause=str(id_),
            record=record,
            unreadable=error,
            unread_key=self._named(record.key) if record else None,
        )

    def _named(self, key: bytes | None) -> Key | None:
        """The state that a record's key names, when it is an id."""
        try:
            return Key(self.flow.main_state, UUID(key.decode())) if key else None
        except ValueError:
            return None
