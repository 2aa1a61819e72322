"""How far the input is read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute

_MOVE = (
    "UPDATE position AS p SET next_offset = n FROM unnest($2::text[], $3::integer[], $4::bigint[], "
    "$5::bigint[]) "
    "AS u(t, q, e, n) WHERE p.consumer = $1 AND p.topic = t AND p.partition = q AND p.next_offset = e"
)
_POSITIONS = (
    "SELECT topic, partition, next_offset FROM position WHERE consumer = $1 AND topic = ANY($2::text[])"
)
_ALL_POSITIONS = "SELECT consumer, topic, partition, next_offset FROM position"
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


class PositionMoved(Exception):
    """Another member of the group has read on from here: what this one did must not count."""


class Move(NamedTuple):
    """How far a batch takes one partition."""

    topic: str
    partition: int
    expected: int
    next: int


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


async def all_positions(connection: AsyncConnection) -> dict[str, dict[tuple[str, int], int]]:
    """Where each consumer stands in every partition that it ever began."""
    found: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for consumer, topic, partition, offset in await execute(connection, _ALL_POSITIONS):
        found[consumer][topic, partition] = offset
    return found


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
