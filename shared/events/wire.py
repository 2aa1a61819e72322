"""CloudEvents 1.0 over Kafka: binary mode out, binary and structured mode in.

Written by hand, since every event passes here twice.
"""

import struct
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from shared.errors import Unreadable
from shared.events import known
from shared.events.base import TYPE_PREFIX, Event, event_class, newest
from shared.events.borrowers import BorrowerErased

MAX_EVENT_BYTES = 900_000
SEQUENCE_DIGITS_MAX = 18
ATTRIBUTE_BYTES_MAX = 300
"""Ids are kept and passed on with every later event, so that they may not grow without bound."""
ERRORS_MAX = 20
SCHEMA_BASE = "https://huancui.org/schemas/"
STRUCTURED = b"application/cloudevents"
BATCH = b"application/cloudevents-batch"
BORROWERS = "borrowers."
LENDER_SOURCE = "/lenders/"

Headers = Sequence[tuple[str, bytes]]

_LENGTHS = struct.Struct(">HH")

assert known.MODULES  # importing it is what makes every type known here


class TooLarge(Unreadable):
    """An event may have at most 900,000 bytes. Split it, or refer to what is large."""


class MalformedData(Unreadable):
    """The record's value is not a JSON object."""


class MissingAttribute(Unreadable):
    """An attribute is missing or empty. ce_specversion (1.0), ce_id, ce_source and ce_type must be there."""


class UnknownType(Unreadable):
    """No event has this ce_type. Check its spelling."""


class UnsupportedVersion(Unreadable):
    """This version is not read here. CloudEvents must be 1.0; a newer event must wait for its readers."""


class WrongTopic(Unreadable):
    """This type does not belong on this topic, or its lender is not the topic's."""


class WrongSource(Unreadable):
    """A lender's events name it as their ce_source: /lenders/<lender>, or below that."""


class SchemaViolation(Unreadable):
    """The data does not fit the event's schema. `errors` names each field and what is wrong with it."""


class Envelope(NamedTuple):
    """Everything around an event's data.

    `time` is business time, `recorded_at` the publisher's system time.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    partition_key: str
    sequence: int | None = None
    recorded_at: datetime | None = None
    causation_id: str | None = None
    correlation_id: str | None = None
    traceparent: str | None = None


def envelope_of(event: Event, *, id: str, source: str, time: datetime | None = None, **more: Any) -> Envelope:  # noqa: A002
    """The envelope of an event of ours; `time` defaults to the system clock."""
    key = event.partition_key
    return Envelope(id, source, event.TYPE, key, time or datetime.now(UTC), key, **more)


def encode_value(event: Event) -> bytes:
    """An event's data as JSON. Raises TooLarge."""
    value = event.__pydantic_serializer__.to_json(event)
    if len(value) > MAX_EVENT_BYTES:
        raise TooLarge(type=event.NAME, bytes=len(value))
    return value


def encode_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The attributes as `ce_…` headers; `traceparent` plain as well, where tracing libraries look for it."""
    type_, schema = _of_type(envelope.type)
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", type_),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", _instant(envelope.time)),
        ("ce_partitionkey", envelope.partition_key.encode()),
        ("ce_dataschema", schema),
    ]
    if envelope.sequence is not None:
        headers.append(("ce_sequence", b"%d" % envelope.sequence))
    if envelope.recorded_at is not None:
        headers.append(("ce_recordedtime", _instant(envelope.recorded_at)))
    if envelope.causation_id is not None:
        headers.append(("ce_causationid", envelope.causation_id.encode()))
    if envelope.correlation_id is not None:
        headers.append(("ce_correlationid", envelope.correlation_id.encode()))
    if envelope.traceparent is not None:
        trace = envelope.traceparent.encode()
        headers += [("ce_traceparent", trace), ("traceparent", trace)]
    return headers


@cache
def _of_type(name: str) -> tuple[bytes, bytes]:
    """The `ce_type` of an event class and where its schema is."""
    return name.encode(), f"{SCHEMA_BASE}{name.removeprefix(TYPE_PREFIX)}.json".encode()


def encode(event: Event, envelope: Envelope) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    """Key, headers and value of the record. Raises TooLarge."""
    return envelope.partition_key.encode(), encode_headers(envelope), encode_value(event)


def pack_headers(headers: Headers) -> bytes:
    """Headers as one value: the names, which few sets of headers have, then how long each content is, then
    the contents.
    """
    names, values = zip(*headers, strict=True) if headers else ((), ())
    packed = _packed_names(names)
    count = len(values)
    head = _LENGTHS.pack(len(packed), count) + packed
    return b"".join((head, struct.pack(f">{count}I", *map(len, values)), *values))


@lru_cache(maxsize=256)
def _packed_names(names: tuple[str, ...]) -> bytes:
    return to_json(names)


@lru_cache(maxsize=256)
def _unpacked_names(names: bytes) -> tuple[str, ...]:
    return tuple(from_json(names))


def unpack_headers(data: bytes) -> list[tuple[str, bytes]]:
    """The headers in a packed value."""
    size, count = _LENGTHS.unpack_from(data)
    at = _LENGTHS.size + size
    names = _unpacked_names(data[_LENGTHS.size : at])
    lengths = struct.unpack_from(f">{count}I", data, at)
    at += 4 * count
    found = []
    for name, length in zip(names, lengths, strict=True):
        found.append((name, data[at : at + length]))
        at += length
    return found


def body_hash(value: bytes | None) -> int:
    """Signed 64 bit of a hash, to tell a repeated message from another one under the same id."""
    return int.from_bytes(blake2b(value or b"", digest_size=8).digest(), signed=True)


def wire_type(headers: Headers, value: bytes | None) -> str:
    """The event's type in a record of either mode, or "" where none can be read."""
    for name, content in headers:
        if name == "ce_type" and content is not None:
            return content.decode(errors="replace")
    try:
        attributes, _ = _attributes(headers, value)
    except Unreadable:
        return ""
    return attributes.get("ce_type", b"").decode(errors="replace")


def decode(
    topic: str, key: bytes | None, headers: Headers, value: bytes | None, place: str = ""
) -> tuple[Event, Envelope]:
    """The event, in its newest version, and the envelope in a record.

    `place` (partition and offset) names a tombstone that has no id of its own. Raises a subclass of
    Unreadable, one for each kind of fault; none repeats a value of the data, which may be personal.
    """
    if value is not None and len(value) > MAX_EVENT_BYTES:
        raise TooLarge(bytes=len(value))
    attributes, value = _attributes(headers, value)
    if value is None and topic.startswith(BORROWERS):
        return _tombstone(topic, key, attributes, place)
    envelope = _envelope(attributes, key)
    cls = event_class(envelope.type) or _unknown(envelope.type)
    _check_topic(topic, cls)
    event: Event = _read(cls, value)
    if cls.PER_LENDER:
        _check_lender(topic, event, envelope.source)
    while (newer := event.upgrade()) is not event:
        event = newer
    return event, envelope


def _attributes(headers: Headers, value: bytes | None) -> tuple[dict[str, bytes], bytes | None]:
    """The attributes by their header's name, and the data, of a record in either mode."""
    attributes = dict(headers)
    if not attributes.get("ce_type"):
        # Some clients capitalise header names; nothing of ours does, so only then is it looked at.
        attributes = {name.lower(): content for name, content in headers if content is not None}
    content_type = attributes.get("content-type") or b""
    if content_type.startswith(STRUCTURED):
        return _structured(content_type, value)
    return attributes, value


def _unknown(type_: str) -> type[Event]:
    """Never returns: says what is wrong with a type that is not known."""
    name, _, version = type_.removeprefix(TYPE_PREFIX).rpartition(".v")
    cls = newest(name)
    if cls is not None:
        raise UnsupportedVersion(type=cls.NAME, version=version[:20], newest=cls.VERSION)
    raise UnknownType(type=type_[:100])


def _read(cls: type[Event], value: bytes | None) -> Event:
    try:
        return cls.read(value or b"")
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid" or (errors[0]["type"] == "model_type" and not errors[0]["loc"]):
        raise MalformedData(type=cls.NAME)
    raise SchemaViolation(type=cls.NAME, errors=[_explained(error) for error in errors[:ERRORS_MAX]])


def _explained(error: ErrorDetails) -> str:
    """Where and what. Texts name what was expected; pydantic's on UUIDs would quote a part of the value."""
    text = "Input should be a valid UUID" if error["type"].startswith("uuid") else error["msg"]
    return f"/{'/'.join(map(str, error['loc']))}: {text.removeprefix('Value error, ')}"


def _check_topic(topic: str, cls: type[Event]) -> None:
    expected, _, lender = topic.partition(".") if cls.PER_LENDER else (topic, "", "-")
    if expected != cls.TOPIC or not lender:
        raise WrongTopic(topic=topic, type=cls.NAME)


def _check_lender(topic: str, event: Event, source: str) -> None:
    lender = event.lender_name
    if topic != event.topic_name:
        raise WrongTopic(topic=topic, lender=lender)
    if not f"{source}/".startswith(f"{LENDER_SOURCE}{lender}/"):
        raise WrongSource(lender=lender)


def _envelope(attributes: dict[str, bytes], key: bytes | None) -> Envelope:
    get = attributes.get
    if (version := get("ce_specversion")) != b"1.0":
        raise UnsupportedVersion(specversion=_needed("ce_specversion", version)[:20])
    sequence = get("ce_sequence")
    return Envelope(
        _needed("ce_id", get("ce_id")),
        _needed("ce_source", get("ce_source")),
        _needed("ce_type", get("ce_type")),
        _text("ce_subject", get("ce_subject")) or "",
        _moment("ce_time", get("ce_time")) or datetime.now(UTC),
        _text("ce_partitionkey", get("ce_partitionkey")) or (key or b"").decode(errors="replace"),
        int(sequence) if sequence and len(sequence) <= SEQUENCE_DIGITS_MAX and sequence.isdigit() else None,
        _moment("ce_recordedtime", get("ce_recordedtime")),
        _text("ce_causationid", get("ce_causationid")),
        _text("ce_correlationid", get("ce_correlationid")),
        _text("traceparent", get("ce_traceparent") or get("traceparent")),
    )


def _needed(name: str, value: bytes | None) -> str:
    if not value:
        raise MissingAttribute(attribute=name)
    return _text(name, value) or ""


def _text(name: str, value: bytes | None) -> str | None:
    if value is None:
        return None
    if len(value) > ATTRIBUTE_BYTES_MAX:
        raise SchemaViolation(errors=[f"{name}: longer than {ATTRIBUTE_BYTES_MAX} bytes"])
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise SchemaViolation(errors=[f"{name}: not UTF-8"]) from None


def _moment(name: str, value: bytes | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.decode())
    except ValueError:
        raise SchemaViolation(errors=[f"{name}: not an RFC 3339 instant"]) from None
    if moment.tzinfo is None:
        raise SchemaViolation(errors=[f"{name}: an instant needs an offset"])
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _instant(moment: datetime) -> bytes:
    """As RFC 3339, with its own offset."""
    return _utc_instant(moment) if moment.tzinfo is UTC else moment.isoformat().encode()


@lru_cache(maxsize=64)
def _utc_instant(moment: datetime) -> bytes:
    """A batch has one moment for all its events. Only for UTC: equal moments of two zones differ as texts."""
    return moment.isoformat().replace("+00:00", "Z").encode()


def _structured(content_type: bytes, value: bytes | None) -> tuple[dict[str, bytes], bytes | None]:
    """The attributes and data of an event in structured mode."""
    if content_type.startswith(BATCH):
        raise MalformedData(mode="batch: send each event as a record of its own")
    try:
        whole = from_json(value or b"")
        if not isinstance(whole, dict):
            raise MalformedData()
        data, encoded = whole.pop("data", None), whole.pop("data_base64", None)
        contents = to_json(data) if encoded is None else b64decode(encoded, validate=True)
    except (ValueError, TypeError):
        raise MalformedData() from None
    attributes = {f"ce_{name}": str(value).encode() for name, value in whole.items() if value is not None}
    return attributes, None if data is None and encoded is None else contents


def _tombstone(
    topic: str, key: bytes | None, attributes: dict[str, bytes], place: str
) -> tuple[Event, Envelope]:
    """A record without a value on a compacted topic: its borrower is erased."""
    reference = _text("key", key) or ""
    try:
        event = BorrowerErased(lender=topic.partition(".")[2], borrower_reference=reference)
    except ValidationError:
        raise SchemaViolation(errors=["key: a tombstone's key must be the borrower's reference"]) from None
    # Without the place, a second erasure of the same borrower would pass for a repetition of the first.
    id_ = _text("ce_id", attributes.get("ce_id")) or f"tombstone/{reference}/{place}"
    return event, envelope_of(event, id=id_, source=f"{LENDER_SOURCE}{event.lender}")


def event_of(name: str, data: Any, known: Mapping[str, type[Event]]) -> Event:
    """One of the `known` events from its plain name and its data. Raises UnknownType or SchemaViolation."""
    cls = known.get(name)
    if cls is None:
        raise UnknownType(type=name[:100], known=sorted(known))
    return _read(cls, to_json(data))
