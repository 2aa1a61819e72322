"""What the service itself is to do because of an answer. None of the person's words is in it."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.contact import Channel, Recipient
from services.reminders.domain.treatments import Closing
from services.reminders.domain.words.messages import Occasion
from shared.events.parts import HoldReason


class Task(StrEnum):
    """What a person of the staff is asked to do."""

    CALL_AT_ONCE = "call_at_once"
    """Somebody may be in danger."""
    READ_REPLY = "read_reply"
    AGREE_PROMISE = "agree_promise"
    """A promise was meant, but not one that can be waited for as it was said."""
    FIND_PAYMENT = "find_payment"
    CALL_BACK = "call_back"
    FIND_ADDRESS = "find_address"
    """An address turned out to be somebody else's."""
    FIND_REPRESENTATIVE = "find_representative"


@dataclass(frozen=True, slots=True)
class Ask:
    """Give a task to a person."""

    task: Task


@dataclass(frozen=True, slots=True)
class Close:
    """Treatments of these loans (None: all of the person's) stand still."""

    loans: frozenset[UUID] | None
    closing: Closing


@dataclass(frozen=True, slots=True)
class HoldNow:
    """Obey a hold that hardship will place: no need to wait for it."""

    reason: HoldReason
    loans: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Say nothing of these loans up to a day."""

    loans: frozenset[UUID]
    until: date


@dataclass(frozen=True, slots=True)
class StopAddress:
    """The person wants no more at this address, nor by the channel that it was said on."""

    address: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """The address is somebody else's: nothing goes there again."""

    address: str


@dataclass(frozen=True, slots=True)
class SpeaksFor:
    """Somebody speaks for the person."""

    by: Recipient


@dataclass(frozen=True, slots=True)
class CallAt:
    """The person asked to be called: on a day, at a time, as far as they said."""

    on: date | None
    at: time | None


@dataclass(frozen=True, slots=True)
class AnswerWith:
    """Answer, once, by the channel and to the address that the reply came from."""

    occasion: Occasion


Order = Ask | Close | HoldNow | Quiet | StopAddress | NotTheirs | SpeaksFor | CallAt | AnswerWith
