"""Events as Kafka records: both modes of CloudEvents, tombstones, older versions."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent
from pydantic_core import from_json, to_json

from shared.events import base, wire
from shared.events.base import Event
from shared.events.borrowers import BorrowerErased
from shared.events.ids import loan_id
from shared.events.known import event_classes
from shared.events.ledger import PaymentApplied
from shared.events.loans import PaymentReceived
from shared.money import Money
from tests.builders import NOON, a_borrower, a_full_event, an_applied_payment
from tests.unit.shared.records import (
    PAYMENT,
    SECRET,
    TOPIC,
    TRACE,
    a_full_envelope,
    an_envelope,
    changed,
    read,
    refused,
)

STRUCTURED = "application/cloudevents+json"


@pytest.mark.parametrize("cls", event_classes(), ids=lambda cls: cls.__name__)
def test_every_event_survives_its_journey(cls: type[Event]) -> None:
    event = a_full_event(cls)
    envelope = a_full_envelope(event)
    assert wire.decode(event.topic_name, *wire.encode(event, envelope)) == (event, envelope)


def test_a_record_is_a_cloud_event_in_binary_mode() -> None:
    key, headers, value = wire.encode(PAYMENT, a_full_envelope())
    loan = str(loan_id("acme", "L-1001")).encode()
    assert key == loan
    assert from_json(value) == changed()
    assert dict(headers) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"42",
        "ce_source": b"/lenders/acme",
        "ce_type": b"org.huancui.PaymentReceived.v1",
        "ce_subject": loan,
        "ce_time": b"2026-03-02T12:00:00Z",
        "ce_partitionkey": loan,
        "ce_dataschema": b"https://huancui.org/schemas/PaymentReceived.v1.json",
        "ce_sequence": b"7",
        "ce_recordedtime": b"2026-03-02T12:00:00Z",
        "ce_causationid": b"c",
        "ce_correlationid": b"o",
        "ce_traceparent": TRACE.encode(),
        "traceparent": TRACE.encode(),
    }


def test_what_an_envelope_lacks_is_not_sent() -> None:
    names = [name for name, _ in wire.encode_headers(an_envelope())]
    assert names[-1] == "ce_dataschema"


def test_an_event_without_a_time_happens_when_it_is_read() -> None:
    before = datetime.now(UTC)
    _, envelope = read(without="ce_time")
    assert before <= envelope.time <= datetime.now(UTC)


def test_times_of_other_zones_are_read_as_utc() -> None:
    _, envelope = read(ce_time=b"2026-03-02T20:00:00.123456789+08:00")
    assert envelope.time == NOON + timedelta(microseconds=123_456)
    assert envelope.time.tzinfo is UTC


def test_times_of_other_zones_are_written_with_their_offset() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    assert dict(wire.encode_headers(an_envelope(time=there)))["ce_time"] == b"2026-03-02T20:00:00+08:00"


def test_header_names_may_be_capitalised() -> None:
    key, headers, value = wire.encode(PAYMENT, an_envelope())
    capitals = [(name.title(), content) for name, content in headers]
    assert wire.decode(TOPIC, key, capitals, value) == (PAYMENT, an_envelope())


def test_the_plain_traceparent_will_do() -> None:
    _, envelope = read(traceparent=TRACE.encode())
    assert envelope.traceparent == TRACE


@pytest.mark.parametrize("sequence", [b"x", b"-1", b"9" * 19, b""])
def test_a_sequence_that_is_no_count_is_left_out(sequence: bytes) -> None:
    assert read(ce_sequence=sequence)[1].sequence is None


def a_structured_record(**fields: Any) -> dict[str, Any]:
    attributes = {"specversion": "1.0", "id": "42", "source": "/lenders/acme", "type": PAYMENT.TYPE}
    whole = {**attributes, "time": "2026-03-02T12:00:00Z", "data": changed(), **fields}
    return {name: content for name, content in whole.items() if content is not ...}


def read_structured(content_type: str = STRUCTURED, **fields: Any) -> tuple[Event, wire.Envelope]:
    record = to_json(a_structured_record(**fields))
    return wire.decode(TOPIC, b"k", [("content-type", content_type.encode())], record)


@pytest.mark.parametrize("content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf-8"])
def test_structured_mode_is_read(content_type: str) -> None:
    event, envelope = read_structured(content_type, sequence="3", subject=None)
    assert event == PAYMENT
    assert (envelope.id, envelope.time, envelope.partition_key, envelope.sequence) == ("42", NOON, "k", 3)
    assert envelope.subject == ""


def test_structured_data_may_be_base64() -> None:
    encoded = b64encode(to_json(changed())).decode()
    assert read_structured(data=..., data_base64=encoded)[0] == PAYMENT


@pytest.mark.parametrize(
    "fields",
    [{"data": ...}, {"data": None}, {"data": ..., "data_base64": "%"}, {"data": ..., "data_base64": 5}],
)
def test_structured_mode_without_data_is_malformed(fields: dict[str, Any]) -> None:
    refused(wire.MalformedData, lambda: read_structured(**fields))


@pytest.mark.parametrize("value", [b"{", b"[]", b"", None, b"5"])
def test_what_is_not_even_a_structured_event_is_malformed(value: bytes | None) -> None:
    refused(
        wire.MalformedData, lambda: wire.decode(TOPIC, b"k", [("content-type", STRUCTURED.encode())], value)
    )


def test_a_batch_is_refused_with_a_word_on_what_to_do() -> None:
    error = refused(wire.MalformedData, lambda: read_structured("application/cloudevents-batch+json"))
    assert "each event" in error.text


def test_the_type_is_found_in_both_modes_without_reading_the_data() -> None:
    _, headers, value = wire.encode(PAYMENT, an_envelope())
    structured = [("content-type", STRUCTURED.encode())]
    assert wire.wire_type(headers, value) == PAYMENT.TYPE
    assert wire.wire_type(structured, to_json(a_structured_record())) == PAYMENT.TYPE
    assert wire.wire_type(structured, b"{") == wire.wire_type([], None) == wire.wire_type([], b"{}") == ""


@pytest.mark.parametrize("cls", event_classes(), ids=lambda cls: cls.__name__)
def test_the_cloudevents_package_reads_what_we_write(cls: type[Event]) -> None:
    event = a_full_event(cls)
    envelope = a_full_envelope(event)
    key, headers, value = wire.encode(event, envelope)
    read_by_it = kafka.from_kafka_event(kafka.KafkaMessage(headers=dict(headers), key=key, value=value))
    assert read_by_it.get_data() == from_json(value)
    assert read_by_it.get_id() == envelope.id
    assert read_by_it.get_source() == envelope.source
    assert read_by_it.get_type() == cls.TYPE
    assert read_by_it.get_subject() == envelope.subject
    assert read_by_it.get_time() == NOON
    assert read_by_it.get_dataschema() == f"https://huancui.org/schemas/{cls.NAME}.v{cls.VERSION}.json"
    extensions = ["partitionkey", "sequence", "recordedtime", "causationid", "correlationid", "traceparent"]
    told = [event.partition_key, "7", "2026-03-02T12:00:00Z", "c", "o", TRACE]
    assert [read_by_it.get_extension(name) for name in extensions] == told


@pytest.mark.parametrize("write", [kafka.to_binary_event, kafka.to_structured_event])
@pytest.mark.parametrize("cls", event_classes(), ids=lambda cls: cls.__name__)
def test_we_read_what_the_cloudevents_package_writes(
    cls: type[Event], write: Callable[[CloudEvent], kafka.KafkaMessage]
) -> None:
    event = a_full_event(cls)
    envelope = a_full_envelope(event)
    attributes = {
        "id": envelope.id,
        "source": envelope.source,
        "type": cls.TYPE,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "subject": envelope.subject,
        "time": NOON,
        "partitionkey": envelope.partition_key,
        "sequence": "7",
        "recordedtime": "2026-03-02T12:00:00Z",
        "causationid": "c",
        "correlationid": "o",
        "traceparent": TRACE,
    }
    message = write(CloudEvent(attributes, from_json(event.model_dump_json())))
    key = message.key.encode() if isinstance(message.key, str) else message.key
    decoded = wire.decode(event.topic_name, key, list(message.headers.items()), message.value)
    assert decoded == (event, envelope)


def test_a_tombstone_erases_the_borrower_of_its_key() -> None:
    event, envelope = wire.decode("borrowers.acme", b"C-77", [], None, "0/9")
    assert event == BorrowerErased(lender="acme", borrower_reference="C-77")
    assert event.key_id == a_borrower("C-77").key_id
    assert (envelope.source, envelope.partition_key) == ("/lenders/acme", "C-77")


def test_a_borrower_can_be_erased_twice() -> None:
    ids = {wire.decode("borrowers.acme", b"C-77", [], None, place)[1].id for place in ("0/9", "0/10")}
    assert len(ids) == 2


def test_a_tombstone_with_an_id_keeps_it() -> None:
    assert wire.decode("borrowers.acme", b"C-77", [("ce_id", b"e-1")], None)[1].id == "e-1"


@pytest.mark.parametrize("key", [None, b"", b"\xff", SECRET.encode()])
def test_a_tombstone_that_names_no_borrower_is_refused(key: bytes | None) -> None:
    refused(wire.SchemaViolation, lambda: wire.decode("borrowers.acme", key, [], None))


@pytest.fixture
def older() -> Iterator[Any]:
    """An older version of PaymentApplied, with one amount for everything, as if released before."""
    types = dict(base._BY_TYPE)

    class PaymentAppliedV0(Event, topic="ledger-events", key="loan_id", version=0):
        loan_id: UUID
        payment_id: UUID
        amount: Money

        def upgrade(self) -> Event:
            nothing = Money.zero(self.amount.currency)
            return PaymentApplied(
                loan_id=self.loan_id, payment_id=self.payment_id, applied=self.amount, credit=nothing
            )

    yield PaymentAppliedV0
    base._BY_TYPE.clear()
    base._BY_TYPE.update(types)


def test_an_event_of_an_older_version_is_read_as_the_newest(older: Any) -> None:
    today = an_applied_payment()
    old = older(loan_id=today.loan_id, payment_id=today.payment_id, amount=today.applied)
    record = wire.encode(old, an_envelope(old))
    event, envelope = wire.decode("ledger-events", *record)
    assert event == today
    assert envelope.type == older.TYPE == "org.huancui.PaymentApplied.v0"
    assert base.newest_class(envelope.type) is base.newest("PaymentApplied") is PaymentApplied


def test_packed_headers_come_back_in_order() -> None:
    headers = [("a", b""), ("名", b"\x00\xff" * 200), ("a", b"again")]
    headers += wire.encode_headers(a_full_envelope())
    assert wire.unpack_headers(wire.pack_headers(headers)) == headers
    assert wire.unpack_headers(wire.pack_headers([])) == []


def test_the_hash_of_a_body_tells_bodies_apart_and_fits_a_bigint() -> None:
    hashes = {wire.body_hash(body) for body in (b"a", b"b", b"", to_json(changed()))}
    assert len(hashes) == 4
    assert all(-(2**63) <= one < 2**63 for one in hashes)
    assert wire.body_hash(None) == wire.body_hash(b"")


def test_a_payment_read_is_the_payment_sent() -> None:
    event, envelope = read()
    assert isinstance(event, PaymentReceived)
    assert (event, envelope) == (PAYMENT, an_envelope())
