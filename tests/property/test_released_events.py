"""Whatever fits the schema of a released event version is read today."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events import wire
from shared.events.base import event_class
from tests.contract.files import RELEASED, load, names
from tests.contract.schema_instances import instances


@pytest.mark.parametrize("name", names(RELEASED))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_fits_a_released_schema_is_read_today(name: str, data: st.DataObject) -> None:
    schema = load(RELEASED, name)
    instance: dict[str, Any] = data.draw(instances(schema))
    jsonschema_rs.Draft7Validator(schema, validate_formats=True).validate(instance)
    cls = event_class(schema["x-type"])
    assert cls is not None
    event = cls.read(json.dumps(instance).encode())
    source = f"{wire.LENDER_SOURCE}{event.lender_name}" if cls.PER_LENDER else "/test"
    around = wire.envelope_of(event, id="1", source=source)
    assert wire.decode(event.topic_name, *wire.encode(event, around)) == (event.upgrade(), around)
