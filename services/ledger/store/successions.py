"""Where loans went: a loan that another lender takes over begins with the file of the one that it was."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.loan import Loan
from shared.database import execute
from shared.flow import Change

_ADD = (
    "INSERT INTO succession (loan_id, successor_id, moved_on, sold) SELECT * FROM unnest($1::uuid[], "
    "$2::uuid[], $3::date[], $4::bool[]) ON CONFLICT (loan_id) DO NOTHING"
)
_FACTS = (
    "SELECT s.successor_id, f.kind, f.data, f.reversed_on, f.reversal FROM succession s "
    "JOIN fact f ON f.loan_id = s.loan_id WHERE s.successor_id = ANY($1::uuid[])"
)
_PROVIDED = (
    "SELECT s.successor_id, l.provided FROM succession s JOIN loan l ON l.id = s.loan_id "
    "WHERE s.successor_id = ANY($1::uuid[])"
)


async def add_successions(connection: AsyncConnection, changes: Iterable[Change[Loan]]) -> None:
    """Note where loans have gone."""
    rows = [
        (change.id, gone.loan_id, gone.on, gone.lender != change.after.lender)
        for change in changes
        if (gone := change.after.course.gone) is not None
        and (change.before is None or change.before.course.gone is None)
    ]
    if rows:
        await execute(connection, _ADD, tuple(list(column) for column in zip(*rows, strict=True)))


async def files_to_come(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Of loans that are not in the books yet: the facts, and the provided schedules, of those they were."""
    if not ids:
        return (), ()
    facts = (await execute(connection, _FACTS, (list(ids),))).all()
    return facts, (await execute(connection, _PROVIDED, (list(ids),))).all()
