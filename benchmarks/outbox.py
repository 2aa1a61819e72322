"""The relay alone: an outbox that is full is published."""

from uuid import UUID, uuid4

from benchmarks.events import LENDER, PAYMENT
from benchmarks.figures import Figure
from benchmarks.ground import Ends, Ground, connected, rate
from shared.clock import system_now
from shared.events import wire
from shared.events.ids import loan_id
from shared.events.ledger import PaymentApplied
from shared.events.parts import Components
from shared.money import Money
from shared.spine import outbox

GOAL = 20_000
TOPIC = "ledger-events"
KEYS, CHUNK = 5_000, 10_000


def rows(count: int, prefix: str) -> list[tuple[str, bytes, bytes, bytes]]:
    """Payments applied, as the ledger writes them: topic, key, packed headers, value."""
    return [_row(number, loan_id(LENDER, f"l{number % KEYS}"), prefix) for number in range(count)]


def _row(number: int, loan: UUID, prefix: str) -> tuple[str, bytes, bytes, bytes]:
    event = PaymentApplied(
        loan_id=loan,
        payment_id=uuid4(),
        applied=PAYMENT,
        credit=Money.zero("CNY"),
        components=Components(principal=PAYMENT),
    )
    envelope = wire.envelope_of(
        event,
        id=str(uuid4()),
        source="/huancui/ledger",
        recorded_at=system_now(),
        sequence=number // KEYS + 1,
        causation_id=f"payment-{number}",
        correlation_id=f"payment-{number}",
    )
    key, headers, value = wire.encode(event, envelope)
    return prefix + TOPIC, key, wire.pack_headers(headers), value


async def fill(database_url: str, content: list[tuple[str, bytes, bytes, bytes]]) -> None:
    """Write rows to the outbox of a database."""
    async with connected(database_url) as connection:
        for at in range(0, len(content), CHUNK):
            columns = zip(*content[at : at + CHUNK], strict=True)
            await connection.execute(outbox._EMIT, *map(list, columns), system_now())
        await connection.execute("VACUUM ANALYZE outbox")


async def relay(ground: Ground) -> list[Figure]:
    """The relay beside a plain producer that has the same records in memory."""
    count = ground.sized(200_000, 40_000)
    prefix = await ground.topics()
    filled = await ground.databases.make("ledger")
    await fill(filled, rows(count, prefix))
    measured: dict[str, list[float]] = {"services.ledger": [], "benchmarks.raw_producer": []}
    for _ in range(ground.repeats):
        for module, rates in measured.items():
            copy = await ground.copy(filled)
            environment = ground.settings(copy, prefix, role_consume=False, role_timers=False)
            async with Ends(ground, prefix + TOPIC) as out:
                with ground.process(module, environment=environment) as process:
                    rates.append(await rate(out.grown, count, process))
            await ground.infra.drop_database(copy)
    ours, raw = measured.values()
    return [
        Figure(
            "relay",
            f"{count:,} rows of a full outbox published and deleted",
            "records/s",
            ours,
            goal=GOAL,
            raw_values=raw,
            raw_what="aiokafka's idempotent producer, records in memory",
        )
    ]
