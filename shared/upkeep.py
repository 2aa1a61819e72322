"""What a running service looks after: its gauges, its old inbox rows, whether its database serves, whether it
is at rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import system_now
from shared.database import execute, transaction
from shared.observe import Metrics

PRUNE_MAX = 5_000

_GAUGES = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100001) o),
       (SELECT created_at FROM outbox ORDER BY seq LIMIT 1),
       (SELECT count(DISTINCT (type, key)) FROM held WHERE status IN ('parked', 'queued')),
       (SELECT count(*) FROM held WHERE status = 'waiting'),
       (SELECT count(*) FROM (SELECT 1 FROM timer WHERE due_at <= $1::timestamptz LIMIT 100001) t),
       (SELECT min(due_at) FROM timer),
       (SELECT count(*) FROM outbox WHERE held IS NOT NULL),
       (SELECT min(held_at) FROM held WHERE status <> 'skipped'),
       (SELECT coalesce(max(age(backend_xmin)), 0) FROM pg_stat_activity WHERE datname = current_database())
"""
_LAG = "SELECT topic, min(read_through) FROM position WHERE read_through > 'epoch' GROUP BY topic"
_PRUNE = (
    "DELETE FROM inbox WHERE id IN "
    "(SELECT id FROM inbox WHERE seen_at < $1::timestamptz ORDER BY seen_at LIMIT $2)"
)
_REST = """
SELECT (SELECT coalesce(sum(next_offset), 0) FROM position)::bigint,
       (SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq')), 0))::bigint,
       (SELECT count(*) FROM outbox WHERE held IS NULL),
       (SELECT count(*) FROM timer WHERE due_at <= $1::timestamptz)
       + (SELECT count(*) FROM send WHERE not_before <= $1::timestamptz),
       least((SELECT min(due_at) FROM timer), (SELECT min(not_before) FROM send))
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well for the service to be ready."""

    name: str
    ok: bool
    detail: str = ""


async def measure(connection: AsyncConnection, metrics: Metrics, now: datetime) -> None:
    """Set the gauges that stand in the database. Counts beyond 100,000 are reported as 100,001."""
    row = (await execute(connection, _GAUGES, (now,))).one()
    system = system_now()
    metrics.outbox_rows.set(row[0])
    metrics.outbox_oldest_age_seconds.set(_age(row[1], system))
    metrics.parked_keys.set(row[2])
    metrics.waiting_messages.set(row[3])
    metrics.timers_overdue.set(row[4])
    metrics.timers_oldest_overdue_seconds.set(_age(row[5], now))
    metrics.outbox_held.set(row[6])
    metrics.oldest_held_age_seconds.set(_age(row[7], system))
    metrics.oldest_snapshot_age_transactions.set(row[8])
    for topic, through in await execute(connection, _LAG):
        metrics.position_lag_seconds.labels(topic=topic).set(_age(through, system))


async def prune_inbox(connection: AsyncConnection, keep_days: int) -> None:
    """Forget messages older than any replay could bring again (topics keep their records for less), a few at
    a time.
    """
    await execute(connection, _PRUNE, (system_now() - timedelta(days=keep_days), PRUNE_MAX))


async def check_database(engine: AsyncEngine) -> Check:
    """The database answers and takes writes."""
    try:
        async with transaction(engine) as connection:
            read_only = (await execute(connection, "SHOW transaction_read_only")).scalar_one()
    except Exception as error:  # any failure here means the same: not ready
        return Check("database", False, type(error).__name__)
    return Check("database", read_only == "off", "" if read_only == "off" else "read-only")


async def rest(connection: AsyncConnection, now: datetime) -> Sequence[Any]:
    """Records consumed, events emitted, outbox rows, timers and sends due, the next due moment."""
    row: Sequence[Any] = (await execute(connection, _REST, (now,))).one()
    return row


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
