"""How a service is seen: metrics, structured logs without personal data, traces that survive the outbox."""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_MASKED = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<mail>"),
    (re.compile(r"(?i)bearer\s+[\w.~+/=-]+"), "<token>"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "<token>"),
    (re.compile(r"(?<![\w-])\+?\d(?:[\s().-]{0,2}\d){8,18}[Xx]?(?![\w-])"), "<number>"),
)
# First of all, for a password may look like anything: up to the last @, for it may hold one.
_PASSWORD = re.compile(r"://[^/\s:@]*:\S*@")
_PLAIN = (int, float, UUID, date, type(None))


class Metrics:
    """One service's metrics, in a registry of their own. Labels never hold ids."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._labels = {"service": service}
        self.outbox_oldest_age_seconds = self._gauge(
            "outbox_oldest_age_seconds", "Age of the oldest unpublished event"
        )
        self.outbox_rows = self._gauge("outbox_rows", "Unpublished events")
        self.outbox_held = self._gauge(
            "outbox_held_rows", "Events that the broker would not take, and those behind them"
        )
        self.position_lag_records = self._gauge("position_lag_records", "Records not read yet", "topic")
        self.position_lag_seconds = self._gauge(
            "position_lag_seconds", "Age of the moment up to which all is read", "topic"
        )
        self.parked_keys = self._gauge("parked_keys", "Keys that wait for an operator")
        self.waiting_messages = self._gauge("waiting_messages", "Messages that wait for a predecessor")
        self.oldest_held_age_seconds = self._gauge(
            "held_oldest_age_seconds", "Age of the oldest kept message"
        )
        self.oldest_snapshot_age_transactions = self._gauge(
            "oldest_snapshot_age_transactions", "Age of the oldest open snapshot: it keeps dead rows"
        )
        self.timers_overdue = self._gauge("timers_overdue", "Timers that are due")
        self.timers_oldest_overdue_seconds = self._gauge(
            "timers_oldest_overdue_seconds", "How late the oldest due timer is"
        )
        self.feeds_late = self._gauge("feeds_late", "Lenders whose reports are late or doubted")
        self.holds_unanswered = self._gauge("holds_unanswered", "Requested holds that nobody decides on")
        self.persons_in_danger = self._gauge("persons_in_danger", "Persons whom somebody must call at once")
        self.webhooks_failing = self._gauge("webhooks_failing", "Webhooks whose last delivery failed")
        self.webhooks_disabled = self._gauge("webhooks_disabled", "Webhooks that were given up")
        self.duplicates_dropped = self._counter("duplicates_dropped", "Messages that had come before")
        self.messages = self._counter("messages", "Messages by type and outcome", "type", "outcome")
        self.ignored = self._counter("records_ignored", "Records of types that this service does not take")
        self.batch_seconds = self._histogram("batch_seconds", "Duration of a batch", _SECONDS)
        self.batch_messages = self._histogram(
            "batch_messages", "Messages in a batch", (1, 5, 20, 50, 100, 200, 500)
        )
        self.relay_sent = self._counter("relay_sent", "Events published")
        self.relay_producers = self._counter("relay_producers", "Producers made; more than one means doubt")
        self.rebalances = self._counter("rebalances", "Assignments taken over")
        self.connections_evicted = self._counter("connections_evicted", "Database connections thrown away")
        http_seconds = Histogram(
            "http_request_duration_seconds",
            "Duration of HTTP requests",
            ("service", "route", "method", "status"),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.http_seconds = self._labelled(http_seconds, ("route", "method", "status"))

    def http_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request."""
        self.http_seconds.labels(route=route, method=method, status=str(status)).observe(seconds)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text form."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Any:
        return self._labelled(
            Gauge(f"huancui_{name}", text, ("service", *labels), registry=self.registry), labels
        )

    def _counter(self, name: str, text: str, *labels: str) -> Any:
        return self._labelled(
            Counter(f"huancui_{name}", text, ("service", *labels), registry=self.registry), labels
        )

    def _histogram(self, name: str, text: str, buckets: Sequence[float]) -> Any:
        made = Histogram(f"huancui_{name}", text, ("service",), registry=self.registry, buckets=buckets)
        return self._labelled(made, ())

    def _labelled(self, metric: Any, more: Sequence[str]) -> Any:
        return _Bound(metric, self._labels) if more else metric.labels(**self._labels)


class _Bound:
    """A metric whose service is given, and whose other labels come with each use.

    The library takes some microseconds to find a metric by its labels, so what it found is kept.
    """

    def __init__(self, metric: Any, fixed: dict[str, str]) -> None:
        self._metric, self._fixed = metric, fixed
        self._found: dict[tuple[str, ...], Any] = {}

    def labels(self, **more: str) -> Any:
        """The metric with all its labels. Give them in the same order everywhere."""
        found = self._found.get(values := tuple(more.values()))
        if found is None:
            found = self._found[values] = self._metric.labels(**self._fixed, **more)
        return found


# -- logs ----------------------------------------------------------------------------------------------------


def mask(value: Any) -> Any:
    """A value without what looks like a mail address, a number to call, a token or a password."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return {mask(str(key)): mask(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(one) for one in value]
    text = _PASSWORD.sub("://<secret>@", str(value))
    for pattern, instead in _MASKED:
        text = pattern.sub(instead, text)
    return text


def _mask_all(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in entry:
        if name not in ("timestamp", "level", "message_id", "trace_id"):
            entry[name] = mask(entry[name])
    return entry


def configure_logs(level: str) -> None:
    """JSON lines on standard output: an event name, ids, numbers; anything like personal data is masked.

    What libraries log comes the same way, from warnings on.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    before: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    after: list[Any] = [
        structlog.processors.format_exc_info,
        _mask_all,
        structlog.processors.JSONRenderer(default=str),
    ]
    structlog.configure(
        processors=[*before, *after],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    unwrap = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[unwrap, *after])
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


# -- traces --------------------------------------------------------------------------------------------------


class _Tracing:
    """Where spans go; None: nowhere. Asked for every message, so no more than an attribute."""

    tracer: trace.Tracer | None = None


def trace_into(provider: trace.TracerProvider | None) -> None:
    """Record spans by this provider; None: record nothing, and pass on what contexts come."""
    _Tracing.tracer = provider.get_tracer("huancui") if provider is not None else None


def tracing_is_on() -> bool:
    """Whether spans are recorded."""
    return _Tracing.tracer is not None


def configure_traces(service: str, endpoint: str | None) -> None:
    """Export spans, asyncpg's statements too, to `endpoint` (OTLP over HTTP). Without one, record nothing."""
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"huancui-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    trace_into(provider)
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]


def traceparent_of(context: SpanContext) -> str | None:
    """A span's context in the form that headers carry."""
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def current_traceparent() -> str | None:
    """The context of the span that is open here."""
    if _Tracing.tracer is None:
        return None
    return traceparent_of(trace.get_current_span().get_span_context())


def context_of(traceparent: str) -> SpanContext | None:
    """The span context that a header names; None when it is malformed."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return None
    return SpanContext(
        int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=TraceFlags(int(match[3], 16))
    )


@contextmanager
def batch_span(service: str, traceparents: Sequence[str]) -> Iterator[None]:
    """One span for a batch, linked to that behind each of its messages: it has many causes and no parent."""
    tracer = _Tracing.tracer
    if tracer is None:
        yield
        return
    links = [Link(context) for context in map(context_of, traceparents) if context is not None]
    # The batch runs in the context of the request that began it, and is not that request's alone.
    with tracer.start_as_current_span(f"{service} batch", Context(), kind=SpanKind.CONSUMER, links=links):
        yield


def message_traceparent(name: str, traceparent: str | None) -> str | None:
    """The context for what a message emits: a span of its own under the message's cause.

    So a trace survives the outbox, whoever relays it.
    """
    tracer = _Tracing.tracer
    if tracer is None:
        return traceparent
    cause = context_of(traceparent) if traceparent else None
    parent = trace.set_span_in_context(trace.NonRecordingSpan(cause), Context()) if cause else Context()
    batch = trace.get_current_span().get_span_context()
    links = [Link(batch)] if batch.is_valid else []
    span = tracer.start_span(f"process {name}", context=parent, kind=SpanKind.CONSUMER, links=links)
    span.end()
    return traceparent_of(span.get_span_context())
