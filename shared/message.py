"""One message on its way through a batch, and what became of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from shared.decision import Actor, Key, Role
from shared.errors import DomainError
from shared.events.base import Event
from shared.flow import Step
from shared.messaging.port import Record


class Outcome(StrEnum):
    """What became of a message."""

    DECIDED = "decided"
    WAITING = "waiting"
    PARKED = "parked"
    QUEUED = "queued"
    REFUSED = "refused"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    STALE = "stale"
    IGNORED = "ignored"


@dataclass(slots=True, eq=False)
class Message:
    """One message on its way through a batch; the last four fields say what became of it."""

    id: UUID
    name: str
    body: Any
    origin: Literal["record", "timer", "outcome", "command"]
    actor: Actor
    body_hash: int = 0
    cause: str = ""
    """The id by which events name their cause: the `ce_id` of a record, else the message's own id."""
    correlation: str | None = None
    traceparent: str | None = None
    record: Record | None = None
    unreadable: DomainError | None = None
    unread_key: Key | None = None
    action: str = ""
    held_seq: int | None = None
    held_key: Key | None = None
    held_status: str = ""
    outcome: Outcome | None = None
    answer: object = None
    error: Exception | None = None
    touched: list[Key] = field(default_factory=list)
    targets: list[tuple[Step, Key]] | None = None
    handed_times: int = 0
    """How often decisions handed it on: what came to one state is another's business."""

    def handing_on(self, event: Event, id_: UUID, service: str) -> "Message":
        """The message of an event that the decision on this one hands on. No caller waits for it."""
        return Message(
            id=id_,
            name=type(event).__name__,
            body=event,
            origin="record",
            actor=Actor(service, Role.SERVICE, None),
            cause=self.cause,
            correlation=self.correlation,
            traceparent=self.traceparent,
            handed_times=self.handed_times + 1,
        )

    @property
    def handed_on(self) -> bool:
        """Whether a decision handed it on."""
        return self.handed_times > 0

    @property
    def interactive(self) -> bool:
        """Whether a caller waits for the answer, so that a refusal goes to it rather than to the parking
        place.
        """
        return self.origin == "command"
