"""Files of persons, loaded and saved in bulk, with the lines and answers that belong to them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reminders.domain.history import NOTHING_YET
from services.reminders.domain.person_file import PersonFile
from services.reminders.store.history_packing import pack, unpack
from shared.database import execute
from shared.flow import Change, Wanted
from shared.quick import replace
from shared.sealed import forget

_ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")
_DECODER = msgspec.msgpack.Decoder(PersonFile)
_JSON = msgspec.json.Encoder()
_ELSEWHERE: Mapping[str, Any] = {"noted": (), "replies": (), "forgets": (), "history": NOTHING_YET}
"""Not kept with the rest of the file."""
_LOAD = "SELECT packed, history FROM person WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO person (id, packed, history) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) "
    "ON CONFLICT (id) DO UPDATE SET packed = excluded.packed, history = excluded.history"
)
_DROP_ADDRESSES = "DELETE FROM person_address WHERE person_id = ANY($1::uuid[])"
_ADD_ADDRESSES = (
    "INSERT INTO person_address (key, person_id) SELECT * FROM unnest($1::text[], $2::uuid[]) "
    "ON CONFLICT DO NOTHING"
)
_ADD_LINES = (
    "INSERT INTO person_record (person_id, at, kind, lender, contact_id, content) "
    "SELECT p, a, k, l, c, j::jsonb FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], "
    "$5::uuid[], $6::text[]) AS x(p, a, k, l, c, j)"
)
_ADD_REPLIES = (
    "INSERT INTO reply (id, person_id, at, channel, lenders, sealed) "
    "SELECT i, p, a, c, string_to_array(l, ' '), s FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], "
    "$4::text[], $5::text[], $6::bytea[]) AS x(i, p, a, c, l, s) ON CONFLICT (id) DO NOTHING"
)
_FORGET = (
    "DELETE FROM person_record WHERE person_id = ANY($1::uuid[])",
    "DELETE FROM reply WHERE person_id = ANY($1::uuid[])",
    "DELETE FROM staff_task WHERE person_id = ANY($1::uuid[])",
)
_FORGET_LENDER = (
    "DELETE FROM person_record WHERE person_id = ANY($1::uuid[]) AND lender = $2",
    "DELETE FROM reply WHERE person_id = ANY($1::uuid[]) AND lenders = ARRAY[$2]",
    "DELETE FROM staff_task WHERE person_id = ANY($1::uuid[]) AND lenders = ARRAY[$2]",
    "UPDATE reply SET lenders = array_remove(lenders, $2) "
    "WHERE person_id = ANY($1::uuid[]) AND $2 = ANY(lenders)",
)
_KEEP_OTHERS = "UPDATE person_record SET person_id = $1 WHERE person_id = $2 AND lender <> $3"
_BY_ADDRESS = "SELECT person_id FROM person_address WHERE key = $1"


async def load_persons(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, PersonFile]:
    """Files by the ids of their persons."""
    rows = await execute(connection, _LOAD, (list(wanted),))
    found = [replace(_DECODER.decode(row[0]), history=unpack(row[1])) for row in rows]
    return {one.id: one for one in found}


async def save_persons(connection: AsyncConnection, changes: Sequence[Change[PersonFile]]) -> None:
    """Save files with their new lines and answers; of who is forgotten nothing is kept but that they are."""
    every = [change.after for change in changes]
    packed = [_ENCODER.encode(replace(one, **_ELSEWHERE)) for one in every]
    await execute(
        connection, _SAVE, ([one.id for one in every], packed, [pack(one.history) for one in every])
    )
    await _save_addresses(connection, changes)
    lines = [(one.id, line) for one in every for line in one.noted if not one.erased]
    if lines:
        columns = (
            [person for person, _ in lines],
            [line.at for _, line in lines],
            [line.kind for _, line in lines],
            [line.lender for _, line in lines],
            [line.contact_id for _, line in lines],
            [_JSON.encode(line.content).decode() for _, line in lines],
        )
        await execute(connection, _ADD_LINES, columns)
    replies = [(one.id, kept) for one in every for kept in one.replies]
    if replies:
        columns_of = (
            [kept.id for _, kept in replies],
            [person for person, _ in replies],
            [kept.at for _, kept in replies],
            [kept.channel for _, kept in replies],
            [" ".join(kept.lenders) for _, kept in replies],
            [kept.sealed for _, kept in replies],
        )
        await execute(connection, _ADD_REPLIES, columns_of)
    for file, gone in [(one, gone) for one in every for gone in one.forgets]:
        await execute(connection, _KEEP_OTHERS, (file.id, gone.parted, gone.lender))
        for statement in _FORGET_LENDER:
            await execute(connection, statement, (list(file.ids), gone.lender))
    if erased := [id_ for one in every if one.erased for id_ in (one.id, *one.formerly)]:
        for statement in _FORGET:
            await execute(connection, statement, (erased,))
        await forget(connection, erased)


async def _save_addresses(connection: AsyncConnection, changes: Sequence[Change[PersonFile]]) -> None:
    changed = [one.after for one in changes if _keys(one.before) != _keys(one.after)]
    if not changed:
        return
    await execute(connection, _DROP_ADDRESSES, ([one.id for one in changed],))
    pairs = [(key, one.id) for one in changed for key in sorted(_keys(one))]
    if pairs:
        await execute(connection, _ADD_ADDRESSES, ([key for key, _ in pairs], [id_ for _, id_ in pairs]))


def _keys(file: PersonFile | None) -> frozenset[str]:
    if file is None or file.merged_into is not None:
        return frozenset()
    return frozenset(one.key for one in file.judged.addresses)


async def find_person(connection: AsyncConnection, person_id: UUID) -> PersonFile | None:
    """A person's file, also where they go by another id now; None where nobody is known, or was forgotten."""
    seen: set[UUID] = set()
    while person_id not in seen:
        seen.add(person_id)
        found = (await load_persons(connection, {person_id: ()})).get(person_id)
        if found is None or found.erased:
            return None
        if found.merged_into is None:
            return found
        person_id = found.merged_into
    return None


async def persons_at(connection: AsyncConnection, address_key: str) -> list[UUID]:
    """Who is known at an address."""
    return [row[0] for row in await execute(connection, _BY_ADDRESS, (address_key,))]
