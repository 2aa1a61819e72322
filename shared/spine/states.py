"""States locked, and messages kept for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import Key

Rows = Sequence[Any]

# A cast, since a CASE has no value of type void.
_LOCK = (
    "SELECT count(CASE WHEN s THEN pg_advisory_xact_lock_shared(k)::text ELSE "
    "pg_advisory_xact_lock(k)::text END) "
    "FROM unnest($1::bigint[], $2::bool[]) AS u(k, s)"
)
_HELD = (
    "SELECT u.t, u.k, EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status IN "
    "('parked', 'queued')), "
    "EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status = 'waiting' "
    "AND h.reason <> 'other_missing') "
    "FROM unnest($1::text[], $2::uuid[]) AS u(t, k) "
    "WHERE EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status <> 'skipped')"
)
_KEEP = (
    "INSERT INTO held (type, key, status, message_id, name, origin, topic, partition, record_offset, "
    "record_key, headers, "
    "value, reason, detail, stack, held_at) SELECT t, k, s, m, na, o, tp, p, ro, rk, h, v, r, d, st, "
    "$16::timestamptz "
    "FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], "
    "$8::integer[], "
    "$9::bigint[], $10::bytea[], $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::text[]) "
    "WITH ORDINALITY AS u(t, k, s, m, na, o, tp, p, ro, rk, h, v, r, d, st, n) ORDER BY n"
)
_KEEP_AGAIN = (
    "UPDATE held SET type = t, key = k, status = s, reason = r, detail = d, stack = st, attempts = attempts "
    "+ 1 FROM unnest("
    "$1::bigint[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) AS u(i, t, k, s, "
    "r, d, st) "
    "WHERE seq = i"
)
_LET_GO = "DELETE FROM held WHERE seq = ANY($1::bigint[])"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One message kept for later."""

    key: Key
    status: str
    message_id: UUID
    name: str
    origin: str
    place: tuple[str | None, int | None, int | None]
    record: tuple[bytes | None, bytes | None, bytes | None]
    reason: str
    detail: str
    stack: str | None


def lock_id(key: Key) -> int:
    """The advisory lock of a state: 64 bits of its id, spread by its type. A collision only makes two states
    share a lock.
    """
    value = (key.id.int ^ (key.id.int >> 64) ^ (sum(key.type.encode()) << 40)) & 0xFFFF_FFFF_FFFF_FFFF
    return value - (1 << 64) if value >> 63 else value


async def lock(connection: AsyncConnection, keys: Collection[Key], read_only: Collection[Key] = ()) -> None:
    """Lock states until the end of the transaction, in one order for all, whether or not they exist yet.

    Those that are only read may be read by others as well, and changed by nobody.
    """
    shared = {lock_id(key): True for key in read_only} | {lock_id(key): False for key in keys}
    ordered = sorted(shared.items())
    await execute(connection, _LOCK, ([id_ for id_, _ in ordered], [only for _, only in ordered]))


async def held(connection: AsyncConnection, keys: Sequence[Key]) -> tuple[set[Key], set[Key]]:
    """Which keys are parked, and for which ones messages wait."""
    rows = await execute(connection, _HELD, ([k.type for k in keys], [k.id for k in keys]))
    parked, waiting = set(), set()
    for type_, id_, is_parked, has_waiting in rows:
        if is_parked:
            parked.add(Key(type_, id_))
        if has_waiting:
            waiting.add(Key(type_, id_))
    return parked, waiting


async def keep(connection: AsyncConnection, rows: Sequence[HeldRow], at: datetime) -> None:
    """Keep messages that could not be applied, in order."""
    columns: list[Rows] = [
        [r.key.type for r in rows],
        [r.key.id for r in rows],
        [r.status for r in rows],
        [r.message_id for r in rows],
        [r.name for r in rows],
        [r.origin for r in rows],
        *([r.place[i] for r in rows] for i in range(3)),
        *([r.record[i] for r in rows] for i in range(3)),
        [r.reason for r in rows],
        [r.detail for r in rows],
        [r.stack for r in rows],
    ]
    await execute(connection, _KEEP, (*columns, at))


async def keep_again(
    connection: AsyncConnection, rows: Sequence[tuple[int, Key, str, str, str, str | None]]
) -> None:
    """Note that kept messages were tried once more: (seq, state, status, reason, detail, stack)."""
    columns: list[Rows] = [
        [row[0] for row in rows],
        [row[1].type for row in rows],
        [row[1].id for row in rows],
        *([row[i] for row in rows] for i in range(2, 6)),
    ]
    await execute(connection, _KEEP_AGAIN, tuple(columns))


async def let_go(connection: AsyncConnection, seqs: Sequence[int]) -> None:
    """Remove kept messages that have been applied."""
    await execute(connection, _LET_GO, (list(seqs),))
