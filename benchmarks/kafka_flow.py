"""Payments from Kafka, decided, committed and published to Kafka by one process, its relay in it."""

from dataclasses import dataclass

from benchmarks import events
from benchmarks.figures import Figure
from benchmarks.ground import Ends, Ground, connected, rate

GOAL, RATIO_GOAL = 6_000, 0.5
RAW = "precomputed rows, same statements, batches and connections, Kafka both ways"
LEDGER, ORDINARY_GC, RAW_FLOW = "services.ledger", "benchmarks.ordinary_gc", "benchmarks.raw_flow"


@dataclass(frozen=True)
class Scene:
    """A ledger's database with all loans registered, to be copied; and payments that wait in its topic."""

    ground: Ground
    prefix: str
    database: str
    loans: int
    payments: int

    async def run(self, module: str, *, payments: int | None = None, **settings: object) -> float:
        """Let a process work through the payments on a copy of the database: payments per second."""
        ground, wanted = self.ground, payments or self.payments
        copy = await ground.copy(self.database)
        environment = ground.settings(copy, self.prefix, **settings)
        async with Ends(ground, self.prefix + "ledger-events") as out:
            with ground.process(module, environment=environment) as process:
                measured = await rate(out.grown, wanted, process)
        if wanted == self.payments:
            await _check(copy, wanted)
        await ground.infra.drop_database(copy)
        return measured


async def _check(database_url: str, payments: int) -> None:
    """A fast ledger that is wrong has no speed."""
    async with connected(database_url) as connection:
        kept = await connection.fetchval("SELECT count(*) FROM fact WHERE kind = 'Payment'")
        total = await connection.fetchval("SELECT sum(amount_minor) FROM posting")
        held = await connection.fetchval("SELECT count(*) FROM held")
    assert kept == payments, f"{kept} payments of {payments}"
    assert (total, held) == (0, 0), f"postings add up to {total}, {held} messages are held"


async def prepare(ground: Ground, payments: int) -> Scene:
    """Register the loans, end the ledger, and publish the payments."""
    count = ground.sized(5_000, 2_000)
    prefix = await ground.topics()
    database = await ground.databases.make("ledger")
    await ground.publish(events.loans(count, prefix))
    async with Ends(ground, prefix + "ledger-events") as out:
        with ground.process(LEDGER, environment=ground.settings(database, prefix)) as ledger:
            await rate(out.grown, count, ledger)
    await ground.publish(events.payments(payments, count, prefix))
    return Scene(ground, prefix, database, count, payments)


async def kafka_flow(ground: Ground) -> list[Figure]:
    """The flow beside its raw limit, and with one event in each transaction."""
    scene = await prepare(ground, ground.sized(60_000, 15_000))
    flow, raw = [], []
    for _ in range(ground.repeats):
        flow.append(await scene.run(LEDGER))
        raw.append(await scene.run(RAW_FLOW))
    single = await scene.run(LEDGER, payments=ground.sized(6_000, 1_500), batch_max=1)
    return [
        Figure(
            "kafka-flow",
            f"{scene.payments:,} payments in, decided, committed, out",
            "events/s",
            flow,
            goal=GOAL,
            raw_values=raw,
            raw_what=RAW,
            ratio_goal=RATIO_GOAL,
        ),
        Figure(
            "kafka-flow",
            "the same with one event in each transaction",
            "events/s",
            [single],
            raw_values=flow,
            raw_what="batches of 200",
            note="what batches are for",
        ),
    ]


async def gc(ground: Ground) -> list[Figure]:
    """What freezing the start-up's objects and raising the collector's thresholds are worth."""
    scene = await prepare(ground, ground.sized(60_000, 15_000))
    tuned, ordinary = [], []
    for _ in range(ground.repeats):
        tuned.append(await scene.run(LEDGER))
        ordinary.append(await scene.run(ORDINARY_GC))
    return [
        Figure(
            "gc",
            "kafka-flow with gc.freeze() and a higher threshold",
            "events/s",
            tuned,
            raw_values=ordinary,
            raw_what="Python's own settings",
            note="ratio: what it is worth",
        )
    ]
