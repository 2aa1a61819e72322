"""What the routes show: loans by page and filter, a loan's file, its journal."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.facts import Fact
from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from services.ledger.store import packing
from services.ledger.store.loans import COLUMNS, loan_of
from shared.database import execute
from shared.money import Money

_PAGE = (
    f"SELECT {COLUMNS} FROM loan WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) AND id > $2::uuid "
    "AND ($3::text IS NULL OR bucket = $3::text) AND ($4::text IS NULL OR reference = $4::text) ORDER BY "
    "id LIMIT $5"
)
_UNANSWERED = "SELECT coalesce(sum(holds_unanswered), 0) FROM loan WHERE holds_unanswered > 0"
_FILE = (
    "SELECT f.kind, f.data, f.recorded_at, f.reversed_on, f.reversal, "
    "a.id, a.proposed_by, a.decided_by, r.id, r.proposed_by, r.decided_by FROM fact f "
    "LEFT JOIN proposal a ON a.id = f.added_by LEFT JOIN proposal r ON r.id = f.reversed_by "
    "WHERE f.loan_id = $1 ORDER BY f.value_on, f.recorded_at, f.reference"
)
_POSTINGS = (
    "SELECT cause, account, amount_minor, currency, value_on, recorded_at FROM posting WHERE loan_id = $1 "
    "ORDER BY value_on, recorded_at, cause, account"
)


class Wanted(NamedTuple):
    """Which loans are asked for. None: all."""

    lenders: frozenset[str] | None = None
    bucket: str | None = None
    reference: str | None = None


class Agreed(NamedTuple):
    """The two people by whom a change was made."""

    proposal_id: UUID
    proposed_by: str
    approved_by: str


class FiledFact(NamedTuple):
    """A fact with when it came to be known, whether it still counts, and by which people."""

    fact: Fact
    recorded_at: datetime
    reversed_on: date | None
    reversal: str | None
    added_by: Agreed | None
    reversed_by: Agreed | None


class RecordedPosting(NamedTuple):
    """A posting as it stands in the journal."""

    cause: str
    account: Account
    amount: Money
    value_on: date
    recorded_at: datetime


async def loans_page(connection: AsyncConnection, wanted: Wanted, after: UUID, limit: int) -> list[Loan]:
    """Loans in id order, so that a caller can page by id."""
    lenders = None if wanted.lenders is None else sorted(wanted.lenders)
    rows = await execute(connection, _PAGE, (lenders, after, wanted.bucket, wanted.reference, limit))
    return [loan_of(row) for row in rows]


async def file_of(connection: AsyncConnection, loan_id: UUID) -> list[FiledFact]:
    """All facts of a loan, by value date; reversed ones too."""
    rows = await execute(connection, _FILE, (loan_id,))
    return [
        FiledFact(packing.unpack_fact(kind, data), at, gone_on, why, _agreed(people[:3]), _agreed(people[3:]))
        for kind, data, at, gone_on, why, *people in rows
    ]


def _agreed(columns: Sequence[Any]) -> Agreed | None:
    return None if columns[0] is None else Agreed(*columns)


async def postings_of(connection: AsyncConnection, loan_id: UUID) -> list[RecordedPosting]:
    """The journal of a loan, by value date."""
    rows = await execute(connection, _POSTINGS, (loan_id,))
    return [RecordedPosting(row[0], Account(row[1]), Money(row[2], row[3]), row[4], row[5]) for row in rows]


async def holds_unanswered(connection: AsyncConnection) -> int:
    """How many holds that platforms asked for wait for an answer after their alarm."""
    number: int = (await execute(connection, _UNANSWERED)).scalar_one()
    return number
