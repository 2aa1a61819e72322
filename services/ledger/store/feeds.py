"""Products and lenders' feeds, loaded and saved in bulk."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.feed import (
    ConfirmFeed,
    DayDue,
    Feed,
    FeedRead,
    FeedSilent,
    feed_id,
    first_alarm,
    noted,
)
from services.ledger.domain.loan import Loan
from services.ledger.domain.products import Product
from services.ledger.domain.suspicion import Counted, Seen
from services.ledger.store import packing
from shared.database import execute
from shared.events.ledger import FeedSuspicion
from shared.flow import Change, Wanted
from shared.quick import replace

_PRODUCTS = "SELECT id, lender, code, versions FROM product WHERE id = ANY($1::uuid[])"
_PRODUCTS_PAGE = (
    "SELECT id, lender, code, versions FROM product WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) "
    "AND (lender, code) > ($2::text, $3::text) ORDER BY lender, code LIMIT $4"
)
_SAVE_PRODUCTS = (
    "INSERT INTO product (id, lender, code, versions) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) "
    "ON CONFLICT (id) DO UPDATE SET versions = excluded.versions"
)
_FEEDS = (
    "SELECT id, lender, complete, coming, suspect, late, due_seen, missed_seen FROM feed "
    "WHERE id = ANY($1::uuid[])"
)
_LATE = "SELECT lender, late FROM feed WHERE late IS NOT NULL ORDER BY 1"
_ZONES = (
    "SELECT f.id, (SELECT l.zone FROM loan l WHERE l.lender = f.lender ORDER BY l.reference LIMIT 1) "
    "FROM feed f "
    "WHERE f.id = ANY($1::uuid[])"
)
_COUNTED = """
SELECT f.id, c.product, c.day, sum(c.due)::bigint, sum(c.waiting)::bigint FROM feed f CROSS JOIN LATERAL (
    SELECT product, day, due, 0 AS waiting FROM feed_day WHERE lender = f.lender
    UNION ALL SELECT coalesce(product, ''), waits_through, 0, count(*) FROM loan
    WHERE lender = f.lender AND waits_through IS NOT NULL GROUP BY 1, 2
) c WHERE f.id = ANY($1::uuid[]) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_OF_LENDERS = (
    "SELECT f.id, p.code, p.versions FROM feed f JOIN product p ON p.lender = f.lender "
    "WHERE f.id = ANY($1::uuid[]) ORDER BY 1, 2"
)
_SAVE_FEEDS = (
    "INSERT INTO feed (id, lender, complete, coming, suspect, late, due_seen, missed_seen) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::bigint[], "
    "$8::bigint[]) ON CONFLICT (id) DO UPDATE SET complete = excluded.complete, coming = excluded.coming, "
    "suspect = excluded.suspect, late = excluded.late, due_seen = excluded.due_seen, "
    "missed_seen = excluded.missed_seen"
)
# A lender's first loan makes its feed, and the timer that notices when nothing is ever said.
_BEGIN_FEEDS = f"""
WITH new AS (
    INSERT INTO feed (id, lender, complete, coming, suspect, late, due_seen, missed_seen)
    SELECT i, l, '[]', '[]', '[]', NULL, 0, 0 FROM unnest($1::uuid[], $2::text[]) AS x(i, l)
    ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO timer (type, key, kind, due_on, due_time, zone, due_at, set_by)
SELECT '{Feed.__name__}', i, '{FeedSilent.__name__}', (a AT TIME ZONE 'UTC')::date, (a AT TIME ZONE
'UTC')::time,
    'UTC', a, i FROM unnest($1::uuid[], $3::timestamptz[]) AS x(i, a) JOIN new ON new.id = i
ON CONFLICT DO NOTHING
"""
_READ_BY = f"""
INSERT INTO timer AS t (type, key, kind, due_on, due_time, zone, due_at, set_by)
SELECT '{Feed.__name__}', i, '{FeedRead.__name__}', (a AT TIME ZONE 'UTC')::date, (a AT TIME ZONE
'UTC')::time,
    'UTC', a, i FROM unnest($1::uuid[], $2::timestamptz[]) AS x(i, a)
ON CONFLICT (key, type, kind) DO UPDATE SET due_on = excluded.due_on, due_time = excluded.due_time,
    zone = excluded.zone, due_at = excluded.due_at, set_by = excluded.set_by WHERE excluded.due_at < t.due_at
"""
_COUNT_DUE = (
    "INSERT INTO feed_day AS d (lender, product, day, due) SELECT * FROM unnest($1::text[], $2::text[], "
    "$3::date[], $4::bigint[]) ON CONFLICT (lender, product, day) DO UPDATE SET due = d.due + excluded.due"
)
_FORGET_DAYS = (
    "DELETE FROM feed_day d USING unnest($1::text[], $2::date[], $3::text[]) AS x(lender, through, product) "
    "WHERE d.lender = x.lender AND d.day <= x.through AND (x.product = '' OR x.product = d.product)"
)
# What the loans wait for has come: their day begins now. A timer of theirs may have been moved to this very
# moment before, and fired: this one is another.
_WAKE = (
    "UPDATE timer SET due_at = x.read_at + interval '1 millisecond', "
    "set_by = md5(timer.set_by::text || extract(epoch FROM timer.due_at))::uuid FROM loan JOIN "
    "unnest($1::text[], $2::date[], $3::text[], $4::timestamptz[]) AS x(lender, through, product, read_at) "
    "ON loan.lender = x.lender AND loan.waits_through <= x.through "
    f"AND (x.product = '' OR x.product = loan.product) WHERE timer.type = '{Loan.__name__}' "
    f"AND timer.kind = '{DayDue.__name__}' AND timer.key = loan.id"
)


async def load_products(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Product]:
    """Products by id."""
    rows = await execute(connection, _PRODUCTS, (list(wanted),))
    return {row[0]: _product(row) for row in rows}


async def products_page(
    connection: AsyncConnection, lenders: frozenset[str] | None, after: tuple[str, str], limit: int
) -> list[Product]:
    """Products of some lenders (None: all) by lender and code."""
    asked = None if lenders is None else sorted(lenders)
    return [_product(row) for row in await execute(connection, _PRODUCTS_PAGE, (asked, *after, limit))]


def _product(row: Any) -> Product:
    return Product(row[0], row[1], row[2], packing.unpack_versions(row[3]))


async def save_products(connection: AsyncConnection, changes: Sequence[Change[Product]]) -> None:
    """Save products with all their versions."""
    products = [change.after for change in changes]
    columns = (
        [one.id for one in products],
        [one.lender for one in products],
        [one.code for one in products],
        [packing.pack_versions(one.versions) for one in products],
    )
    await execute(connection, _SAVE_PRODUCTS, columns)


async def load_feeds(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Feed]:
    """Feeds by id; what is due and what waits, where a report is judged."""
    rows = await execute(connection, _FEEDS, (list(wanted),))
    feeds = {
        row[0]: Feed(
            row[0],
            row[1],
            _days(row[2]),
            _days(row[3]),
            _days(row[4]),
            FeedSuspicion(row[5]) if row[5] else None,
            Seen(row[6], row[7]),
        )
        for row in rows
    }
    judging = [id_ for id_, bodies in wanted.items() if id_ in feeds and any(map(_judges, bodies))]
    if judging:
        feeds.update(await _with_counts(connection, [feeds[id_] for id_ in judging]))
    return feeds


async def find_feed(connection: AsyncConnection, lender: str) -> Feed | None:
    """A lender's feed with what is due and what waits."""
    id_ = feed_id(lender)
    found = (await load_feeds(connection, {id_: ()})).get(id_)
    return None if found is None else (await _with_counts(connection, [found]))[id_]


async def late_feeds(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Lenders whose reports are late, each with the reason."""
    return [(row[0], row[1]) for row in await execute(connection, _LATE)]


async def _with_counts(connection: AsyncConnection, feeds: Sequence[Feed]) -> dict[UUID, Feed]:
    """Feeds with what is due and what waits, where they are, and which products wait without a word."""
    ids = [one.id for one in feeds]
    counted: dict[UUID, list[Counted]] = {id_: [] for id_ in ids}
    for id_, *rest in await execute(connection, _COUNTED, (ids,)):
        counted[id_].append(Counted(*rest))
    zones = {row[0]: row[1] for row in await execute(connection, _ZONES, (ids,))}
    delays: dict[UUID, list[tuple[str, int]]] = {id_: [] for id_ in ids}
    for id_, code, versions in await execute(connection, _OF_LENDERS, (ids,)):
        terms = [one.terms for one in packing.unpack_versions(versions)]
        if silent := [one.feed_delay_days for one in terms if not one.payments_complete_expected]:
            delays[id_].append((code, max(silent)))
    return {
        one.id: replace(
            one,
            zone=zones.get(one.id) or one.zone,
            counted=tuple(counted[one.id]),
            delays=tuple(delays[one.id]),
        )
        for one in feeds
    }


def _judges(message: object) -> bool:
    return isinstance(message, FeedRead | FeedSilent | ConfirmFeed)


async def save_feeds(connection: AsyncConnection, changes: Sequence[Change[Feed]]) -> None:
    """Save feeds, and wake the loans that waited for what is complete now."""
    feeds = [change.after for change in changes]
    columns = (
        [one.id for one in feeds],
        [one.lender for one in feeds],
        [_text(one.complete) for one in feeds],
        [_text(one.coming) for one in feeds],
        [_text(one.suspect) for one in feeds],
        [one.late.value if one.late else None for one in feeds],
        [one.seen.due for one in feeds],
        [one.seen.missed for one in feeds],
    )
    await execute(connection, _SAVE_FEEDS, columns)
    news = [
        (change.after.lender, through, product, change.after.read_at)
        for change in changes
        for product, through in change.after.complete
        if change.before is None or (product, through) not in change.before.complete
    ]
    if news:
        lenders, through, products, read_at = (list(column) for column in zip(*news, strict=True))
        await execute(connection, _WAKE, (lenders, through, products, read_at))
        await execute(connection, _FORGET_DAYS, (lenders, through, products))


async def note_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """Count the instalments that are about to fall due, see that feeds are read in time, and begin those of
    lenders that are new.
    """
    new = {one.after.lender: one.after for one in changes if one.before is None}
    if new:
        lenders = sorted(new)
        alarms = [first_alarm(new[lender]) for lender in lenders]
        await execute(connection, _BEGIN_FEEDS, ([feed_id(one) for one in lenders], lenders, alarms))
    found = [one for change in changes if (one := noted(change.before, change.after)) is not None]
    if not found:
        return
    due = Counter((one.lender, one.product, one.day) for one in found if one.due)
    if due:
        rows = [(*key, number) for key, number in sorted(due.items())]
        await execute(connection, _COUNT_DUE, tuple(list(column) for column in zip(*rows, strict=True)))
    read_by: dict[str, datetime] = {}
    for one in found:
        read_by[one.lender] = min(one.read_at, read_by.get(one.lender, one.read_at))
    ids = [feed_id(lender) for lender in sorted(read_by)]
    await execute(connection, _READ_BY, (ids, [read_by[lender] for lender in sorted(read_by)]))


def _text(days: Sequence[tuple[str, date]]) -> str:
    return json.dumps([(product, day.isoformat()) for product, day in days])


def _days(text: str) -> tuple[tuple[str, date], ...]:
    return tuple((product, date.fromisoformat(day)) for product, day in json.loads(text))
