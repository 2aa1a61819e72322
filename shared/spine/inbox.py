"""What came before, and the answers it got."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute

_CLAIM = (
    "INSERT INTO inbox (id, body, seen_at) SELECT i, b, $3::timestamptz FROM unnest($1::uuid[], "
    "$2::bigint[]) AS u(i, b) "
    "ON CONFLICT DO NOTHING RETURNING id"
)
_SEEN = "SELECT id, body, answer FROM inbox WHERE id = ANY($1::uuid[])"
_FORGET = "DELETE FROM inbox WHERE id = ANY($1::uuid[])"
_ANSWER = "UPDATE inbox SET answer = a FROM unnest($1::uuid[], $2::bytea[]) AS u(i, a) WHERE id = i"


class Seen(NamedTuple):
    """An inbox row: the body's hash and the stored answer."""

    body: int
    answer: bytes | None


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
