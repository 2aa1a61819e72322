"""Contacts that were made or are being made: the window of them that rules count.

A record carries its traits as bits, set once when it is made, so that a cap looks at one number.
"""

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.reminders.domain.contact import Channel, Place, Purpose
from services.reminders.domain.person import ConsentKind


class Outcome(StrEnum):
    """What became of a contact."""

    RESERVED = "reserved"
    """Being made: it may turn into any other."""
    NOT_CONNECTED = "not_connected"
    """Busy, out of service: nothing rang."""
    UNANSWERED = "unanswered"
    """It rang, nobody answered, no message could be left."""
    VOICEMAIL_REACHED = "voicemail_reached"
    """A mailbox answered; no message was left."""
    VOICEMAIL_LEFT = "voicemail_left"
    DROPPED = "dropped"
    """Somebody answered and hung up, or was hung up on."""
    CONVERSATION = "conversation"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    WRONG_PARTY = "wrong_party"
    """The number is somebody else's: it was no contact with this person."""


class Unit(StrEnum):
    """What a rule counts as one."""

    ATTEMPTED = "attempted"
    """Whatever was tried."""
    RANG = "rang"
    """Calls that connect or ring, answered or not; messages that were sent (12 CFR 1006.14(b)(3)(ii))."""
    REACHABLE = "reachable"
    """Where the person was reached, or a message could have been left (940 CMR 7.04)."""
    CONTACT = "contact"
    """Where something came of it: talk, hanging up, a message left or sent (ACCC guideline)."""
    CONVERSATION = "conversation"
    """Calls in which people spoke."""
    UNANSWERED = "unanswered"
    """Calls that nobody answered, whatever the cause."""
    ARRIVED = "arrived"
    """Whatever arrived, by any channel."""


_MESSAGES = frozenset({Outcome.SENT, Outcome.DELIVERED})
_TALK = frozenset({Outcome.CONVERSATION, Outcome.DROPPED, Outcome.VOICEMAIL_LEFT})
UNITS: Mapping[Unit, frozenset[Outcome]] = {
    Unit.ATTEMPTED: frozenset(Outcome) - {Outcome.WRONG_PARTY},
    Unit.RANG: frozenset(Outcome) - {Outcome.NOT_CONNECTED, Outcome.BOUNCED, Outcome.WRONG_PARTY},
    Unit.REACHABLE: _MESSAGES | _TALK | {Outcome.VOICEMAIL_REACHED},
    Unit.CONTACT: _MESSAGES | _TALK,
    Unit.CONVERSATION: frozenset({Outcome.CONVERSATION}),
    Unit.UNANSWERED: frozenset({Outcome.NOT_CONNECTED, Outcome.UNANSWERED, Outcome.VOICEMAIL_REACHED}),
    Unit.ARRIVED: _MESSAGES | _TALK,
}

INBOUND = 1
"""Flag of a record: the borrower made it."""
OPENED_BITS: Mapping[ConsentKind, int] = {kind: 2 << place for place, kind in enumerate(ConsentKind)}
"""Flags of a record: it was made at a time that the borrower had opened so."""


def _bits(members: Iterable[StrEnum], first: int) -> Mapping[StrEnum, int]:
    return {member: 1 << (first + place) for place, member in enumerate(members)}


UNIT_BITS = _bits(Unit, 4)
CHANNEL_BITS = _bits(Channel, 12)
PURPOSE_BITS = _bits(Purpose, 24)
PLACE_BITS = _bits(Place, 34)
_OUTCOME_TRAITS = {
    # A slot that is reserved may become anything, so it counts as everything.
    outcome: sum(
        UNIT_BITS[unit] for unit, made in UNITS.items() if outcome in made or outcome is Outcome.RESERVED
    )
    for outcome in Outcome
}


class Record(NamedTuple):
    """One contact as it is kept."""

    id: UUID
    at: datetime
    first_on: date
    """Its day where the person was then; where that is in doubt, the earliest day it may have been."""
    last_on: date
    """The latest day it may have been."""
    channel: Channel
    purpose: Purpose
    outcome: Outcome
    address: str
    lender: str
    collector: str
    loans: frozenset[UUID]
    """Those that it counts for."""
    talked: frozenset[UUID] = frozenset()
    """Those that came up in the conversation besides."""
    flags: int = 0
    consent_day: int = 0
    """The how-manieth day of a consent it was, its day of receipt being the first; 0 without one."""
    answers: UUID | None = None
    """The borrower's message that it answers."""
    place: Place = Place.MOBILE
    traits: int = 0
    """Made by `record`."""

    @property
    def inbound(self) -> bool:
        """Whether the borrower made it."""
        return bool(self.flags & INBOUND)


def traits_of(record: Record) -> int:
    """The bits by which rules look a record over."""
    return (
        record.flags
        | _OUTCOME_TRAITS[record.outcome]
        | CHANNEL_BITS[record.channel]
        | PURPOSE_BITS[record.purpose]
        | PLACE_BITS[record.place]
    )


def mask(bits: Mapping[StrEnum, int], members: Iterable[StrEnum]) -> int:
    """The bits of several members together."""
    return sum(bits[member] for member in set(members))


@dataclass(frozen=True, slots=True)
class History:
    """A person's records by time, those of all lenders and channels together."""

    records: tuple[Record, ...] = ()

    @classmethod
    def of(cls, records: Iterable[Record]) -> "History":
        """A history of records in any order."""
        made = (one._replace(traits=traits_of(one)) for one in records)
        return cls(tuple(sorted(made, key=_when)))

    def record(self, slot: UUID) -> Record | None:
        """The record of an id."""
        return next((one for one in reversed(self.records) if one.id == slot), None)

    def adding(self, record: Record) -> "History":
        """The history with one record more, or with a record of the same id replaced."""
        kept = [one for one in self.records if one.id != record.id]
        insort(kept, record._replace(traits=traits_of(record)), key=_when)
        return History(tuple(kept))

    def without(self, slot: UUID) -> "History":
        """The history without the record of an id."""
        return History(tuple(one for one in self.records if one.id != slot))

    def since(self, at: datetime) -> "History":
        """The window that rules still need: what is older is dropped."""
        return History(tuple(one for one in self.records if one.at >= at))

    def wrong_number(self, address: str) -> "History":
        """The number proved to be somebody else's: what went there was no contact with this person."""
        return History.of(
            one._replace(outcome=Outcome.WRONG_PARTY) if one.address == address and not one.inbound else one
            for one in self.records
        )


NOTHING_YET = History()
WINDOW_KEPT = timedelta(days=62)
"""How far back rules may look: the loader of packs refuses longer windows."""


def _when(record: Record) -> tuple[datetime, int]:
    return record.at, record.id.int
