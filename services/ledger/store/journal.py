"""The journal as it is read: sums by account as of a day and as known at an instant, and all of it in
order.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.ledger.domain.export import Side, Transaction
from services.ledger.domain.holders import Sums, by_holder
from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from services.ledger.store import holdings
from shared.clock import system_now
from shared.database import execute, transaction
from shared.money import Money

LOANS_AT_ONCE = 200
"""So many loans' postings are read in one transaction: the reader of an export may be slow."""
_KNOWN = "($2::timestamptz IS NULL OR p.recorded_at <= $2::timestamptz)"
_TRIAL = (
    "SELECT p.account, p.currency, coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), "
    "0)::bigint, "
    "coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0)::bigint FROM posting p "
    f"JOIN loan l ON l.id = p.loan_id WHERE p.value_on <= $1::date AND {_KNOWN} "
    "AND ($3::text[] IS NULL OR l.lender = ANY($3::text[])) GROUP BY 1, 2 ORDER BY 2, 1"
)
_TRIAL_OF_ALL = (
    "SELECT p.account, p.currency, coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), "
    "0)::bigint, "
    "coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0)::bigint FROM posting p "
    f"WHERE p.value_on <= $1::date AND {_KNOWN} GROUP BY 1, 2 ORDER BY 2, 1"
)
_BALANCE = (
    "SELECT p.account, sum(p.amount_minor)::bigint FROM posting p WHERE p.loan_id = $3 AND p.value_on <= "
    "$1::date "
    f"AND {_KNOWN} GROUP BY 1 ORDER BY 1"
)
_CURRENCIES = "SELECT DISTINCT currency FROM loan WHERE $1::text[] IS NULL OR lender = ANY($1::text[])"
_NEXT_LOANS = (
    "SELECT id, lender, reference FROM loan WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) "
    "AND (lender, reference) > ($2::text, $3::text) ORDER BY lender, reference LIMIT $4"
)
_SIDES = (
    "SELECT loan_id, value_on, recorded_at, cause, account, currency, sum(amount_minor)::bigint FROM posting "
    "WHERE loan_id = ANY($1::uuid[]) AND value_on BETWEEN $2::date AND $3::date AND recorded_at <= "
    "$4::timestamptz "
    "GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(amount_minor) <> 0 ORDER BY 1, 2, 3, 4, 5"
)


class AccountTotal(NamedTuple):
    """What was posted to an account in one currency."""

    account: Account
    debit: Money
    credit: Money


class Asked(NamedTuple):
    """Whose journal, and which part of it. `lenders` None: all."""

    lenders: frozenset[str] | None
    from_on: date
    through: date


async def trial_balance(
    connection: AsyncConnection, lenders: frozenset[str] | None, as_of: date, known_at: datetime | None
) -> list[AccountTotal]:
    """Debits and credits of each account and currency up to a value date, as far as they were recorded by
    an instant.
    """
    if lenders is None:
        rows = await execute(connection, _TRIAL_OF_ALL, (as_of, known_at))
    else:
        rows = await execute(connection, _TRIAL, (as_of, known_at, sorted(lenders)))
    return [AccountTotal(Account(row[0]), Money(row[2], row[1]), Money(row[3], row[1])) for row in rows]


async def balances_of(
    connection: AsyncConnection, loan_id: UUID, as_of: date, known_at: datetime | None
) -> dict[Account, int]:
    """A loan's accounts in minor units, up to a value date, as far as they were recorded by an instant."""
    rows = await execute(connection, _BALANCE, (as_of, known_at, loan_id))
    return {Account(account): minor for account, minor in rows}


async def currencies_of(connection: AsyncConnection, lenders: frozenset[str] | None) -> list[str]:
    """The currencies of the loans."""
    rows = await execute(connection, _CURRENCIES, (None if lenders is None else sorted(lenders),))
    return [row[0] for row in rows]


async def transactions(engine: AsyncEngine, asked: Asked) -> AsyncIterator[list[Transaction]]:
    """All transactions that are asked for, by lender, loan and value date, in lots of bounded size: each is
    read in a short transaction of its own, and no lot waits in memory for a slow reader. What is recorded
    after the first lot was asked for is left out.
    """
    known_at = system_now()
    lenders = None if asked.lenders is None else sorted(asked.lenders)
    after: tuple[str, str] = ("", "")
    while True:
        async with transaction(engine) as connection:
            loans = (await execute(connection, _NEXT_LOANS, (lenders, *after, LOANS_AT_ONCE))).all()
            names = {row[0]: (row[1], row[2]) for row in loans}
            lot = await _lot(connection, names, asked, known_at) if names else []
        yield lot
        if len(loans) < LOANS_AT_ONCE:
            return
        after = loans[-1][1], loans[-1][2]


async def transactions_of(
    connection: AsyncConnection, loan: Loan, from_on: date, through: date
) -> list[Transaction]:
    """A loan's transactions by value date, where it is shared with every side split by holder."""
    names = {loan.id: (loan.lender, loan.reference)}
    return await _lot(connection, names, Asked(None, from_on, through), system_now())


async def _lot(
    connection: AsyncConnection, names: Mapping[UUID, tuple[str, str]], asked: Asked, known_at: datetime
) -> list[Transaction]:
    ids, bounds = list(names), (asked.from_on, asked.through, known_at)
    by_loan: dict[UUID, list[Any]] = {id_: [] for id_ in names}
    for row in await execute(connection, _SIDES, (ids, *bounds)):
        by_loan[row[0]].append(row)
    shared = await holdings.shared_loans(connection, ids, known_at)
    before: Mapping[UUID, Sums] = {}
    if shared and asked.from_on > date.min:
        eve = holdings.OnDay(asked.from_on - timedelta(days=1), known_at)
        before = await holdings.sums_of(connection, list(shared), eve)
    lot: list[Transaction] = []
    for id_, name in names.items():
        posted = _transactions(name, by_loan[id_])
        one = shared.get(id_)
        lot += by_holder(one, before.get(id_, {}), posted, asked.from_on, asked.through) if one else posted
    return lot


def _transactions(name: tuple[str, str], rows: Sequence[Any]) -> Iterator[Transaction]:
    for (value_on, recorded_at, cause), sides in groupby(rows, key=lambda row: (row[1], row[2], row[3])):
        parts = tuple(Side(Account(row[4]), Money(row[6], row[5])) for row in sides)
        yield Transaction(*name, cause, value_on, recorded_at, parts)
