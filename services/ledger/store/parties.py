"""Which loans a person is part of."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.loan import Loan
from services.ledger.store.loans import COLUMNS, loan_of
from shared.database import execute
from shared.events.parts import PartyRole

# What was said last of a place, by its effective date, holds.
_LOANS = (
    "WITH places AS (SELECT DISTINCT ON (loan_id, role) loan_id, role, joined FROM party "
    "WHERE borrower_reference = $2::text AND effective_on <= $3::date ORDER BY loan_id, role, "
    "effective_on DESC), "
    "roles AS (SELECT loan_id, array_agg(role ORDER BY role) AS roles FROM places WHERE joined GROUP BY "
    "loan_id) "
    f"SELECT roles.roles, {COLUMNS} FROM roles JOIN loan ON loan.id = roles.loan_id "
    "WHERE loan.lender = $1::text AND loan.id > $4::uuid ORDER BY loan.id LIMIT $5"
)


class Person(NamedTuple):
    """A lender's borrower, by the lender's own reference."""

    lender: str
    reference: str


class LoanOfBorrower(NamedTuple):
    """A loan, and what the person is to it."""

    loan: Loan
    roles: tuple[PartyRole, ...]


async def loans_of(
    connection: AsyncConnection, person: Person, on: date, after: UUID, limit: int
) -> list[LoanOfBorrower]:
    """Loans of which a person is part on a day, in id order, so that a caller can page by id."""
    rows = await execute(connection, _LOANS, (person.lender, person.reference, on, after, limit))
    return [LoanOfBorrower(loan_of(row[1:]), tuple(PartyRole(role) for role in row[0])) for row in rows]
