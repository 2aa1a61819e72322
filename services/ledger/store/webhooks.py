"""Webhooks kept, claimed for delivery, and moved on in their lender's feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.webhooks import (
    FORMER_SECRET_LASTS,
    DisabledReason,
    Failure,
    Webhook,
    WebhookStatus,
)
from shared.clock import system_now
from shared.database import execute

_COLUMNS = (
    "id, lender, url, types, events_max, secret_number, former_secret_until, status, reason, after, "
    "created_at, "
    "delivered_at, failures, failing_since, last_error, next_try_at"
)
_ADD = (
    f"INSERT INTO webhook ({_COLUMNS}, leased_until) VALUES ($1, $2, $3, $4::text[], $5::int, 1, NULL, "
    f"'active', "
    "NULL, $6::bigint, $7::timestamptz, NULL, 0, NULL, NULL, $7::timestamptz, 'epoch') ON CONFLICT (id) "
    "DO NOTHING"
)
_LOCK_LENDER = "SELECT pg_advisory_xact_lock(hashtextextended('webhook ' || $1, 0))"
_COUNT = "SELECT count(*) FROM webhook WHERE lender = $1 AND id <> $2"
_FIND = f"SELECT {_COLUMNS} FROM webhook WHERE id = $1"
_LIST = (
    f"SELECT {_COLUMNS} FROM webhook WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) "
    "AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3"
)
_CLAIM = (
    f"UPDATE webhook SET lease = $1, leased_until = $3::timestamptz WHERE id IN (SELECT w.id FROM webhook w "
    "WHERE w.status = 'active' AND w.next_try_at <= $2::timestamptz AND w.leased_until < $2::timestamptz "
    "AND EXISTS (SELECT 1 FROM result r WHERE r.lender = w.lender AND r.number > w.after) "
    f"ORDER BY w.next_try_at LIMIT $4 FOR UPDATE OF w SKIP LOCKED) RETURNING {_COLUMNS}"
)
_MOVE = (
    "UPDATE webhook SET after = $4::bigint, failures = 0, failing_since = NULL, last_error = NULL, "
    "delivered_at = coalesce($5::timestamptz, delivered_at), leased_until = $6::timestamptz "
    "WHERE id = $1 AND lease = $2 AND after = $3::bigint AND status = 'active'"
)
_FAIL = (
    "UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, $3::timestamptz), "
    "last_error = $4, status = $5, reason = $6, next_try_at = $7::timestamptz WHERE id = $1 AND lease = $2 "
    "AND status = 'active'"
)
_LET_GO = "UPDATE webhook SET lease = NULL, leased_until = 'epoch' WHERE id = $1 AND lease = $2"
_ROTATE = (
    "UPDATE webhook SET secret_number = $2::int + 1, former_secret_until = $3::timestamptz, rotated_by = $4 "
    "WHERE id = $1 AND secret_number = $2::int"
)
_ROTATED = (
    "SELECT EXISTS (SELECT 1 FROM webhook WHERE id = $1 AND secret_number = $2::int + 1 AND rotated_by = $3)"
)
_STATE = (
    "UPDATE webhook SET status = $2, reason = NULL, after = coalesce($3::bigint, after), failures = 0, "
    "failing_since = NULL, last_error = NULL, next_try_at = $4::timestamptz, lease = NULL, leased_until "
    "= 'epoch' "
    "WHERE id = $1"
)
_REMOVE = "DELETE FROM webhook WHERE id = $1"
_BY_STATUS = (
    "SELECT count(*) FILTER (WHERE status = 'active' AND failing_since IS NOT NULL), "
    "count(*) FILTER (WHERE status = 'disabled') FROM webhook"
)


class NewWebhook(NamedTuple):
    """A webhook to be kept; see `Webhook` for what its fields mean."""

    id: UUID
    lender: str
    url: str
    types: Sequence[str]
    events_max: int
    after: int


async def add(connection: AsyncConnection, new: NewWebhook, most: int) -> bool:
    """Keep a new webhook, unless its lender has `most` of them already. Adding it again changes nothing."""
    await execute(connection, _LOCK_LENDER, (new.lender,))
    if (await execute(connection, _COUNT, (new.lender, new.id))).scalar_one() >= most:
        return False
    id_, lender, url, types, events_max, after = new
    await execute(connection, _ADD, (id_, lender, url, list(types), events_max, after, system_now()))
    return True


async def find(connection: AsyncConnection, id_: UUID) -> Webhook | None:
    """A webhook by its id."""
    row = (await execute(connection, _FIND, (id_,))).first()
    return None if row is None else _webhook(row)


async def webhooks_page(
    connection: AsyncConnection, lenders: frozenset[str] | None, after: UUID | None, limit: int
) -> list[Webhook]:
    """The webhooks of these lenders (None: of all), by id."""
    named = None if lenders is None else sorted(lenders)
    return [_webhook(row) for row in await execute(connection, _LIST, (named, after, limit))]


async def claim(
    connection: AsyncConnection, lease: UUID, now: datetime, until: datetime, limit: int
) -> list[Webhook]:
    """Webhooks for which there may be something to deliver: nobody else delivers to them until the lease
    ends.
    """
    return [_webhook(row) for row in await execute(connection, _CLAIM, (lease, now, until, limit))]


async def move_on(
    connection: AsyncConnection,
    webhook: Webhook,
    lease: UUID,
    after: int,
    *,
    delivered_at: datetime | None,
    until: datetime,
) -> bool:
    """Note that a webhook has what lies before a place. False where it is no longer ours, or was moved."""
    moved = await execute(connection, _MOVE, (webhook.id, lease, webhook.after, after, delivered_at, until))
    return bool(moved.rowcount)


async def note_failure(
    connection: AsyncConnection, webhook: Webhook, lease: UUID, now: datetime, error: str, failure: Failure
) -> None:
    """Note that a delivery has failed, and what follows."""
    reason = failure.reason.value if failure.reason else None
    await execute(
        connection,
        _FAIL,
        (webhook.id, lease, now, error, failure.status.value, reason, failure.next_try_at),
    )


async def let_go(connection: AsyncConnection, id_: UUID, lease: UUID) -> None:
    """End a lease."""
    await execute(connection, _LET_GO, (id_, lease))


async def rotate(connection: AsyncConnection, id_: UUID, secret_number: int, request: UUID) -> bool:
    """Sign with the secret after this one from now on, and with this one for a while. False where it is not
    the one in use; the same request again changes nothing and is true.
    """
    until = system_now() + FORMER_SECRET_LASTS
    await execute(connection, _ROTATE, (id_, secret_number, until, request))
    done: bool = (await execute(connection, _ROTATED, (id_, secret_number, request))).scalar_one()
    return done


async def set_state(
    connection: AsyncConnection, id_: UUID, status: WebhookStatus, after: int | None = None
) -> None:
    """Pause a webhook or let it go on, from another place if one is given, as if it had never failed."""
    await execute(connection, _STATE, (id_, status.value, after, system_now()))


async def remove(connection: AsyncConnection, id_: UUID) -> None:
    """Forget a webhook."""
    await execute(connection, _REMOVE, (id_,))


async def troubled(connection: AsyncConnection) -> tuple[int, int]:
    """How many webhooks are failing, and how many were disabled."""
    row: Sequence[Any] = (await execute(connection, _BY_STATUS)).one()
    return row[0], row[1]


def _webhook(row: Sequence[Any]) -> Webhook:
    id_, lender, url, types, events_max, number, former_until, status, reason, *rest = row
    return Webhook(
        id_,
        lender,
        url,
        tuple(types),
        events_max,
        number,
        former_until,
        WebhookStatus(status),
        DisabledReason(reason) if reason else None,
        *rest,
    )
