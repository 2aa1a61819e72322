"""Messages that are kept: waiting for a predecessor, parked with a reason, queued behind a parked one. List,
show, retry, skip.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import Key
from shared.errors import NotFound
from shared.events import wire
from shared.message import Message
from shared.messages import Reader
from shared.messaging.port import Partition, Record

WAITING_LOADED_MAX = 1000
RELEASE_BATCH = 200

_WAITING = (
    "SELECT h.* FROM held h JOIN unnest($1::text[], $2::uuid[]) AS u(t, k) ON h.key = u.k AND h.type = u.t "
    "WHERE h.status = 'waiting' AND h.reason <> 'other_missing' ORDER BY h.seq LIMIT $3"
)
_QUEUE = (
    "SELECT * FROM held WHERE key = $1 AND type = $2 AND status IN ('parked', 'queued') AND seq > $3 "
    "ORDER BY seq LIMIT $4"
)
_OTHERS = (
    "SELECT DISTINCT type, key FROM held WHERE status = 'waiting' AND reason = 'other_missing' LIMIT 100"
)
_WAITING_ON = (
    "SELECT * FROM held WHERE type = $1 AND key = $2 AND status = 'waiting' AND reason = 'other_missing' "
    "ORDER BY seq LIMIT $3"
)
_KEYS = (
    "SELECT type, key, count(*) AS messages, min(held_at) AS since, (array_agg(reason ORDER BY seq))[1] AS "
    "reason, "
    "(array_agg(name ORDER BY seq))[1] AS name, max(attempts) AS attempts, bool_and(status = 'waiting') AS "
    "waiting, "
    "min(seq) AS first FROM held WHERE status <> 'skipped' AND (status = 'waiting') = $1 GROUP BY type, key "
    "HAVING min(seq) > $2 ORDER BY min(seq) LIMIT $3"
)
_OF_KEY = "SELECT * FROM held WHERE type = $1 AND key = $2 AND seq > $3 ORDER BY seq LIMIT $4"
_SKIP = (
    "UPDATE held SET status = 'skipped', skipped_by = $4, skipped_why = $5, skipped_at = $6::timestamptz "
    "WHERE type = $1 AND key = $2 AND seq = $3 AND status <> 'skipped' RETURNING message_id"
)


class NothingParked(NotFound):
    """No message is kept under this key."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key with kept messages; `reason` and `name` are those of the first."""

    type: str
    key: UUID
    messages: int
    since: datetime
    reason: str
    name: str
    attempts: int
    waiting: bool
    cursor: int


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A kept message, whole: what it says, why it is kept, where it came from and what was done about it."""

    seq: int
    type: str
    key: UUID
    status: str
    name: str
    message_id: UUID
    origin: str
    topic: str | None
    partition: int | None
    offset: int | None
    headers: Mapping[str, str]
    data: Any
    """As it came; None for topics with personal data, of which only the place is kept."""
    reason: str
    detail: str
    stack: str | None
    attempts: int
    held_at: datetime
    skipped_by: str | None
    skipped_why: str | None


class NeedContents(Exception):
    """Kept messages of topics with personal data must be read from Kafka again before the transaction can be
    begun.
    """

    def __init__(self, places: Mapping[int, tuple[Partition, int]]) -> None:
        super().__init__()
        self.places = places


async def waiting_messages(
    connection: AsyncConnection, reader: Reader, keys: set[Key], contents: Mapping[int, Record | None]
) -> dict[Key, list[Message]]:
    """The messages that wait for these states, in order of arrival. Raises NeedContents where `contents`
    lacks some.
    """
    ordered = list(keys)
    rows = (
        await execute(
            connection, _WAITING, ([k.type for k in ordered], [k.id for k in ordered], WAITING_LOADED_MAX)
        )
    ).all()
    found: dict[Key, list[Message]] = defaultdict(list)
    for row, message in zip(rows, kept_messages(reader, rows, contents), strict=True):
        found[Key(row.type, row.key)].append(message)
    return dict(found)


def kept_messages(
    reader: Reader, rows: Sequence[Any], contents: Mapping[int, Record | None]
) -> list[Message]:
    """Kept rows as messages. Raises NeedContents where only the place was kept and `contents` lacks the
    record.
    """
    bare = [row for row in rows if row.origin == "record" and row.headers is None and row.seq not in contents]
    if bare:
        raise NeedContents(
            {row.seq: (Partition(row.topic, row.partition), row.record_offset) for row in bare}
        )
    return [reader.kept(row, contents.get(row.seq)) for row in rows]


async def queue_of(connection: AsyncConnection, key: Key, after: int = 0) -> Sequence[Any]:
    """The rows of a parked key, in order, from after `after` on; at most RELEASE_BATCH."""
    rows: Sequence[Any] = (await execute(connection, _QUEUE, (key.id, key.type, after, RELEASE_BATCH))).all()
    return rows


async def others_missing(connection: AsyncConnection) -> list[Key]:
    """States that messages of other states wait for."""
    return [Key(*row) for row in await execute(connection, _OTHERS)]


async def waiting_on(connection: AsyncConnection, key: Key, limit: int) -> Sequence[Any]:
    """The rows of messages of other states that wait for this one, in order of arrival."""
    rows: Sequence[Any] = (await execute(connection, _WAITING_ON, (key.type, key.id, limit))).all()
    return rows


async def held_keys(connection: AsyncConnection, *, waiting: bool, after: int, limit: int) -> list[HeldKey]:
    """Keys with kept messages, oldest first, to page through by `cursor`."""
    rows = await execute(connection, _KEYS, (waiting, after, limit))
    return [HeldKey(*row) for row in rows]


async def held_messages(
    connection: AsyncConnection, key: Key, *, after: int, limit: int
) -> list[HeldMessage]:
    """The kept messages of a key, skipped ones among them. Raises NothingParked when there never was one."""
    rows = (await execute(connection, _OF_KEY, (key.type, key.id, after, limit))).all()
    if not rows and not after:
        raise NothingParked(type=key.type, key=key.id)
    return [_whole(row) for row in rows]


async def mark_skipped(
    connection: AsyncConnection, key: Key, seq: int, by: str, why: str, at: datetime
) -> None:
    """Set a kept message aside for good, with who decided it and why. It stays to be read."""
    if (await execute(connection, _SKIP, (key.type, key.id, seq, by, why, at))).first() is None:
        raise NothingParked(type=key.type, key=key.id, seq=seq)


def _whole(row: Any) -> HeldMessage:
    headers = (
        {name: value.decode(errors="replace") for name, value in wire.unpack_headers(row.headers)}
        if row.headers
        else {}
    )
    return HeldMessage(
        seq=row.seq,
        type=row.type,
        key=row.key,
        status=row.status,
        name=row.name,
        message_id=row.message_id,
        origin=row.origin,
        topic=row.topic,
        partition=row.partition,
        offset=row.record_offset,
        headers=headers,
        data=_shown(row.value),
        reason=row.reason,
        detail=row.detail,
        stack=row.stack,
        attempts=row.attempts,
        held_at=row.held_at,
        skipped_by=row.skipped_by,
        skipped_why=row.skipped_why,
    )


def _shown(value: bytes | None) -> Any:
    """JSON as it is; bytes that are none as text, with what cannot be read marked."""
    if value is None:
        return None
    try:
        return from_json(value)
    except ValueError:
        return value[:10_000].decode(errors="replace")
