"""The JSON Schema of an event: closed, as writers are held to it; where it travels, what its fields mean."""

import ast
import inspect
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.events.base import Event
from shared.events.wire import SCHEMA_BASE

DIALECT = "http://json-schema.org/draft-07/schema#"
MONEY = "Money"

Schema = dict[str, Any]


def schema_of(cls: type[Event]) -> Schema:
    """The schema of one event version. `x-topic`, `x-key` and `x-per-lender` say where it is published."""
    generated = cls.model_json_schema(ref_template="#/definitions/{model}")
    definitions: Schema = generated.pop("$defs", {})
    for part in _parts(cls):
        _describe(part, definitions[part.__name__])
    _describe(cls, generated)
    shared: Schema = {}
    body = _hoisted(_tidy(generated), shared)
    definitions = {name: _hoisted(_tidy(one), shared) for name, one in definitions.items()}
    head = {
        "$schema": DIALECT,
        "$id": f"{SCHEMA_BASE}{file_name(cls)}",
        "title": cls.NAME,
        "x-type": cls.TYPE,
        "x-topic": cls.TOPIC,
        "x-per-lender": cls.PER_LENDER,
        "x-key": cls.KEY,
    }
    body.pop("title", None)
    definitions |= shared
    return {**head, **body, **({"definitions": dict(sorted(definitions.items()))} if definitions else {})}


def file_name(cls: type[Event]) -> str:
    """The name under which everything about one event version is filed."""
    return f"{cls.NAME}.v{cls.VERSION}.json"


def _tidy(schema: Any) -> Any:
    """Without the titles that only repeat a field's name."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {name: _tidy(one) for name, one in schema.items()}
    for field in tidy.get("properties", {}).values():
        if field.get("title") != MONEY:
            field.pop("title", None)
    return tidy


def _hoisted(schema: Any, shared: Schema) -> Any:
    """The schema with money, which stands inline in every field, moved to one place."""
    if isinstance(schema, list):
        return [_hoisted(one, shared) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("title") == MONEY and schema.get("type") == "object":
        described = schema.get("x-field")
        shared[MONEY] = {name: one for name, one in schema.items() if name not in ("default", "x-field")}
        reference = {"$ref": f"#/definitions/{MONEY}"}
        return {"description": described, "allOf": [reference]} if described else reference
    return {name: _hoisted(one, shared) for name, one in schema.items()}


def _describe(cls: type[BaseModel], schema: Schema) -> None:
    """Add the text under each field of the class to its schema."""
    for name, text in _field_texts(cls).items():
        field = schema["properties"].get(name)
        if field is None:
            continue
        if field.get("title") == MONEY:
            field["x-field"] = text
        elif "$ref" in field:
            # Beside a reference draft 7 ignores everything else.
            schema["properties"][name] = {"description": text, "allOf": [{"$ref": field["$ref"]}]} | {
                other: value for other, value in field.items() if other != "$ref"
            }
        else:
            field["description"] = text


def _parts(cls: type[BaseModel]) -> set[type[BaseModel]]:
    """Every model that stands inside a class, at any depth."""
    found: set[type[BaseModel]] = set()
    open_ = [field.annotation for field in cls.model_fields.values()]
    while open_:
        annotation = open_.pop()
        arguments = getattr(annotation, "__args__", ())
        open_ += arguments
        if not arguments and inspect.isclass(annotation) and issubclass(annotation, BaseModel):
            found.add(annotation)
            open_ += [field.annotation for field in annotation.model_fields.values()]
    return found


def _field_texts(cls: type[BaseModel]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            texts |= _texts_in(inspect.getsourcefile(base) or "").get(base.__name__, {})
    return texts


@cache
def _texts_in(path: str) -> dict[str, dict[str, str]]:
    """For each class of a file, the string that stands under each annotated field."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  # a path from inspect is text
        tree = ast.parse(file.read())
    return {
        node.name: {
            field.target.id: inspect.cleandoc(text.value.value)
            for field, text in zip(node.body, node.body[1:], strict=False)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
