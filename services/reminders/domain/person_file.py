"""What reminders keeps of one person: what the gate judges by, what runs, what was done. It decides.

No name and no address is in it: an address is a key, and lenders' own references name a borrower.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.reminders.domain.contact import Contact
from services.reminders.domain.course import Course
from services.reminders.domain.history import NOTHING_YET, History
from services.reminders.domain.person import Address, Hold, Person
from services.reminders.domain.treatments import Capacity, Closing
from services.reminders.domain.words.messages import Occasion
from shared.decision import Actor, Role
from shared.errors import NotFound, NotHere
from shared.events.loans import Channel as LoanChannel
from shared.events.parts import PartyRole
from shared.money import Money
from shared.quick import replace

NOBODY_KNOWN = Person()
SPOKEN_TO = frozenset({PartyRole.BORROWER, PartyRole.JOINT, PartyRole.GUARANTOR})
"""Parts in a loan whose holders are spoken to about it."""

CAPACITY_KNOWN_FOR = timedelta(days=180)
"""Incomes and spending change: what was found by a statement is not gone by for longer."""


class PersonUnknown(NotFound):
    """There is no such person, or none of its loans is yours to see."""


class GoesByAnotherId(NotHere):
    """Two were found to be one person, who goes by another id now."""


class BorrowerKey(NamedTuple):
    """A lender's own name for a person."""

    lender: str
    reference: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What one lender says of its borrower, without name and addresses."""

    borrower: BorrowerKey
    addresses: tuple[Address, ...] = ()
    languages: tuple[str, ...] = ()
    time_zone: str | None = None
    country: str | None = None
    region: str | None = None
    access_needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An instalment that is not paid, as the ledger told it last."""

    instalment: int
    due_on: date
    amount: Money
    late_fee: Money | None = None


@dataclass(frozen=True, slots=True)
class LoanSeen:
    """A loan that the person has a part in, as far as speaking of it goes."""

    loan_id: UUID
    lender: str
    reference: str
    role: PartyRole
    kind: LoanChannel | None = None
    missed: tuple[Unpaid, ...] = ()
    due_next: Unpaid | None = None

    @property
    def unpaid(self) -> bool:
        """Whether anything of it is due, or falls due next, and is not paid."""
        return bool(self.missed) or self.due_next is not None

    @property
    def first(self) -> Unpaid | None:
        """The oldest instalment that is late; else the one that falls due next."""
        return min(self.missed, key=lambda one: one.due_on, default=self.due_next)


class Held(NamedTuple):
    """A hold in force on one loan; `revision` keeps an older change from replacing a newer one."""

    hold_id: UUID
    loan_id: UUID
    hold: Hold
    revision: int = 0
    reference: str | None = None
    """What the platform calls it, where it asked for it."""


class Cause(NamedTuple):
    """Something that closes treatments of loans (None: of all) until it is over: a plan, a case, a hold …"""

    id: UUID
    closing: Closing
    loans: frozenset[UUID] | None


class Vulnerability(NamedTuple):
    """What makes the person vulnerable, through a day (None: until it is lifted)."""

    kind: str
    ends_on: date | None


class Word(NamedTuple):
    """Something that the person is to be told once, from a day through another."""

    occasion: Occasion
    about: UUID
    """The plan, the promise or the case."""
    lender: str
    """Who speaks."""
    loans: tuple[UUID, ...]
    since: date
    until: date
    due_on: date | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact that was permitted and waits to go out."""

    id: UUID
    contact: Contact
    occasion: Occasion
    treatment: str | None = None
    promise: UUID | None = None
    """The promise that it reminds of."""
    word: Word | None = None
    """What it says, where that is a word that is said once."""
    withdrawn: bool = False
    """What it was to say is no longer so."""


class Noted(NamedTuple):
    """A line of the person's record: what happened, about which contact and lender."""

    at: datetime
    kind: str
    lender: str | None
    contact_id: UUID | None
    content: dict[str, object]


class Forgets(NamedTuple):
    """A lender whose lines and answers are to go, and the id under which its customer is forgotten: lines of
    others that stand under that stay with the person.
    """

    lender: str
    parted: UUID


class KeptReply(NamedTuple):
    """An answer of the person's, with its words under the person's key."""

    id: UUID
    at: datetime
    channel: str
    lenders: tuple[str, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PersonFile:
    """The state. `noted` and `replies` have come since it was loaded; they are kept in other tables, and what
    `forgets` says is to go from there.
    """

    id: UUID
    course: Course
    judged: Person = NOBODY_KNOWN
    """Without holds and vulnerability, which are laid in when something is judged."""
    history: History = NOTHING_YET
    profiles: tuple[Profile, ...] = ()
    loans: tuple[LoanSeen, ...] = ()
    held: tuple[Held, ...] = ()
    causes: tuple[Cause, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    planned: tuple[Planned, ...] = ()
    words: tuple[Word, ...] = ()
    """What waits to be said once."""
    can_afford: tuple[Capacity, date] | None = None
    """What the person can afford, by what hardship last told of them, and when that was."""
    wakes_at: datetime | None = None
    retry_at: datetime | None = None
    """When a contact that the gate withheld may be made, the same day."""
    formerly: tuple[UUID, ...] = ()
    merged_into: UUID | None = None
    erased: bool = False
    noted: tuple[Noted, ...] = ()
    replies: tuple[KeptReply, ...] = ()
    forgets: tuple[Forgets, ...] = ()

    @property
    def ids(self) -> tuple[UUID, ...]:
        """By which the person is, or was, known."""
        return (self.id, *self.formerly)

    @property
    def zone(self) -> str:
        """The zone that the person's days are counted in."""
        return self.judged.zones[0] if self.judged.zones else "UTC"

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that the person reads, as lenders say, the preferred one first."""
        return tuple(dict.fromkeys(name for one in self.profiles for name in one.languages))

    @property
    def country(self) -> str | None:
        """The country that is known of first."""
        return next((one.country for one in self.profiles if one.country is not None), None)

    @property
    def region(self) -> str | None:
        """The part of the country that is known of first."""
        return next((one.region for one in self.profiles if one.region is not None), None)

    @property
    def lenders(self) -> frozenset[str]:
        """All that have the person as a customer, or as part of a loan."""
        return frozenset({one.lender for one in self.loans} | {one.lender for one in self.borrowers})

    @property
    def borrowers(self) -> tuple[BorrowerKey, ...]:
        """All names that lenders have for the person."""
        return tuple(one.borrower for one in self.profiles)

    def today(self, now: datetime) -> date:
        """The day where the person is."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def loan(self, loan_id: UUID) -> LoanSeen | None:
        """A loan that they are spoken to about."""
        return next((one for one in self.loans if one.loan_id == loan_id and one.role in SPOKEN_TO), None)

    def with_loan(self, changed: LoanSeen) -> "PersonFile":
        """The file with a loan as it is now."""
        key = (changed.loan_id, changed.role)
        known = any((one.loan_id, one.role) == key for one in self.loans)
        if not known:
            return replace(self, loans=(*self.loans, changed))
        return replace(
            self,
            loans=tuple(changed if (one.loan_id, one.role) == key else one for one in self.loans),
        )

    def person(self, now: datetime) -> Person:
        """What a contact is judged by at a moment."""
        today = self.today(now)
        vulnerable = any(one.ends_on is None or today <= one.ends_on for one in self.vulnerabilities)
        if not self.held and not vulnerable:
            return self.judged
        return replace(self.judged, holds=tuple(one.hold for one in self.held), vulnerable=vulnerable)

    def capacity(self, today: date) -> Capacity | None:
        """What the person can afford, as far as that is known and not long ago."""
        if self.can_afford is None or today > self.can_afford[1] + CAPACITY_KNOWN_FOR:
            return None
        return self.can_afford[0]

    def plan_of(self, contact_id: UUID) -> Planned | None:
        """A contact that waits to go out."""
        return next((one for one in self.planned if one.id == contact_id), None)

    def is_self(self, actor: Actor) -> bool:
        """Whether the actor is this very person."""
        return actor.role is Role.BORROWER and actor.subject in {str(self.id), *map(str, self.formerly)}

    def seen_by(self, actor: Actor) -> bool:
        """Whether the actor may know of the person at all."""
        if actor.role is Role.BORROWER:
            return self.is_self(actor)
        return actor.lenders is None or not actor.lenders.isdisjoint(self.lenders)


def new_file(person_id: UUID) -> PersonFile:
    """Of a person of whom nothing is known."""
    return PersonFile(person_id, Course(person_id))
