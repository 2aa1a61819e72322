"""Persons, the parts in their loans, and mediators: loaded and saved in bulk."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mediation.domain.mediators import Mediator
from services.mediation.domain.persons import Loan, Person
from shared.database import execute
from shared.flow import Change, Wanted
from shared.sealed import forget

P = TypeVar("P", Person, Loan)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)
_LOAN: TypeAdapter[Loan] = TypeAdapter(Loan)
_MEDIATOR: TypeAdapter[Mediator] = TypeAdapter(Mediator)
_LOAD = "SELECT id, packed FROM {0} WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO {0} (id, packed) SELECT * FROM unnest($1::uuid[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET packed = excluded.packed"
)
_SAVE_MEDIATORS = (
    "INSERT INTO mediator (id, available, packed) SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::text[])"
    " ON CONFLICT (id) DO UPDATE SET available = excluded.available, packed = excluded.packed"
)
_CANDIDATES = "SELECT packed FROM mediator WHERE available ORDER BY id"
_MEDIATORS_PAGE = "SELECT packed FROM mediator WHERE id > $1 ORDER BY id LIMIT $2"


async def load_persons(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Person]:
    """Persons by id."""
    return await _load(connection, "person", _PERSON, wanted)


async def save_persons(connection: AsyncConnection, changes: Sequence[Change[Person]]) -> None:
    """Save persons; of those who are forgotten the keys go, under all names that they had."""
    await _save(connection, "person", _PERSON, changes)
    gone = [one for change in changes if change.after.forgotten for one in _names(change.after)]
    if gone:
        await forget(connection, gone)


async def load_loans(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Loan]:
    """Loans by id."""
    return await _load(connection, "loan", _LOAN, wanted)


async def save_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """Save who has a part in loans."""
    await _save(connection, "loan", _LOAN, changes)


async def load_mediators(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Mediator]:
    """Mediators by id."""
    rows = await execute(connection, _LOAD.format("mediator"), (list(wanted),))
    return {row[0]: _MEDIATOR.validate_json(row[1]) for row in rows}


async def save_mediators(connection: AsyncConnection, changes: Sequence[Change[Mediator]]) -> None:
    """Save mediators with the cases that they have."""
    found = [change.after for change in changes]
    available = [one.profile.available for one in found]
    packed = [_MEDIATOR.dump_json(one).decode() for one in found]
    await execute(connection, _SAVE_MEDIATORS, ([one.id for one in found], available, packed))


async def load_candidates(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> dict[UUID, tuple[Mediator, ...]]:
    """For each case the mediators who take cases: one statement for all."""
    rows = await execute(connection, _CANDIDATES)
    candidates = tuple(_MEDIATOR.validate_json(row[0]) for row in rows)
    return dict.fromkeys(ids, candidates)


async def mediators_page(connection: AsyncConnection, after: UUID, limit: int) -> list[Mediator]:
    """Mediators by id."""
    rows = await execute(connection, _MEDIATORS_PAGE, (after, limit))
    return [_MEDIATOR.validate_json(row[0]) for row in rows]


def _names(person: Person) -> tuple[UUID, ...]:
    return (person.id, *person.formers)


async def _load(
    connection: AsyncConnection, table: str, pack: TypeAdapter[P], wanted: Wanted
) -> dict[UUID, P]:
    rows = await execute(connection, _LOAD.format(table), (list(wanted),))
    return {row[0]: pack.validate_json(row[1]) for row in rows}


async def _save(
    connection: AsyncConnection, table: str, pack: TypeAdapter[P], changes: Sequence[Change[P]]
) -> None:
    packed = [pack.dump_json(change.after).decode() for change in changes]
    await execute(connection, _SAVE.format(table), ([change.id for change in changes], packed))
