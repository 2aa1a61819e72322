"""Every way in which a record can be unreadable, and that none of them repeats what the record holds."""

from typing import Any

import pytest
from pydantic_core import from_json, to_json

from shared.errors import DomainError
from shared.events import wire
from tests.builders import a_loan, an_applied_payment
from tests.unit.shared.records import PAYMENT, SECRET, TOPIC, an_envelope, changed, header, read, refused

YUAN = {"amount": "1.00", "currency": "CNY"}


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"5", b'"x"', b"\xff\xfe", b'{"lender":', b"null"])
def test_a_value_that_is_no_json_object_is_malformed(value: bytes) -> None:
    refused(wire.MalformedData, lambda: read(value=value))


def test_a_record_without_a_value_is_malformed_where_nothing_is_erased() -> None:
    _, headers, _ = wire.encode(PAYMENT, an_envelope())
    refused(wire.MalformedData, lambda: wire.decode(TOPIC, b"k", headers, None))


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type"])
def test_an_attribute_that_is_missing_or_empty_is_named(name: str) -> None:
    absent: Any = None
    for error in (
        refused(wire.MissingAttribute, lambda: read(without=name)),
        refused(wire.MissingAttribute, lambda: read(**header(name, b""))),
        refused(wire.MissingAttribute, lambda: read(**header(name, absent))),
    ):
        assert error.facts == {"attribute": name}


def test_an_unknown_type_is_named() -> None:
    error = refused(wire.UnknownType, lambda: read(ce_type=b"com.example.Something"))
    assert error.facts == {"type": "com.example.Something"}


def test_a_version_that_readers_do_not_have_yet_is_told_from_a_wrong_name() -> None:
    error = refused(wire.UnsupportedVersion, lambda: read(ce_type=b"org.huancui.PaymentReceived.v9"))
    assert error.facts == {"type": "PaymentReceived", "version": "9", "newest": 1}


def test_another_version_of_cloudevents_is_refused() -> None:
    assert refused(wire.UnsupportedVersion, lambda: read(ce_specversion=b"0.3")).facts == {
        "specversion": "0.3"
    }


@pytest.mark.parametrize(
    "topic", ["ledger-events", "loan-events", "loan-events.", "borrowers.acme", "loan-eventsx.acme"]
)
def test_a_type_on_a_topic_that_is_not_its_own_is_refused(topic: str) -> None:
    refused(wire.WrongTopic, lambda: read(topic=topic))


def test_a_services_event_on_a_lenders_topic_is_refused() -> None:
    event = an_applied_payment()
    refused(wire.WrongTopic, lambda: wire.decode(TOPIC, *wire.encode(event, an_envelope(event))))


def test_a_lender_cannot_speak_for_another() -> None:
    error = refused(wire.WrongTopic, lambda: read(changed(lender="birch")))
    assert error.facts == {"topic": TOPIC, "lender": "birch"}


@pytest.mark.parametrize(
    "source", ["/lenders/birch", "/lenders/birch/acme", "/lenders/acme2", "/lenders/", "acme", "urn:core:7"]
)
def test_a_lenders_event_comes_from_that_lender(source: str) -> None:
    error = refused(wire.WrongSource, lambda: read(ce_source=source.encode()))
    assert error.facts == {"lender": "acme"}


@pytest.mark.parametrize("source", ["/lenders/acme", "/lenders/acme/", "/lenders/acme/core-1"])
def test_a_lender_names_the_system_that_speaks_for_it_below_its_own_name(source: str) -> None:
    assert read(ce_source=source.encode())[0] == PAYMENT


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (changed(payment_reference=SECRET), "/payment_reference"),
        (changed(method=SECRET), "/method"),
        (changed(value_on=SECRET), "/value_on"),
        (changed(amount=SECRET), "/amount"),
        (changed(amount={"amount": SECRET, "currency": "CNY"}), "/amount"),
        (changed(amount={"amount": "1.00", "currency": SECRET}), "/amount"),
        (changed(amount={SECRET: "1.00"}), "/amount"),
        (changed(split=[{"loan_reference": SECRET, "amount": YUAN}]), "/split/0/loan_reference"),
        ({"lender": "acme"}, "/loan_reference"),
        ({SECRET: 1}, "/lender"),
    ],
)  # fmt: skip
def test_a_fault_is_explained_by_its_place_and_never_by_its_value(data: dict[str, Any], place: str) -> None:
    error = refused(wire.SchemaViolation, lambda: read(data))
    assert error.facts["type"] == "PaymentReceived"
    errors: Any = error.facts["errors"]
    assert errors[0].startswith(f"{place}: ")


def test_a_broken_id_is_not_quoted_in_part() -> None:
    event = an_applied_payment()
    key, headers, value = wire.encode(event, an_envelope(event))
    broken = value.replace(str(event.payment_id).encode(), b"Z" * 36)
    error = refused(wire.SchemaViolation, lambda: wire.decode("ledger-events", key, headers, broken))
    assert error.facts["errors"] == ["/payment_id: Input should be a valid UUID"]


def test_only_the_first_faults_are_told() -> None:
    instalments = [{"number": 0, "due_on": "x", "amount": 5}] * 30
    data = from_json(a_loan().model_dump_json()) | {"instalments": instalments}
    event = a_loan()
    key, headers, _ = wire.encode(event, an_envelope(event))
    error = refused(wire.SchemaViolation, lambda: wire.decode(TOPIC, key, headers, to_json(data)))
    errors: Any = error.facts["errors"]
    assert len(errors) == wire.ERRORS_MAX


@pytest.mark.parametrize("name", ["ce_time", "ce_recordedtime"])
@pytest.mark.parametrize(
    "moment", ["2026-03-02T12:00:00", "2026-02-30T12:00:00Z", "1772323200", "", SECRET, "2026-03-02"]
)
def test_an_attribute_that_is_no_instant_is_refused(name: str, moment: str) -> None:
    error = refused(wire.SchemaViolation, lambda: read(**header(name, moment.encode())))
    assert name in error.text


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_subject", "ce_correlationid", "ce_causationid"])
def test_attributes_are_bounded_and_utf_8(name: str) -> None:
    assert "300 bytes" in refused(wire.SchemaViolation, lambda: read(**header(name, b"x" * 301))).text
    assert "UTF-8" in refused(wire.SchemaViolation, lambda: read(**header(name, b"\xff"))).text


def test_what_is_too_large_is_neither_written_nor_read() -> None:
    loan = a_loan(instalments=())
    largest = loan.model_copy(update={"product": "x" * wire.MAX_EVENT_BYTES})
    refused(wire.TooLarge, lambda: wire.encode(largest, an_envelope(largest)))
    refused(wire.TooLarge, lambda: read(value=b" " * (wire.MAX_EVENT_BYTES + 1)))
    assert read(value=to_json(changed()).ljust(wire.MAX_EVENT_BYTES))[0] == PAYMENT


def test_each_kind_of_fault_has_its_own_code_and_says_what_to_do() -> None:
    kinds = [
        wire.MalformedData, wire.UnknownType, wire.SchemaViolation, wire.MissingAttribute, wire.WrongTopic,
        wire.WrongSource,
        wire.TooLarge, wire.UnsupportedVersion,
    ]  # fmt: skip
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(DomainError.codes[kind.code] is kind and kind.__doc__ for kind in kinds)
