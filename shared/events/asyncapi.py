"""AsyncAPI 3 documents: what each application sends and receives on Kafka."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from shared.events import wire
from shared.events.base import Event
from shared.events.examples import LENDER, example
from shared.events.ids import name_id
from shared.events.known import event_classes
from shared.events.schemas import file_name

KAFKA_BINDING = "0.5.0"
PUBLISHED_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

Document = dict[str, Any]


@dataclass(frozen=True)
class Application:
    """Who sends and receives which topics."""

    title: str
    description: str
    sends: tuple[str, ...]
    receives: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """What is to be known of a topic beside its events."""

    description: str
    personal: bool = False


TOPICS = {
    "loan-events": Topic("What a lender's platform tells of its loans, each lender on a topic of its own."),
    "borrowers": Topic(
        "A lender's borrowers, erased by a tombstone. No other topic of a platform has names or addresses.",
        personal=True,
    ),
    "ledger-events": Topic("What is owed, missed, paid, late and cured. The key is the loan's id."),
    "hardship-events": Topic(
        "Cases of hardship, plans proposed, agreed, kept, broken and completed. The key is the person's id."
    ),
    "holds": Topic("What stands still for a loan, and why. The key is the loan's id."),
    "reminder-events": Topic(
        "Who is who, contacts, answers, promises; by ids and codes. The key is the person's id."
    ),
    "care-events": Topic(
        "Circumstances, vulnerability and risk, between reminders and hardship. The key is the person's id."
    ),
    "mediation-events": Topic("Cases before a mediator, by ids and codes. The key is the case's id."),
    "clock": Topic("Ticks of the simulated clock; nothing on the wall clock."),
}
APPLICATIONS = {
    "platform": Application(
        "Lender's platform",
        "A bank, card issuer or peer-to-peer platform that publishes what happened to its loans.",
        sends=("loan-events", "borrowers"),
        receives=(),
    ),
    "ledger": Application(
        "Ledger",
        "Keeps what is owed, and is the only service that changes a balance.",
        sends=("ledger-events",),
        receives=("loan-events", "hardship-events", "holds", "reminder-events", "clock"),
    ),
    "reminders": Application(
        "Reminders",
        "Decides on every contact and makes it; reads answers; keeps all personal data.",
        sends=("reminder-events", "care-events"),
        receives=(
            "loan-events",
            "borrowers",
            "ledger-events",
            "hardship-events",
            "holds",
            "mediation-events",
            "care-events",
            "clock",
        ),
    ),
    "hardship": Application(
        "Hardship",
        "Grants relief: cases, affordability, holds, disputes, plans.",
        sends=("hardship-events", "holds", "care-events"),
        receives=(
            "loan-events",
            "ledger-events",
            "reminder-events",
            "mediation-events",
            "care-events",
            "clock",
        ),
    ),
    "mediation": Application(
        "Mediation",
        "A neutral third party, where both sides disagree.",
        sends=("mediation-events",),
        receives=("ledger-events", "reminder-events", "hardship-events", "holds", "clock"),
    ),
}


def asyncapi(application: Application) -> Document:
    """The document of one application, from its own point of view: it sends, it receives."""
    topics = application.sends + application.receives
    classes = [cls for cls in event_classes() if cls.TOPIC in topics]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": application.title,
            "version": "1.0.0",
            "description": application.description,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic, classes) for topic in topics},
        "operations": {
            **{f"send-{topic}": _operation("send", topic, classes) for topic in application.sends},
            **{f"receive-{topic}": _operation("receive", topic, classes) for topic in application.receives},
        },
        "components": {
            "schemas": {"CloudEventHeaders": _headers_schema()},
            "messages": {message_name(cls): _message(cls) for cls in classes},
        },
    }


def message_name(cls: type[Event]) -> str:
    """An event version's name in the documents."""
    return f"{cls.NAME}.v{cls.VERSION}"


def example_headers(cls: type[Event]) -> dict[str, str]:
    """The headers of the example of an event, as text."""
    event = example(cls)
    source = f"/lenders/{LENDER}" if cls.PER_LENDER else "/services/ledger"
    envelope = wire.envelope_of(
        event,
        id=str(name_id("example", cls.TYPE)),
        source=source,
        time=PUBLISHED_AT,
        recorded_at=PUBLISHED_AT,
        correlation_id=str(name_id("example", "correlation")),
    )
    return {name: value.decode() for name, value in wire.encode_headers(envelope)}


def example_data(cls: type[Event]) -> dict[str, Any]:
    """The data of the example of an event, as it stands on the wire."""
    data: dict[str, Any] = from_json(wire.encode_value(example(cls)))
    return data


def _channel(topic: str, classes: list[type[Event]]) -> Document:
    own = [cls for cls in classes if topic == cls.TOPIC]
    about = TOPICS[topic]
    per_lender = any(cls.PER_LENDER for cls in own)
    channel: Document = {
        "address": f"{topic}.{{lender}}" if per_lender else topic,
        "description": about.description,
        "messages": {message_name(cls): _ref("components", "messages", message_name(cls)) for cls in own},
        "bindings": {"kafka": _topic_binding(about)},
    }
    if per_lender:
        channel["parameters"] = {
            "lender": {
                "description": "The lender's name: small letters, digits and hyphens.",
                "examples": [LENDER],
            }
        }
    return channel


def _topic_binding(topic: Topic) -> Document:
    configuration: Document = {"cleanup.policy": ["delete"], "max.message.bytes": 1_048_576}
    if topic.personal:
        configuration["cleanup.policy"] = ["compact", "delete"]
        configuration["retention.ms"] = 7 * 24 * 60 * 60 * 1_000
    return {"topicConfiguration": configuration, "bindingVersion": KAFKA_BINDING}


def _operation(action: str, topic: str, classes: list[type[Event]]) -> Document:
    return {
        "action": action,
        "channel": _ref("channels", topic),
        "messages": [
            _ref("channels", topic, "messages", message_name(cls)) for cls in classes if topic == cls.TOPIC
        ],
    }


def _message(cls: type[Event]) -> Document:
    summary, _, more = (cls.__doc__ or "").partition("\n\n")
    return {
        "name": cls.TYPE,
        "title": cls.NAME,
        "summary": " ".join(summary.split()),
        **({"description": " ".join(more.split())} if more else {}),
        "contentType": "application/json",
        "headers": _ref("components", "schemas", "CloudEventHeaders"),
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"schemas/{file_name(cls)}"},
        },
        "bindings": {"kafka": {"key": key_schema(cls), "bindingVersion": KAFKA_BINDING}},
        "examples": [{"name": "complete", "headers": example_headers(cls), "payload": example_data(cls)}],
    }


def key_schema(cls: type[Event]) -> Document:
    """The schema of the record's key."""
    if cls.KEY == "loan_id":
        return {
            "type": "string",
            "format": "uuid",
            "description": "The loan's id: a UUIDv5 of the lender and its reference.",
        }
    return {"type": "string", "description": f"The event's `{cls.KEY}`."}


def _headers_schema() -> Document:
    def text(description: str, **more: Any) -> Document:
        return {"type": "string", "description": description, **more}

    limit = {"minLength": 1, "maxLength": wire.ATTRIBUTE_BYTES_MAX}
    properties = {
        "content-type": text("How the value is written.", const="application/json"),
        "ce_specversion": text("The version of CloudEvents.", const="1.0"),
        "ce_id": text("The event's id: the same source and id are the same event.", **limit),
        "ce_source": text("Who tells; a lender's platform is /lenders/<lender>.", **limit),
        "ce_type": text("The event and its version.", pattern=r"^org\.huancui\.[A-Za-z]+\.v[0-9]+$"),
        "ce_subject": text("What it is about."),
        "ce_time": text("When it happened, in business time.", format="date-time"),
        "ce_partitionkey": text("The record's key."),
        "ce_dataschema": text("Where the schema is named.", format="uri"),
        "ce_sequence": text("The publisher's count of events under this key.", pattern="^[0-9]+$"),
        "ce_recordedtime": text("When the publisher wrote it, in system time.", format="date-time"),
        "ce_causationid": text("The id of the message that led to it."),
        "ce_correlationid": text("The id of the message that began it all."),
        "ce_traceparent": text("The trace, as W3C Trace Context writes it."),
        "traceparent": text("The same, where tracing libraries look for it."),
    }
    required = ["ce_specversion", "ce_id", "ce_source", "ce_type"]
    return {"type": "object", "required": required, "properties": properties}


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}
