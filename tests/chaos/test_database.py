"""Scenarios 34, 35, 44, 45, 46: cancelled commits, lost connections, locks, old snapshots, migrations."""

import asyncio
import random
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.ledger.domain.loan import Loan
from shared.commands import StillRunning, Unavailable
from shared.decision import Key
from shared.events import wire
from shared.events.base import Event
from shared.events.loans import LoanOpened
from shared.messaging import relay
from shared.messaging.port import Partition
from shared.migrations import migrate
from shared.schema_version import at_head
from shared.spine import lock_id
from tests.builders import a_payment
from tests.chaos import meddling
from tests.chaos.load import a_story, some_loans, some_payments
from tests.chaos.world import PAYMENTS, MakeWorld, World
from tests.databases import FOLDERS
from tests.harness import Running, until

CLAIM_WITHIN_MS = 5.0
ROUNDS_OF_A_LOAN = 25
"""So many payments reach no loan that any would take long."""


async def insist(world: World, service: Running, event: Event) -> bool:
    """Hand an event in until it is acknowledged, as a platform would; whether the answer was a stored one."""
    world.attempted.append(event)
    key = f"{event.partition_key}/{getattr(event, 'payment_reference', 'opening')}"
    while True:
        try:
            answered = await service.submit(event, key=key)
        except (Unavailable, StillRunning):
            await asyncio.sleep(0.1)
            continue
        world.acknowledged.append(event)
        return answered.replayed


async def hand_in(world: World, service: Running, events: Sequence[Event], callers: int = 8) -> None:
    """Many events by several callers at once."""
    waiting = iter(events)

    async def caller() -> None:
        for event in waiting:
            await insist(world, service, event)

    await asyncio.gather(*(caller() for _ in range(callers)))


async def nothing_left_open(world: World, ledger: Running) -> None:
    """Wait until no connection is out of the pool, and no transaction is open."""

    async def closed() -> bool:
        open_ = await world.value(
            "ledger",
            f"SELECT count(*) FROM pg_stat_activity WHERE {meddling.SERVICE_BACKENDS} "
            "AND state LIKE 'idle in transaction%'",
        )
        return bool(open_ == 0 and ledger.service.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]

    await until(closed, "every connection is back")


async def test_scenario_34_a_caller_that_goes_away_during_the_commit_leaves_a_known_outcome(
    world: World,
) -> None:
    (loan,) = some_loans(1)
    payment = a_payment("10.00", loan=loan.loan_reference, reference="cancelled")
    await meddling.slow_commits(world, "ledger", "fact", 0.5)
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await insist(world, ledger, loan)
        asking = asyncio.ensure_future(insist(world, ledger, payment))
        await meddling.committing(world, "ledger")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await insist(world, ledger, payment), "the same key did not give the first one's answer"
        await nothing_left_open(world, ledger)
        await world.balances()
    assert await world.value("ledger", PAYMENTS) == 1


@pytest.mark.parametrize("by", ["command", "record"])
async def test_scenario_34_a_service_that_stops_during_the_commit_finishes_it(world: World, by: str) -> None:
    (loan,) = some_loans(1)
    payment = a_payment("10.00", loan=loan.loan_reference, reference="last")
    await meddling.slow_commits(world, "ledger", "fact", 1.0)
    asking: asyncio.Future[bool] | None = None
    async with world.inside("ledger") as ledger:
        await insist(world, ledger, loan)
        if by == "command":
            asking = asyncio.ensure_future(insist(world, ledger, payment))
        else:
            await world.publish([payment])
        await meddling.committing(world, "ledger")
    assert asking is None or await asking is False
    assert await world.value("ledger", PAYMENTS) == 1
    assert (
        await world.value(
            "ledger", f"SELECT count(*) FROM pg_stat_activity WHERE {meddling.SERVICE_BACKENDS}"
        )
        == 0
    )
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


@pytest.mark.parametrize(
    ("rounds", "pause_s"),
    [(12, 0.3), pytest.param(40, 3, marks=[pytest.mark.long, pytest.mark.timeout(400)])],
)
async def test_scenario_35_connections_that_are_ended_all_the_time_cost_no_message(
    world: World, rounds: int, pause_s: float
) -> None:
    loans = some_loans(20)
    ended = 0
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await hand_in(world, ledger, loans)
        for number in range(rounds):
            load = asyncio.gather(
                world.publish(some_payments(loans, 30, seed=number, name=f"K{number}-")),
                hand_in(world, ledger, some_payments(loans, 30, seed=number, name=f"H{number}-")),
            )
            for service in ("ledger", "followup"):
                ended += await meddling.terminate_some(world, service, share=0.4)
            await asyncio.sleep(pause_s)
            await load
        assert ended > rounds
        assert meddling.metric(ledger, "connections_evicted_total") > 0
        await world.balances()


@pytest.mark.parametrize(
    "rounds", [5, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
async def test_scenario_44_two_replicas_over_the_same_loans_never_deadlock(world: World, rounds: int) -> None:
    async with (
        world.inside("ledger") as one,
        world.inside("ledger") as other,
        world.inside("followup"),
        meddling.connected(world, "ledger") as connection,
    ):
        with capture_logs() as said:
            for number in range(rounds):
                if number % ROUNDS_OF_A_LOAN == 0:
                    loans = some_loans(15, name=f"L{number}-")
                    await hand_in(world, one, loans)
                    middle = sorted((Key(Loan.__name__, loan.loan_id) for loan in loans), key=lock_id)[7]
                    lock = meddling.Lock(connection, middle)
                # Both have some of their locks and wait for one: in different orders they could never go on.
                await lock.take()
                loads = [
                    asyncio.ensure_future(hand_in(world, service, _shuffled(loans, f"{name}{number}"), 60))
                    for name, service in (("one", one), ("other", other))
                ]
                await meddling.blocked(world, "ledger", 2)
                await lock.release()
                await asyncio.gather(*loads)
        await world.balances()
    assert not [entry for entry in said if entry.get("sqlstate") == "40P01"]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await world.value("ledger", deadlocks) == 0


def _shuffled(loans: Sequence[LoanOpened], name: str) -> list[Event]:
    """Four payments of each loan, in an order of its own for each name."""
    payments: list[Event] = [
        a_payment("0.01", loan=loan.loan_reference, reference=f"{name}-{n}")
        for loan in loans
        for n in range(4)
    ]
    return random.Random(name).sample(payments, len(payments))


@pytest.mark.parametrize(
    "payments", [4_000, pytest.param(200_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
async def test_scenario_45_an_old_snapshot_makes_the_relay_no_slower(world: World, payments: int) -> None:
    loans = some_loans(payments // 20)
    await world.publish(loans)
    async with world.inside("ledger") as ledger, meddling.connected(world, "ledger") as old:
        await until(
            lambda: world.value("ledger", f"SELECT count(*) = {len(loans)} FROM loan"), "the loans are kept"
        )
        async with old.transaction(isolation="repeatable_read", readonly=True):
            assert await old.fetchval(PAYMENTS) == 0
            await world.publish(some_payments(loans, payments))
            await until(
                lambda: world.value(
                    "ledger",
                    f"SELECT ({PAYMENTS}) = {payments} AND NOT EXISTS (SELECT 1 FROM outbox)",
                ),
                "all is applied and published",
                within_s=60 + payments / 500,
            )
            assert await old.fetchval(PAYMENTS) == 0, "the snapshot is not old"
            bounded, unbounded = await _claim_ms(world)
            await until(lambda: _alarmed(ledger), "the metric tells of the old snapshot")
        assert bounded < CLAIM_WITHIN_MS
        assert unbounded > 2 * bounded, "there were no dead rows in the way: nothing was proved"
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances(within_s=60 + payments / 500)


async def test_scenario_45_sparing_dead_rows_lets_no_row_overtake_one_of_its_key_that_committed_late(
    make_world: MakeWorld,
) -> None:
    world: World = await make_world(services=["ledger"], partitions=1)
    add = "INSERT INTO outbox (topic, key, headers, value, created_at) VALUES ($1, $2, $3, $4, now())"
    topic, headers = f"{world.prefix}ledger-events", wire.pack_headers([])
    async with (
        world.inside("ledger", role_consume=False),
        meddling.connected(world, "ledger") as late,
        meddling.connected(world, "ledger") as other,
    ):
        for number in range(10):
            begun = late.transaction()
            await begun.start()
            await late.execute(add, topic, b"key", headers, b"%d first" % number)
            await other.execute(add, topic, b"another", headers, b"passes")
            await until(lambda: _published(world, "passes"), "a later row is published before")
            await begun.commit()
            await late.execute(add, topic, b"key", headers, b"%d second" % number)
            await until(lambda: _published(world, "second"), "both are published")
    records = [await world.broker().fetch(Partition(topic, 0), offset) for offset in range(30)]
    order = [one.value for one in records if one is not None and one.key == b"key"]
    assert order == [b"%d %s" % (n, which) for n in range(10) for which in (b"first", b"second")]


async def _published(world: World, what: str) -> bool:
    left = "SELECT count(*) = 0 FROM outbox WHERE convert_from(value, 'UTF8') LIKE '%' || $1"
    return bool(await world.value("ledger", left, what))


async def _alarmed(ledger: Running) -> bool:
    return meddling.metric(ledger, "oldest_snapshot_age_transactions") > 10


async def _claim_ms(world: World) -> tuple[float, float]:
    """How long the relay's look takes with its lower bound, and how long it would take without one."""
    async with meddling.connected(world, "ledger") as connection:
        last = await connection.fetchval(
            "SELECT pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq'))"
        )
        return await _median_ms(connection, last), await _median_ms(connection, 0)


async def _median_ms(connection: asyncpg.Connection, above: int) -> float:
    taken = []
    for _ in range(15):
        began = time.perf_counter()
        await connection.fetch(relay._READ, above, 1000)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


NEWER = '''"""A later release adds columns."""

from alembic import op

revision = "2099_01_01_0000"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, with which the version before can live."""
    op.execute("ALTER TABLE loan ADD COLUMN note text")
    op.execute("ALTER TABLE held ADD COLUMN note text")
    op.execute("ALTER TABLE fact ADD COLUMN note text NOT NULL DEFAULT ''")
'''


def _newer_release(folder: Path) -> Path:
    """The ledger's migrations with one more."""
    newer = folder / "newer"
    shutil.copytree(FOLDERS["ledger"], newer, ignore=shutil.ignore_patterns("__pycache__"))
    last = max((newer / "versions").glob("*.py"))
    down = next(line for line in last.read_text().splitlines() if line.startswith("revision")).split('"')[1]
    (newer / "versions" / "2099_01_01_0000_add_columns.py").write_text(NEWER.format(down=down))
    return newer


async def test_scenario_46_a_migration_under_load_disturbs_neither_version(
    world: World, tmp_path: Path
) -> None:
    newer = _newer_release(tmp_path)
    story = a_story(20, 400)
    with capture_logs() as said:
        async with world.inside("ledger") as old, world.inside("followup"):
            await hand_in(world, old, story[:20])
            load = asyncio.ensure_future(hand_in(world, old, story[20:220]))
            await until(lambda: world.value("ledger", f"SELECT ({PAYMENTS}) > 20"), "the load runs")
            await asyncio.to_thread(migrate, newer, world.databases["ledger"])
            assert await at_head(old.service.engine, newer)
            assert await at_head(old.service.engine, FOLDERS["ledger"]), "the old version would not be ready"
            async with world.inside("ledger") as new:
                await hand_in(world, new, story[220:320])
                await hand_in(world, old, story[320:])
                await load
                await world.balances()
    assert await world.value("ledger", f"{PAYMENTS} AND note = ''") == 400
    assert not [
        entry for entry in said if entry["event"] in ("commands_failed", "batch_not_saved", "part_died")
    ]


async def test_scenario_46_a_migration_that_waits_in_a_circle_is_undone_and_tried_again(
    world: World, tmp_path: Path
) -> None:
    newer, url = _newer_release(tmp_path), world.databases["ledger"]
    holder = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        serving = holder.transaction()
        await serving.start()
        await holder.execute("SET LOCAL deadlock_timeout = '60s'")
        await holder.execute("LOCK TABLE held IN ROW EXCLUSIVE MODE")
        with capture_logs() as said:
            migrating = asyncio.ensure_future(asyncio.to_thread(migrate, newer, url))
            await until(
                lambda: world.value("ledger", "SELECT count(*) FROM pg_locks WHERE NOT granted"),
                "the migration waits",
            )
            await holder.execute("LOCK TABLE loan IN ROW EXCLUSIVE MODE")
            await serving.commit()
            await migrating
        assert await world.value("ledger", "SELECT version_num FROM alembic_version") == "2099_01_01_0000"
    finally:
        await holder.close()
    assert [entry["attempt"] for entry in said if entry["event"] == "migration_tried_again"] == [1]
