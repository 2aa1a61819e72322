"""Answers to commands, kept beside their inbox rows so that a repeated request gets the same one."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from shared.errors import DomainError
from shared.flow import Flow, Received
from shared.message import Message


def write_answer(value: object, error: Exception | None = None) -> bytes:
    """A decision's answer, or its refusal, as JSON."""
    if isinstance(error, DomainError):
        return to_json({"refused": error.code, "facts": error.facts}, fallback=str)
    return to_json({"value": value})


def read_answer(flow: Flow, message: Message, stored: bytes) -> tuple[object, Exception | None]:
    """What was answered before: the value in the type that the step declares, or the refusal."""
    found: dict[str, Any] = from_json(stored)
    if "refused" in found:
        refusal = DomainError.codes[found["refused"]](**found["facts"])
        refusal.replayed = True
        return None, refusal
    value = found["value"]
    declared = next((step.answer for step in flow.steps.get(type(message.body), ()) if step.answer), None)
    if declared is not None:
        return _adapter(declared).validate_python(value, strict=False), None
    if isinstance(value, dict) and set(value) == {"status"}:
        return Received(value["status"]), None
    return value, None


@lru_cache(maxsize=256)
def _adapter(declared: Any) -> TypeAdapter[Any]:
    return TypeAdapter(declared)
