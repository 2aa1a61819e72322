"""Every event version ever released still parses, and still is what it was."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from shared.events import wire
from shared.events.asyncapi import message_name
from shared.events.base import Event, event_class
from shared.events.compatibility import breaches
from shared.events.known import event_classes
from shared.events.schemas import schema_of
from tests.contract.files import GOLDEN, RELEASED, load, names
from tests.contract.release import freeze

VERSIONS = [message_name(cls) for cls in event_classes()]


def class_of(name: str) -> type[Event]:
    cls = event_class(f"org.huancui.{name}")
    assert cls is not None, f"{name} was released and must stay readable"
    return cls


def key_of(golden: dict[str, dict[str, str]]) -> bytes:
    return golden["headers"]["ce_partitionkey"].encode()


def as_far_as(was: Any, now: Any) -> Any:
    """What is there now, without fields that were not there before, at any depth."""
    if isinstance(was, dict) and isinstance(now, dict):
        return {field: as_far_as(value, now[field]) for field, value in was.items() if field in now}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [as_far_as(*both) for both in zip(was, now, strict=True)]
    return now


def test_every_event_version_has_its_released_schema_and_its_golden_record() -> None:
    wanted = sorted(VERSIONS)
    assert names(RELEASED) == names(GOLDEN) == wanted, "run python -m tests.contract.release"


def test_what_was_released_is_never_written_again(tmp_path: Path) -> None:
    released, golden = tmp_path / "released", tmp_path / "golden"
    assert freeze(released, golden) == VERSIONS
    (released / "PaymentApplied.v1.json").write_text("{}", encoding="utf-8")
    (golden / "LoanOpened.v1.json").unlink()
    assert freeze(released, golden) == ["LoanOpened.v1"]
    assert load(released, "PaymentApplied.v1") == {}


@pytest.mark.parametrize("name", names(RELEASED))
def test_todays_schema_keeps_what_the_released_one_promised(name: str) -> None:
    assert breaches(load(RELEASED, name), schema_of(class_of(name))) == []


@pytest.mark.parametrize("name", names(GOLDEN))
def test_a_golden_record_is_read_today_and_written_again_with_the_same_data(name: str) -> None:
    golden = load(GOLDEN, name)
    headers = [(header, content.encode()) for header, content in golden["headers"].items()]
    cls = class_of(name)
    topic = f"{cls.TOPIC}.acme" if cls.PER_LENDER else cls.TOPIC
    written = cls.read(json.dumps(golden["data"]).encode())
    event, envelope = wire.decode(topic, key_of(golden), headers, json.dumps(golden["data"]).encode())
    assert event == written.upgrade()
    key, headers_again, value = wire.encode(written, envelope)
    again = json.loads(value)
    # Fields that were added since have their defaults; all that was there is as it was.
    assert as_far_as(golden["data"], again) == golden["data"]
    assert key.decode() == golden["headers"]["ce_partitionkey"] == event.partition_key
    assert {header: content.decode() for header, content in headers_again} == golden["headers"]


@pytest.mark.parametrize("name", names(GOLDEN))
def test_a_golden_record_fits_its_released_schema_and_todays(name: str) -> None:
    data = load(GOLDEN, name)["data"]
    for schema in (load(RELEASED, name), schema_of(class_of(name))):
        jsonschema_rs.Draft7Validator(schema, validate_formats=True).validate(data)
