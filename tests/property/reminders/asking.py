"""Contacts are wanted: the gate's word is held against the checker's, and what is permitted is made."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from hypothesis import event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.reminders.domain.contact import (
    Channel,
    Contact,
    Notice,
    Part,
    Place,
    Purpose,
    Recipient,
    Telling,
)
from services.reminders.domain.gate import Permit, Withheld
from services.reminders.domain.history import INBOUND, NOTHING_YET, History, Outcome, Record
from services.reminders.domain.packs import Policy
from services.reminders.domain.person import (
    Address,
    Person,
    Route,
    RouteKind,
)
from services.reminders.domain.reservations import confirm
from services.reminders.domain.windows import days_of
from tests.property.reminders.ground import (
    ADDRESSES,
    ANY_PURPOSE,
    ANY_WAY,
    CALENDARS,
    COLLECTORS,
    HOLIDAYS,
    JUMPS,
    LENDERS,
    LOAN_SETS,
    LOANS,
    PACKS,
    SEEDS,
    SELF_STARTED,
    STARTS,
    USUAL,
    ZONES,
    Disagreement,
    Gate,
    Tally,
    as_try,
    ends_of,
    rules_of,
)
from tests.property.reminders.laws import broken
from tests.property.reminders.world import Spot, Try, World
from tests.unit.reminders.gates import NAMES, floor_and, law_alone


class Asking(RuleBasedStateMachine):
    """A person, a gate that is asked, and a checker that is asked the same."""

    gate = Gate()
    tally = Tally()
    packs: list[tuple[str, ...]] = PACKS

    world: World
    person: Person
    policy: Policy
    history: History
    now: datetime
    number: int

    @initialize(
        choice=st.integers(0, 10**6),
        zones=st.sampled_from(ZONES),
        start=st.sampled_from(STARTS),
        regions=st.sampled_from([(), ("US-MA",), ("GB-ENG",), ("GB-SCT",), ("CN",)]),
        calendars=st.sampled_from([(), ("us",), ("us", "us-ma"), ("cn",)]),
        unestablished=st.sampled_from([(), ("mobile",), ("mailbox", "mobile")]),
        routed=st.dates(date(2025, 12, 1), date(2026, 3, 1)),
    )
    def is_born(
        self,
        choice: int,
        zones: tuple[str, ...],
        start: datetime,
        regions: tuple[str, ...],
        calendars: tuple[str, ...],
        unestablished: tuple[str, ...],
        routed: date,
    ) -> None:
        chosen = self.packs[choice % len(self.packs)]
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

    # -- contacts --------------------------------------------------------------------------------------

    # Drawn by a seed: what a borrower's life holds is Hypothesis's, the many contacts in it are not.
    @rule(seed=SEEDS, count=st.integers(1, 12))
    def contacts_are_wanted(self, seed: int, count: int) -> None:
        chance = Random(seed)
        for _ in range(count):
            self._wants(self._any_contact(chance), ends_of(chance), chance.random() < 0.7)

    @rule(seed=SEEDS, count=st.integers(4, 20))
    def reminders_are_wanted(self, seed: int, count: int) -> None:
        chance = Random(seed)
        for _ in range(count):
            contact = self._any_contact(chance, USUAL, SELF_STARTED)
            self._wants(contact, ends_of(chance), patient=True)
            self.now += timedelta(minutes=chance.choice([0, 4, 6, 90, 1_300]))

    @rule(seed=SEEDS, count=st.integers(3, 20), patient=st.booleans())
    def the_same_is_wanted_again_and_again(self, seed: int, count: int, patient: bool) -> None:
        chance = Random(seed)
        contact = self._any_contact(chance, USUAL, SELF_STARTED)
        for _ in range(count):
            self._wants(contact, ends_of(chance), patient)
            self.now += timedelta(minutes=0 if patient else 41)

    @rule(seed=SEEDS, after=st.sampled_from([timedelta(0), *JUMPS]), writes=st.booleans())
    def answers_are_wanted(self, seed: int, after: timedelta, writes: bool) -> None:
        chance = Random(seed)
        way = chance.choice([("sms", "mobile"), ("call", "mobile"), ("mail", "office"), ("mail", "mailbox")])
        if writes:
            self._comes(("sms", "mobile") if way[0] == "call" else way, Outcome.DELIVERED)
        self.now += after
        for _ in range(chance.randint(1, 4)):
            self._wants(self._any_contact(chance, [way], [Purpose.ANSWER]), ends_of(chance), False)

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
        wanted = as_try(contact)
        decision = self._agreed(contact, wanted)
        if isinstance(decision, Withheld):
            self.tally.withheld += 1
            self._first_time_is(decision, wanted)
            if not patient or decision.until is None:
                return
            self.now = decision.until
            decision = self._agreed(contact, wanted)
            if not isinstance(decision, Permit):
                raise Disagreement(f"not permitted at {self.now}, the time that was named")
        self._is_made(contact, wanted, decision, ends[0 if contact.channel is Channel.CALL else 1])

    def _agreed(self, contact: Contact, wanted: Try) -> Permit | Withheld:
        self.tally.asked += 1
        decision = self.gate.decide(contact, self.person, self.history, self.policy, self.now)
        said = set() if isinstance(decision, Permit) else rules_of(decision)
        found = broken(self.world, wanted, self.now)
        if said != found:
            note(f"at {self.now} {contact}")
            raise Disagreement(f"the gate alone: {said - found}; the checker alone: {found - said}")
        for name in said:
            event(name)
            if self.tally.rules is not None:
                self.tally.rules[name] = self.tally.rules.get(name, 0) + 1
        return decision

    def _first_time_is(self, decision: Withheld, wanted: Try) -> None:
        """Nothing is open before the time that is named, and it is open then."""
        end = decision.until
        if end is not None and broken(self.world, wanted, end):
            raise Disagreement(f"{end} is named, but {broken(self.world, wanted, end)} close it")
        last = self.now + timedelta(days=20) if end is None else end
        steps = [self.now + (last - self.now) * part / 4 for part in range(1, 4)]
        steps += [] if end is None else [end - timedelta(seconds=1), end - timedelta(days=1)]
        for at in steps:
            if self.now < at < last and not broken(self.world, wanted, at):
                raise Disagreement(f"{at} is open already, but {end} is named at {self.now}")

    def _is_made(self, contact: Contact, wanted: Try, decision: Permit, outcome: Outcome) -> None:
        self.tally.made += 1
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
        record = self.gate.record(slot, contact, self.person, decision, self.now)
        self.history = self.history.adding(record._replace(outcome=outcome))
        if self.gate.settles:
            self.history = confirm(slot, outcome, self.person, self.history)
        self._forget()

    def _forget(self) -> None:
        """What no rule can still look at."""
        since = self.now - timedelta(days=70)
        self.history = self.history.since(since)
        self.world.past = [one for one in self.world.past if one.when >= since]

    def _comes(self, way: tuple[str, str], outcome: Outcome, loans: tuple[UUID, ...] = LOANS) -> UUID:
        return self._happened(way, Purpose.ANSWER, outcome, loans, inbound=True)

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
