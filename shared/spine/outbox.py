"""What is to be published, numbered for each key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute

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


class OutboxRow(NamedTuple):
    """One record to be published, numbered by its place in the outbox."""

    topic: str
    key: bytes
    headers: bytes
    value: bytes


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
