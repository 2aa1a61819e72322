"""Products and lenders' feeds, loaded and saved in bulk."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.feed import DayDue, Feed
from services.ledger.domain.loan import Loan
from services.ledger.domain.products import Product
from services.ledger.store import packing
from shared.database import execute
from shared.flow import Change, Wanted

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
_FEEDS = "SELECT id, lender, complete, coming FROM feed WHERE id = ANY($1::uuid[])"
_SAVE_FEEDS = (
    "INSERT INTO feed (id, lender, complete, coming) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) "
    "ON CONFLICT (id) DO UPDATE SET complete = excluded.complete, coming = excluded.coming"
)
# What the loans wait for has come: their day begins now.
_WAKE = (
    "UPDATE timer SET due_at = x.read_at + interval '1 millisecond' FROM loan JOIN "
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
    """Feeds by id."""
    rows = await execute(connection, _FEEDS, (list(wanted),))
    return {row[0]: Feed(row[0], row[1], _days(row[2]), _days(row[3])) for row in rows}


async def save_feeds(connection: AsyncConnection, changes: Sequence[Change[Feed]]) -> None:
    """Save feeds, and wake the loans that waited for what is complete now."""
    feeds = [change.after for change in changes]
    columns = (
        [one.id for one in feeds],
        [one.lender for one in feeds],
        [_text(one.complete) for one in feeds],
        [_text(one.coming) for one in feeds],
    )
    await execute(connection, _SAVE_FEEDS, columns)
    news = [
        (change.after.lender, through, product, change.after.read_at)
        for change in changes
        for product, through in change.after.complete
        if change.before is None or (product, through) not in change.before.complete
    ]
    if news:
        await execute(connection, _WAKE, tuple(list(column) for column in zip(*news, strict=True)))


def _text(days: Sequence[tuple[str, date]]) -> str:
    return json.dumps([(product, day.isoformat()) for product, day in days])


def _days(text: str) -> tuple[tuple[str, date], ...]:
    return tuple((product, date.fromisoformat(day)) for product, day in json.loads(text))
