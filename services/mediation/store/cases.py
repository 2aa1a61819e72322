"""Cases, what was handed in, and settlements: loaded and saved in bulk; lists and contents for routes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mediation.domain.case import Case
from services.mediation.domain.machine import Stage
from services.mediation.domain.settlements import Settlement
from shared.database import execute
from shared.flow import Change, Wanted

_PACK: TypeAdapter[Case] = TypeAdapter(Case)
_LOAD = "SELECT id, packed FROM mediation_case WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO mediation_case (id, lender, person_id, mediator_id, stage, opened_at, packed) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], "
    "$7::text[]) ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, "
    "mediator_id = excluded.mediator_id, stage = excluded.stage, packed = excluded.packed"
)
_ADD = "INSERT INTO content (id, case_id, sealed) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])"
_DROP = "DELETE FROM content WHERE case_id = ANY($1::uuid[])"
_SEALED = "SELECT sealed FROM content WHERE id = $1 AND case_id = $2"
_PAGE = (
    "SELECT packed FROM mediation_case WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) "
    "AND ($2::uuid IS NULL OR person_id = $2) AND ($3::uuid IS NULL OR mediator_id = $3) "
    "AND ($4::text IS NULL OR stage = $4) AND (opened_at, id) > ($5, $6) ORDER BY opened_at, id LIMIT $7"
)
_SETTLEMENTS = "SELECT plan_id, case_id FROM settlement WHERE plan_id = ANY($1::uuid[])"
_SAVE_SETTLEMENTS = (
    "INSERT INTO settlement (plan_id, case_id) SELECT * FROM unnest($1::uuid[], $2::uuid[]) "
    "ON CONFLICT DO NOTHING"
)


class Listed(NamedTuple):
    """Which cases are asked for: those of lenders, of a person, of a mediator (None: anybody's)."""

    lenders: frozenset[str] | None
    person_id: UUID | None
    mediator_id: UUID | None
    stage: Stage | None
    after: tuple[datetime, UUID]
    limit: int


async def load_cases(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Case]:
    """Cases by id, without what was handed in."""
    rows = await execute(connection, _LOAD, (list(wanted),))
    return {row[0]: _PACK.validate_json(row[1]) for row in rows}


async def save_cases(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    """Save cases and what was handed in with the batch; of forgotten persons nothing of that remains."""
    cases = [change.after for change in changes]
    columns = (
        [one.id for one in cases],
        [one.lender for one in cases],
        [one.person_id for one in cases],
        [one.mediator_id for one in cases],
        [one.stage.value for one in cases],
        [one.opened_at for one in cases],
        [_PACK.dump_json(one, exclude={"added"}).decode() for one in cases],
    )
    await execute(connection, _SAVE, columns)
    added = [(one.id, case.id, one.sealed) for case in cases for one in case.added]
    if added:
        await execute(connection, _ADD, tuple(list(column) for column in zip(*added, strict=True)))
    forgotten = [one.id for one in cases if one.forgotten]
    if forgotten:
        await execute(connection, _DROP, (forgotten,))


async def cases_page(connection: AsyncConnection, listed: Listed) -> list[Case]:
    """Cases by opening, the oldest first."""
    lenders = None if listed.lenders is None else sorted(listed.lenders)
    stage = None if listed.stage is None else listed.stage.value
    arguments = (lenders, listed.person_id, listed.mediator_id, stage, *listed.after, listed.limit)
    return [_PACK.validate_json(row[0]) for row in await execute(connection, _PAGE, arguments)]


async def find_case(connection: AsyncConnection, case_id: UUID) -> Case | None:
    """One case."""
    return (await load_cases(connection, {case_id: ()})).get(case_id)


async def sealed_content(connection: AsyncConnection, case_id: UUID, content_id: UUID) -> bytes | None:
    """What was handed in, as it is kept."""
    row = (await execute(connection, _SEALED, (content_id, case_id))).first()
    return None if row is None else bytes(row[0])


async def load_settlements(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Settlement]:
    """Settlements by the plan that follows from them."""
    rows = await execute(connection, _SETTLEMENTS, (list(wanted),))
    return {row[0]: Settlement(*row) for row in rows}


async def save_settlements(connection: AsyncConnection, changes: Sequence[Change[Settlement]]) -> None:
    """Settlements are only added."""
    found = [change.after for change in changes]
    await execute(connection, _SAVE_SETTLEMENTS, ([o.plan_id for o in found], [o.case_id for o in found]))
