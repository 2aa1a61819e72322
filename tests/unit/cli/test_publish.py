"""A line of a file becomes an event, or the reason why it does not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.first_run import EXAMPLE, causes_by_loan
from cli.publish import BadLine, read_line
from shared.events.wire import decode

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAYMENT: dict[str, Any] = {
    "loan_reference": "L-1",
    "payment_reference": "P-1",
    "amount": {"amount": "12.00", "currency": "CNY"},
    "value_on": "2026-02-28",
}


def _line(**changes: Any) -> bytes:
    return json.dumps({"type": "PaymentReceived", "lender": "acme", "data": PAYMENT} | changes).encode()


def _cloudevent(**changes: Any) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": "evt-1",
        "source": "/lenders/acme",
        "type": "org.huancui.PaymentReceived.v1",
        "time": "2026-02-28T08:00:00Z",
        "data": {**PAYMENT, "lender": "acme"},
    }
    return json.dumps(attributes | changes).encode()


def test_a_plain_line_is_published_to_its_lenders_topic_as_every_reader_expects_it() -> None:
    name, record = read_line(_line(time="2026-02-28T08:00:00+08:00"), NOW)
    event, envelope = decode(record.topic, record.key, record.headers, record.value)
    assert (name, record.topic) == ("PaymentReceived", "loan-events.acme")
    assert event.model_dump(mode="json", include={"lender", "payment_reference"}) == {
        "lender": "acme",
        "payment_reference": "P-1",
    }
    assert (envelope.source, envelope.time) == ("/lenders/acme", datetime(2026, 2, 28, tzinfo=UTC))


def test_the_same_line_gives_the_same_event_whenever_it_is_published() -> None:
    ids = {dict(read_line(_line(), now)[1].headers)["ce_id"] for now in (NOW, NOW.replace(hour=13))}
    assert len(ids) == 1
    other = read_line(_line(data={**PAYMENT, "payment_reference": "P-2"}), NOW)[1]
    assert dict(other.headers)["ce_id"] not in ids


def test_a_cloudevent_keeps_its_id_and_time() -> None:
    _, record = read_line(_cloudevent(), NOW)
    headers = dict(record.headers)
    assert (headers["ce_id"], headers["ce_time"]) == (b"evt-1", b"2026-02-28T08:00:00Z")
    assert record.topic == "loan-events.acme"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not an object"),
        (_line(type="PaymentRecieved"), "no event is called PaymentRecieved"),
        (_line(type="PaymentApplied"), "published by a service"),
        (_line(data={**PAYMENT, "amount": {"amount": 12, "currency": "CNY"}}), "/amount: "),
        (_line(data={**PAYMENT, "value_on": "2026-02-30"}), "/value_on: "),
        (_line(data={**PAYMENT, "metod": "cash"}), "/metod: "),
        (_line(data={**PAYMENT, "lender": "birch"}), "differ"),
        (_line(time="2026-02-28T08:00:00"), "offset"),
        (_line(time="soon"), "not an instant"),
        (_line(amount="12.00"), "unknown fields: amount"),
        (_line(data=None), "data (an object)"),
        (_cloudevent(type="org.huancui.PaymentReceived.v9"), "no event has the type"),
        (_cloudevent(source=""), "attribute"),
        (_cloudevent(source="/lenders/birch"), "lender"),
        (_cloudevent(data={**PAYMENT, "lender": "acme", "metod": "cash"}), "/metod: "),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(line: bytes, reason: str) -> None:
    with pytest.raises(BadLine) as bad:
        read_line(line, NOW)
    assert reason in str(bad.value)
    assert "\n" not in str(bad.value)


def test_every_line_of_the_example_is_good_and_every_payment_has_its_loan() -> None:
    lines = EXAMPLE.read_bytes().splitlines()
    names = [read_line(line, NOW)[0] for line in lines]
    assert set(names) == {"LoanOpened", "PaymentReceived"}
    assert causes_by_loan(EXAMPLE.read_text()) == {
        "H-1001": {"opening", "payment:P-1", "payment:P-3"},
        "H-1002": {"opening", "payment:P-2"},
        "H-1003": {"opening", "payment:P-4"},
    }
