"""What an HTTP command brings to the door, and what it gets back."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.decision import Actor
from shared.errors import Conflict, DomainError, Refused


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command comes from.

    `message_id` is a hash over caller, route and `Idempotency-Key`, so that a repeated request is the same
    message;
    `body_hash` (signed 64 bit, over method, path and body) tells an honest repetition from a key used twice.
    """

    message_id: UUID
    body_hash: int
    actor: Actor
    traceparent: str | None
    action: str
    """For the audit row: the route's operation id."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The decision's answer; `replayed` when it is the stored one of an earlier request."""

    value: object
    replayed: bool


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is still running. Try again shortly with the same key."""


class KeyReused(Refused):
    """This Idempotency-Key was used before with another body. Use a new key for a new request."""


class Unavailable(DomainError):
    """The database cannot be reached. Nothing was changed; try again later with the same Idempotency-Key."""


class Door(Protocol):
    """The one way in for changes."""

    async def submit(self, command: object, origin: Origin) -> Answered:
        """Decide `command` in the next batch.

        Raises the decision's `DomainError` (also a stored one), `StillRunning`, `KeyReused` or `Unavailable`.
        """
        ...
