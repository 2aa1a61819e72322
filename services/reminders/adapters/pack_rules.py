"""The rules of a policy pack's file, field by field, and how each becomes a rule of the domain."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.reminders.domain import packs
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
from services.reminders.domain.history import WINDOW_KEPT, Unit
from services.reminders.domain.packs import Cite, CountedBy, Force, Hours, Rule, Span, When
from services.reminders.domain.person import ConsentKind, RouteKind, StopKind
from shared.events.parts import HoldReason

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW_DAYS_MAX = WINDOW_KEPT.days - 2

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]{1,60}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Count = Annotated[int, Field(ge=1, le=1_000)]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 60)]
WindowDays = Annotated[int, Field(ge=1, le=WINDOW_DAYS_MAX)]


class PackUnreadable(ValueError):
    """A policy pack cannot be used. The message names the file, the rule and what to mend."""


class Model(BaseModel):
    """Base of all that stands in a file: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Says(Model):
    """The rule in a sentence, for people."""

    en: Text
    zh: Text


class Open(Model):
    """Open hours on some days of the week. `to` before `from` runs over midnight."""

    days: Annotated[tuple[Literal[DAYS], ...], Field(min_length=1)]  # type: ignore[valid-type]
    since: Annotated[Clock, Field(alias="from")]
    to: Clock


class Window(Model):
    """What a cap counts in."""

    rolling_days: WindowDays | None = None
    calendar: Literal["day", "week", "month"] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Window":
        if (self.rolling_days is None) == (self.calendar is None):
            raise ValueError("say rolling_days or calendar")
        return self


class _Rule(Model):
    rule: Slug
    says: Says
    source: Text
    force: Force
    effective_from: date | None = None
    effective_to: date | None = None
    channels: tuple[Channel, ...] = tuple(Channel)
    purposes: tuple[Purpose, ...] = tuple(Purpose)
    binds: tuple[Sender, ...] = tuple(Sender)
    regions: tuple[Region, ...] = ()
    opened_by: tuple[ConsentKind, ...] = ()
    opened_purposes: tuple[Purpose, ...] = tuple(Purpose)
    consent_days: Count | None = None
    reply_within_minutes: Minutes | None = None
    alternatives: tuple[Channel, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> "_Rule":
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self

    def common(self, pack: str, version: str) -> dict[str, Any]:
        """What every rule of the domain has."""
        return {
            "cite": Cite(self.rule, pack, version, self.source, self.force, self.says.en, self.says.zh),
            "channels": frozenset(self.channels),
            "purposes": frozenset(self.purposes),
            "binds": frozenset(self.binds),
            "regions": frozenset(self.regions),
            "effective_from": self.effective_from,
            "effective_to": self.effective_to,
            "opened_by": frozenset(self.opened_by),
            "opened_purposes": frozenset(self.opened_purposes),
            "consent_days": self.consent_days,
            "reply_within": _minutes(self.reply_within_minutes),
            "alternatives": self.alternatives,
        }

    @abstractmethod
    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """The rule of the domain. `others` are those of the same pack that stand before it."""


class HoursRule(_Rule):
    """When contact is open."""

    kind: Literal["hours"]
    open: Annotated[tuple[Open, ...], Field(min_length=1)]
    holidays: Literal["closed", "as_usual"] = "as_usual"
    holidays_of: Literal["country", "region"] = "region"
    clock: Annotated[str, Field(pattern=r"^local$|^[A-Z][A-Za-z_]+/[A-Za-z_/]+$")] = "local"

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Hours that run over midnight are split at it."""
        weekly: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for window in self.open:
            start, end = _clock(window.since), _clock(window.to)
            for name in window.days:
                day = DAYS.index(name)
                if start < end:
                    weekly[day].append((start, end))
                else:
                    weekly[day].append((start, 24 * 60))
                    weekly[(day + 1) % 7].append((0, end))
        return Hours(
            **self.common(pack, version),
            weekly=tuple(tuple(sorted(one)) for one in weekly),
            on_holidays=() if self.holidays == "closed" else None,
            national_only=self.holidays_of == "country",
            zone=None if self.clock == "local" else ZoneInfo(self.clock).key,
        )


class CapRule(_Rule):
    """At most so many."""

    kind: Literal["cap"]
    at_most: Count
    window: Window
    counted_by: CountedBy
    unit: Unit
    counted_channels: tuple[Channel, ...] = tuple(Channel)
    counted_purposes: tuple[Purpose, ...] = tuple(Purpose)
    places: tuple[Place, ...] = tuple(Place)
    asked_only: bool = False

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A cap."""
        return packs.Cap(
            **self.common(pack, version),
            at_most=self.at_most,
            span=Span(self.window.calendar or "rolling"),
            days=self.window.rolling_days or 1,
            counted_by=self.counted_by,
            unit=self.unit,
            counted_channels=frozenset(self.counted_channels),
            counted_purposes=frozenset(self.counted_purposes),
            places=frozenset(self.places),
            asked_only=self.asked_only,
        )


class WaitRule(_Rule):
    """Quiet after a contact."""

    kind: Literal["wait"]
    after: Unit
    after_channels: tuple[Channel, ...] = tuple(Channel)
    counted_by: CountedBy
    days: WindowDays | None = None
    minutes: Minutes | None = None

    @model_validator(mode="after")
    def _one(self) -> "WaitRule":
        if (self.days is None) == (self.minutes is None):
            raise ValueError("say days or minutes")
        return self

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A wait."""
        return packs.Wait(
            **self.common(pack, version),
            after=self.after,
            after_channels=frozenset(self.after_channels),
            counted_by=self.counted_by,
            days=self.days,
            minutes=self.minutes,
        )


class FreezeRule(_Rule):
    """Holds close purposes."""

    kind: Literal["freeze"]
    closes: Annotated[dict[HoldReason, tuple[Purpose, ...]], Field(min_length=1)]
    stated: bool = False
    reaches_others: bool = False

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A freeze."""
        closes = {reason: frozenset(purposes) for reason, purposes in self.closes.items()}
        return packs.Freeze(
            **self.common(pack, version),
            closes=closes,
            stated=self.stated,
            reaches_others=self.reaches_others,
        )


class ForbidRule(_Rule):
    """Channels, places, people that are closed."""

    kind: Literal["forbid"]
    places: tuple[Place, ...] = tuple(Place)
    recipients: tuple[Recipient, ...] = tuple(Recipient)
    when: When = When.ALWAYS

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A ban."""
        return packs.Forbid(
            **self.common(pack, version),
            places=frozenset(self.places),
            recipients=frozenset(self.recipients),
            when=self.when,
        )


class StopsRule(_Rule):
    """What a person closed."""

    kind: Literal["stops"]
    stops: Annotated[tuple[StopKind, ...], Field(min_length=1)]
    except_notices: tuple[Notice, ...] = ()
    except_required: bool = False
    answers_within_minutes: Minutes | None = None
    spoken_days: Count | None = None
    places: tuple[Place, ...] = tuple(Place)

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Stops."""
        return packs.Stops(
            **self.common(pack, version),
            kinds=frozenset(self.stops),
            except_notices=frozenset(self.except_notices),
            except_required=self.except_required,
            answers_within=_minutes(self.answers_within_minutes),
            spoken_days=self.spoken_days,
            places=frozenset(self.places),
        )


class RepresentedRule(_Rule):
    """Who has a representative."""

    kind: Literal["represented"]
    by: Annotated[tuple[Recipient, ...], Field(min_length=1)]

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A bar of direct contact."""
        return packs.Represented(**self.common(pack, version), by=frozenset(self.by))


class RouteRule(_Rule):
    """By what way an address became usable."""

    kind: Literal["needs_route"]
    routes: Annotated[tuple[RouteKind, ...], Field(min_length=1)]
    fresh_by: tuple[RouteKind, ...] = ()
    fresh_days: Count | None = None

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """A need of consent."""
        return packs.NeedsRoute(
            **self.common(pack, version),
            routes=frozenset(self.routes),
            fresh_by=frozenset(self.fresh_by),
            fresh_days=self.fresh_days,
        )


class IdentityRule(_Rule):
    """Nothing is told to whom it may not concern."""

    kind: Literal["identity_first"]
    tells: Annotated[tuple[Telling, ...], Field(min_length=1)]

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Identity first."""
        return packs.IdentityFirst(**self.common(pack, version), tells=frozenset(self.tells))


class PlaceRule(_Rule):
    """No contact while no hour is open everywhere."""

    kind: Literal["known_place"]
    hours: Slug
    """The rule of the same pack whose hours must be common; it stands before this one."""

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Raises PackUnreadable where there are no such hours."""
        hours = others.get(self.hours)
        if not isinstance(hours, Hours):
            raise PackUnreadable(f"{self.rule}: put a rule {self.hours!r} of kind hours before it")
        return packs.KnownPlace(**self.common(pack, version), hours=hours)


class AnswersRule(_Rule):
    """An answer answers something."""

    kind: Literal["answers"]
    at_most: Count

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Answers."""
        return packs.Answers(**self.common(pack, version), at_most=self.at_most)


class ContentRule(_Rule):
    """What a message carries, or must not."""

    kind: Literal["content"]
    carries: tuple[Part, ...] = ()
    bare: tuple[Notice, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> "ContentRule":
        if bool(self.carries) == bool(self.bare):
            raise ValueError("say carries or bare")
        return self

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """Content."""
        return packs.Content(
            **self.common(pack, version), carries=frozenset(self.carries), bare=frozenset(self.bare)
        )


class PlainRule(_Rule):
    """Kinds without fields of their own."""

    kind: Literal["own_times", "consent_ends", "known_address"]

    def made(self, pack: str, version: str, others: Mapping[str, Rule]) -> Rule:
        """One of the plain kinds."""
        kinds: Mapping[str, type[Rule]] = {
            "own_times": packs.OwnTimes,
            "consent_ends": packs.ConsentEnds,
            "known_address": packs.KnownAddress,
        }
        return kinds[self.kind](**self.common(pack, version))


AnyRule = Annotated[
    HoursRule
    | CapRule
    | WaitRule
    | FreezeRule
    | ForbidRule
    | StopsRule
    | RepresentedRule
    | RouteRule
    | IdentityRule
    | PlaceRule
    | AnswersRule
    | ContentRule
    | PlainRule,
    Field(discriminator="kind"),
]


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _minutes(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)
