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
    try:
        value = value_of(stored)
    except DomainError as refusal:
        return None, refusal
    declared = next((step.answer for step in flow.steps.get(type(message.body), ()) if step.answer), None)
    if declared is not None:
        return typed(value, declared), None
    if isinstance(value, dict) and set(value) == {"status"}:
        return Received(value["status"]), None
    return value, None


def value_of(stored: bytes) -> Any:
    """What was answered before, as JSON knows it; raises the stored refusal."""
    found: dict[str, Any] = from_json(stored)
    if "refused" in found:
        refusal = DomainError.codes[found["refused"]](**found["facts"])
        refusal.replayed = True
        raise refusal
    return found["value"]


def typed(value: Any, declared: Any) -> Any:
    """A stored value in the type that it had."""
    return _adapter(declared).validate_python(value, strict=False)


@lru_cache(maxsize=256)
def _adapter(declared: Any) -> TypeAdapter[Any]:
    return TypeAdapter(declared)
