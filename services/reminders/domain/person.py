"""What the gate knows of a person: where they are, how they can be reached, what they asked for, what holds.

No names, numbers or texts: an address is a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.contact import Channel, Contact, Place, Purpose, Recipient
from shared.events.parts import HoldReason


class RouteKind(StrEnum):
    """How an electronic address came to be one that may be written to about a loan."""

    USED = "used"
    """The borrower wrote from it about the loan."""
    CONSENTED = "consented"
    LENDER_NOTICE = "lender_notice"
    """The lender announced the collector to the borrower, who let the time to object pass."""
    PRIOR_COLLECTOR = "prior_collector"
    """The collector immediately before used it, and the borrower did not object."""
    NUMBER_CHECKED = "number_checked"
    """A database of reassigned numbers was asked: the number is still the same person's."""


@dataclass(frozen=True, slots=True)
class Route:
    """One such way, from a day on, for one collector."""

    kind: RouteKind
    collector: str
    on: date


@dataclass(frozen=True, slots=True)
class Address:
    """One address or number. It serves the channels that it names, and no other."""

    key: str
    channels: frozenset[Channel]
    place: Place = Place.MOBILE
    owner: Recipient = Recipient.SELF
    established: bool = False
    """The person was identified here."""
    consented_until: date | None = None
    """The last day of a consent that ends; None where none was said to end."""
    calls_forbidden: bool = False
    """At work: the employer is known not to allow personal calls."""
    routes: tuple[Route, ...] = ()


class StopKind(StrEnum):
    """What a person may close. Each reaches differently far."""

    CHANNEL = "channel"
    """"Stop calling me": these channels, for every loan."""
    ADDRESS = "address"
    """One address or number, for every loan."""
    PLACE = "place"
    """"Not at home": every address that belongs to the place."""
    CEASE = "cease"
    """In writing, "leave me alone about this loan": every channel, these loans alone."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A person's "no more", from the moment it was received."""

    kind: StopKind
    received_at: datetime
    channels: frozenset[Channel] = frozenset()
    address: str = ""
    place: Place | None = None
    loans: frozenset[UUID] = frozenset()
    received_on: date | None = None
    """The day of receipt where the person is."""
    in_writing: bool = True
    message: UUID | None = None
    """The message that said so, where it was one."""


@dataclass(frozen=True, slots=True)
class ClosedTime:
    """Hours of the week that a person closed. One that starts later than it ends runs over midnight."""

    days: frozenset[int]
    """Of the week, from Monday, 0: the days on which it starts."""
    start: time
    end: time
    ends_on: date | None = None
    """The last day on which it counts; None: until the person opens it again."""


class ConsentKind(StrEnum):
    """What a borrower opened."""

    ASKED = "asked"
    """The borrower named this time: "call me on Monday at ten"."""
    ALLOWED = "allowed"
    """The borrower agreed to more calls, at hours that are open anyway."""
    AGREED = "agreed"
    """Both sides agreed to these hours, as in a contract."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A time that the borrower opened to one collector. It is spent by the next conversation."""

    kind: ConsentKind
    collector: str
    received_at: datetime
    starts_at: datetime
    ends_at: datetime
    channels: frozenset[Channel] = frozenset(Channel)
    loans: frozenset[UUID] | None = None
    """None: whatever the loan."""

    def covers(self, contact: Contact) -> bool:
        """Whether it was given for such a contact, to who would make it."""
        return (
            self.collector == contact.collector
            and contact.channel in self.channels
            and (self.loans is None or self.loans.issuperset(contact.loans))
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as far as contact is concerned: both days are included."""

    reason: HoldReason
    starts_on: date
    ends_on: date | None = None
    purposes: frozenset[Purpose] = frozenset()
    """Those that the hold itself names as closed."""
    loans: frozenset[UUID] | None = None
    """None: every loan of the person."""
    own: bool = True
    """Whether it is this person's; otherwise that of somebody else who owes the same loan."""


@dataclass(frozen=True, slots=True)
class Representation:
    """Somebody speaks for the person."""

    by: Recipient
    since: datetime
    until: datetime | None = None
    """When it ended, or the representative stayed silent for too long, or allowed direct contact."""
    loans: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What a contact to a person is judged by."""

    zones: tuple[str, ...] = ()
    """Every time zone where the person may be; one when the place is known, none when nothing is."""
    calendars: tuple[str, ...] = ()
    """Whose holidays may be theirs: a country ("cn") or its part ("us-ma")."""
    regions: tuple[str, ...] = ()
    """Where the person may be, as "US" or "US-MA"; empty when nothing is known."""
    addresses: tuple[Address, ...] = ()
    stops: tuple[Stop, ...] = ()
    closed_times: tuple[ClosedTime, ...] = ()
    consents: tuple[Consent, ...] = ()
    holds: tuple[Hold, ...] = ()
    representations: tuple[Representation, ...] = ()
    vulnerable: bool = False
    one_debt: Mapping[UUID, UUID] = field(default_factory=dict)
    """Loans that count as one, such as student loans under one account number, by what they count as."""

    def address(self, key: str) -> Address | None:
        """The address of a key."""
        return next((one for one in self.addresses if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One hint at where a person is: what an address, a number or the person says."""

    zones: tuple[str, ...]
    current: bool = False
    """The person was asked, and said so: it is no hint but known."""


def candidate_zones(hints: tuple[Whereabouts, ...]) -> tuple[str, ...]:
    """Every zone where a person may be. What is known wins; area codes and home addresses are only hints, and
    then all of them count (12 CFR 1006.6(b)(1)(i), comment 2). Nothing is ever made up.
    """
    known = [hint for hint in hints if hint.current]
    return tuple(dict.fromkeys(zone for hint in known[-1:] or hints for zone in hint.zones))
