"""Which rules a contact breaks, judged from the text of the rules alone, on wall clocks and dates.

It shares no code with the gate, not even its words: everything here is text, dates and instants. It is slow
and plain on purpose, so that it can be read beside the laws.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

SELF_STARTED = {"demand", "reminder", "help", "plan", "mediation"}
ALL_OVER = tuple(f"Etc/GMT{n:+d}" for n in range(-14, 13))
PHONE = {"call", "voicemail_drop"}
WITH_A_CLOCK = {"mail", "sms", "call", "app", "voicemail_drop", "visit", "social"}
MON_TO_SAT = {0, 1, 2, 3, 4, 5}

NO_CONNECTION = {"not_connected", "bounced", "wrong_party"}
SOMETHING_CAME = {"voicemail_left", "dropped", "conversation", "sent", "delivered"}


@dataclass
class Spot:
    """An address."""

    channels: set[str]
    place: str = "mobile"
    owner: str = "self"
    established: bool = True
    consented_until: date | None = None
    calls_forbidden: bool = False
    routes: list[tuple[str, str, date]] = field(default_factory=list)


@dataclass
class Try:
    """A contact that is wanted, or that was made, or that came from the person."""

    channel: str
    purpose: str
    spot: str
    lender: str
    collector: str
    sender: str
    loans: set[str]
    tells: set[str] = field(default_factory=set)
    opt_out: bool = True
    notice: str = ""
    answers: str = ""
    """The name of the message that it answers."""
    name: str = ""
    at: datetime | None = None
    outcome: str = "pending"
    zones: tuple[str, ...] = ()
    place: str = "mobile"
    inbound: bool = False
    opened: set[str] = field(default_factory=set)
    consent_day: int = 0

    @property
    def when(self) -> datetime:
        assert self.at is not None
        return self.at

    @cached_property
    def dates(self) -> set[date]:
        """Its day, or the days that it may have been."""
        return {self.when.astimezone(ZoneInfo(zone)).date() for zone in self.zones or ALL_OVER}


@dataclass
class World:
    """All that is known of one person at the moment, and what was done so far."""

    packs: set[str]
    zones: tuple[str, ...]
    calendars: dict[str, set[date]]
    regions: set[str]
    spots: dict[str, Spot]
    stops: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    speakers: list[dict[str, Any]] = field(default_factory=list)
    past: list[Try] = field(default_factory=list)

    def clocks(self, at: datetime) -> list[datetime]:
        return [at.astimezone(ZoneInfo(zone)) for zone in self.zones or ALL_OVER]

    def dates(self, at: datetime) -> set[date]:
        return {clock.date() for clock in self.clocks(at)}

    # -- what the person opened ------------------------------------------------------------------------------

    def opened(self, wanted: Try, at: datetime) -> dict[str, int]:
        """Kinds of consent that are open now, with their age in days."""
        found: dict[str, int] = {}
        for one in self.consents:
            if one["collector"] != wanted.collector or not one["starts"] <= at < one["ends"]:
                continue
            if self._spent(one, wanted):
                continue
            ages = [
                (at.astimezone(ZoneInfo(z)).date() - one["received"].astimezone(ZoneInfo(z)).date()).days + 1
                for z in self.zones or ALL_OVER
            ]
            found[one["kind"]] = min(found.get(one["kind"], 10_000), max(ages))
        return found

    def unspent(self, wanted: Try) -> bool:
        """Whether any consent was given to this collector that no conversation has used up."""
        return any(c["collector"] == wanted.collector and not self._spent(c, wanted) for c in self.consents)

    def _spent(self, consent: dict[str, Any], wanted: Try) -> bool:
        return any(
            p.outcome == "conversation" and p.when > consent["received"] and p.loans & wanted.loans
            for p in self.past
        )

    def asked(self, wanted: Try, at: datetime) -> bool:
        return "asked" in self.opened(wanted, at)

    def message(self, wanted: Try) -> Try | None:
        if wanted.purpose != "answer" or not wanted.answers:
            return None
        return next((p for p in self.past if p.inbound and p.name == wanted.answers), None)

    def answers_so_far(self, wanted: Try) -> int:
        return sum(not p.inbound and p.answers == wanted.answers for p in self.past)

    def replies(self, wanted: Try, at: datetime, minutes: int) -> bool:
        """Whether this is the one reply, by the message's own channel, soon enough."""
        message = self.message(wanted)
        return (
            message is not None
            and not self.answers_so_far(wanted)
            and message.channel == wanted.channel
            and message.when <= at < message.when + timedelta(minutes=minutes)
        )

    def place(self, wanted: Try) -> str:
        return self.spots[wanted.spot].place if wanted.spot in self.spots else "elsewhere"

    # -- counting --------------------------------------------------------------------------------------------

    def rolled(self, counted: Iterable[Try], days: int, at: datetime) -> int:
        """How many fall into the last so many dates; what lies ahead of a clock that was set back counts."""
        first = min(self.dates(at)) - timedelta(days=days - 1)
        return sum(max(p.dates) >= first for p in counted)

    def within(self, counted: Iterable[Try], at: datetime, period: str) -> int:
        """How many fall into the calendar's period of today; the most, where today is in doubt."""
        counted = list(counted)
        return max(
            sum(
                any(_period(d, period) == _period(today, period) for d in _all_days(p.dates)) for p in counted
            )
            for today in self.dates(at)
        )

    def made(self) -> list[Try]:
        return [p for p in self.past if not p.inbound]


def _all_days(dates: set[date]) -> Iterable[date]:
    if len(dates) == 1:
        return dates
    first, last = min(dates), max(dates)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _period(day: date, period: str) -> object:
    if period == "day":
        return day
    return day.isocalendar()[:2] if period == "week" else (day.year, day.month)


def rang(p: Try) -> bool:
    return p.outcome not in NO_CONNECTION


def came_of_it(p: Try) -> bool:
    return p.outcome in SOMETHING_CAME or p.outcome == "pending"


def unanswered(p: Try) -> bool:
    return p.outcome in {"not_connected", "unanswered", "voicemail_reached", "pending"}


def talked(p: Try) -> bool:
    return p.outcome in {"conversation", "pending"}


def between(clock: datetime, start: str, end: str) -> bool:
    return time.fromisoformat(start) <= clock.time() < time.fromisoformat(end)


def frozen(
    w: World, c: Try, at: datetime, closes: dict[str, str], *, own: bool, stated: bool = False
) -> bool:
    """Whether a hold closes the purpose today. Answers and notices of the law it never closes, nor what it is
    itself about.
    """
    for hold in w.holds:
        if (own and not hold["own"]) or (hold["loans"] is not None and not hold["loans"] & c.loans):
            continue
        purposes = set(closes.get(hold["reason"], "").split()) | (hold["purposes"] if stated else set())
        purposes -= {"answer", "statutory_notice", hold["reason"]}
        today = w.dates(at)
        if c.purpose in purposes and any(
            hold["starts"] <= d and (hold["ends"] is None or d <= hold["ends"]) for d in today
        ):
            return True
    return False


def stopped(w: World, c: Try, at: datetime, kinds: set[str], notices: set[str]) -> bool:
    """Whether the person closed this way, for good, and neither a notice nor a reply is excepted."""
    message = w.message(c)
    first = message is not None and not w.answers_so_far(c) and message.channel == c.channel
    for stop in w.stops:
        kind = stop["kind"]
        reaches = {
            "channel": c.channel in stop.get("channels", ()),
            "address": c.spot == stop.get("spot"),
            "place": w.place(c) == stop.get("place"),
            "cease": bool(c.loans & stop.get("loans", set())),
        }[kind]
        if kind not in kinds or not reaches or at < stop["received"]:
            continue
        if c.purpose == "statutory_notice" and c.notice in notices:
            continue
        if first and message is not None and at < message.when + timedelta(days=14):
            confirms = message.name == stop["message"] and c.notice == "opt_out_confirmation"
            if message.when > stop["received"] or (confirms and kind != "cease"):
                continue
        return True
    return False


def own_time(w: World, at: datetime) -> bool:
    for closed in w.closed:
        for clock in w.clocks(at):
            now, start, end = clock.time(), closed["start"], closed["end"]
            yesterday = clock.date() - timedelta(days=1)

            def counts(day: date, closed: dict[str, Any] = closed) -> bool:
                return day.weekday() in closed["days"] and (closed["ends"] is None or day <= closed["ends"])

            if start < end:
                hit = counts(clock.date()) and start <= now < end
            else:
                hit = (counts(clock.date()) and now >= start) or (counts(yesterday) and now < end)
            if hit:
                return True
    return False


def spoken_for(w: World, c: Try, at: datetime, by: set[str]) -> bool:
    spot = w.spots.get(c.spot)
    return (spot is None or spot.owner == "self") and any(
        s["by"] in by
        and s["since"] <= at
        and (s["until"] is None or at < s["until"])
        and (s["loans"] is None or s["loans"] & c.loans)
        for s in w.speakers
    )
