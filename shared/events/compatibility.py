"""Whether a changed schema still keeps what its released form promised.

A released version is frozen: fields are only added, with defaults, and bounds only widened. So today's
readers take every event ever written, and yesterday's readers find every field they need. Anything else is
a new version.
"""

from operator import gt, lt
from typing import Any

Schema = dict[str, Any]

_PUBLISHED = {
    "x-type": "the type",
    "x-topic": "the topic",
    "x-key": "the key",
    "x-per-lender": "whether each lender has its own topic",
}
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_EXACT = ("pattern", "format", "const", "multipleOf", "uniqueItems")


def breaches(released: Schema, changed: Schema) -> list[str]:
    """What the changed schema breaks, one text for each breach; empty when the change is compatible."""
    found = [
        f"{name} changed from {released.get(keyword)!r} to {changed.get(keyword)!r}"
        for keyword, name in _PUBLISHED.items()
        if released.get(keyword) != changed.get(keyword)
    ]
    return found + _Comparison(released, changed).compare(released, changed, "")


class _Comparison:
    """Walks two schemas side by side, following references in each."""

    def __init__(self, released: Schema, changed: Schema) -> None:
        self._released, self._changed = released, changed
        self._open: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, path: str) -> list[str]:
        """The breaches at and under `path`. A part that contains itself is looked at once."""
        names = (old.get("$ref", ""), new.get("$ref", ""))
        if not all(names):
            return self._compare(_resolved(old, self._released), _resolved(new, self._changed), path)
        if names in self._open:
            return []
        self._open.add(names)
        found = self._compare(_resolved(old, self._released), _resolved(new, self._changed), path)
        self._open.discard(names)
        return found

    def _compare(self, old: Schema, new: Schema, path: str) -> list[str]:
        if _is_union(new):
            return self._alternatives(old["anyOf"] if _is_union(old) else [old], new["anyOf"], path)
        if _is_union(old):
            return [_lost(one, path) for one in old["anyOf"] if self.compare(one, new, path)]
        if changed := _type_changed(old, new, path):
            return changed
        found = _narrowed(old, new, path)
        if "anyOf" in new:
            found += self._alternatives(old.get("anyOf", [old]), new["anyOf"], path)
        if "properties" in old:
            found += self._fields(old, new, path)
        if "items" in old and "items" in new:
            found += self.compare(old["items"], new["items"], f"{path}/*")
        return found

    def _alternatives(self, old: list[Schema], new: list[Schema], path: str) -> list[str]:
        """Every form that was accepted must still be accepted by one of the new forms."""
        found: list[str] = []
        for one in old:
            tried = [(_kind(other), self.compare(one, other, path)) for other in new]
            if all(texts for _, texts in tried):
                alike = [texts for kind, texts in tried if kind == _kind(one)]
                fewest: list[str] = min(alike, key=len) if alike else [_lost(one, path)]
                found += fewest
        return found

    def _fields(self, old: Schema, new: Schema, path: str) -> list[str]:
        had, has = old["properties"], new.get("properties", {})
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        found = [f"{path}/{name}: the field was removed" for name in had if name not in has]
        found += [
            f"{path}/{name}: a new field must have a default"
            for name in has
            if name in needs and name not in had
        ]
        for name in had:
            if name not in has:
                continue
            found += _requirement(f"{path}/{name}", name in needed, name in needs)
            found += _default(f"{path}/{name}", had[name], has[name])
            found += self.compare(had[name], has[name], f"{path}/{name}")
        return found


def _is_union(schema: Schema) -> bool:
    return "anyOf" in schema and "type" not in schema


def _lost(schema: Schema, path: str) -> str:
    return f"{path or '/'}: {_kind(schema)} is not accepted any more"


def _requirement(path: str, was: bool, is_: bool) -> list[str]:
    if is_ and not was:
        return [f"{path}: the field is required now; events without it were written"]
    if was and not is_:
        return [f"{path}: the field is not required any more; readers of the released version need it"]
    return []


def _default(path: str, old: Schema, new: Schema) -> list[str]:
    if "default" in old and "default" in new and old["default"] != new["default"]:
        before, after = old["default"], new["default"]
        return [
            f"{path}: the default changed from {before!r} to {after!r}; events without it mean something else"
        ]
    return []


def _type_changed(old: Schema, new: Schema, path: str) -> list[str]:
    if old.get("type") != new.get("type"):
        return [f"{path or '/'}: the type changed from {_kind(old)} to {_kind(new)}"]
    return []


def _narrowed(old: Schema, new: Schema, path: str) -> list[str]:
    place, found = path or "/", []
    if "enum" in new:
        lost = [value for value in old.get("enum", ()) if value not in new["enum"]]
        found += [f"{place}: the value {value!r} is not accepted any more" for value in lost]
        if "enum" not in old:
            found.append(f"{place}: only listed values are accepted now")
    for bounds, tighter in ((_LOWER, gt), (_UPPER, lt)):
        found += [
            f"{place}: {bound} was narrowed from {old.get(bound, 'none')} to {new[bound]}"
            for bound in bounds
            if bound in new and (bound not in old or tighter(new[bound], old[bound]))
        ]
    found += [
        f"{place}: {rule} changed from {old.get(rule, 'none')!r} to {new[rule]!r}"
        for rule in _EXACT
        if rule in new and old.get(rule) != new[rule]
    ]
    return found


def _resolved(schema: Schema, root: Schema) -> Schema:
    while True:
        wrapped = schema.get("allOf")
        if wrapped and len(wrapped) == 1:
            schema = wrapped[0]
        reference = schema.get("$ref")
        if reference is None:
            return schema
        schema = root["definitions"][reference.rpartition("/")[2]]


def _kind(schema: Schema) -> str:
    reference: str = schema.get("$ref", "")
    kind: str = reference.rpartition("/")[2] or schema.get("type", "any value")
    return kind
