"""What a provider says later of a contact that was handed to it: whether it arrived, and if not, why not."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.contact import Channel
from services.reminders.domain.history import History, Outcome
from services.reminders.domain.orders import StopAddress
from services.reminders.domain.person import Person
from services.reminders.domain.reservations import SlotUnknown, confirm
from shared.quick import replace


class Delivery(StrEnum):
    """What became of a message on its way."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    """The provider goes on trying."""
    UNDELIVERED = "undelivered"
    """It did not arrive this time; the address may be well (a full mailbox, a telephone that is off)."""
    NO_SUCH_ADDRESS = "no_such_address"
    """It never will: the mailbox or number does not exist."""
    UNWELCOME = "unwelcome"
    """The reader reported it as not wanted."""


_OUTCOMES = {
    Delivery.DELIVERED: Outcome.DELIVERED,
    Delivery.UNDELIVERED: Outcome.BOUNCED,
    Delivery.NO_SUCH_ADDRESS: Outcome.BOUNCED,
    Delivery.UNWELCOME: Outcome.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class Received:
    """What follows from a receipt."""

    person: Person
    history: History
    failed: Delivery | None = None
    """To be told as ContactFailed, with this as its reason."""
    stop: StopAddress | None = None
    """To be obeyed as the person's own."""


def receive(slot: UUID, delivery: Delivery, person: Person, history: History) -> Received:
    """Note a receipt. A repeated one changes nothing, and one that says "on its way" nothing that is known.

    Raises SlotUnknown where there was no such contact.
    """
    record = history.record(slot)
    if record is None:
        raise SlotUnknown(slot=slot)
    outcome = _OUTCOMES.get(delivery)
    if outcome is None:
        return Received(person, history)
    after = confirm(slot, outcome, person, history)
    # An address without any channel stays known: nobody adds it anew from an old list.
    if delivery is Delivery.NO_SUCH_ADDRESS:
        person = _without(person, record.address, record.channel)
    failed = delivery if outcome is Outcome.BOUNCED and record.outcome is not Outcome.BOUNCED else None
    stop = StopAddress(record.address, record.channel) if delivery is Delivery.UNWELCOME else None
    return Received(person, after, failed, stop)


def _without(person: Person, key: str, channel: Channel) -> Person:
    addresses = tuple(
        replace(one, channels=one.channels - {channel}) if one.key == key else one for one in person.addresses
    )
    return replace(person, addresses=addresses)
