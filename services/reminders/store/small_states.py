"""Loans, borrowers, brakes, conducts and tasks, loaded and saved in bulk."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reminders.domain.loan import Loan
from services.reminders.domain.small_states import Borrower, Brake, Conduct, StaffTask, StaffTaskKind
from shared.database import execute
from shared.flow import Change, Wanted

S = TypeVar("S")
_ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")
_LOAN: TypeAdapter[Loan] = TypeAdapter(Loan)
_LOANS = "SELECT content FROM loan WHERE id = ANY($1::uuid[])"
_SAVE_LOANS = (
    "INSERT INTO loan (id, content) SELECT * FROM unnest($1::uuid[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET content = excluded.content"
)
_SAVE_BORROWERS = (
    "INSERT INTO borrower (id, lender, person_id, packed) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) "
    "ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, packed = excluded.packed"
)
_SAVE_BRAKES = (
    "INSERT INTO brake (id, pulled, packed) SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::bytea[]) "
    "ON CONFLICT (id) DO UPDATE SET pulled = excluded.pulled, packed = excluded.packed"
)
_SAVE_CONDUCTS = (
    "INSERT INTO conduct (id, packed) SELECT * FROM unnest($1::uuid[], $2::bytea[]) "
    "ON CONFLICT (id) DO UPDATE SET packed = excluded.packed"
)
_SAVE_TASKS = (
    "INSERT INTO staff_task (id, person_id, kind, lenders, given_at, is_open, packed) "
    "SELECT i, p, k, string_to_array(l, ' '), g, o, b FROM unnest($1::uuid[], $2::uuid[], $3::text[], "
    "$4::text[], $5::timestamptz[], $6::boolean[], $7::bytea[]) AS x(i, p, k, l, g, o, b) "
    "ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, packed = excluded.packed"
)
_OPEN_TASKS = (
    "SELECT packed FROM staff_task WHERE is_open AND ($1::text[] IS NULL OR lenders && $1::text[]) "
    "AND ($2::text IS NULL OR kind = $2) AND (given_at, id) > ($3, $4) ORDER BY given_at, id LIMIT $5"
)
_PULLED = "SELECT packed FROM brake WHERE pulled"
_OPEN_OF_KIND = "SELECT count(*) FROM staff_task WHERE is_open AND kind = $1"


def _loader(type_: type[S], table: str) -> Callable[[AsyncConnection, Wanted], Awaitable[dict[UUID, S]]]:
    decoder = msgspec.msgpack.Decoder(type_)
    statement = f"SELECT id, packed FROM {table} WHERE id = ANY($1::uuid[])"

    async def load(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, S]:
        rows = await execute(connection, statement, (list(wanted),))
        return {row[0]: decoder.decode(row[1]) for row in rows}

    return load


load_borrowers = _loader(Borrower, "borrower")
load_brakes = _loader(Brake, "brake")
load_conducts = _loader(Conduct, "conduct")
load_tasks = _loader(StaffTask, "staff_task")


async def load_loans(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Loan]:
    """Loans by id."""
    rows = await execute(connection, _LOANS, (list(wanted),))
    found = [_LOAN.validate_json(row[0]) for row in rows]
    return {one.id: one for one in found}


async def save_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """All at once; what has not changed is left."""
    every = [one.after for one in changes if one.before != one.after]
    if every:
        contents = [_LOAN.dump_json(one).decode() for one in every]
        await execute(connection, _SAVE_LOANS, ([one.id for one in every], contents))


async def save_borrowers(connection: AsyncConnection, changes: Sequence[Change[Borrower]]) -> None:
    """All at once."""
    every = [one.after for one in changes]
    columns: tuple[list[Any], ...] = (
        [one.id for one in every],
        [one.lender for one in every],
        [one.person_id for one in every],
        [_ENCODER.encode(one) for one in every],
    )
    await execute(connection, _SAVE_BORROWERS, columns)


async def save_brakes(connection: AsyncConnection, changes: Sequence[Change[Brake]]) -> None:
    """All at once."""
    every = [one.after for one in changes]
    columns: tuple[list[Any], ...] = (
        [one.id for one in every],
        [one.pulled for one in every],
        [_ENCODER.encode(one) for one in every],
    )
    await execute(connection, _SAVE_BRAKES, columns)


async def save_conducts(connection: AsyncConnection, changes: Sequence[Change[Conduct]]) -> None:
    """All at once."""
    every = [one.after for one in changes]
    columns = ([one.id for one in every], [_ENCODER.encode(one) for one in every])
    await execute(connection, _SAVE_CONDUCTS, columns)


async def save_tasks(connection: AsyncConnection, changes: Sequence[Change[StaffTask]]) -> None:
    """All at once."""
    every = [one.after for one in changes]
    columns: tuple[list[Any], ...] = (
        [one.id for one in every],
        [one.person_id for one in every],
        [one.kind.value for one in every],
        [" ".join(one.lenders) for one in every],
        [one.given_at for one in every],
        [one.done_at is None for one in every],
        [_ENCODER.encode(one) for one in every],
    )
    await execute(connection, _SAVE_TASKS, columns)


async def open_tasks(
    connection: AsyncConnection,
    lenders: frozenset[str] | None,
    kind: str | None,
    after: tuple[object, UUID],
    limit: int,
) -> list[StaffTask]:
    """Tasks that are not done, the oldest first."""
    asked = (None if lenders is None else sorted(lenders), kind, after[0], after[1], limit)
    rows = await execute(connection, _OPEN_TASKS, asked)
    decoder = msgspec.msgpack.Decoder(StaffTask)
    return [decoder.decode(row[0]) for row in rows]


async def pulled_brakes(connection: AsyncConnection) -> list[Brake]:
    """Brakes that are pulled."""
    decoder = msgspec.msgpack.Decoder(Brake)
    return [decoder.decode(row[0]) for row in await execute(connection, _PULLED)]


async def open_of_kind(connection: AsyncConnection, kind: StaffTaskKind) -> int:
    """How many tasks of a kind are open."""
    return int((await execute(connection, _OPEN_OF_KIND, (kind.value,))).scalar() or 0)


def written_out(borrowers: Iterable[Borrower]) -> list[dict[str, Any]]:
    """All that is kept of customers, as plain data."""
    found: list[dict[str, Any]] = msgspec.to_builtins(list(borrowers))
    return found
