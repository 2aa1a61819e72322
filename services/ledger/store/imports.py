"""Imports kept, their lines that were not applied, and what a takeover adds up to in the books."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.imports import Import, ImportKind, ImportStatus
from shared.clock import system_now
from shared.database import execute

_COLUMNS = "id, lender, kind, dry, lines_total, status, started_at, moved_at, lines_read, working_s, counts"
_ADD = (
    f"INSERT INTO import ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5::bigint, 'running', $6::timestamptz, "
    "$6::timestamptz, 0, 0, '{}') ON CONFLICT (id) DO NOTHING"
)
_FIND = f"SELECT {_COLUMNS} FROM import WHERE id = $1"
_LIST = (
    f"SELECT {_COLUMNS} FROM import WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) "
    "AND ($2::timestamptz IS NULL OR (started_at, id) < ($2::timestamptz, $3::uuid)) "
    "ORDER BY started_at DESC, id DESC LIMIT $4"
)
_MOVE = (
    "UPDATE import SET lines_read = $3::bigint, counts = $4, working_s = $5::float8, moved_at = "
    "$6::timestamptz "
    "WHERE id = $1 AND lines_read = $2::bigint AND status = 'running'"
)
_FINISH = "UPDATE import SET status = 'finished' WHERE id = $1"
_NOTE = (
    "INSERT INTO import_line (import_id, line, status, loan_id, problem, currency, principal_minor, "
    "interest_minor, fees_minor, penalty_minor, credit_minor, days_past_due) SELECT $1, * FROM "
    "unnest($2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], "
    "$9::bigint[], "
    "$10::bigint[], $11::bigint[], $12::int[]) ON CONFLICT (import_id, line) DO UPDATE SET "
    "status = excluded.status, problem = excluded.problem"
)
_LINES = (
    "SELECT line, status, loan_id, problem FROM import_line WHERE import_id = $1 AND line > $2::bigint "
    "AND status <> 'applied' ORDER BY line LIMIT $3"
)
_SUMS = (
    "sum(x.principal_minor)::bigint, sum(x.interest_minor)::bigint, sum(x.fees_minor)::bigint, "
    "sum(x.penalty_minor)::bigint, sum(x.credit_minor)::bigint"
)
_BANDS = "width_bucket(x.days, ARRAY[1, 31, 61, 91])"
_IN_FILE = (
    "WITH x AS (SELECT *, days_past_due AS days FROM import_line "
    "WHERE import_id = $1 AND currency IS NOT NULL) "
)
# The journal's own postings of the takeover, and the stage that the loan was registered in.
_IN_BOOKS = """
WITH named AS (SELECT DISTINCT ON (loan_id) line, loan_id FROM import_line
               WHERE import_id = $1 AND currency IS NOT NULL ORDER BY loan_id, line),
posted AS (SELECT n.line, l.id AS loan_id, l.currency::text AS currency,
    coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'principal'), 0) AS principal_minor,
    coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'interest_receivable'), 0) AS interest_minor,
    coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'fees_receivable'), 0) AS fees_minor,
    coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'penalty_receivable'), 0) AS penalty_minor,
    coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'borrower_credit'), 0) AS credit_minor
    FROM named n JOIN loan l ON l.id = n.loan_id
    LEFT JOIN posting p ON p.loan_id = n.loan_id AND p.cause = 'takeover' GROUP BY 1, 2, 3),
registered AS (SELECT DISTINCT ON (s.loan_id) s.loan_id, s.told_on - s.since_on AS days
    FROM named n JOIN stage s ON s.loan_id = n.loan_id AND NOT s.restated ORDER BY s.loan_id, s.number),
x AS (SELECT posted.*, coalesce(r.days, 0) AS days FROM posted LEFT JOIN registered r USING (loan_id))
"""
_BY_CURRENCY = f"SELECT x.currency, count(*), {_SUMS} FROM x GROUP BY 1 ORDER BY 1"
_BY_BAND = f"SELECT {_BANDS}, count(*) FROM x GROUP BY 1 ORDER BY 1"
_DIFFERS = (
    f"{_IN_BOOKS} SELECT i.line FROM import_line i LEFT JOIN x ON x.line = i.line WHERE i.import_id = $1 "
    "AND i.currency IS NOT NULL AND (i.currency, i.principal_minor, i.interest_minor, i.fees_minor, "
    "i.penalty_minor, i.credit_minor, i.days_past_due) IS DISTINCT FROM (x.currency, x.principal_minor, "
    "x.interest_minor, x.fees_minor, x.penalty_minor, x.credit_minor, x.days) ORDER BY 1 LIMIT $2"
)
_PRUNE = (
    "DELETE FROM import_line WHERE ctid = ANY(ARRAY(SELECT l.ctid FROM import i JOIN import_line l "
    "ON l.import_id = i.id WHERE i.moved_at < $1::timestamptz LIMIT 5000))"
)


class Line(NamedTuple):
    """What became of one line, and what it took over, in minor units."""

    number: int
    status: str
    loan_id: UUID | None = None
    problem: str | None = None
    currency: str | None = None
    principal: int | None = None
    interest: int | None = None
    fees: int | None = None
    penalty: int | None = None
    credit: int | None = None
    days_past_due: int | None = None


class Sums(NamedTuple):
    """What loans add up to in one currency, in minor units."""

    currency: str
    loans: int
    principal: int
    interest: int
    fees: int
    penalty: int
    credit: int


class Totals(NamedTuple):
    """Loans added up by currency, and counted by how late they are: not at all, from 1 day, 31, 61, 91 on."""

    sums: Sequence[Sums]
    late: tuple[int, int, int, int, int]


async def add(
    connection: AsyncConnection, id_: UUID, lender: str, kind: ImportKind, dry: bool, total: int | None
) -> None:
    """Begin an import. Beginning it again changes nothing."""
    await execute(connection, _ADD, (id_, lender, kind.value, dry, total, system_now()))


async def find(connection: AsyncConnection, id_: UUID) -> Import | None:
    """An import by its id."""
    row = (await execute(connection, _FIND, (id_,))).first()
    return None if row is None else _import(row)


async def imports_page(
    connection: AsyncConnection,
    lenders: frozenset[str] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Import]:
    """Imports of these lenders (None: of all), the newest first."""
    named = None if lenders is None else sorted(lenders)
    started, id_ = after or (None, None)
    return [_import(row) for row in await execute(connection, _LIST, (named, started, id_, limit))]


async def move_on(connection: AsyncConnection, before: Import, after: Import, lines: Sequence[Line]) -> bool:
    """Note how far an import came, and its lines. False where someone else has moved it meanwhile."""
    moved = await execute(
        connection,
        _MOVE,
        (
            after.id,
            before.lines_read,
            after.lines_read,
            json.dumps(after.counts),
            after.working_s,
            system_now(),
        ),
    )
    if not moved.rowcount:
        return False
    if lines:
        await execute(connection, _NOTE, (after.id, *(list(column) for column in zip(*lines, strict=True))))
    return True


async def finish(connection: AsyncConnection, id_: UUID) -> None:
    """Take no more lines."""
    await execute(connection, _FINISH, (id_,))


async def lines_page(
    connection: AsyncConnection, id_: UUID, after: int, limit: int
) -> Sequence[tuple[int, str, UUID | None, str | None]]:
    """Number, status, loan and problem of lines that were not applied, after one of them."""
    rows: Sequence[Any] = (await execute(connection, _LINES, (id_, after, limit))).all()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def totals(connection: AsyncConnection, id_: UUID, *, in_books: bool) -> Totals:
    """What the lines of a takeover that were not refused add up to, by the file or by the journal."""
    those = _IN_BOOKS if in_books else _IN_FILE
    sums = [Sums(*row) for row in await execute(connection, those + _BY_CURRENCY, (id_,))]
    bands = {row[0]: row[1] for row in await execute(connection, those + _BY_BAND, (id_,))}
    none, first, second, third, more = (bands.get(band, 0) for band in range(5))
    return Totals(sums, (none, first, second, third, more))


async def differing(connection: AsyncConnection, id_: UUID, limit: int) -> list[int]:
    """Lines of a takeover whose loan the books hold otherwise than the file."""
    return [row[0] for row in await execute(connection, _DIFFERS, (id_, limit))]


async def remove_old_lines(connection: AsyncConnection, before: datetime) -> None:
    """Forget some of the lines of imports that ended before an instant."""
    await execute(connection, _PRUNE, (before,))


def _import(row: Sequence[Any]) -> Import:
    id_, lender, kind, dry, total, status, started, moved, read, worked, counts = row
    return Import(
        id_,
        lender,
        ImportKind(kind),
        dry,
        total,
        ImportStatus(status),
        started,
        moved,
        read,
        worked,
        json.loads(counts),
    )
