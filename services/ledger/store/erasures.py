"""Persons who are forgotten: their references go, and what brings them again later is written without them.

A service that is rebuilt reads old events anew, perhaps after the erasure: so a hash of each reference stays.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.erasure import Erasure
from shared.clock import system_now
from shared.database import execute
from shared.events.ids import name_id
from shared.flow import Change, Wanted

NOT_ERASED = "NOT EXISTS (SELECT 1 FROM erased WHERE erased.borrower_id = {0})"
"""What is written of a borrower only while it is true."""
_NAMES = "unnest($1::text[], $2::text[]) AS x(lender, reference)"
_ADD = (
    "INSERT INTO erased (borrower_id, erased_at) SELECT i, $2::timestamptz FROM unnest($1::uuid[]) AS x(i) "
    "ON CONFLICT (borrower_id) DO NOTHING"
)
_PARTIES = (
    f"DELETE FROM party p USING loan l, {_NAMES} "
    "WHERE p.loan_id = l.id AND l.lender = x.lender AND p.borrower_reference = x.reference"
)
_SUSPENSE = (
    f"UPDATE suspense s SET payer_reference = NULL FROM {_NAMES} "
    "WHERE s.lender = x.lender AND s.payer_reference = x.reference"
)
# The answer to a proposal is compared with its content: what was read before must be read again.
_PROPOSALS = (
    "UPDATE proposal p SET content = jsonb_set(p.content::jsonb, '{payer_reference}', 'null')::text "
    f"FROM {_NAMES} WHERE p.lender = x.lender AND p.content::jsonb ->> 'payer_reference' = x.reference"
)


def borrower_id(lender: str, reference: str) -> UUID:
    """The id of a lender's borrower, from which the reference cannot be read."""
    return name_id("borrower", f"{lender}\n{reference}")


async def load_erasures(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Erasure]:
    """None: an erasure that is told again is done again, and finds nothing."""
    return {}


async def save_erasures(connection: AsyncConnection, changes: Sequence[Change[Erasure]]) -> None:
    """Remove the references, wherever they stand."""
    names = [(one.lender, one.borrower_reference) for change in changes for one in change.after.borrowers]
    await execute(connection, _ADD, ([borrower_id(*name) for name in names], system_now()))
    columns = ([lender for lender, _ in names], [reference for _, reference in names])
    for statement in (_PARTIES, _SUSPENSE, _PROPOSALS):
        await execute(connection, statement, columns)
