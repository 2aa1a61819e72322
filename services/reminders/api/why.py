"""A decision of the gate, told again from what was written down of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.contacting import HOUSE, house_cite
from services.reminders.domain.explain import Language, explain
from services.reminders.domain.gate import Asked, Permit, Withheld
from services.reminders.domain.packs import Cite
from services.reminders.domain.reference import Reference
from services.reminders.store.records import Line

Explained = tuple[str | None, str, str]


def explained(lines: Sequence[Line], reference: Reference) -> Explained | None:
    """The rule (None: permitted), and the decision in English and Chinese; None where nothing is known."""
    last = next((one for one in reversed(lines) if one.kind in ("ContactWithheld", "permit")), None)
    if last is None:
        return None
    cites = {rule.cite.rule: rule.cite for pack in reference.policies.packs for rule in pack.rules}
    inputs: dict[str, Any] = next(
        (one.content for one in reversed(lines) if one.kind in ("permit", "withheld")), {}
    )
    asked = _asked(last, inputs)
    if last.kind == "permit":
        counts = tuple(
            (cites[rule], counted, at_most)
            for rule, counted, at_most in last.content.get("counts", [])
            if rule in cites
        )
        return _both(None, Permit(asked, counts))
    content = last.content
    cite = _cite(content["rule"], content["pack"], cites)
    until = content.get("until")
    also = tuple(cites[one] for one in content.get("also", []) if one in cites)
    withheld = Withheld(
        cite,
        datetime.fromisoformat(until) if until else None,
        asked,
        also,
        inputs.get("counted"),
        inputs.get("at_most"),
        tuple(Channel(one) for one in inputs.get("alternatives", [])),
    )
    return _both(content["rule"], withheld)


def _cite(rule: str, pack: str, cites: dict[str, Cite]) -> Cite:
    return house_cite(rule) if pack == HOUSE or rule not in cites else cites[rule]


def _asked(line: Line, inputs: dict[str, Any]) -> Asked:
    local = tuple(datetime.fromisoformat(one) for one in inputs.get("local", []))
    content = {**line.content, **inputs}
    return Asked(
        Channel(content["channel"]),
        Purpose(content["purpose"]),
        line.at,
        local,
        inputs.get("policy", HOUSE),
    )


def _both(rule: str | None, decision: Permit | Withheld) -> Explained:
    return rule, explain(decision, Language.ENGLISH), explain(decision, Language.CHINESE)
