"""The event layer's statements: each serves a whole batch at once, so their number does not grow with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import Key, SetTimer

Rows = Sequence[Any]


class PositionMoved(Exception):
    """Another member of the group has read on from here: what this one did must not count."""


class Seen(NamedTuple):
    """An inbox row: the body's hash and the stored answer."""

    body: int
    answer: bytes | None


class Move(NamedTuple):
    """How far a batch takes one partition."""

    topic: str
    partition: int
    expected: int
    next: int


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that has come due."""

    key: Key
    kind: str
    due_at: datetime
    set_by: UUID
    """The message that set it, so that two timers for the same moment are two."""
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One record to be published, numbered by its place in the outbox."""

    topic: str
    key: bytes
    headers: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class SendRow:
    """One send to be dispatched."""

    id: UUID
    key: Key
    channel: str
    payload: bytes
    not_before: datetime
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class ClaimedSend:
    """A send that this replica has leased; `attempts` counts this one."""

    id: UUID
    key: Key
    channel: str
    payload: bytes
    attempts: int
    traceparent: str | None


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


_CLAIM = (
    "INSERT INTO inbox (id, body, seen_at) SELECT i, b, $3::timestamptz FROM unnest($1::uuid[], "
    "$2::bigint[]) AS u(i, b) "
    "ON CONFLICT DO NOTHING RETURNING id"
)
_SEEN = "SELECT id, body, answer FROM inbox WHERE id = ANY($1::uuid[])"
_FORGET = "DELETE FROM inbox WHERE id = ANY($1::uuid[])"
_ANSWER = "UPDATE inbox SET answer = a FROM unnest($1::uuid[], $2::bytea[]) AS u(i, a) WHERE id = i"
_LOCK = "SELECT count(pg_advisory_xact_lock(k)) FROM unnest($1::bigint[]) AS u(k)"
_HELD = (
    "SELECT u.t, u.k, EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status IN "
    "('parked', 'queued')), "
    "EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status = 'waiting') "
    "FROM unnest($1::text[], $2::uuid[]) AS u(t, k) "
    "WHERE EXISTS (SELECT 1 FROM held h WHERE h.key = u.k AND h.type = u.t AND h.status <> 'skipped')"
)
_NUMBER = (
    "INSERT INTO stream AS s (topic, key, sequence) SELECT * FROM unnest($1::text[], $2::uuid[], "
    "$3::bigint[]) "
    "ON CONFLICT (topic, key) DO UPDATE SET sequence = s.sequence + excluded.sequence RETURNING topic, key, "
    "sequence"
)
_EMIT = (
    "INSERT INTO outbox (topic, key, headers, value, created_at) SELECT t, k, h, v, $5::timestamptz "
    "FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS u(t, k, h, v, n) "
    "ORDER BY n"
)
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
_QUEUE_SENDS = (
    "INSERT INTO send (id, type, key, channel, payload, not_before, traceparent) SELECT * FROM "
    "unnest($1::uuid[], $2::text[], "
    "$3::uuid[], $4::text[], $5::bytea[], $6::timestamptz[], $7::text[]) ON CONFLICT DO NOTHING"
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
_MOVE = (
    "UPDATE position AS p SET next_offset = n FROM unnest($2::text[], $3::integer[], $4::bigint[], "
    "$5::bigint[]) "
    "AS u(t, q, e, n) WHERE p.consumer = $1 AND p.topic = t AND p.partition = q AND p.next_offset = e"
)
_POSITIONS = (
    "SELECT topic, partition, next_offset FROM position WHERE consumer = $1 AND topic = ANY($2::text[])"
)
_ALL_POSITIONS = "SELECT topic, partition, next_offset FROM position WHERE consumer = $1"
_ADD_POSITIONS = (
    "INSERT INTO position (consumer, topic, partition, next_offset) "
    "SELECT $1, t, p, o FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS u(t, p, o) ON CONFLICT DO "
    "NOTHING"
)
_READ_THROUGH = (
    "UPDATE position AS p SET read_through = $2::timestamptz FROM unnest($3::text[], $4::integer[], "
    "$5::bigint[]) "
    "AS u(t, q, e) WHERE p.consumer = $1 AND p.topic = t AND p.partition = q AND p.next_offset >= e"
)
_TOPIC_READ_THROUGH = "SELECT partition, read_through FROM position WHERE consumer = $1 AND topic = $2"
_INPUT_READ_THROUGH = "SELECT min(read_through) FROM position"
_CLAIM_SENDS = (
    "UPDATE send SET leased_until = $3::timestamptz, attempts = attempts + 1 WHERE id IN (SELECT id FROM "
    "send "
    "WHERE not_before <= $1::timestamptz AND next_try_at <= $2::timestamptz AND leased_until <= "
    "$2::timestamptz "
    "ORDER BY not_before, id LIMIT $4 FOR UPDATE SKIP LOCKED) "
    "RETURNING id, type, key, channel, payload, attempts, traceparent"
)
_SETTLE_SENDS = "DELETE FROM send WHERE id = ANY($1::uuid[]) RETURNING id"
_POSTPONE_SEND = "UPDATE send SET leased_until = 'epoch', next_try_at = $2::timestamptz WHERE id = $1::uuid"


def lock_id(key: Key) -> int:
    """The advisory lock of a state: 64 bits of its id, spread by its type. A collision only makes two states
    share a lock.
    """
    value = (key.id.int ^ (key.id.int >> 64) ^ (sum(key.type.encode()) << 40)) & 0xFFFF_FFFF_FFFF_FFFF
    return value - (1 << 64) if value >> 63 else value


async def claim(connection: AsyncConnection, bodies: Mapping[UUID, int], at: datetime) -> set[UUID]:
    """Enter messages in the inbox; those that are new. Waits for a transaction that enters the same one."""
    ids = sorted(bodies)
    rows = await execute(connection, _CLAIM, (ids, [bodies[i] for i in ids], at))
    return set(rows.scalars())


async def seen(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Seen]:
    """What the inbox holds of messages that came before."""
    rows = await execute(connection, _SEEN, (list(ids),))
    return {row[0]: Seen(row[1], row[2]) for row in rows}


async def forget(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Take messages out of the inbox again, so that they may come once more."""
    await execute(connection, _FORGET, (list(ids),))


async def store_answers(connection: AsyncConnection, answers: Mapping[UUID, bytes]) -> None:
    """Keep the answers to commands beside their inbox rows."""
    await execute(connection, _ANSWER, (list(answers), list(answers.values())))


async def lock(connection: AsyncConnection, keys: set[Key]) -> None:
    """Lock states until the end of the transaction, in one order for all, whether or not they exist yet."""
    await execute(connection, _LOCK, (sorted({lock_id(key) for key in keys}),))


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


async def number(
    connection: AsyncConnection, counts: Mapping[tuple[str, UUID], int]
) -> dict[tuple[str, UUID], int]:
    """Take the next numbers of each (topic, key): the first one taken."""
    ordered = sorted(counts)
    rows = await execute(
        connection,
        _NUMBER,
        ([t for t, _ in ordered], [k for _, k in ordered], [counts[one] for one in ordered]),
    )
    return {(row[0], row[1]): row[2] - counts[(row[0], row[1])] + 1 for row in rows}


async def emit(connection: AsyncConnection, rows: Sequence[OutboxRow], at: datetime) -> None:
    """Append to the outbox, in order. The states must be locked: then a key's rows are in commit order."""
    await execute(
        connection,
        _EMIT,
        (
            [r.topic for r in rows],
            [r.key for r in rows],
            [r.headers for r in rows],
            [r.value for r in rows],
            at,
        ),
    )


async def set_timers(
    connection: AsyncConnection, timers: Sequence[tuple[Key, SetTimer, UUID, str | None]]
) -> None:
    """Set or move timers: (state, timer, the message that sets it, its trace)."""
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
            [set_by for _, _, set_by, _ in timers],
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


async def queue_sends(connection: AsyncConnection, sends: Sequence[SendRow]) -> None:
    """Queue what the dispatcher shall hand out."""
    await execute(
        connection,
        _QUEUE_SENDS,
        (
            [s.id for s in sends],
            [s.key.type for s in sends],
            [s.key.id for s in sends],
            [s.channel for s in sends],
            [s.payload for s in sends],
            [s.not_before for s in sends],
            [s.traceparent for s in sends],
        ),
    )


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


async def move(connection: AsyncConnection, consumer: str, moves: Sequence[Move]) -> None:
    """Advance positions, in the transaction of the effects. Raises PositionMoved when one is not where it was
    left.
    """
    result = await execute(
        connection,
        _MOVE,
        (
            consumer,
            [m.topic for m in moves],
            [m.partition for m in moves],
            [m.expected for m in moves],
            [m.next for m in moves],
        ),
    )
    if result.rowcount != len(moves):
        raise PositionMoved(
            f"{consumer}: {len(moves) - result.rowcount} of {len(moves)} positions moved meanwhile"
        )


async def positions(
    connection: AsyncConnection, consumer: str, topics: Sequence[str]
) -> dict[tuple[str, int], int]:
    """Where a consumer stands in some topics."""
    rows = await execute(connection, _POSITIONS, (consumer, list(topics)))
    return {(row[0], row[1]): row[2] for row in rows}


async def all_positions(connection: AsyncConnection, consumer: str) -> dict[tuple[str, int], int]:
    """Where a consumer stands in every partition that it ever began."""
    rows = await execute(connection, _ALL_POSITIONS, (consumer,))
    return {(row[0], row[1]): row[2] for row in rows}


async def add_positions(connection: AsyncConnection, consumer: str, offsets: Mapping[Any, int]) -> None:
    """Begin partitions that were never read."""
    await execute(
        connection,
        _ADD_POSITIONS,
        (consumer, [t for t, _ in offsets], [p for _, p in offsets], list(offsets.values())),
    )


async def note_read_through(
    connection: AsyncConnection, consumer: str, at: datetime, ends: Mapping[Any, int]
) -> None:
    """Note that all that stood in these partitions at `at`, up to their ends then, has been applied."""
    await execute(
        connection,
        _READ_THROUGH,
        (consumer, at, [t for t, _ in ends], [p for _, p in ends], list(ends.values())),
    )


async def read_through(connection: AsyncConnection, consumer: str, topic: str) -> dict[int, datetime]:
    """For each partition of a topic that was ever begun, the moment up to which all of it is applied."""
    rows = await execute(connection, _TOPIC_READ_THROUGH, (consumer, topic))
    return {row[0]: row[1] for row in rows}


async def input_read_through(connection: AsyncConnection) -> datetime | None:
    """The moment up to which all input of the service is applied; None for a service without input."""
    found: datetime | None = (await execute(connection, _INPUT_READ_THROUGH)).scalar()
    return found


async def claim_sends(
    connection: AsyncConnection, until: datetime, at: datetime, lease_until: datetime, limit: int
) -> list[ClaimedSend]:
    """Lease sends that may go out, oldest first, so that no other replica takes them meanwhile."""
    rows = await execute(connection, _CLAIM_SENDS, (until, at, lease_until, limit))
    return [ClaimedSend(row[0], Key(row[1], row[2]), row[3], row[4], row[5], row[6]) for row in rows]


async def settle_sends(connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    """Remove sends whose outcome is applied now; those that were still there."""
    return set((await execute(connection, _SETTLE_SENDS, (list(ids),))).scalars())


async def postpone_send(connection: AsyncConnection, id_: UUID, next_try_at: datetime) -> None:
    """Give a send back, to be tried again later."""
    await execute(connection, _POSTPONE_SEND, (id_, next_try_at))
