"""Random lives of a borrower, in which the gate's word is held against the checker's.

What the gate closes must be exactly what the checker finds broken, rule by rule; and the next permitted time
must be the first at which the checker finds nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.reminders.domain.contact import (
    Channel,
    Place,
    Purpose,
    Recipient,
)
from services.reminders.domain.history import Outcome
from services.reminders.domain.person import (
    ClosedTime,
    Consent,
    ConsentKind,
    Hold,
    Representation,
    Route,
    RouteKind,
    Stop,
    StopKind,
)
from services.reminders.domain.windows import days_of
from shared.events.parts import HoldReason
from tests.property.reminders.asking import Asking
from tests.property.reminders.ground import (
    COLLECTORS,
    ENDS,
    HOURS,
    JUMPS,
    PACKS,
    SEEDS,
    SELF_STARTED,
    SOME_LOANS,
    USUAL,
    ZONES,
    Gate,
    Tally,
    ends_of,
)


class Life(Asking):
    """What may happen."""

    # -- time and place --------------------------------------------------------------------------------

    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    @rule(back=st.sampled_from([timedelta(seconds=1), timedelta(minutes=3), timedelta(hours=2)]))
    def the_clock_is_set_back(self, back: timedelta) -> None:
        self.now -= back

    @rule(zones=st.sampled_from(ZONES[:-1] * 2 + ZONES))
    def moves(self, zones: tuple[str, ...]) -> None:
        self.world.zones = zones
        self.person = replace(self.person, zones=zones)

    @rule(hour=st.sampled_from([time(8), time(9), time(18, 59), time(20, 59, 59), time(21), time(23, 59)]))
    def it_becomes(self, hour: time) -> None:
        zone = ZoneInfo((self.person.zones or ("UTC",))[0])
        today = self.now.astimezone(zone).date()
        at = datetime.combine(today, hour, tzinfo=zone).astimezone(UTC)
        self.now = at if at >= self.now else at + timedelta(days=1)

    # -- what comes from the person, and from outside --------------------------------------------------

    @rule(
        way=st.sampled_from(
            [("sms", "mobile"), ("mail", "mailbox"), ("mail", "office"), ("post", "letterbox")]
        )
    )
    def writes(self, way: tuple[str, str]) -> None:
        self._comes(way, Outcome.DELIVERED)

    @rule(loans=SOME_LOANS)
    def calls_in(self, loans: tuple[UUID, ...]) -> None:
        self._comes(("call", "mobile"), Outcome.CONVERSATION, loans)

    @rule(way=st.sampled_from(USUAL), loans=SOME_LOANS, ends=ENDS)
    def an_agency_reports_a_contact(self, way: tuple[str, str], loans: tuple[UUID, ...], ends: Any) -> None:
        self._happened(way, Purpose.DEMAND, ends[0 if way[0] == "call" else 1], loans, inbound=False)

    @rule(
        kind=st.sampled_from(StopKind),
        channel=st.sampled_from(["call", "sms", "mail"]),
        key=st.sampled_from(["mobile", "mailbox", "letterbox"]),
        place=st.sampled_from(["home", "work"]),
        loans=SOME_LOANS,
        in_writing=st.booleans(),
        by_message=st.booleans(),
    )
    def stops(
        self,
        kind: StopKind,
        channel: str,
        key: str,
        place: str,
        loans: Any,
        in_writing: bool,
        by_message: bool,
    ) -> None:
        message = None
        if by_message and in_writing:
            message = self._comes(("sms", "mobile"), Outcome.DELIVERED)
        on = days_of(self.person, self.now)[1]
        stop = Stop(
            kind,
            self.now,
            frozenset({Channel(channel)}),
            key if kind is StopKind.ADDRESS else "",
            Place(place) if kind is StopKind.PLACE else None,
            frozenset(loans),
            on,
            in_writing,
            message,
        )
        self.person = replace(self.person, stops=(*self.person.stops, stop)[-2:])
        self.world.stops.append(
            {
                "kind": str(kind),
                "received": self.now,
                "channels": {channel},
                "spot": key,
                "place": place,
                "loans": set(map(str, loans)),
                "received_on": on,
                "in_writing": in_writing,
                "message": str(message) if message else None,
            }
        )
        self.world.stops = self.world.stops[-2:]

    @precondition(lambda self: self.person.stops)
    @rule()
    def opens_all_again(self) -> None:
        self.person = replace(self.person, stops=())
        self.world.stops = []

    @rule(days=st.sets(st.integers(0, 6), min_size=1), start=HOURS, end=HOURS, lasts=st.integers(0, 30))
    def closes_hours(self, days: set[int], start: time, end: time, lasts: int) -> None:
        if start == end:
            return
        ends = days_of(self.person, self.now)[0] + timedelta(days=lasts) if lasts else None
        self.person = replace(self.person, closed_times=(ClosedTime(frozenset(days), start, end, ends),))
        self.world.closed = [{"days": days, "start": start, "end": end, "ends": ends}]

    @rule(
        kind=st.sampled_from(ConsentKind),
        collector=st.sampled_from(list(COLLECTORS)),
        after=st.integers(0, 100),
        hours=st.integers(1, 400),
    )
    def opens_a_time(self, kind: ConsentKind, collector: str, after: int, hours: int) -> None:
        starts = self.now + timedelta(hours=after)
        ends = starts + timedelta(hours=hours)
        self.person = replace(self.person, consents=(Consent(kind, collector, self.now, starts, ends),))
        self.world.consents = [
            {
                "kind": str(kind),
                "collector": collector,
                "received": self.now,
                "starts": starts,
                "ends": ends,
            }
        ]

    @rule(seed=SEEDS, kind=st.sampled_from(ConsentKind))
    def a_time_that_was_opened_is_used(self, seed: int, kind: ConsentKind) -> None:
        chance = Random(seed)
        contact = self._any_contact(chance, USUAL, SELF_STARTED)
        self.opens_a_time(kind, contact.collector, 0, 300)
        for _ in range(4):
            self._wants(contact, ends_of(chance), True)
            self.now += timedelta(hours=chance.choice([1, 2, 30]))

    @rule(
        reason=st.sampled_from(HoldReason),
        after=st.integers(-3, 3),
        days=st.sampled_from([0, 1, 6, 30, 30, None]),
        purposes=st.frozensets(st.sampled_from(Purpose), max_size=2),
        loans=st.none() | SOME_LOANS,
        own=st.booleans(),
    )
    def a_hold_begins(
        self, reason: HoldReason, after: int, days: int | None, purposes: Any, loans: Any, own: bool
    ) -> None:
        starts = days_of(self.person, self.now)[0] + timedelta(days=after)
        ends = None if days is None else starts + timedelta(days=days)
        of = None if loans is None else frozenset(loans)
        self.person = replace(self.person, holds=(Hold(reason, starts, ends, purposes, of, own),))
        self.world.holds = [
            {
                "reason": str(reason),
                "starts": starts,
                "ends": ends,
                "purposes": set(map(str, purposes)),
                "loans": None if loans is None else set(map(str, loans)),
                "own": own,
            }
        ]

    @rule()
    def holds_end(self) -> None:
        self.person, self.world.holds = replace(self.person, holds=()), []

    @rule(by=st.sampled_from(["attorney", "adviser"]), days=st.sampled_from([2, 20, None]), loans=SOME_LOANS)
    def somebody_speaks_for_them(self, by: str, days: int | None, loans: Any) -> None:
        until = None if days is None else self.now + timedelta(days=days)
        one = Representation(Recipient(by), self.now, until, frozenset(loans))
        self.person = replace(self.person, representations=(one,))
        self.world.speakers = [{"by": by, "since": self.now, "until": until, "loans": set(map(str, loans))}]

    @rule(key=st.sampled_from(["mobile", "mailbox"]), days=st.sampled_from([None, 1, 40]))
    def is_identified(self, key: str, days: int | None) -> None:
        until = None if days is None else days_of(self.person, self.now)[0] + timedelta(days=days)
        today = days_of(self.person, self.now)[0]
        self.person = replace(
            self.person,
            addresses=tuple(
                replace(
                    one,
                    established=True,
                    consented_until=until,
                    routes=(*one.routes, Route(RouteKind.USED, "agency-two", today)),
                )
                if one.key == key
                else one
                for one in self.person.addresses
            ),
        )
        spot = self.world.spots[key]
        spot.established, spot.consented_until = True, until
        spot.routes.append(("used", "agency-two", today))


def life(gate: Gate, tally: Tally | None = None, packs: list[tuple[str, ...]] | None = None) -> type[Life]:
    """The class of state machines that live such lives before this gate."""
    counted = Tally() if tally is None else tally
    return type("Life", (Life,), {"gate": gate, "tally": counted, "packs": packs or PACKS})
