"""Policy packs: rules of contact as data. What the law sets is a field here; how it is applied stands in
`rules`.

A rule only ever closes. What a borrower opened lifts those rules alone that say so: no pack loosens another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import product

from services.reminders.domain.contact import (
    Channel,
    Notice,
    Part,
    Place,
    Purpose,
    Recipient,
    Sender,
    Telling,
)
from services.reminders.domain.history import (
    CHANNEL_BITS,
    INBOUND,
    PLACE_BITS,
    PURPOSE_BITS,
    UNIT_BITS,
    Unit,
    mask,
)
from services.reminders.domain.person import ConsentKind, RouteKind, StopKind
from shared.events.parts import HoldReason

FLOOR = "default"
"""The pack that always applies."""


class FloorMissing(ValueError):
    """There is no contact without the default pack."""


class Force(StrEnum):
    """How strongly a rule binds those whom it is made for. The gate holds all of them alike, save drafts."""

    LAW = "law"
    PRESUMPTION = "presumption"
    GUIDANCE = "guidance"
    STANDARD = "standard"
    COURT = "court"
    DRAFT = "draft"
    """Never adopted: shown, not held."""
    OWN = "own"
    """This project's own choice."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Which rule of which pack, by what source, and what it says."""

    rule: str
    pack: str
    version: str
    source: str
    force: Force
    en: str
    zh: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rule:
    """What all rules have: whom and what they look at, when they are in force, what lifts them."""

    cite: Cite
    channels: frozenset[Channel] = frozenset(Channel)
    purposes: frozenset[Purpose] = frozenset(Purpose)
    binds: frozenset[Sender] = frozenset(Sender)
    regions: frozenset[str] = frozenset()
    """Where in the pack's territory; empty: everywhere in it."""
    effective_from: date | None = None
    effective_to: date | None = None
    """The last day."""
    opened_by: frozenset[ConsentKind] = frozenset()
    consent_days: int | None = None
    """A consent counts for so many days at most, its day of receipt being the first."""
    reply_within: timedelta | None = None
    """One reply to a borrower's message, by its channel, is not closed for so long."""
    opened_purposes: frozenset[Purpose] = frozenset(Purpose)
    """For these alone does what the borrower opened count."""
    alternatives: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hours(Rule):
    """Open hours of each day of the week, in minutes since midnight; what is not open is closed."""

    weekly: tuple[tuple[tuple[int, int], ...], ...]
    on_holidays: tuple[tuple[int, int], ...] | None = None
    """None: a holiday is a day like others."""
    national_only: bool = False
    """Only holidays of the whole country count."""
    zone: str | None = None
    """The clock that the text names; None: the borrower's."""


def _others(channels: frozenset[Channel], purposes: frozenset[Purpose], places: frozenset[Place]) -> int:
    """The bits of all channels, purposes and places but these; a record has one bit of each sort."""
    return (
        mask(CHANNEL_BITS, frozenset(Channel) - channels)
        | mask(PURPOSE_BITS, frozenset(Purpose) - purposes)
        | mask(PLACE_BITS, frozenset(Place) - places)
    )


class CountedBy(StrEnum):
    """For what a rule keeps a count of its own."""

    PERSON = "person"
    LENDER = "lender"
    LOAN = "loan"
    ADDRESS = "address"


class Span(StrEnum):
    """What kind of window a cap counts in."""

    ROLLING = "rolling"
    """Consecutive days where the borrower is, today being the last."""
    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cap(Rule):
    """At most so many in a window."""

    at_most: int
    span: Span
    days: int = 1
    """Of a rolling window."""
    counted_by: CountedBy
    unit: Unit
    counted_channels: frozenset[Channel]
    counted_purposes: frozenset[Purpose]
    places: frozenset[Place] = frozenset(Place)
    """Of the addresses that it looks at and counts."""
    asked_only: bool = False
    """It looks at nothing but contacts at a time that the borrower asked for."""

    def masks(self) -> tuple[int, int]:
        """The bits of which a counted record has one, its unit; and those of which it has none."""
        taken = (self.counted_channels, self.counted_purposes, self.places)
        return UNIT_BITS[self.unit], INBOUND | _others(*taken)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Wait(Rule):
    """Quiet after a contact: for days, its own day being the first, or for minutes."""

    after: Unit
    after_channels: frozenset[Channel]
    counted_by: CountedBy
    days: int | None = None
    minutes: int | None = None

    def masks(self) -> tuple[int, int]:
        """The bits of which a record that it waits after has one, its unit; and those of which it has none.
        Who started a conversation does not matter.
        """
        inbound = 0 if self.after is Unit.CONVERSATION else INBOUND
        return UNIT_BITS[self.after], inbound | _others(
            self.after_channels, frozenset(Purpose), frozenset(Place)
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Freeze(Rule):
    """Holds close purposes."""

    closes: Mapping[HoldReason, frozenset[Purpose]]
    stated: bool = False
    """Also what a hold itself names."""
    reaches_others: bool = False
    """The hold of one who owes a loan also closes contact with the others about that loan."""


class When(StrEnum):
    """A circumstance in which something is forbidden."""

    ALWAYS = "always"
    EMPLOYER_FORBIDS = "employer_forbids"
    VULNERABLE = "vulnerable"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forbid(Rule):
    """These channels, to these places and people, are closed."""

    places: frozenset[Place] = frozenset(Place)
    recipients: frozenset[Recipient] = frozenset(Recipient)
    when: When = When.ALWAYS


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stops(Rule):
    """What a person closed stays closed."""

    kinds: frozenset[StopKind]
    except_notices: frozenset[Notice] = frozenset()
    except_required: bool = False
    """A notice that must by law go by this very channel."""
    answers_within: timedelta | None = None
    """One reply to a message that came after the stop, or the bare confirmation of the stop itself."""
    spoken_days: int | None = None
    """A stop that was only spoken counts for so many days after its own."""
    places: frozenset[Place] = frozenset(Place)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnTimes(Rule):
    """Hours that the person closed."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Represented(Rule):
    """Who has a representative is not contacted directly."""

    by: frozenset[Recipient]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NeedsRoute(Rule):
    """An electronic address needs a way by which it became one that may be used."""

    routes: frozenset[RouteKind]
    fresh_by: frozenset[RouteKind] = frozenset()
    fresh_days: int | None = None
    """One of `fresh_by` must be so young."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConsentEnds(Rule):
    """An address whose consent has ended is closed."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class IdentityFirst(Rule):
    """Where the person is not established, nothing of the kind is told."""

    tells: frozenset[Telling]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class KnownAddress(Rule):
    """Only an address of the person's, by a channel that it serves."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class KnownPlace(Rule):
    """No contact while the places where the person may be have no open hour in common."""

    hours: Hours
    """The hours that they must have in common."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answers(Rule):
    """An answer needs a message of the borrower's, and is one of few."""

    at_most: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Content(Rule):
    """What a message must carry, and what a confirmation must not."""

    carries: frozenset[Part] = frozenset()
    bare: frozenset[Notice] = frozenset()
    """These notices tell nothing else: no debt, no amount, no link to pay."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A rule of the same law that the gate does not hold, and why."""

    rule: str
    why: str


@dataclass(frozen=True, eq=False)
class Pack:
    """One pack, as read."""

    id: str
    version: str
    title: str
    territory: frozenset[str]
    """Countries and parts of countries; empty: everywhere."""
    rules: tuple[Rule, ...]
    opt_out_words: frozenset[str] = frozenset()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, eq=False)
class Holidays:
    """The closed days of a country or its part, for the years that are known."""

    closed: frozenset[date]
    years: tuple[int, int]

    def closes(self, day: date) -> bool:
        """Whether the day is closed. A day of a year that is not known is."""
        return day in self.closed or not self.years[0] <= day.year <= self.years[1]


@dataclass(frozen=True, eq=False)
class Policy:
    """The packs that apply together, with the calendars: all must allow. Raises FloorMissing."""

    packs: tuple[Pack, ...]
    calendars: Mapping[str, Holidays] = field(default_factory=dict)
    calendars_version: str = ""

    def __post_init__(self) -> None:
        if FLOOR not in {pack.id for pack in self.packs}:
            raise FloorMissing(f"add the pack {FLOOR!r}: it always applies")

    @cached_property
    def version(self) -> str:
        """Everything that a decision rests on, by name and version."""
        packs = " ".join(f"{pack.id}@{pack.version}" for pack in self.packs)
        return f"{packs} {self.calendars_version}".strip()

    @cached_property
    def _by_kind(self) -> Mapping[tuple[Channel, Purpose, Sender], tuple[Rule, ...]]:
        return {
            (channel, purpose, sender): tuple(
                rule
                for pack in self.packs
                for rule in pack.rules
                if channel in rule.channels
                and purpose in rule.purposes
                and sender in rule.binds
                and rule.cite.force is not Force.DRAFT
            )
            for channel, purpose, sender in product(Channel, Purpose, Sender)
        }

    def rules_for(self, channel: Channel, purpose: Purpose, sender: Sender) -> tuple[Rule, ...]:
        """The rules that look at such a contact."""
        return self._by_kind[channel, purpose, sender]

    @cached_property
    def opt_out_words(self) -> frozenset[str]:
        """Words that, alone in a message, end messages to its address."""
        return frozenset(word for pack in self.packs for word in pack.opt_out_words)


def within(region: str, places: Iterable[str]) -> bool:
    """Whether a region ("US-MA", or "US" where no more is known) may lie in one of some places."""
    return any(
        region == place or region.startswith(f"{place}-") or place.startswith(f"{region}-")
        for place in places
    )


@dataclass(frozen=True, eq=False)
class Policies:
    """All packs that there are. Those that apply follow from where a person, and who contacts, may be."""

    packs: tuple[Pack, ...]
    calendars: Mapping[str, Holidays] = field(default_factory=dict)
    calendars_version: str = ""
    _made: dict[tuple[str, ...], Policy] = field(default_factory=dict, repr=False)

    def for_regions(self, *regions: str) -> Policy:
        """The packs of all these regions, and the default one. Where nothing is known, every pack applies."""
        packs = tuple(one for one in self.packs if _applies(one, regions))
        names = tuple(pack.id for pack in packs)
        if (made := self._made.get(names)) is None:
            made = self._made[names] = Policy(packs, self.calendars, self.calendars_version)
        return made


def _applies(pack: Pack, regions: tuple[str, ...]) -> bool:
    return not pack.territory or not regions or any(within(one, pack.territory) for one in regions)
