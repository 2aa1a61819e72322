"""Random instances of the schemas that we write: the keywords that occur in them, and no others."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Values = st.SearchStrategy[Any]

CURRENCIES = {"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4, "EUR": 2}
MINOR_MAX = 10**12
_NOTES = {"title", "description", "default", "additionalProperties", "format"}
_UNDERSTOOD = {
    "string": {"type", "pattern", "minLength", "maxLength"},
    "integer": {"type", "minimum", "maximum"},
    "boolean": {"type"},
    "null": {"type"},
    "array": {"type", "items", "minItems", "maxItems"},
    "object": {"type", "properties", "required", "definitions"},
}


@st.composite
def instances(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    """An instance of an event's schema that also keeps the rules between fields.

    They are in no schema: one currency, and what must add up does, since one amount stands everywhere, an amount
    has one component, and a list whose parts add up has one part.
    """
    money = draw(amounts())
    instance: dict[str, Any] = draw(
        _of(schema, schema["definitions"] if "definitions" in schema else {}, money)
    )
    return instance


@st.composite
def amounts(draw: st.DrawFn) -> dict[str, str]:
    """Money above zero, with as many decimals as it likes up to the currency's."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    decimals = draw(st.integers(0, CURRENCIES[currency]))
    digits = str(draw(st.integers(1, MINOR_MAX))).rjust(decimals + 1, "0")
    return {
        "amount": f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits,
        "currency": currency,
    }


def _of(schema: Schema, definitions: dict[str, Schema], money: dict[str, str]) -> Values:
    if "allOf" in schema:
        return _of(schema["allOf"][0], definitions, money)
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2], definitions, money)
    if "anyOf" in schema:
        return st.one_of([_of(one, definitions, money) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    used = {name for name in schema if not name.startswith(("x-", "$"))} - _NOTES
    assert used <= _UNDERSTOOD[schema["type"]], f"teach this file {used - _UNDERSTOOD[schema['type']]}"
    if schema["type"] == "object":
        return _objects(schema, definitions, money)
    if schema["type"] == "array":
        items = _of(schema["items"], definitions, money)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(3, schema.get("maxItems", 3)))
    return _simple(schema)


def _named(name: str, definitions: dict[str, Schema], money: dict[str, str]) -> Values:
    if name == "Money":
        return st.just(money)
    if name == "Components":
        return st.sampled_from(sorted(definitions[name]["properties"])).map(lambda part: {part: money})
    return _of(definitions[name], definitions, money)


def _objects(schema: Schema, definitions: dict[str, Schema], money: dict[str, str]) -> Values:
    fields = {name: _of(one, definitions, money) for name, one in schema["properties"].items()}
    if "split" in fields:
        fields["split"] = st.lists(_named("SplitPart", definitions, money), max_size=1)
    if "shares" in fields:
        whole = _named("LenderShare", definitions, money).map(lambda share: {**share, "share": "1"})
        fields["shares"] = st.lists(whole, max_size=1)
    needed = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: values for name, values in fields.items() if name in needed},
        optional={name: values for name, values in fields.items() if name not in needed},
    )


def _simple(schema: Schema) -> Values:
    kind, form = schema["type"], schema.get("format")
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(schema["minimum"], schema.get("maximum", 10**6))
    if form == "date":
        return st.dates().map(lambda day: day.isoformat())
    if form == "date-time":
        return st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)).map(lambda at: at.isoformat())  # noqa: DTZ001
    if form == "uuid":
        return st.uuids().map(str)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema:
        texts = st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=True)
        return texts.filter(lambda text: least <= len(text) <= (most or len(text)))
    return st.text(st.characters(codec="utf-8"), min_size=least, max_size=most)
