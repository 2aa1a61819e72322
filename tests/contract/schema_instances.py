"""Random instances of the schemas that we write: the keywords that occur in them, and no others."""

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Values = st.SearchStrategy[Any]

CURRENCIES = {"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4, "EUR": 2}
MINOR_MAX = 10**12
_FORMATS: dict[str, Values] = {
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()),
    "uuid": st.uuids().map(str),
}
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

    They are in no schema: one currency, and what must add up does, since one amount stands everywhere, an
    amount has one component, and a list whose parts add up has one part.
    """
    made = _Made(schema.get("definitions", {}), draw(amounts()))
    instance: dict[str, Any] = draw(made.of(schema))
    return instance


@st.composite
def amounts(draw: st.DrawFn) -> dict[str, str]:
    """Money above zero, with as many decimals as it likes up to the currency's."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    decimals = draw(st.integers(0, CURRENCIES[currency]))
    digits = str(draw(st.integers(1, MINOR_MAX))).rjust(decimals + 1, "0")
    amount = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return {"amount": amount, "currency": currency}


class _Made:
    """Strategies for the parts of one schema, with one amount for all."""

    def __init__(self, definitions: dict[str, Schema], money: dict[str, str]) -> None:
        self._definitions, self._money = definitions, money

    def of(self, schema: Schema) -> Values:
        """What fits a schema."""
        if "allOf" in schema:
            return self.of(schema["allOf"][0])
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return st.one_of([self.of(one) for one in schema["anyOf"]])
        return st.sampled_from(schema["enum"]) if "enum" in schema else self._typed(schema)

    def _typed(self, schema: Schema) -> Values:
        kind = schema["type"]
        unknown = {name for name in schema if name[0] not in "x$"} - _NOTES - _UNDERSTOOD[kind]
        assert not unknown, f"this file does not understand {unknown}"
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            most = min(3, schema.get("maxItems", 3))
            return st.lists(self.of(schema["items"]), min_size=schema.get("minItems", 0), max_size=most)
        return _text(schema) if kind == "string" else _plain(schema)

    def _named(self, name: str) -> Values:
        if name == "Money":
            return st.just(self._money)
        if name == "Components":
            parts = sorted(self._definitions[name]["properties"])
            return st.sampled_from(parts).map(lambda part: {part: self._money})
        return self.of(self._definitions[name])

    def _object(self, schema: Schema) -> Values:
        fields = {name: self.of(one) for name, one in schema["properties"].items()}
        if "split" in fields:
            fields["split"] = st.lists(self._named("SplitPart"), max_size=1)
        if "shares" in fields:
            whole = self._named("LenderShare").map(lambda share: {**share, "share": "1"})
            least = schema["properties"]["shares"].get("minItems", 0)
            fields["shares"] = st.lists(whole, min_size=least, max_size=1)
        needed = set(schema.get("required", ()))
        return st.fixed_dictionaries(
            {name: values for name, values in fields.items() if name in needed},
            optional={name: values for name, values in fields.items() if name not in needed},
        )


def _plain(schema: Schema) -> Values:
    if schema["type"] == "null":
        return st.none()
    if schema["type"] == "boolean":
        return st.booleans()
    return st.integers(schema["minimum"], schema.get("maximum", 10**6))


def _text(schema: Schema) -> Values:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" not in schema:
        return st.text(st.characters(codec="utf-8"), min_size=least, max_size=most)
    texts = st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=True)
    return texts.filter(lambda text: least <= len(text) <= (most or len(text)))
