"""The generated documents are today's, and sound."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from services.ledger.flow import FLOW
from shared.events import generate
from shared.events.asyncapi import APPLICATIONS, TOPICS, asyncapi
from shared.events.known import event_classes

Document = dict[str, Any]

AWAITING_A_SENDER = {"clock": "whoever drives simulated time"}
"""Topics that no application of ours sends to yet, and who will."""


def test_the_generated_documents_are_up_to_date() -> None:
    assert generate.stale() == [], "run python -m shared.events.generate"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the documents that a test may spoil."""
    return Path(shutil.copytree(generate.FOLDER, tmp_path / "events"))


def test_a_stale_a_missing_and_a_left_over_document_are_named(copy: Path) -> None:
    (copy / "catalogue.md").write_text("old", encoding="utf-8")
    (copy / "asyncapi.ledger.json").unlink()
    (copy / "schemas" / "Gone.v1.json").write_text("{}", encoding="utf-8")
    assert generate.stale(copy) == [
        "asyncapi.ledger.json is missing",
        "schemas/Gone.v1.json belongs to no event any more",
        "catalogue.md is stale",
    ]
    generate.write(copy)
    assert generate.stale(copy) == []


def test_the_command_checks() -> None:
    command = [sys.executable, "-m", "shared.events.generate", "--check"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=generate.FOLDER.parents[1]
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(params=sorted(APPLICATIONS))
def document(request: pytest.FixtureRequest) -> Document:
    return json.loads((generate.FOLDER / f"asyncapi.{request.param}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def resolved(document: Document, reference: str) -> Any:
    file, _, pointer = reference.partition("#")
    node: Any = json.loads((generate.FOLDER / file).read_text(encoding="utf-8")) if file else document
    for step in filter(None, pointer.split("/")):
        node = node[step]
    return node


def test_an_asyncapi_document_has_the_parts_of_version_3(document: Document) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    known = {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    assert document.keys() == known
    for channel in document["channels"].values():
        parameters = channel.get("parameters", {})
        assert all(f"{{{name}}}" in channel["address"] for name in parameters)
        assert ("{" in channel["address"]) == bool(parameters)
        assert channel["bindings"]["kafka"]["bindingVersion"] == "0.5.0"
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        listed = [message["$ref"] for message in operation["messages"]]
        assert listed
        assert all(one.startswith(operation["channel"]["$ref"] + "/messages/") for one in listed)


def test_every_reference_of_an_asyncapi_document_leads_somewhere(document: Document) -> None:
    found = set(references(document))
    assert len(found) > 20
    for reference in found:
        assert resolved(document, reference), reference


def test_every_example_fits_its_schemas(document: Document) -> None:
    messages = document["components"]["messages"]
    assert messages
    for message in messages.values():
        payload = resolved(document, message["payload"]["schema"]["$ref"])
        headers = resolved(document, message["headers"]["$ref"])
        key = message["bindings"]["kafka"]["key"]
        for example in message["examples"]:
            for schema, instance in (
                (payload, example["payload"]),
                (headers, example["headers"]),
                (key, example["headers"]["ce_partitionkey"]),
            ):
                jsonschema_rs.Draft7Validator(schema, validate_formats=True).validate(instance)
        assert payload["x-type"] == message["name"] == example["headers"]["ce_type"]


def test_an_example_that_does_not_fit_would_be_seen() -> None:
    message = asyncapi(APPLICATIONS["platform"])["components"]["messages"]["PaymentReceived.v1"]
    schema = resolved({}, message["payload"]["schema"]["$ref"])
    for spoilt in ({"amount": 5}, {"value_on": "2026-02-30"}, {"colour": "red"}, {"method": "magic"}):
        assert not jsonschema_rs.Draft7Validator(schema, validate_formats=True).is_valid(
            message["examples"][0]["payload"] | spoilt
        )


def test_every_schema_is_itself_valid() -> None:
    for path in (generate.FOLDER / "schemas").glob("*.json"):
        jsonschema_rs.meta.validate(json.loads(path.read_text(encoding="utf-8")))


def test_every_event_is_published_by_one_application_and_read_by_another() -> None:
    for cls in event_classes():
        senders = [name for name, one in APPLICATIONS.items() if cls.TOPIC in one.sends]
        readers = [name for name, one in APPLICATIONS.items() if cls.TOPIC in one.receives]
        assert cls.TOPIC in TOPICS
        assert bool(senders) != (cls.TOPIC in AWAITING_A_SENDER), f"{cls.NAME} is published by nobody"
        assert len(senders) <= (2 if cls.TOPIC == "care-events" else 1)
        assert readers, f"{cls.NAME} is read by nobody"


def test_the_ledger_takes_and_tells_only_what_its_document_says() -> None:
    ledger = APPLICATIONS["ledger"]
    events = set(event_classes())
    taken = {message for message in FLOW.steps if message in events}
    told = {event for steps in FLOW.steps.values() for step in steps for event in step.emits}
    assert taken
    assert told
    assert {cls.TOPIC for cls in taken} <= set(ledger.receives)
    assert {cls.TOPIC for cls in told} <= set(ledger.sends)
