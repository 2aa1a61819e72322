"""Cards as they are watched, loaded and saved in bulk."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.hardship.domain.risk.watching import CardWatch
from shared.database import execute
from shared.flow import Change, Wanted

CARDS_V1 = ("CREATE TABLE card_watch (id uuid PRIMARY KEY, content text NOT NULL)",)
_PACK: TypeAdapter[CardWatch] = TypeAdapter(CardWatch)
_LOAD = "SELECT content FROM card_watch WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO card_watch (id, content) SELECT * FROM unnest($1::uuid[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET content = excluded.content"
)


async def load_cards(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, CardWatch]:
    """Cards by the ids of their loans."""
    rows = await execute(connection, _LOAD, (list(wanted),))
    found = [_PACK.validate_json(row[0]) for row in rows]
    return {one.id: one for one in found}


async def save_cards(connection: AsyncConnection, changes: Sequence[Change[CardWatch]]) -> None:
    """All at once. Of a loan that is no card nothing is kept."""
    every = [one.after for one in changes if one.after.limit or one.after.months]
    if every:
        contents = [_PACK.dump_json(one).decode() for one in every]
        await execute(connection, _SAVE, ([one.id for one in every], contents))
