"""Credit records by month: as each month was first reported, and as it was corrected. Rows are only added."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.credit_record.history import MonthRow
from services.ledger.domain.loan import Loan
from shared.database import execute

_ADD = (
    "INSERT INTO credit_month (loan_id, first_on, codes, correction, recorded_at) "
    "SELECT l, f, c, k, $5::timestamptz FROM unnest($1::uuid[], $2::date[], $3::text[], $4::bool[]) "
    "AS x(l, f, c, k)"
)
_ROWS = "SELECT first_on, codes, correction, recorded_at FROM credit_month WHERE loan_id = $1 ORDER BY number"


async def add_months(connection: AsyncConnection, loans: Sequence[Loan], at: datetime) -> None:
    """Write what was reported of these loans' months."""
    rows = [(loan.id, one) for loan in loans for one in loan.reported]
    if rows:
        columns = (
            [id_ for id_, _ in rows],
            [one.first_on for _, one in rows],
            [to_json(dict(one.codes)).decode() for _, one in rows],
            [one.correction for _, one in rows],
            at,
        )
        await execute(connection, _ADD, columns)


async def months_reported(connection: AsyncConnection, loan_id: UUID) -> list[MonthRow]:
    """All that was reported of a loan's months, in the order in which it was."""
    rows = await execute(connection, _ROWS, (loan_id,))
    return [MonthRow(first_on, from_json(codes), *rest) for first_on, codes, *rest in rows]
