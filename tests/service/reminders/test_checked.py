"""What the service decided over months of a person's life is held against the texts of the rules, which know
nothing of the service: each contact that it permitted or withheld, each breach that it found.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.reminders.domain.gate import permit
from services.reminders.domain.history import History
from services.reminders.store.history_packing import pack
from shared.events.examples import LENDER
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.reminders import ConductBreachFound
from shared.events.servicing import ContactDirection, ContactReported
from tests.property.reminders import world as checker
from tests.property.reminders.laws import broken
from tests.service.reminders.helping import LOAN, PERSON, World, cured, missed, registered
from tests.service.reminders.test_apart import CALLED, MAILED

ZONE = "Asia/Shanghai"
ADDRESSES = [
    CALLED,
    MAILED,
    {**CALLED, "medium": "sms"},
    {"medium": "post", "value": "1 Long Road, Shanghai", "established": True},
]
SPOTS = {
    "phone": checker.Spot({"call", "sms"}),
    "mail": checker.Spot({"mail"}),
    "post": checker.Spot({"post"}, "home"),
}
SPOT_OF = {"call": "phone", "sms": "phone", "mail": "mail", "post": "post"}
PURPOSES = ["demand", "reminder", "help", "plan", "mediation"]
ENDS = ["not_connected", "unanswered", "voicemail_left", "dropped", "conversation"]
FAILS = ("ContactFailed", "ContactWithheld", "released")
STEPS = 60
TOLD = {"debt", "amount", "payment_link"}


class Disagreement(AssertionError):
    """The service and the checker do not say the same."""


@dataclass
class Life:
    """A person's months, as the service has them and as the checker does."""

    world: World
    chance: Random
    known: checker.World
    now: datetime
    seq: int = 0
    instalment: int = 0
    permitted: int = 0
    withheld: int = 0
    breaches: int = 0

    @classmethod
    async def begun(cls, world: World, seed: int) -> "Life":
        """A person in Shanghai with a loan and four ways to reach them, when all of the texts is in force."""
        await world.lent()
        await world.publish(registered(addresses=ADDRESSES))
        await world.on("2026-03-02")
        closed = world.reminders.service.reference.policies.calendars["cn"].closed
        known = checker.World({"default", "cn"}, (ZONE,), {"cn": set(closed)}, {"CN"}, SPOTS)
        now = datetime.fromisoformat("2026-03-02T04:00:00+00:00")
        return cls(world, Random(seed), known, now)

    async def lived(self) -> None:
        """Many things happen."""
        happens: list[tuple[Callable[[], Any], int]] = [
            (self.time_passes, 6),
            (self.asks, 8),
            (self.is_contacted_outside, 2),
            (self.misses, 1),
            (self.closes_a_way, 1),
            (self.is_held, 1),
            (self.names_a_time, 1),
        ]
        steps = self.chance.choices([one for one, _ in happens], [often for _, often in happens], k=STEPS)
        for step in steps:
            await step()
            await self.compare()

    @property
    def today(self) -> date:
        """The day where the person is."""
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    # -- what happens ----------------------------------------------------------------------------------------

    async def time_passes(self) -> None:
        self.now += timedelta(minutes=self.chance.choice([7, 61, 600, 1_440, 1_440, 4_320, 10_080]))
        await self.world.at(self.now)

    async def asks(self) -> None:
        channel = self.chance.choice(["call", "call", "sms", "mail", "post", "visit"])
        wanted = {
            "person_id": str(PERSON),
            "lender": LENDER,
            "loan_ids": [str(LOAN)],
            "channel": channel,
            "purpose": self.chance.choice(PURPOSES),
        }
        given = await self.world.post("contacts/permits", wanted)
        await self.world.reminders.settled()
        await self.compare()
        path, then = f"contacts/{given['contact_id']}", self.chance.random()
        if given["permitted"] and then < 0.7:
            ends = ENDS if channel == "call" else ["sent", "delivered", "bounced"]
            await self.world.tell("PUT", f"{path}/outcome", {"outcome": self.chance.choice(ends)})
        elif given["permitted"] and then < 0.85:
            await self.world.tell("DELETE", path)
        await self.world.reminders.settled()

    async def is_contacted_outside(self) -> None:
        medium, reached = self.chance.choice(["call", "mail", "sms"]), self.chance.random() < 0.7
        inbound, purpose = self.chance.random() < 0.3, self.chance.choice(PURPOSES)
        made_at = self.now - timedelta(minutes=self.chance.choice([0, 30, 700]))
        await self.world.at(self.now)  # what falls due at this moment has been done
        await self.compare()
        told = self._tried(medium, purpose, made_at)
        rules = set() if inbound else broken(self.known, replace(told, tells=set()), made_at)
        before = len(self.world.told(ConductBreachFound))
        await self.world.publish(
            ContactReported(
                lender=LENDER,
                loan_reference="L-1",
                borrower_reference="B-1",
                contact_reference=f"outside-{self.seq}-{self.chance.random()}",
                medium=medium,
                purpose=Purpose(purpose),
                direction=ContactDirection.FROM_BORROWER if inbound else ContactDirection.TO_BORROWER,
                made_at=made_at,
                reached=reached,
            )
        )
        found = {one.rule for one in self.world.told(ConductBreachFound)[before:]}
        if bool(found) != bool(rules) or not found <= rules:
            raise Disagreement(f"{told} at {made_at}: breaches {found}, the checker {rules}")
        self.breaches += len(found)
        outcome = ("conversation" if medium == "call" else "delivered") if reached else "unanswered"
        self.known.past.append(replace(told, outcome=outcome, inbound=inbound))

    async def misses(self) -> None:
        if self.chance.random() < 0.4 and self.instalment:
            await self.world.publish(cured(str(self.today)))
        self.instalment += 1
        await self.world.publish(missed(str(self.today - timedelta(days=1)), self.instalment))
        await self.world.at(self.now)

    async def closes_a_way(self) -> None:
        path = f"persons/{PERSON}"
        if self.known.stops:
            for kind in {one["kind"] for one in self.known.stops}:
                await self.world.tell("DELETE", f"{path}/stops/{kind}")
            self.known.stops = []
        elif not self.known.closed and self.chance.random() < 0.5:
            hours = {"days": [0, 2, 4], "start": "11:00:00", "end": "15:00:00"}
            await self.world.post(f"{path}/closed-times", hours)
            start, end = (
                datetime.fromisoformat(f"2026-01-01T{hours[one]}").time() for one in ("start", "end")
            )
            self.known.closed = [{"days": {0, 2, 4}, "start": start, "end": end, "ends": None}]
        else:
            channel = self.chance.choice(["call", "sms", "mail"])
            kind = self.chance.choice(["channel", "cease"])
            asked = {"kind": kind} | (
                {"channels": [channel]} if kind == "channel" else {"loan_ids": [str(LOAN)]}
            )
            await self.world.post(f"{path}/stops", asked)
            stop = {"kind": kind, "received": self.now, "channels": {channel}, "loans": {str(LOAN)}}
            self.known.stops = [{**stop, "received_on": self.today, "in_writing": True, "message": None}]

    async def is_held(self) -> None:
        hold_id = UUID(int=77)
        if self.known.holds:
            self.known.holds = []
            lifted = HoldLifted(loan_id=LOAN, hold_id=hold_id, person_id=PERSON, lifted_on=self.today)
            await self.world.publish(lifted)
            return
        reason, stated = self.chance.choice(list(HoldReason)), self.chance.choice(PURPOSES)
        ends_on = self.today + timedelta(days=self.chance.choice([2, 30]))
        await self.world.publish(
            HoldPlaced(
                loan_id=LOAN,
                hold_id=hold_id,
                person_id=PERSON,
                reason=reason,
                freezes=Freezes(purposes=(Purpose(stated),)),
                starts_on=self.today,
                ends_on=ends_on,
            )
        )
        hold = {"reason": reason.value, "starts": self.today, "ends": ends_on, "purposes": {stated}}
        self.known.holds = [{**hold, "loans": {str(LOAN)}, "own": True}]

    async def names_a_time(self) -> None:
        starts = self.now + timedelta(hours=self.chance.choice([0, 5, 30]))
        ends = starts + timedelta(hours=6)
        named = {"lender": LENDER, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
        await self.world.post(f"persons/{PERSON}/opened-times", named)
        consent = {"kind": "asked", "collector": LENDER, "received": self.now}
        self.known.consents.append({**consent, "starts": starts, "ends": ends})

    # -- held against the checker ----------------------------------------------------------------------------

    async def compare(self) -> None:
        """Look at each line that the service wrote since, in the order in which it did."""
        rows = await self.world.reminders.rows(
            "SELECT seq, at, kind, contact_id, content::text AS content FROM person_record "
            f"WHERE seq > {self.seq} AND contact_id IS NOT NULL ORDER BY seq"
        )
        for row in rows:
            self.seq, name = row["seq"], str(row["contact_id"])
            content = json.loads(row["content"])
            made = next((one for one in self.known.past if one.name == name), None)
            if row["kind"] == "permit":
                self._permitted(name, content, row["at"])
            elif made is not None and row["kind"] in FAILS:
                self.known.past.remove(made)
            elif made is not None and row["kind"] in ("ContactSent", "outcome"):
                self._settled(made, row["kind"], content, row["at"])
            elif row["kind"] == "ContactWithheld" and content["pack"] != "house":
                self._withheld(content, row["at"])

    def _permitted(self, name: str, content: dict[str, Any], at: datetime) -> None:
        tried = self._tried(content["channel"], content["purpose"], at)
        if rules := broken(self.known, tried, at):
            raise Disagreement(f"{tried} was permitted at {at}, and breaks {rules}")
        opened = self.known.opened(tried, at)
        day = min(opened.values(), default=0)
        self.known.past.append(replace(tried, name=name, opened=set(opened), consent_day=day))
        self.permitted += 1

    def _withheld(self, content: dict[str, Any], at: datetime) -> None:
        tried = self._tried(content["channel"], content["purpose"], at)
        said, rules = {content["rule"], *content["also"]}, broken(self.known, tried, at)
        if said != rules:
            raise Disagreement(f"{tried} at {at}: withheld by {said}, by the checker {rules}")
        self.withheld += 1

    def _settled(self, made: checker.Try, kind: str, content: dict[str, Any], at: datetime) -> None:
        """What the service sent counts from its sending; of others' contacts their outcome is told."""
        now = made
        if kind == "outcome":
            now = replace(made, outcome=content["outcome"])
        elif made.outcome == "pending":
            now = replace(made, outcome="sent", at=at)
        self.known.past[self.known.past.index(made)] = now

    def _tried(self, channel: str, purpose: str, at: datetime) -> checker.Try:
        spot = SPOT_OF.get(channel, "unknown")
        place = SPOTS[spot].place if spot in SPOTS else "elsewhere"
        return checker.Try(
            channel,
            purpose,
            spot,
            LENDER,
            LENDER,
            "lender",
            {str(LOAN)},
            set(TOLD) if spot in SPOTS else set(),
            at=at,
            zones=(ZONE,),
            place=place,
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_the_service_decided_is_what_the_texts_of_the_rules_say(world: World, seed: int) -> None:
    life = await Life.begun(world, seed)
    await life.lived()
    assert min(life.permitted, life.withheld) >= 3, "a life in which all is closed, or open, proves nothing"


async def test_a_gate_that_overlooks_who_asked_for_quiet_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overlooks(contact: Any, person: Any, *others: Any) -> Any:
        return permit(contact, replace(person, stops=(), holds=()), *others)

    monkeypatch.setattr("services.reminders.domain.reservations.permit", overlooks)
    life = await Life.begun(world, 1)
    with pytest.raises(Disagreement):
        await life.lived()


async def test_a_store_that_loses_the_last_contact_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses(history: History) -> bytes:
        return pack(History(history.records[:-1]))

    monkeypatch.setattr("services.reminders.store.persons.pack", loses)
    life = await Life.begun(world, 1)
    with pytest.raises(AssertionError):  # also where the slot of a contact that was permitted is gone
        await life.lived()
