"""CloudEvents 1.0 over Kafka: binary mode out, binary and structured mode in. Written by hand: every event passes here twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from shared.errors import Unreadable
from shared.events.base import TYPE_PREFIX, Event, event_class

MAX_EVENT_BYTES = 900_000
SCHEMA_BASE = "https://huancui.org/schemas/"
STRUCTURED = b"application/cloudevents"
BORROWERS = "borrowers."

Headers = Sequence[tuple[str, bytes]]


class TooLarge(Unreadable):
    """An event may have at most 900,000 bytes. Split it, or refer to what is large."""


class MalformedData(Unreadable):
    """The record's value is not a JSON object."""


class MissingAttribute(Unreadable):
    """A CloudEvents attribute is missing or empty. Send ce_specversion 1.0, ce_id, ce_source, ce_type (and ce_time) as headers."""


class UnknownType(Unreadable):
    """No event has this ce_type. Check its spelling and version; a newer version must reach the readers first."""


class UnsupportedVersion(Unreadable):
    """Only CloudEvents 1.0 is read."""


class WrongTopic(Unreadable):
    """This type does not belong on this topic, or names another lender than the topic does."""


class SchemaViolation(Unreadable):
    """The data does not fit the event's schema. `errors` names each field and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything around an event's data. `time` is business time, `recorded_at` the publisher's system time."""

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
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", _instant(envelope.time)),
        ("ce_partitionkey", envelope.partition_key.encode()),
        ("ce_dataschema", (SCHEMA_BASE + envelope.type.removeprefix(TYPE_PREFIX) + ".json").encode()),
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


def encode(event: Event, envelope: Envelope) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    """Key, headers and value of the record. Raises TooLarge."""
    return envelope.partition_key.encode(), encode_headers(envelope), encode_value(event)


def pack_headers(headers: Headers) -> bytes:
    """Headers as one value: name and contents by turns, each after its length."""
    packed = bytearray()
    for name, value in headers:
        encoded = name.encode()
        packed += len(encoded).to_bytes(2) + encoded + len(value).to_bytes(4) + value
    return bytes(packed)


def unpack_headers(data: bytes) -> list[tuple[str, bytes]]:
    """The headers in a packed value."""
    headers, at, end = [], 0, len(data)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(data[at:start])
        name = data[start:at].decode()
        start = at + 4
        at = start + int.from_bytes(data[at:start])
        headers.append((name, data[start:at]))
    return headers


def body_hash(value: bytes | None) -> int:
    """Signed 64 bit of a hash, to tell a repeated message from another one under the same id."""
    return int.from_bytes(blake2b(value or b"", digest_size=8).digest(), signed=True)


def wire_type(headers: Headers, value: bytes | None) -> str:
    """The `ce_type` of a record in binary mode, or "" (structured mode is looked at only when it is decoded)."""
    for name, content in headers:
        if name == "ce_type":
            return content.decode(errors="replace")
    return ""


def decode(topic: str, key: bytes | None, headers: Headers, value: bytes | None) -> tuple[Event, Envelope]:
    """The event and envelope in a record. Raises a subclass of Unreadable, one for each kind of fault."""
    attributes = dict(headers)
    if value is not None and len(value) > MAX_EVENT_BYTES:
        raise TooLarge(bytes=len(value))
    if attributes.get("content-type", b"").startswith(STRUCTURED):
        attributes, value = _structured(value)
    if value is None and topic.startswith(BORROWERS):
        return _tombstone(topic, key, attributes)
    envelope = _envelope(attributes, key)
    cls = event_class(envelope.type)
    if cls is None:
        raise UnknownType(type=envelope.type[:100])
    _check_topic(topic, cls)
    event = _read(cls, value)
    if cls.PER_LENDER and topic != event.topic_name:
        raise WrongTopic(topic=topic, lender=event.lender_name)
    return event.upgrade(), envelope


def _read(cls: type[Event], value: bytes | None) -> Event:
    try:
        return cls.read(value or b"")
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_context=False, include_input=False)
        if errors and errors[0]["type"] == "json_invalid":
            raise MalformedData(type=cls.NAME) from None
        raise SchemaViolation(
            type=cls.NAME, errors=[f"/{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in errors[:20]]
        ) from None


def _check_topic(topic: str, cls: type[Event]) -> None:
    expected, _, lender = topic.partition(".") if cls.PER_LENDER else (topic, "", "-")
    if expected != cls.TOPIC or not lender:
        raise WrongTopic(topic=topic, type=cls.NAME)


def _envelope(attributes: dict[str, bytes], key: bytes | None) -> Envelope:
    if not attributes.get("ce_type"):
        raise MissingAttribute(attribute="ce_type")
    try:
        version, type_ = attributes["ce_specversion"], attributes["ce_type"].decode()
        id_, source = attributes["ce_id"].decode(), attributes["ce_source"].decode()
    except KeyError as missing:
        raise MissingAttribute(attribute=missing.args[0]) from None
    except UnicodeDecodeError:
        raise MalformedData(headers="not UTF-8") from None
    if version != b"1.0":
        raise UnsupportedVersion(specversion=version[:20])
    if not id_ or not source:
        raise MissingAttribute(attribute="ce_id, ce_source")
    sequence = attributes.get("ce_sequence")
    return Envelope(
        id=id_,
        source=source,
        type=type_,
        subject=_text(attributes, "ce_subject") or "",
        time=_moment(attributes.get("ce_time")) or datetime.now(UTC),
        partition_key=_text(attributes, "ce_partitionkey") or (key or b"").decode(errors="replace"),
        sequence=int(sequence) if sequence is not None and sequence.isdigit() else None,
        recorded_at=_moment(attributes.get("ce_recordedtime")),
        causation_id=_text(attributes, "ce_causationid"),
        correlation_id=_text(attributes, "ce_correlationid"),
        traceparent=_text(attributes, "ce_traceparent") or _text(attributes, "traceparent"),
    )


def _text(attributes: dict[str, bytes], name: str) -> str | None:
    value = attributes.get(name)
    return value.decode(errors="replace") if value is not None else None


def _moment(value: bytes | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.decode())
    except ValueError:
        raise SchemaViolation(errors=["ce_time: not an RFC 3339 instant"]) from None
    if moment.tzinfo is None:
        raise SchemaViolation(errors=["ce_time: an instant needs an offset"])
    return moment


def _instant(moment: datetime) -> bytes:
    return moment.isoformat().replace("+00:00", "Z").encode()


def _structured(value: bytes | None) -> tuple[dict[str, bytes], bytes | None]:
    """The attributes and data of an event in structured mode."""
    try:
        whole = from_json(value or b"")
    except ValueError:
        raise MalformedData() from None
    if not isinstance(whole, dict):
        raise MalformedData()
    data = whole.pop("data", None)
    attributes = {f"ce_{name}": str(content).encode() for name, content in whole.items()}
    return attributes, to_json(data)


def _tombstone(topic: str, key: bytes | None, attributes: dict[str, bytes]) -> tuple[Event, Envelope]:
    """A record without a value on a compacted topic: its borrower is erased."""
    from shared.events.borrowers import BorrowerErased

    reference = (key or b"").decode(errors="replace")
    event = BorrowerErased(lender=topic.partition(".")[2], borrower_reference=reference)
    id_ = attributes.get("ce_id", b"").decode(errors="replace") or f"tombstone/{reference}"
    return event, envelope_of(event, id=id_, source=f"/lenders/{event.lender}")
