"""What is to be handed out, leased and settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import Key

_QUEUE_SENDS = (
    "INSERT INTO send (id, type, key, channel, payload, not_before, traceparent) SELECT * FROM "
    "unnest($1::uuid[], $2::text[], "
    "$3::uuid[], $4::text[], $5::bytea[], $6::timestamptz[], $7::text[]) ON CONFLICT DO NOTHING"
)
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
