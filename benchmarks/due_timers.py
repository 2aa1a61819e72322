"""A million timers that have come due, each fired through the door with its state, event and send."""

import asyncio
import contextlib
import time

import asyncpg

from benchmarks.figures import Figure
from benchmarks.ground import Ground, connected, rate

TIMERS, GOAL_S = 1_000_000, 150.0
BATCH, LANES = 200, 2

_FILL = (
    """
    INSERT INTO followup (loan_id, lender, payments, applied_minor, followed, sent, withheld)
    SELECT gen_random_uuid(), 'acme', 1, 1500, 0, 0, 0 FROM generate_series(1, {count})
    """,
    """
    INSERT INTO timer (type, key, kind, due_on, due_time, zone, due_at, set_by)
    SELECT 'FollowUp', loan_id, 'FollowUpDue', '2026-01-02', '00:00', 'UTC',
        timestamptz '2026-01-02 00:00Z' + random() * interval '1 hour', gen_random_uuid() FROM followup
    """,
    "VACUUM ANALYZE",
)
_LEFT = "SELECT count(*) FROM timer"
# Every timer that fires leaves one event: the outbox's numbers tell how many, without a look at any row.
_FIRED = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_seq_seq"
_BY_SQL_ALONE = f"""
    WITH due AS (
        SELECT type, key, kind FROM timer WHERE due_at <= now()
        ORDER BY due_at, key LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    ), fired AS (
        DELETE FROM timer t USING due d WHERE (t.type, t.key, t.kind) = (d.type, d.key, d.kind)
        RETURNING t.key
    )
    INSERT INTO outbox (topic, key, headers, value, created_at)
    SELECT 'followup-events', convert_to(key::text, 'UTF8'), repeat('h', 400)::bytea, repeat('v', 100)::bytea,
        now() FROM fired
"""


async def timers(ground: Ground) -> list[Figure]:
    """Seconds for a million timers; fewer are measured in the short form, and the time is scaled up."""
    count = ground.sized(TIMERS, 50_000)
    prefix = await ground.topics()
    filled = await ground.databases.make("followup")
    async with connected(filled) as connection:
        for statement in _FILL:
            await connection.execute(statement.format(count=count), timeout=600)
    raw_per_second = await by_sql_alone(await ground.copy(filled), count)
    copy = await ground.copy(filled)
    per_second = await by_the_door(ground, copy, prefix, count)
    return [
        Figure(
            "timers",
            "a million due timers through the door",
            "s",
            [TIMERS / per_second],
            goal=GOAL_S,
            at_most=True,
            raw_values=[TIMERS / raw_per_second],
            raw_what="claim, delete, insert by SQL alone",
            note=f"{count:,} fired, {per_second:,.0f}/s, each with its state, an event and a send; relay off",
        )
    ]


async def by_the_door(ground: Ground, database_url: str, prefix: str, count: int) -> float:
    """Timers fired by a service, per second."""
    environment = ground.settings(
        database_url,
        prefix,
        role_consume=False,
        role_relay=False,
        role_dispatch=False,
        timers_per_second_max=1_000_000,
    )
    async with connected(database_url) as connection:

        async def fired() -> int:
            return int(await connection.fetchval(_FIRED))

        with ground.process("tests.followup", environment=environment) as service:
            measured = await rate(fired, count, service)
        left = await connection.fetchval(_LEFT)
    assert left == 0, f"{left} timers are left"
    return measured


async def by_sql_alone(database_url: str, count: int) -> float:
    """Timers turned into outbox rows by one statement for a batch, over as many connections, per second."""

    async def lane(connection: asyncpg.Connection) -> None:
        while await connection.execute(_BY_SQL_ALONE) != "INSERT 0 0":
            pass

    async with contextlib.AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connected(database_url)) for _ in range(LANES)]
        began = time.monotonic()
        await asyncio.gather(*map(lane, connections))
        return count / (time.monotonic() - began)
