"""Random lives of a borrower: contacts, replies, holds, moves, clocks. The gate's word is held against the checker's.

What the gate closes must be exactly what the checker finds broken, rule by rule; and the next permitted time must be the
first at which the checker finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from hypothesis import event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.reminders.domain.contact import (
    Channel,
    Contact,
    Notice,
    Part,
    Place,
    Purpose,
    Recipient,
    Sender,
    Telling,
)
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import INBOUND, NOTHING_YET, History, Outcome, Record
from services.reminders.domain.packs import Holidays, Policy
from services.reminders.domain.person import (
    Address,
    ClosedTime,
    Consent,
    ConsentKind,
    Hold,
    Person,
    Representation,
    Route,
    RouteKind,
    Stop,
    StopKind,
)
from services.reminders.domain.reservations import confirm, record_of
from services.reminders.domain.windows import days_of
from shared.events.parts import HoldReason
from tests.property.reminders.laws import broken
from tests.property.reminders.world import Spot, Try, World
from tests.unit.reminders.gates import NAMES, floor_and, law_alone

Decide = Callable[[Contact, Person, History, Policy, datetime], Permit | Withheld]


class Disagreement(AssertionError):
    """The gate and the checker do not say the same."""


@dataclass(frozen=True)
class Gate:
    """The gate under test, so that faults can be planted."""

    decide: Decide = permit
    record: Callable[..., Record] = record_of


@dataclass
class Tally:
    """What was done, over all lives."""

    asked: int = 0
    made: int = 0
    withheld: int = 0
    rules: dict[str, int] | None = None


LENDERS, LOANS = ("acme", "bestbank"), tuple(uuid5(NAMES, f"loan {n}") for n in range(3))
COLLECTORS = {"agency-one": Sender.AGENCY, "agency-two": Sender.PURCHASER, "acme": Sender.LENDER}
HOLIDAYS = {
    "us": {date(2026, 7, 3), date(2026, 7, 4), date(2026, 9, 7), date(2026, 11, 26), date(2026, 12, 25)},
    "us-ma": {date(2026, 4, 20), date(2026, 10, 12), date(2026, 12, 25)},
    "cn": {date(2026, 10, day) for day in range(1, 9)},
}
CALENDARS = {code: Holidays(frozenset(days), (2025, 2029)) for code, days in HOLIDAYS.items()}
ZONES = [
    ("America/New_York",),
    ("Asia/Shanghai",),
    ("Europe/London",),
    ("Australia/Adelaide",),
    ("America/New_York", "America/Los_Angeles"),
    ("Europe/London", "Asia/Kolkata"),
    ("Asia/Tokyo", "America/New_York"),
    ("America/Phoenix", "America/Denver"),
    ("Pacific/Auckland", "Asia/Shanghai"),
    (),
]
PACKS: list[tuple[str, ...]] = [
    ("default",),
    ("default", "us-regf", "us-ma"),
    ("default", "uk"),
    ("default", "au", "cn", "kr"),
    ("us-regf",),
    ("us-ma",),
    ("us-regf", "us-ma"),
    ("uk",),
    ("au",),
    ("cn",),
    ("kr",),
]
STARTS = [
    datetime(2026, 3, 5, 14, 3, tzinfo=UTC),
    datetime(2026, 3, 26, 9, 17, tzinfo=UTC),
    datetime(2026, 6, 29, 23, 59, 30, tzinfo=UTC),
    datetime(2026, 9, 28, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 29, 13, 0, tzinfo=UTC),
    datetime(2026, 12, 30, 22, 45, tzinfo=UTC),
]
JUMPS = [timedelta(minutes=n) for n in (1, 4, 7, 45, 61, 180, 600)] + [
    timedelta(days=n) for n in (1, 2, 3, 6, 7, 8, 11, 29, 62)
]
ADDRESSES: dict[str, tuple[str, str, str]] = {
    "mobile": ("call sms app voicemail_drop", "mobile", "self"),
    "mailbox": ("mail", "mobile", "self"),
    "letterbox": ("post visit", "home", "self"),
    "landline": ("call", "home", "self"),
    "office": ("call mail", "work", "self"),
    "friend": ("call sms", "mobile", "friend"),
    "named": ("call", "mobile", "contact_person"),
    "executor": ("post call", "mobile", "executor"),
}
WAYS = [(channel, key) for key, (channels, _, _) in ADDRESSES.items() for channel in channels.split()]
USUAL = [way for way in WAYS if way[1] in ("mobile", "mailbox", "letterbox", "landline")]
CALL_ENDS = [
    Outcome.NOT_CONNECTED,
    Outcome.UNANSWERED,
    Outcome.VOICEMAIL_REACHED,
    Outcome.VOICEMAIL_LEFT,
    Outcome.DROPPED,
    Outcome.CONVERSATION,
    Outcome.RESERVED,
]
SENDS_END = [Outcome.SENT, Outcome.DELIVERED, Outcome.BOUNCED, Outcome.RESERVED]
SELF_STARTED = [Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP, Purpose.PLAN, Purpose.MEDIATION]
LOAN_SETS = [LOANS[:1], LOANS[1:2], LOANS[:2], LOANS[2:]]
SOME_LOANS = st.sampled_from(LOAN_SETS)
ANY_WAY, ANY_PURPOSE = USUAL * 3 + WAYS, SELF_STARTED * 2 + list(Purpose)
SEEDS = st.integers(0, 2**32)
ENDS = st.tuples(st.sampled_from(CALL_ENDS), st.sampled_from(SENDS_END))
HOURS = st.sampled_from([time(hour, minute) for hour in range(5, 24) for minute in (0, 30)])


def life(gate: Gate, tally: Tally | None = None, packs: list[tuple[str, ...]] | None = None) -> Any:
    """The class of state machines that live such lives before this gate."""
    counted = tally if tally is not None else Tally()

    class Life(RuleBasedStateMachine):
        world: World
        person: Person
        policy: Policy
        history: History
        now: datetime
        number: int

        @initialize(
            chosen=st.sampled_from(packs or PACKS),
            zones=st.sampled_from(ZONES),
            start=st.sampled_from(STARTS),
            regions=st.sampled_from([(), ("US-MA",), ("GB-ENG",), ("GB-SCT",), ("CN",)]),
            calendars=st.sampled_from([(), ("us",), ("us", "us-ma"), ("cn",)]),
            unestablished=st.sampled_from([(), ("mobile",), ("mailbox", "mobile")]),
            routed=st.dates(date(2025, 12, 1), date(2026, 3, 1)),
        )
        def is_born(
            self,
            chosen: tuple[str, ...],
            zones: tuple[str, ...],
            start: datetime,
            regions: tuple[str, ...],
            calendars: tuple[str, ...],
            unestablished: tuple[str, ...],
            routed: date,
        ) -> None:
            alone = tuple(one for one in chosen if one != "default")
            known = floor_and(*alone) if "default" in chosen else law_alone(*alone)
            self.policy = Policy(known.packs, CALENDARS, "test")
            self.history, self.now, self.number = NOTHING_YET, start, 0
            self.person = Person(
                zones=zones,
                calendars=calendars,
                regions=regions,
                addresses=tuple(
                    Address(
                        key,
                        frozenset(map(Channel, channels.split())),
                        Place(place),
                        Recipient(owner),
                        established=key not in unestablished,
                        calls_forbidden=place == "work",
                        routes=(Route(RouteKind.CONSENTED, "agency-one", routed),),
                    )
                    for key, (channels, place, owner) in ADDRESSES.items()
                ),
            )
            self.world = World(
                packs=set(chosen),
                zones=zones,
                calendars={code: HOLIDAYS[code] for code in calendars},
                regions=set(regions),
                spots={
                    key: Spot(
                        set(channels.split()),
                        place,
                        owner,
                        established=key not in unestablished,
                        calls_forbidden=place == "work",
                        routes=[("consented", "agency-one", routed)],
                    )
                    for key, (channels, place, owner) in ADDRESSES.items()
                },
            )

        # -- time and place --------------------------------------------------------------------------------

        @rule(jump=st.sampled_from(JUMPS))
        def time_passes(self, jump: timedelta) -> None:
            self.now += jump

        @rule(back=st.sampled_from([timedelta(seconds=1), timedelta(minutes=3), timedelta(hours=2)]))
        def the_clock_is_set_back(self, back: timedelta) -> None:
            self.now -= back

        @rule(zones=st.sampled_from(ZONES))
        def moves(self, zones: tuple[str, ...]) -> None:
            self.world.zones = zones
            self.person = replace(self.person, zones=zones)

        @rule(
            hour=st.sampled_from([time(8), time(9), time(18, 59), time(20, 59, 59), time(21), time(23, 59)])
        )
        def it_becomes(self, hour: time) -> None:
            zone = ZoneInfo((self.person.zones or ("UTC",))[0])
            today = self.now.astimezone(zone).date()
            at = datetime.combine(today, hour, tzinfo=zone).astimezone(UTC)
            self.now = at if at >= self.now else at + timedelta(days=1)

        # -- contacts --------------------------------------------------------------------------------------

        # Drawn by a seed: what a borrower's life holds is Hypothesis's, the many contacts in it are not.
        @rule(seed=SEEDS, count=st.integers(1, 12))
        def contacts_are_wanted(self, seed: int, count: int) -> None:
            chance = Random(seed)
            for _ in range(count):
                self._wants(self._any_contact(chance), _ends(chance), chance.random() < 0.5)

        @rule(seed=SEEDS, count=st.integers(3, 20), patient=st.booleans())
        def the_same_is_wanted_again_and_again(self, seed: int, count: int, patient: bool) -> None:
            chance = Random(seed)
            contact = self._any_contact(chance, USUAL, SELF_STARTED)
            for _ in range(count):
                self._wants(contact, _ends(chance), patient)
                self.now += timedelta(minutes=0 if patient else 41)

        @rule(seed=SEEDS, after=st.sampled_from([timedelta(0), *JUMPS]), writes=st.booleans())
        def answers_are_wanted(self, seed: int, after: timedelta, writes: bool) -> None:
            chance = Random(seed)
            way = chance.choice(
                [("sms", "mobile"), ("call", "mobile"), ("mail", "office"), ("mail", "mailbox")]
            )
            if writes:
                self._comes(("sms", "mobile") if way[0] == "call" else way, Outcome.DELIVERED)
            self.now += after
            for _ in range(chance.randint(1, 4)):
                self._wants(self._any_contact(chance, [way], [Purpose.ANSWER]), _ends(chance), False)

        @rule(seed=SEEDS, kind=st.sampled_from(ConsentKind))
        def a_time_that_was_opened_is_used(self, seed: int, kind: ConsentKind) -> None:
            chance = Random(seed)
            contact = self._any_contact(chance, USUAL, SELF_STARTED)
            self.opens_a_time(kind, contact.collector, 0, 300)
            for _ in range(4):
                self._wants(contact, _ends(chance), True)
                self.now += timedelta(hours=chance.choice([1, 2, 30]))

        def _any_contact(
            self, chance: Random, ways: list[Any] = ANY_WAY, purposes: list[Purpose] = ANY_PURPOSE
        ) -> Contact:
            way, purpose = chance.choice(ways), chance.choice(purposes)
            collector, tells = chance.choice(list(COLLECTORS)), chance.random() < 0.7
            answers = None
            if purpose is Purpose.ANSWER:
                answers = next((one.id for one in reversed(self.history.records) if one.inbound), None)
            apart = purpose in (Purpose.ANSWER, Purpose.STATUTORY_NOTICE)
            return Contact(
                Channel(way[0]),
                purpose,
                way[1],
                chance.choice(LENDERS),
                collector,
                chance.choice(LOAN_SETS),
                COLLECTORS[collector],
                tells=frozenset({Telling.DEBT}) if tells else frozenset(),
                carries=frozenset({Part.OPT_OUT}) if chance.random() < 0.9 else frozenset(),
                notice=chance.choice([None, Notice.OPT_OUT_CONFIRMATION, *Notice]) if apart else None,
                answers=answers,
            )

        def _wants(self, contact: Contact, ends: tuple[Outcome, Outcome], patient: bool) -> None:
            wanted = _as_try(contact)
            decision = self._agreed(contact, wanted)
            if isinstance(decision, Withheld):
                counted.withheld += 1
                self._first_time_is(decision, wanted)
                if not patient or decision.until is None:
                    return
                self.now = decision.until
                decision = self._agreed(contact, wanted)
                if not isinstance(decision, Permit):
                    raise Disagreement(f"not permitted at {self.now}, the time that was named")
            self._is_made(contact, wanted, decision, ends[0 if contact.channel is Channel.CALL else 1])

        def _agreed(self, contact: Contact, wanted: Try) -> Permit | Withheld:
            counted.asked += 1
            decision = gate.decide(contact, self.person, self.history, self.policy, self.now)
            said = set() if isinstance(decision, Permit) else _rules_of(decision)
            found = broken(self.world, wanted, self.now)
            if said != found:
                note(f"at {self.now} {contact}")
                raise Disagreement(f"the gate alone: {said - found}; the checker alone: {found - said}")
            for name in said:
                event(name)
                if counted.rules is not None:
                    counted.rules[name] = counted.rules.get(name, 0) + 1
            return decision

        def _first_time_is(self, decision: Withheld, wanted: Try) -> None:
            """Nothing is open before the time that is named, and it is open then."""
            end = decision.until
            if end is not None and broken(self.world, wanted, end):
                raise Disagreement(f"{end} is named, but {broken(self.world, wanted, end)} close it")
            last = self.now + timedelta(days=20) if end is None else end
            steps = [self.now + (last - self.now) * part / 7 for part in range(1, 7)]
            steps += [] if end is None else [end - timedelta(seconds=1), end - timedelta(minutes=31)]
            for at in steps:
                if self.now < at < last and not broken(self.world, wanted, at):
                    raise Disagreement(f"{at} is open already, but {end} is named at {self.now}")

        def _is_made(self, contact: Contact, wanted: Try, decision: Permit, outcome: Outcome) -> None:
            counted.made += 1
            self.number += 1
            slot = uuid5(NAMES, f"made {self.number}")
            opened = self.world.opened(wanted, self.now)
            made = replace(
                wanted,
                at=self.now,
                outcome="pending" if outcome is Outcome.RESERVED else str(outcome),
                zones=self.world.zones,
                place=self.world.place(wanted),
                opened=set(opened),
                consent_day=min(opened.values(), default=0),
            )
            self.world.past.append(made)
            record = gate.record(slot, contact, self.person, decision, self.now)
            self.history = confirm(slot, outcome, self.person, self.history.adding(record))
            self._forget()

        def _forget(self) -> None:
            """What no rule can still look at."""
            since = self.now - timedelta(days=70)
            self.history = self.history.since(since)
            self.world.past = [one for one in self.world.past if one.when >= since]

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

        def _comes(self, way: tuple[str, str], outcome: Outcome, loans: tuple[UUID, ...] = LOANS) -> UUID:
            return self._happened(way, Purpose.ANSWER, outcome, loans, inbound=True)

        @rule(way=st.sampled_from(USUAL), loans=SOME_LOANS, ends=ENDS)
        def an_agency_reports_a_contact(
            self, way: tuple[str, str], loans: tuple[UUID, ...], ends: Any
        ) -> None:
            self._happened(way, Purpose.DEMAND, ends[0 if way[0] == "call" else 1], loans, inbound=False)

        def _happened(
            self,
            way: tuple[str, str],
            purpose: Purpose,
            outcome: Outcome,
            loans: tuple[UUID, ...],
            inbound: bool,
        ) -> UUID:
            self.number += 1
            first_on, last_on = days_of(self.person, self.now)
            place = ADDRESSES[way[1]][1]
            record = Record(
                uuid5(NAMES, f"came {self.number}"),
                self.now,
                first_on,
                last_on,
                Channel(way[0]),
                purpose,
                outcome,
                way[1],
                "acme",
                "agency-one",
                frozenset(loans),
                flags=INBOUND if inbound else 0,
                place=Place(place),
            )
            self.history = self.history.adding(record)
            told = "pending" if outcome is Outcome.RESERVED else str(outcome)
            self.world.past.append(
                Try(
                    way[0], str(purpose), way[1], "acme", "agency-one", "agency", set(map(str, loans)),
                    at=self.now, outcome=told, zones=self.world.zones, place=place, inbound=inbound,
                    name=str(record.id) if inbound else "",
                )
            )  # fmt: skip
            return record.id

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

        @rule(
            reason=st.sampled_from(HoldReason),
            after=st.integers(-3, 3),
            days=st.sampled_from([0, 1, 6, 30, None]),
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

        @rule(
            by=st.sampled_from(["attorney", "adviser"]), days=st.sampled_from([2, 20, None]), loans=SOME_LOANS
        )
        def somebody_speaks_for_them(self, by: str, days: int | None, loans: Any) -> None:
            until = None if days is None else self.now + timedelta(days=days)
            one = Representation(Recipient(by), self.now, until, frozenset(loans))
            self.person = replace(self.person, representations=(one,))
            self.world.speakers = [
                {"by": by, "since": self.now, "until": until, "loans": set(map(str, loans))}
            ]

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

    return Life


def _ends(chance: Random) -> tuple[Outcome, Outcome]:
    return chance.choice(CALL_ENDS), chance.choice(SENDS_END)


def _as_try(contact: Contact) -> Try:
    return Try(
        str(contact.channel),
        str(contact.purpose),
        contact.address,
        contact.lender,
        contact.collector,
        str(contact.sender),
        set(map(str, contact.loans)),
        set(map(str, contact.tells)),
        Part.OPT_OUT in contact.carries,
        str(contact.notice or ""),
        str(contact.answers or ""),
    )


def _rules_of(decision: Withheld) -> set[str]:
    return {decision.rule.rule, *(one.rule for one in decision.also)}
