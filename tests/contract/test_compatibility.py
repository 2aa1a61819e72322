"""The checker finds each edit that breaks a released version, and lets pass those that do not."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from shared.events.compatibility import breaches
from shared.events.loans import LoanOpened, PaymentReceived
from shared.events.schemas import schema_of

Schema = dict[str, Any]
PAYMENT = schema_of(PaymentReceived)
LOAN = schema_of(LoanOpened)


def edited(schema: Schema, edit: Callable[[Schema], object]) -> list[str]:
    changed = deepcopy(schema)
    edit(changed)
    return breaches(schema, changed)


def fields(schema: Schema) -> Schema:
    found: Schema = schema["properties"]
    return found


def definition(schema: Schema, name: str) -> Schema:
    found: Schema = schema["definitions"][name]
    return found


BREAKING: list[tuple[str, Callable[[Schema], object]]] = [
    ("the topic changed from 'loan-events' to 'x'", lambda s: s.update({"x-topic": "x"})),
    ("the key changed from 'loan_id' to 'lender'", lambda s: s.update({"x-key": "lender"})),
    ("whether each lender has its own topic changed", lambda s: s.update({"x-per-lender": False})),
    ("the type changed from 'org.huancui.PaymentReceived.v1'", lambda s: s.update({"x-type": "other"})),
    ("/method: the field was removed", lambda s: fields(s).pop("method")),
    (
        "/new: a new field must have a default",
        lambda s: (fields(s).update(new={}), s["required"].append("new")),
    ),
    ("/method: the field is required now", lambda s: s["required"].append("method")),
    ("/amount: the field is not required any more", lambda s: s["required"].remove("amount")),
    (
        "/method: the default changed from 'other' to 'cash'",
        lambda s: fields(s)["method"].update(default="cash"),
    ),
    (
        "/value_on: the type changed from string to integer",
        lambda s: fields(s)["value_on"].update(type="integer"),
    ),
    (
        "/amount: the type changed from object to string",
        lambda s: fields(s).update(amount={"type": "string"}),
    ),
    ("/lender: pattern changed", lambda s: fields(s)["lender"].update(pattern="^x$")),
    ("/value_on: format changed", lambda s: fields(s)["value_on"].update(format="date-time")),
    ("/lender: maxLength was narrowed from none to 5", lambda s: fields(s)["lender"].update(maxLength=5)),
    ("/split: maxItems was narrowed from 100 to 99", lambda s: fields(s)["split"].update(maxItems=99)),
    ("/split: minItems was narrowed from none to 1", lambda s: fields(s)["split"].update(minItems=1)),
    (
        "/method: the value 'cash' is not accepted",
        lambda s: definition(s, "PaymentMethod")["enum"].remove("cash"),
    ),
    ("/lender: only listed values are accepted", lambda s: fields(s)["lender"].update(enum=["acme"])),
    ("/direction: null is not accepted", lambda s: fields(s)["direction"]["anyOf"].pop()),
    ("/direction: null is not accepted", lambda s: fields(s).update(direction=fields(s)["amount"])),
    ("/split/*/amount: the field was removed", lambda s: fields(definition(s, "SplitPart")).pop("amount")),
    ("/direction/fees: the field was removed", lambda s: fields(definition(s, "Components")).pop("fees")),
    (
        "/amount/currency: the value 'JPY' is not accepted",
        lambda s: fields(definition(s, "Money")["anyOf"][0])["currency"]["enum"].remove("JPY"),
    ),
]


@pytest.mark.parametrize(("text", "edit"), BREAKING, ids=[text for text, _ in BREAKING])
def test_a_breaking_edit_is_named(text: str, edit: Callable[[Schema], object]) -> None:
    found = edited(PAYMENT, edit)
    assert any(one.startswith(text) for one in found), found


def test_bounds_of_numbers_may_not_be_narrowed() -> None:
    number = fields(definition(LOAN, "ScheduledInstalment"))["number"]
    assert (number["minimum"], number["maximum"]) == (1, 2_000)

    def narrow(schema: Schema) -> None:
        fields(definition(schema, "ScheduledInstalment"))["number"].update(minimum=2, maximum=1_999)

    assert edited(LOAN, narrow) == [
        "/instalments/*/number: minimum was narrowed from 1 to 2",
        "/instalments/*/number: maximum was narrowed from 2000 to 1999",
    ]


def renamed(schema: Schema) -> None:
    schema["definitions"]["Parts"] = schema["definitions"].pop("SplitPart")
    fields(schema)["split"]["items"] = {"$ref": "#/definitions/Parts"}


COMPATIBLE: list[tuple[str, Callable[[Schema], object]]] = [
    ("nothing", lambda s: None),
    ("a field with a default", lambda s: fields(s).update(new={"type": "string", "default": ""})),
    ("another text", lambda s: (s.update(description="x"), fields(s)["split"].update(description="x"))),
    ("one more value", lambda s: definition(s, "PaymentMethod")["enum"].append("cheque")),
    ("a wider bound", lambda s: fields(s)["split"].update(maxItems=200)),
    ("no bound at all", lambda s: fields(s)["split"].pop("maxItems")),
    ("no pattern any more", lambda s: fields(s)["lender"].pop("pattern")),
    ("null beside it", lambda s: fields(s).update(amount={"anyOf": [fields(s)["amount"], {"type": "null"}]})),
    ("a default in a part", lambda s: fields(definition(s, "Components")).update(tax={"default": None})),
    ("a part renamed", renamed),
]


@pytest.mark.parametrize(("what", "edit"), COMPATIBLE, ids=[what for what, _ in COMPATIBLE])
def test_a_compatible_edit_passes(what: str, edit: Callable[[Schema], object]) -> None:
    assert edited(PAYMENT, edit) == [], what


def test_a_part_that_contains_itself_is_compared_once_in_each_place() -> None:
    node: Schema = {
        "type": "object",
        "properties": {"next": {"$ref": "#/definitions/Node"}, "n": {"type": "integer"}},
    }
    schema: Schema = {
        "type": "object",
        "properties": {"first": {"$ref": "#/definitions/Node"}, "second": {"$ref": "#/definitions/Node"}},
        "definitions": {"Node": node},
    }
    found = edited(schema, lambda s: fields(definition(s, "Node"))["n"].update(type="string"))
    assert found == [f"/{place}/n: the type changed from integer to string" for place in ("first", "second")]
