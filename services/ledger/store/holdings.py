"""Whose shared loans are: written with the loan, and read with the journal to tell each holder's part."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.ledger.domain.holders import Parts, Shared, Sums, parts_of
from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from services.ledger.domain.shares import Holding
from shared.database import execute, transaction

LOANS_AT_ONCE = 500
# Texts without spaces, since an array of arrays would have to be rectangular.
_ADD = (
    "INSERT INTO holding (loan_id, since, holders, shares, recorded_at) "
    "SELECT l, s, string_to_array(h, ' '), string_to_array(p, ' ')::numeric[], $5::timestamptz "
    "FROM unnest($1::uuid[], $2::date[], $3::text[], $4::text[]) AS x(l, s, h, p)"
)
# What was told last for a day holds from it on.
_HELD = (
    "SELECT DISTINCT ON (h.loan_id, h.since) h.loan_id, h.since, h.holders, h.shares, h.recorded_at "
    "FROM holding h WHERE h.loan_id = ANY($1::uuid[]) "
    "AND ($2::timestamptz IS NULL OR h.recorded_at <= $2::timestamptz) "
    "ORDER BY h.loan_id, h.since, h.recorded_at DESC"
)
_LOANS = "SELECT id, lender, reference, currency FROM loan WHERE id = ANY($1::uuid[])"
_SUMS = (
    "SELECT p.loan_id, p.account, held.since, sum(p.amount_minor)::bigint FROM posting p "
    "LEFT JOIN LATERAL (SELECT max(h.since) AS since FROM holding h WHERE h.loan_id = p.loan_id "
    "AND h.since <= p.value_on AND ($3::timestamptz IS NULL OR h.recorded_at <= $3::timestamptz)) held "
    "ON true "
    "WHERE p.loan_id = ANY($1::uuid[]) AND p.value_on <= $2::date "
    "AND ($3::timestamptz IS NULL OR p.recorded_at <= $3::timestamptz) GROUP BY 1, 2, 3"
)
_OF_HOLDER = (
    "SELECT DISTINCT h.loan_id FROM holding h JOIN loan l ON l.id = h.loan_id WHERE l.lender = $1 "
    "AND h.holders @> ARRAY[$2::text] AND h.loan_id > $3::uuid AND h.since <= $4::date "
    "AND ($5::timestamptz IS NULL OR h.recorded_at <= $5::timestamptz) ORDER BY 1 LIMIT $6"
)
_FIRST = UUID(int=0)


class OnDay(NamedTuple):
    """As of which value date, and as known at which instant (None: now)."""

    as_of: date
    known_at: datetime | None = None


class Divided(NamedTuple):
    """A shared loan with what of its accounts is whose."""

    shared: Shared
    parts: Parts


async def add_holdings(connection: AsyncConnection, loans: Iterable[Loan], at: datetime) -> None:
    """Write what was told of whose loans are; of one day the last report."""
    rows = {(loan.id, one.since): one for loan in loans for one in loan.holdings}
    if rows:
        columns = (
            [id_ for id_, _ in rows],
            [since for _, since in rows],
            [" ".join(one.holders) for one in rows.values()],
            [" ".join(f"{share:f}" for share in one.shares) for one in rows.values()],
        )
        await execute(connection, _ADD, (*columns, at))


async def shared_loans(
    connection: AsyncConnection, ids: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, Shared]:
    """Those of the loans that have shares."""
    held: dict[UUID, list[Any]] = defaultdict(list)
    for row in await execute(connection, _HELD, (list(ids), known_at)):
        held[row[0]].append(row)
    loans = (await execute(connection, _LOANS, (list(held),))).all() if held else ()
    return {
        id_: Shared(
            lender,
            reference,
            currency,
            tuple(Holding(row[1], tuple(row[2]), tuple(row[3])) for row in held[id_]),
            tuple(row[4] for row in held[id_]),
        )
        for id_, lender, reference, currency in loans
    }


async def sums_of(connection: AsyncConnection, ids: Sequence[UUID], day: OnDay) -> dict[UUID, Sums]:
    """What was posted to each account of these loans, by the shares that held on the value dates."""
    sums: dict[UUID, dict[tuple[Account, date | None], int]] = {id_: {} for id_ in ids}
    for id_, account, since, minor in await execute(connection, _SUMS, (list(ids), *day)):
        sums[id_][Account(account), since] = minor
    return dict(sums)


async def divided(connection: AsyncConnection, ids: Sequence[UUID], day: OnDay) -> dict[UUID, Divided]:
    """Those of the loans that have shares, with what is whose."""
    shared = await shared_loans(connection, ids, day.known_at)
    sums = await sums_of(connection, list(shared), day) if shared else {}
    return {id_: Divided(one, parts_of(one, sums[id_], day.as_of)) for id_, one in shared.items()}


async def of_holder(
    engine: AsyncEngine, lender: str, holder: str, day: OnDay
) -> AsyncIterator[dict[UUID, Divided]]:
    """The loans of a lender in which someone holds a share, or held one, in lots of bounded size."""
    after = _FIRST
    while True:
        async with transaction(engine) as connection:
            asked = (lender, holder, after, *day, LOANS_AT_ONCE)
            ids = [row[0] for row in await execute(connection, _OF_HOLDER, asked)]
            yield await divided(connection, ids, day)
        if len(ids) < LOANS_AT_ONCE:
            return
        after = ids[-1]
