"""Metrics by their names, logs without personal data, traces that survive the outbox."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from timeit import timeit
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.events import wire
from shared.observe import (
    Metrics,
    batch_span,
    context_of,
    current_traceparent,
    mask,
    message_traceparent,
    trace_into,
)
from tests.builders import a_payment

TRACE = "0af7651916cd43dd8448eb211c80319c"
FIRST, SECOND = f"00-{TRACE}-b7ad6b7169203331-01", "00-11111111111111111111111111111111-2222222222222222-01"


# -- metrics -------------------------------------------------------------------------------------------------


def test_what_is_measured_has_the_documented_names() -> None:
    text = Metrics("ledger").exposition().decode()
    for name in (
        "huancui_outbox_oldest_age_seconds",
        "huancui_outbox_rows",
        "huancui_position_lag_records",
        "huancui_position_lag_seconds",
        "huancui_parked_keys",
        "huancui_waiting_messages",
        "huancui_timers_overdue",
        "huancui_timers_oldest_overdue_seconds",
        "huancui_duplicates_dropped_total",
        "huancui_messages_total",
        "huancui_batch_seconds",
        "huancui_relay_sent_total",
        "huancui_relay_producers_total",
        "huancui_rebalances_total",
        "huancui_connections_evicted_total",
        "http_request_duration_seconds",
    ):
        assert f"# TYPE {name} " in text


def test_a_count_stands_under_its_labels() -> None:
    metrics = Metrics("ledger")
    for outcome in ("decided", "decided", "parked"):
        metrics.messages.labels(type="PaymentReceived", outcome=outcome).inc()
    metrics.http_request("/v1/loans", "GET", 200, 0.02)
    text = metrics.exposition().decode()
    assert 'huancui_messages_total{outcome="decided",service="ledger",type="PaymentReceived"} 2.0' in text
    assert 'huancui_messages_total{outcome="parked",service="ledger",type="PaymentReceived"} 1.0' in text
    labels = 'method="GET",route="/v1/loans",service="ledger",status="200"'
    assert f"http_request_duration_seconds_count{{{labels}}} 1.0" in text


def test_two_services_in_one_process_count_apart() -> None:
    first, second = Metrics("ledger"), Metrics("reminders")
    first.duplicates_dropped.inc()
    assert 'huancui_duplicates_dropped_total{service="reminders"} 0.0' in second.exposition().decode()


# -- logs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("wrote to li.wei+pay@mail.example.cn today", "wrote to <mail> today"),
        ("李雷@例子.公司", "<mail>"),
        ("call 13800138000", "call <number>"),
        ("call +86 138-0013-8000 now", "call <number> now"),
        ("(020) 7946 0958", "(<number>"),
        ("+44 (0)20 7946 0958", "<number>"),
        ("card 6222 0212 3456 7890 123", "card <number>"),
        ("identity 11010519491231002X", "identity <number>"),
        ("Authorization: Bearer abc.def-ghi_1~2", "Authorization: <token>"),
        ("token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln", "token <token>"),
        ("postgresql+asyncpg://ledger:s3cr:t@host:5432/x", "postgresql+asyncpg://<secret>@host:5432/x"),
        ("redis://:p@ss@host/0", "redis://<secret>@host/0"),
    ],
)
def test_what_looks_personal_or_secret_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "payment_applied",
        "6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11",
        "12345678-1234-1234-1234-123456789012",
        TRACE,
        FIRST,
        "2026-03-02T12:00:00+00:00",
        "loan-events.acme/3/1234567",
        "1234.50 CNY",
        "https://issuer.example/jwks",
    ],
)
def test_ids_amounts_and_moments_are_left(text: str) -> None:
    assert mask(text) == text


def test_masking_reaches_into_whatever_is_logged() -> None:
    class Odd:
        def __str__(self) -> str:
            return "mail a@b.example"

    at, loan = datetime(2026, 3, 2, tzinfo=UTC), UUID(int=7)
    entry = {
        "a@b.example": [Odd(), ("13800138000",)],
        "error": ValueError("a@b.example"),
        "n": 13_800_138_000,
    }
    assert mask(entry) == {
        "<mail>": ["mail <mail>", ["<number>"]],
        "error": "<mail>",
        "n": 13_800_138_000,
    }
    assert mask([at, loan, None, True, 1.5]) == [at, loan, None, True, 1.5]


LOGGING = """
import logging, structlog
from shared.observe import configure_logs
configure_logs("info")
log = structlog.get_logger()
log.debug("too_fine")
log.info("payment_applied", loan_id="6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11", note="mail a@b.example", n=3)
try:
    raise ValueError("call 13800138000")
except ValueError:
    log.exception("failed")
logging.getLogger("aiokafka").warning("cannot reach %s", "kafka://user:secret@host")
logging.getLogger("aiokafka").info("too fine")
"""


def test_logs_are_json_lines_on_standard_output_with_nothing_personal() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True)
    applied, failed, library = (json.loads(line) for line in done.stdout.splitlines())
    assert done.stderr == ""
    assert {name: applied[name] for name in ("event", "level", "loan_id", "note", "n")} == {
        "event": "payment_applied",
        "level": "info",
        "loan_id": "6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11",
        "note": "mail <mail>",
        "n": 3,
    }
    assert datetime.fromisoformat(applied["timestamp"]).tzinfo is not None
    assert failed["exception"].endswith("ValueError: call <number>")
    assert (library["level"], library["event"]) == ("warning", "cannot reach kafka://<secret>@host")


# -- traces --------------------------------------------------------------------------------------------------


class Traced:
    """A provider that keeps its spans."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("test")

    def span(self, name: str) -> ReadableSpan:
        """The one span of this name."""
        (found,) = (span for span in self.exporter.get_finished_spans() if span.name == name)
        return found


@pytest.fixture
def traced() -> Iterator[Traced]:
    made = Traced()
    trace_into(made.provider)
    yield made
    trace_into(None)


def linked(span: ReadableSpan) -> Sequence[str]:
    return [f"00-{link.context.trace_id:032x}-{link.context.span_id:016x}-01" for link in span.links]


def test_a_batch_is_linked_to_the_spans_behind_its_messages_and_has_no_parent(traced: Traced) -> None:
    with traced.tracer.start_as_current_span("request"), batch_span("ledger", [FIRST, SECOND, "malformed"]):
        pass
    batch = traced.span("ledger batch")
    assert linked(batch) == [FIRST, SECOND]
    assert batch.parent is None


def test_a_message_continues_the_trace_of_its_cause_whoever_relays_it(traced: Traced) -> None:
    with batch_span("ledger", [FIRST]):
        emitted = message_traceparent("PaymentReceived", FIRST)
    assert emitted is not None
    with traced.tracer.start_as_current_span("relay"):
        event = a_payment()
        envelope = wire.envelope_of(event, id="1", source="/lenders/acme", traceparent=emitted)
        key, headers, value = wire.encode(event, envelope)
        stored = wire.unpack_headers(wire.pack_headers(headers))
        _, read = wire.decode(event.topic_name, key, stored, value)
    assert read.traceparent == emitted
    span = traced.span("process PaymentReceived")
    assert span.parent is not None
    assert (f"{span.parent.trace_id:032x}", span.parent.span_id) == (TRACE, 0xB7AD6B7169203331)
    assert span.context is not None
    assert emitted == f"00-{TRACE}-{span.context.span_id:016x}-01"
    batch = traced.span("ledger batch").context
    assert batch is not None
    assert [link.context.span_id for link in span.links] == [batch.span_id]


@pytest.mark.parametrize("cause", [None, "malformed"])
def test_a_message_without_a_cause_begins_a_trace(traced: Traced, cause: str | None) -> None:
    with batch_span("ledger", []):
        assert message_traceparent("Tick", cause) is not None
    assert traced.span("process Tick").parent is None


def test_a_request_in_a_span_is_the_cause_of_what_it_asks_for(traced: Traced) -> None:
    with traced.tracer.start_as_current_span("request") as span:
        found = current_traceparent()
    context = span.get_span_context()
    assert found == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@pytest.mark.parametrize(
    "wrong", ["", "00-1-2-3", FIRST + "0", FIRST.upper(), f"01{FIRST[2:]}", FIRST + "\n"]
)
def test_a_context_that_is_none_is_not_read(wrong: str) -> None:
    assert context_of(wrong) is None


def test_without_an_exporter_contexts_are_passed_on_and_cost_next_to_nothing() -> None:
    assert current_traceparent() is None
    assert message_traceparent("PaymentReceived", FIRST) == FIRST
    with batch_span("ledger", [FIRST]):
        assert current_traceparent() is None
    calls: Sequence[Any] = (current_traceparent, lambda: message_traceparent("PaymentReceived", FIRST))
    for call in calls:
        assert min(timeit(call, number=1_000) for _ in range(20)) / 1_000 < 5e-6
