"""A payment's record, whole or spoilt, and what must not come out of a spoilt one."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from shared.errors import Unreadable
from shared.events import wire
from shared.events.base import Event
from tests.builders import NOON, a_payment

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TOPIC = "loan-events.acme"
PAYMENT = a_payment()
SECRET = "Zhang San 13800000000"  # stands for anything personal that strays into data


def an_envelope(event: Event = PAYMENT, **fields: Any) -> wire.Envelope:
    around: dict[str, Any] = {"id": "42", "source": "/lenders/acme", "time": NOON}
    return wire.envelope_of(event, **(around | fields))


def a_full_envelope(event: Event = PAYMENT) -> wire.Envelope:
    more = {
        "sequence": 7,
        "recorded_at": NOON,
        "causation_id": "c",
        "correlation_id": "o",
        "traceparent": TRACE,
    }
    return an_envelope(event, **more)


def read(
    data: object = None,
    *,
    topic: str = TOPIC,
    without: str = "",
    value: bytes | None = None,
    **headers: Any,
) -> tuple[Event, wire.Envelope]:
    """The payment's record, decoded after a change to its data, its value or its headers."""
    key, encoded, sent = wire.encode(PAYMENT, an_envelope())
    attributes = {name: content for name, content in encoded if name != without} | headers
    body = value if value is not None else sent if data is None else to_json(data)
    return wire.decode(topic, key, list(attributes.items()), body)


def header(name: str, content: Any) -> dict[str, Any]:
    return {name: content}


def refused(kind: type[Unreadable], read_it: Callable[[], object]) -> Unreadable:
    with pytest.raises(kind) as caught:
        read_it()
    assert type(caught.value) is kind
    assert SECRET not in caught.value.text
    assert "13800000000" not in caught.value.text
    return caught.value


def changed(**fields: object) -> dict[str, Any]:
    data: dict[str, Any] = from_json(PAYMENT.model_dump_json())
    return data | fields
