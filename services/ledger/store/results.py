"""What the relay has published, kept for each lender: its feed, read by place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.events.base import TYPE_PREFIX
from shared.events.wire import unpack_headers

REMOVED_AT_ONCE = 5_000
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

KEEP_PUBLISHED = (
    "WITH gone AS (DELETE FROM outbox WHERE seq = ANY($1::bigint[]) "
    "RETURNING seq, convert_from(key, 'UTF8') AS name, headers, value) "
    "INSERT INTO result (lender, loan_id, headers, value, published_at) "
    "SELECT coalesce(l.lender, g.name), l.id, g.headers, g.value, clock_timestamp() FROM gone g "
    f"LEFT JOIN loan l ON l.id = CASE WHEN g.name ~ '{_UUID}' THEN g.name::uuid END ORDER BY g.seq"
)
"""Takes published rows out of the outbox and into the feed of their lender, in one statement: a record's key
names the loan, or the lender itself.

The relay alone runs it, one after the other on one connection, so that numbers come to be seen in rising
order: a reader that goes on after the highest number that it has seen misses nothing.
"""
_PAGE = (
    "SELECT r.number, r.headers, r.value, l.reference FROM result r LEFT JOIN loan l ON l.id = r.loan_id "
    "WHERE r.lender = $1 AND r.number > $2 ORDER BY r.number LIMIT $3"
)
_ANY = "SELECT EXISTS (SELECT 1 FROM result WHERE lender = $1 AND number > $2)"
_REMOVED = "SELECT through FROM result_removed WHERE lender = $1"
_LAST = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('result', 'number')), 0)::bigint"
_SINCE = "SELECT min(number) - 1 FROM result WHERE lender = $1 AND published_at >= $2::timestamptz"
_END = (
    "SELECT coalesce((SELECT max(number) FROM result WHERE lender = $1), "
    "(SELECT through FROM result_removed WHERE lender = $1), 0)"
)
_REMOVE = (
    "WITH old AS (SELECT lender, number FROM result WHERE published_at < $1::timestamptz LIMIT $2), "
    "gone AS (DELETE FROM result r USING old WHERE r.lender = old.lender AND r.number = old.number "
    "RETURNING r.lender, r.number), "
    "noted AS (INSERT INTO result_removed AS d SELECT lender, max(number) FROM gone GROUP BY lender "
    "ON CONFLICT (lender) DO UPDATE SET through = greatest(d.through, excluded.through)) "
    "SELECT count(*) FROM gone"
)


class Result(NamedTuple):
    """One published event at its place in a lender's feed."""

    number: int
    headers: bytes
    value: bytes
    loan_reference: str | None
    """The lender's name for the loan; None where the event is about none."""

    @property
    def name(self) -> str:
        """The event's name without prefix and version."""
        type_ = next(value for name, value in unpack_headers(self.headers) if name == "ce_type").decode()
        return type_.removeprefix(TYPE_PREFIX).rpartition(".v")[0]

    def cloud_event(self, lender: str) -> dict[str, Any]:
        """The event in the JSON format of CloudEvents, with the lender's names as attributes."""
        event: dict[str, Any] = {
            name.removeprefix("ce_"): value.decode()
            for name, value in unpack_headers(self.headers)
            if name.startswith("ce_")
        }
        if "sequence" in event:
            event["sequence"] = int(event["sequence"])
        event |= {"datacontenttype": "application/json", "lender": lender}
        if self.loan_reference is not None:
            event["loanreference"] = self.loan_reference
        return {**event, "data": from_json(self.value)}


class Bounds(NamedTuple):
    """Between which places a feed can be read."""

    removed_through: int
    """Events up to this number are no longer kept."""
    last: int
    """No feed has been given a higher number yet."""


async def page(connection: AsyncConnection, lender: str, after: int, limit: int) -> Sequence[Result]:
    """A lender's events after a place, in order."""
    return [Result(*row) for row in await execute(connection, _PAGE, (lender, after, limit))]


async def has_more(connection: AsyncConnection, lender: str, after: int) -> bool:
    """Whether a lender's feed goes on after a place."""
    found: bool = (await execute(connection, _ANY, (lender, after))).scalar_one()
    return found


async def bounds(connection: AsyncConnection, lender: str) -> Bounds:
    """From where to where a lender's feed is kept."""
    removed = (await execute(connection, _REMOVED, (lender,))).scalar_one_or_none()
    return Bounds(removed or 0, (await execute(connection, _LAST)).scalar_one())


async def place_at(connection: AsyncConnection, lender: str, since: datetime | None) -> int:
    """The place after which a lender's events were published at an instant or later; without one the end."""
    if since is not None:
        found: int | None = (await execute(connection, _SINCE, (lender, since))).scalar_one()
        if found is not None:
            return found
    end: int = (await execute(connection, _END, (lender,))).scalar_one()
    return end


async def remove_old(connection: AsyncConnection, before: datetime) -> int:
    """Remove some of the events published before an instant, and note how far each feed is gone; how many
    were removed.
    """
    removed: int = (await execute(connection, _REMOVE, (before, REMOVED_AT_ONCE))).scalar_one()
    return removed
