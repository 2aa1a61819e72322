"""Publishing a file of events, one in each line, as a lender's platform would."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from cli.stack.process import StackError
from shared.errors import DomainError
from shared.events import borrowers, loans, wire  # noqa: F401  # the classes register themselves
from shared.events.base import Event, event_class, newest
from shared.events.ids import name_id
from shared.messaging.kafka import KafkaBroker, KafkaConfig
from shared.messaging.port import Outgoing, ProducerPort, SendUnknown

BATCH_MAX = 500
SEND_WITHIN_S = 30.0
TRIES_MAX = 3
CLOUDEVENT = "specversion"
STRUCTURED_MODE = ("content-type", b"application/cloudevents+json")


class BadLine(Exception):
    """A line that is not an event a platform may publish."""


@dataclass
class Summary:
    """What became of a file."""

    sent: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    """Line number and reason of each line that was not sent."""
    by_type: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        bad = [{"line": number, "reason": reason} for number, reason in self.bad]
        return {"sent": self.sent, "bad": bad, "by_type": dict(sorted(self.by_type.items()))}


@dataclass(frozen=True, slots=True)
class Ready:
    """An event that may be sent, and the line it stands in."""

    line: int
    name: str
    outgoing: Outgoing


def read_line(line: bytes, now: datetime) -> tuple[str, Outgoing]:
    """The event's name and its record. Raises BadLine.

    The id of an event that has none is made from its content: a file published twice gives the same events.
    """
    try:
        told = json.loads(line)
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(told, dict):
        raise BadLine('not an object: {"type": "LoanOpened", "lender": "…", "data": {…}}')
    try:
        event, envelope = _read_cloudevent(line, told) if CLOUDEVENT in told else _read_plain(told, now)
        key, headers, value = wire.encode(event, envelope)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)
        reasons = (
            f"/{'/'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"
            for error in errors
        )
        raise BadLine("; ".join(reasons)) from None
    except DomainError as refusal:
        raise BadLine(refusal.text) from None
    return event.NAME, Outgoing(event.topic_name, key, value, headers)


def _read_plain(told: dict[str, Any], now: datetime) -> tuple[Event, wire.Envelope]:
    name, data, lender = told.get("type"), told.get("data"), told.get("lender")
    if unknown := told.keys() - {"type", "data", "lender", "time"}:
        raise BadLine(f"unknown fields: {', '.join(sorted(unknown))}; an event's own fields belong into data")
    if not isinstance(name, str) or not isinstance(data, dict):
        raise BadLine("type (a text) and data (an object) are needed")
    if lender is not None and data.setdefault("lender", lender) != lender:
        raise BadLine("the lender of the line and that in its data differ")
    cls = newest(name) or event_class(name)
    if cls is None:
        raise BadLine(f"no event is called {name[:100]}")
    event = _of_platform(cls).model_validate_json(json.dumps(data))
    content = json.dumps({"type": cls.TYPE, "data": data}, sort_keys=True)
    return event, wire.envelope_of(
        event,
        id=str(name_id("published", content)),
        source=f"/lenders/{event.lender_name}",
        time=_moment(told.get("time"), now),
    )


def _read_cloudevent(line: bytes, told: dict[str, Any]) -> tuple[Event, wire.Envelope]:
    data = told.get("data")
    lender = data.get("lender") if isinstance(data, dict) else None
    cls = event_class(str(told.get("type")))
    if cls is None:
        raise BadLine(f"no event has the type {str(told.get('type'))[:100]}")
    _of_platform(cls).model_validate_json(json.dumps(data))  # a reader would let a misspelt field pass
    event, envelope = wire.decode(f"{cls.TOPIC}.{lender}", None, [STRUCTURED_MODE], line)
    return event, wire.envelope_of(event, id=envelope.id, source=envelope.source, time=envelope.time)


def _of_platform(cls: type[Event]) -> type[Event]:
    if not cls.PER_LENDER:
        raise BadLine(f"{cls.NAME} is published by a service, not by a platform")
    return cls


def _moment(told: object, now: datetime) -> datetime:
    if told is None:
        return now
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        raise BadLine("time is not an instant such as 2026-03-01T08:00:00Z") from None
    if moment.tzinfo is None:
        raise BadLine("time needs an offset, such as 2026-03-01T08:00:00Z")
    return moment.astimezone(UTC)


async def publish(
    file: Path, kafka: KafkaConfig, on_progress: Callable[[int], None], prefix: str = ""
) -> Summary:
    """Send the good lines of a file, in order, and tell of the bad ones.

    `on_progress` hears how many bytes were read. Raises StackError when Kafka does not answer; sending the
    file again does no harm then.
    """
    publisher = _Publisher(KafkaBroker(kafka), prefix)
    try:
        with file.open("rb") as lines:
            for batch in _batches(lines, publisher.summary, on_progress):
                await publisher.send(batch)
    except (KafkaError, OSError, TimeoutError) as error:
        raise StackError(
            f"Kafka at {kafka.bootstrap} does not answer ({type(error).__name__}): "
            "see ./huancui status, then publish again"
        ) from error
    finally:
        await publisher.close()
    publisher.summary.bad.sort()
    return publisher.summary


def _batches(
    lines: Iterable[bytes], summary: Summary, on_progress: Callable[[int], None]
) -> Iterator[list[Ready]]:
    batch: list[Ready] = []
    now = datetime.now(UTC)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                batch.append(Ready(number, *read_line(line, now)))
            except BadLine as reason:
                summary.bad.append((number, str(reason)))
        if len(batch) == BATCH_MAX:
            yield batch
            batch = []
        on_progress(len(line))
    if batch:
        yield batch


class _Publisher:
    """Sends batches with one idempotent producer, and with a new one after any doubt."""

    def __init__(self, broker: KafkaBroker, prefix: str) -> None:
        self.summary = Summary()
        self._broker, self._prefix = broker, prefix
        self._producer: ProducerPort | None = None
        self._topics: dict[str, bool] = {}

    async def send(self, batch: list[Ready]) -> None:
        """Send a batch until every record is acknowledged or refused."""
        left = await self._to_known_topics(batch)
        for _ in range(TRIES_MAX):
            left = await self._try(left)
            if not left:
                return
            await self.close()
        raise TimeoutError

    async def _try(self, batch: list[Ready]) -> list[Ready]:
        """Send once. Returns those whose fate is not known, in order."""
        if self._producer is None:
            self._producer = self._broker.producer()
            await self._producer.start()
        answers = await self._producer.send([self._prefixed(one.outgoing) for one in batch], SEND_WITHIN_S)
        unknown = []
        for one, answer in zip(batch, answers, strict=True):
            if answer is None:
                self.summary.sent += 1
                self.summary.by_type[one.name] = self.summary.by_type.get(one.name, 0) + 1
            elif isinstance(answer, SendUnknown):
                unknown.append(one)
            else:
                self.summary.bad.append((one.line, "Kafka refuses it: it is too large"))
        return unknown

    def _prefixed(self, outgoing: Outgoing) -> Outgoing:
        topic = self._prefix + outgoing.topic
        return Outgoing(topic, outgoing.key, outgoing.value, outgoing.headers)

    async def _to_known_topics(self, batch: list[Ready]) -> list[Ready]:
        """Those whose topic exists. Topics are made when a lender is added, never here."""
        new = sorted({self._prefix + one.outgoing.topic for one in batch} - self._topics.keys())
        if new:
            found = await self._broker.partitions(new)
            self._topics |= {topic: bool(found.get(topic)) for topic in new}
        known = []
        for one in batch:
            if self._topics[self._prefix + one.outgoing.topic]:
                known.append(one)
            else:
                lender = one.outgoing.topic.partition(".")[2]
                self.summary.bad.append(
                    (one.line, f"the lender {lender} is not known: ./huancui lender add {lender}")
                )
        return known

    async def close(self) -> None:
        """End the producer there is."""
        if self._producer is not None:
            await asyncio.shield(self._producer.stop())
            self._producer = None
