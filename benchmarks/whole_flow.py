"""The whole flow with all four services as processes: payments through to reminders, and from a missed
instalment to the decision whether its borrower is contacted.
"""

import base64
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from benchmarks import events
from benchmarks.events import LENDER, published
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ends, Ground, connected, rate, reached, resident_mb
from benchmarks.latency import paced
from benchmarks.open_loop import arrivals
from cli.stack.process import LOOPBACK, Child
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.ids import loan_id, person_id
from shared.events.ledger import PaymentMissed
from shared.events.loans import Channel, LoanKind, LoanOpened
from shared.events.parts import Party, ScheduledInstalment
from shared.messaging.port import Outgoing
from tests.harness import instant
from tests.service.reminders.helping import missed, registered

SERVICES = ("ledger", "reminders", "hardship", "mediation")
PAYMENTS_GOAL, MEMORY_GOAL_MB = 2_000, 600.0
RATE, DECIDED_GOAL_MS, WARM = 200, 300.0, 400
NOON = instant("2026-01-08T04:00:00")
"""A Thursday's noon in Shanghai, a week after the instalment fell due: the first contact is due at once."""
DUE_ON = date(2026, 1, 1)
OPENED_ON = date(2025, 12, 1)
NOTHING_SENT: Mapping[str, object] = {"dry_channels": True, "role_dispatch": False}
"""Sending is another work."""
_READ = "SELECT coalesce(sum(next_offset), 0)::bigint FROM position WHERE topic = $1"
_COUNT_DECIDED = (
    "SELECT count(DISTINCT person_id) FROM person_record WHERE kind IN ('ContactPlanned', 'ContactWithheld')"
)
_DECIDED = (
    "SELECT person_id, min(extract(epoch FROM pg_xact_commit_timestamp(xmin)))::float8 FROM person_record "
    "WHERE kind IN ('ContactPlanned', 'ContactWithheld') GROUP BY 1"
)


@dataclass
class Four:
    """All four services, and their databases."""

    prefix: str
    databases: Mapping[str, str]
    processes: Mapping[str, Child]
    urls: Mapping[str, str]

    @property
    def memory_mb(self) -> float:
        """What they have in use together."""
        return sum(map(resident_mb, self.processes.values()))


@asynccontextmanager
async def four_services(
    ground: Ground, reminders: Mapping[str, object] = NOTHING_SENT, **settings: object
) -> AsyncIterator[Four]:
    """Run them on topics and databases of their own, with settings for reminders alone, and for all."""
    prefix = await ground.topics()
    databases = {name: await ground.databases.make(name) for name in SERVICES}
    key, token = ground.home / "sealing-key", ground.home / "service-token"
    key.write_text(base64.b64encode(b"k" * 32).decode())
    token.write_text(ground.token())
    own: dict[str, dict[str, object]] = {
        "ledger": {},
        "reminders": dict(reminders),
        "hardship": {"link_secret": "s" * 32},
        "mediation": {},
    }
    asking: dict[str, object] = {"sealing_key_file": key, "service_token_file": token}
    with ExitStack() as stack:
        processes: dict[str, Child] = {}
        urls: dict[str, str] = {}
        for name in SERVICES:
            environment = ground.settings(databases[name], prefix, **settings, **own[name], **asking)
            processes[name] = stack.enter_context(ground.service(f"services.{name}", environment))
            urls[name] = _url(environment)
            asking["ledger_url"] = urls["ledger"]  # it is the first
        yield Four(prefix, databases, processes, urls)


def _url(environment: Mapping[str, str]) -> str:
    return f"http://{LOOPBACK}:{environment['HUANCUI_HTTP_PORT']}"


async def whole_flow(ground: Ground) -> list[Figure]:
    """Both measurements."""
    return [*await _payments(ground), *await _decisions(ground)]


# -- payments through to reminders ---------------------------------------------------------------------------


async def _payments(ground: Ground) -> list[Figure]:
    loans, payments = ground.sized(5_000, 1_000), ground.sized(60_000, 10_000)
    found, memory = [], []
    for _ in range(ground.repeats):
        async with four_services(ground) as four:
            await lend(ground, four, [events.loan(n) for n in range(loans)])
            found.append(await _through(ground, four, loans, payments))
            memory.append(four.memory_mb)
    return [
        Figure(
            "whole-flow",
            "payments from the platform's topic through the ledger until reminders has applied them",
            "payments/s",
            found,
            goal=PAYMENTS_GOAL,
            note=f"{payments:,} payments of {loans:,} loans; all four services run",
        ),
        Figure(
            "whole-flow",
            "resident memory of all four services afterwards",
            "MB",
            memory,
            goal=MEMORY_GOAL_MB,
            at_most=True,
        ),
    ]


async def _through(ground: Ground, four: Four, loans: int, payments: int) -> float:
    """Payments per second that reminders has applied."""
    topic = four.prefix + "ledger-events"
    async with connected(four.databases["reminders"]) as connection:
        before = int(await connection.fetchval(_READ, topic))

        async def applied() -> int:
            read: int = await connection.fetchval(_READ, topic)
            return read - before

        await ground.publish(events.payments(payments, loans, four.prefix))
        return await rate(applied, payments, four.processes["reminders"])


async def lend(
    ground: Ground,
    four: Four,
    loans: Sequence[LoanOpened],
    borrower: Callable[[str], Event] = registered,
) -> None:
    """Loans to borrowers that reminders knows; waits until it has linked them all."""
    borrowers: list[Event] = [borrower(f"B-{n}") for n in range(len(loans))]
    parties = [(Party(borrower_reference=f"B-{n}"),) for n in range(len(loans))]
    opened: list[Event] = [
        one.model_copy(update={"parties": some}) for one, some in zip(loans, parties, strict=True)
    ]
    async with Ends(ground, four.prefix + "reminder-events") as told:
        for kind, every in (("borrower", borrowers), ("opening", opened)):
            await ground.publish([published(one, f"{kind}-{n}", four.prefix) for n, one in enumerate(every)])
        await reached(told.grown, 2 * len(loans))  # each person profiled, each loan linked


# -- from a missed instalment to the decision ----------------------------------------------------------------


async def _decisions(ground: Ground) -> list[Figure]:
    moments = arrivals(RATE, ground.sized(30, 10))
    every = WARM + len(moments)
    async with four_services(ground, clock="simulated", clock_start=NOON.isoformat()) as four:
        await ground.publish([published(ClockTicked(now=NOON + timedelta(seconds=1)), "noon", four.prefix)])
        await lend(ground, four, [due_loan(n) for n in range(every)])
        misses = [a_miss(n, four.prefix) for n in range(every)]
        async with connected(four.databases["reminders"]) as connection:

            async def decided() -> int:
                found: int = await connection.fetchval(_COUNT_DECIDED)
                return found

            await ground.publish(misses[:WARM])
            await reached(decided, WARM)
            due = await paced(ground, misses[WARM:], moments)
            await reached(decided, every)
            decisions: dict[UUID, float] = dict(await connection.fetch(_DECIDED))
    taken = [decisions[person_id(LENDER, f"B-{n}")] - due[f"missed-{n}"] for n in range(WARM, every)]
    return [
        Figure(
            "whole-flow",
            f"PaymentMissed published to contact decided, at {RATE}/s, p99",
            "ms",
            [percentile(taken, 99) * 1000],
            goal=DECIDED_GOAL_MS,
            at_most=True,
            note=in_ms(taken),
        )
    ]


def due_loan(number: int) -> LoanOpened:
    """A loan whose first instalment fell due a week ago."""
    return LoanOpened(
        lender=LENDER,
        loan_reference=f"l{number}",
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        principal=events.INSTALMENT,
        opened_on=OPENED_ON,
        time_zone="Asia/Shanghai",
        instalments=(ScheduledInstalment(number=1, due_on=DUE_ON, amount=events.INSTALMENT),),
    )


def a_miss(number: int, prefix: str) -> Outgoing:
    """As the ledger tells it."""
    event: PaymentMissed = missed(DUE_ON.isoformat(), loan=loan_id(LENDER, f"l{number}"))
    return published(event, f"missed-{number}", prefix)
