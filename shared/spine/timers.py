"""Timers set, moved, cancelled, due and fired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import Key, SetTimer

_SET_TIMERS = (
    "INSERT INTO timer (type, key, kind, due_on, due_time, zone, due_at, set_by, traceparent) SELECT * FROM "
    "unnest("
    "$1::text[], $2::uuid[], $3::text[], $4::date[], $5::time[], $6::text[], $7::timestamptz[], $8::uuid[], "
    "$9::text[]) "
    "ON CONFLICT (key, type, kind) DO UPDATE SET due_on = excluded.due_on, due_time = excluded.due_time, "
    "zone = "
    "excluded.zone, due_at = excluded.due_at, set_by = excluded.set_by, traceparent = excluded.traceparent"
)
_CANCEL_TIMERS = (
    "DELETE FROM timer USING unnest($1::text[], $2::uuid[], $3::text[]) AS u(t, k, n) "
    "WHERE type = t AND key = k AND kind = n"
)
_FIRE_TIMERS = (
    "DELETE FROM timer USING unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[]) "
    "AS u(t, k, n, d, b) WHERE type = t AND key = k AND kind = n AND due_at = d AND set_by = b RETURNING "
    "type, key, kind"
)
_DUE_TIMERS = (
    "SELECT type, key, kind, due_at, set_by, traceparent FROM timer WHERE due_at <= $1::timestamptz "
    "ORDER BY due_at, key LIMIT $2"
)

ANYONE = UUID(int=0)
SURELY_TO_COME = timedelta(minutes=5)
"""No clock of a replica is so far from another's."""


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that has come due."""

    key: Key
    kind: str
    due_at: datetime
    set_by: UUID
    """What tells two timers for the same moment apart: see `set_by`."""
    traceparent: str | None


def set_by(timer: SetTimer, message: UUID, now: datetime) -> UUID:
    """Whom a timer counts as set by. One for now may have fired for the same moment before, so the message
    makes it another; one that is surely to come has not, and is the same whoever set it: what it causes then
    has the same ids in whatever order messages came.
    """
    return ANYONE if timer.due_at - now > SURELY_TO_COME else message


async def set_timers(
    connection: AsyncConnection, timers: Sequence[tuple[Key, SetTimer, UUID, str | None]]
) -> None:
    """Set or move timers: (state, timer, whom it is set by, the trace of the message that sets it)."""
    await execute(
        connection,
        _SET_TIMERS,
        (
            [key.type for key, _, _, _ in timers],
            [key.id for key, _, _, _ in timers],
            [timer.kind for _, timer, _, _ in timers],
            [timer.on for _, timer, _, _ in timers],
            [timer.at for _, timer, _, _ in timers],
            [timer.zone for _, timer, _, _ in timers],
            [timer.due_at for _, timer, _, _ in timers],
            [by for _, _, by, _ in timers],
            [trace for _, _, _, trace in timers],
        ),
    )


async def cancel_timers(connection: AsyncConnection, timers: Sequence[tuple[Key, str]]) -> None:
    """Remove timers."""
    await execute(
        connection,
        _CANCEL_TIMERS,
        ([k.type for k, _ in timers], [k.id for k, _ in timers], [kind for _, kind in timers]),
    )


async def due_timers(connection: AsyncConnection, until: datetime, limit: int) -> list[DueTimer]:
    """Timers due by `until`, oldest first."""
    rows = await execute(connection, _DUE_TIMERS, (until, limit))
    return [DueTimer(Key(row[0], row[1]), row[2], row[3], row[4], row[5]) for row in rows]


async def fire_timers(connection: AsyncConnection, due: Sequence[DueTimer]) -> set[tuple[Key, str]]:
    """Remove timers that fire now; those that were still there, unmoved."""
    rows = await execute(
        connection,
        _FIRE_TIMERS,
        (
            [d.key.type for d in due],
            [d.key.id for d in due],
            [d.kind for d in due],
            [d.due_at for d in due],
            [d.set_by for d in due],
        ),
    )
    return {(Key(row[0], row[1]), row[2]) for row in rows}
