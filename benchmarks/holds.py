"""How soon a hold silences: contacts are handed to a gateway, and holds come among them."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid5

import httpx

from benchmarks.events import LENDER, published
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ground, connected, reached
from benchmarks.latency import COMMITTED, paced
from benchmarks.open_loop import arrivals
from benchmarks.whole_flow import NOON, Four, a_miss, due_loan, four_services, lend
from shared.decision import Role
from shared.events.base import Event
from shared.events.borrowers import Address, Medium
from shared.events.clock import ClockTicked
from shared.events.holds import HoldPlaced
from shared.events.ids import loan_id, message_id, person_id
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.messaging.port import Outgoing
from tests.service.ledger.receiver import Receiver, receiving
from tests.service.reminders.helping import CONDUCT, registered

RATE, GOAL_MS = 30, 1_000.0
SECONDS, SECONDS_SHORT = 30, 10
EARLIEST_S, LATEST_S = -0.5, 1.5
"""When a person's hold comes after their miss: before, while or after they are written to."""
WARM = 60
UNDER_WAY_S = 3.0
"""For what was on its way to the gateway when the last hold was applied."""
SOURCE = f"/lenders/{LENDER}"


def _number(person: int) -> str:
    return f"+86 400 555 {person:04}"


def _borrower(reference: str) -> Event:
    number = int(reference.removeprefix("B-"))
    phone = Address(medium=Medium.SMS, value=_number(number), established=True)
    return registered(reference, addresses=(phone,))


def _hold(number: int, prefix: str) -> Outgoing:
    """As hardship places one for somebody who is ill."""
    loan = loan_id(LENDER, f"l{number}")
    event = HoldPlaced(
        loan_id=loan,
        hold_id=uuid5(loan, "hold"),
        person_id=person_id(LENDER, f"B-{number}"),
        reason=HoldReason.ILLNESS,
        freezes=Freezes(purposes=(Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP)),
        starts_on=NOON.date(),
    )
    return published(event, f"hold-{number}", prefix)


async def _published(ground: Ground, prefix: str, moments: Sequence[float]) -> dict[str, float]:
    """Misses and holds, each when it is due; when each hold was."""
    chance = random.Random(1)
    holds = sorted(
        (max(0.0, moment + chance.uniform(EARLIEST_S, LATEST_S)), WARM + number)
        for number, moment in enumerate(moments)
    )
    misses = [a_miss(WARM + number, prefix) for number in range(len(moments))]
    placed = [_hold(number, prefix) for _, number in holds]
    _, due = await asyncio.gather(
        paced(ground, misses, moments), paced(ground, placed, [at for at, _ in holds])
    )
    return due


async def holds(ground: Ground) -> list[Figure]:
    """Each person's instalment is missed, somebody is to be written to at once, and a hold is placed about
    then. What reaches the gateway after the hold was published is counted by how late it came.
    """
    moments = arrivals(RATE, ground.sized(SECONDS, SECONDS_SHORT))
    every = WARM + len(moments)
    async with receiving() as gateway:

        async def taken() -> int:
            return len(gateway.came)

        sending = {"sms_url": gateway.url, "sms_sender": "Acme", "look_every_ms": 100}
        async with four_services(ground, sending, clock="simulated", clock_start=NOON.isoformat()) as four:
            await _introduced(ground, four)
            now = ClockTicked(now=NOON + timedelta(seconds=1))
            await ground.publish([published(now, "noon", four.prefix)])
            await lend(ground, four, [due_loan(n) for n in range(every)], _borrower)
            await ground.publish([a_miss(n, four.prefix) for n in range(WARM)])
            await reached(taken, WARM)
            due = await _published(ground, four.prefix, moments)
            applied = await _applied(four, due)
    late = _late(gateway, due)
    kept_back = every - len({one.said["to"] for one in gateway.came})
    assert late, "no contact was under way when its hold came: this measures nothing"
    assert kept_back, "no hold came before its contact: this measures nothing"
    told = f"{len(due):,} holds, {kept_back} kept a contact back, {len(late)} came while one was under way"
    return [
        _figure(f"HoldPlaced published to applied by reminders, at {RATE}/s, p99", applied, told),
        _figure("HoldPlaced published to the last contact that still reached the gateway, p99", late),
    ]


def _figure(what: str, taken: Sequence[float], told: str = "of those that came after it") -> Figure:
    p99 = percentile(taken, 99) * 1000
    return Figure("holds", what, "ms", [p99], goal=GOAL_MS, at_most=True, note=f"{in_ms(taken)}; {told}")


async def _introduced(ground: Ground, four: Four) -> None:
    """The lender is named in what is written."""
    who = {"Authorization": f"Bearer {ground.token(Role.ADMINISTRATOR)}", "Idempotency-Key": "conduct"}
    async with httpx.AsyncClient(base_url=four.urls["reminders"], trust_env=False) as client:
        answer = await client.put(f"/v1/lenders/{LENDER}/conduct", json=dict(CONDUCT), headers=who)
        answer.raise_for_status()


async def _applied(four: Four, due: Mapping[str, float]) -> list[float]:
    """Seconds until each hold was committed."""
    ids = {message_id(f"holds\n{SOURCE}", name): at for name, at in due.items()}
    async with connected(four.databases["reminders"]) as connection:

        async def there() -> int:
            return int(await connection.fetchval("SELECT count(*) FROM inbox WHERE id = ANY($1)", list(ids)))

        await reached(there, len(ids))
        await asyncio.sleep(UNDER_WAY_S)
        return [at - ids[id_] for id_, at in await connection.fetch(COMMITTED) if id_ in ids]


def _late(gateway: Receiver, due: Mapping[str, float]) -> list[float]:
    """How long after their hold was published the contacts came that came after it."""
    holds_of = {_number(int(name.removeprefix("hold-"))): at for name, at in due.items()}
    came = [(one.said["to"], one.at) for one in gateway.came]
    return [at - holds_of[to] for to, at in came if to in holds_of and at > holds_of[to]]
