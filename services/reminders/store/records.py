"""What was written down about persons: read for timelines, explanations and reports."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute

_COLUMNS = "seq, person_id, at, kind, lender, contact_id, content::text"
_OF_PERSON = (
    f"SELECT {_COLUMNS} FROM person_record WHERE person_id = ANY($1::uuid[]) AND seq < $2 "
    "AND ($3::text[] IS NULL OR lender IS NULL OR lender = ANY($3::text[])) ORDER BY seq DESC LIMIT $4"
)
_OF_CONTACT = f"SELECT {_COLUMNS} FROM person_record WHERE contact_id = $1 ORDER BY seq"
_PERSON_OF = "SELECT person_id FROM person_record WHERE contact_id = $1 ORDER BY seq LIMIT 1"
_REPORT = (
    "SELECT kind, content->>'channel', content->>'purpose', content->>'rule', (content->>'hour')::int, "
    "coalesce((content->>'inbound')::boolean, false), count(*) FROM person_record "
    "WHERE lender = $1 AND at >= $2 AND at < $3 AND kind = ANY($4::text[]) "
    "GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"
)
_MOST = (
    "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM person_record WHERE lender = $1 AND at >= $2 "
    "AND at < $3 AND (kind = 'ContactSent' OR (kind = 'reported' AND content->>'inbound' = 'false')) "
    "GROUP BY person_id) AS counted"
)
_REPLIES = (
    "SELECT id, person_id, at, channel, lenders, sealed FROM reply WHERE person_id = ANY($1::uuid[]) "
    "AND ($2::text[] IS NULL OR lenders && $2::text[]) ORDER BY at DESC, id LIMIT $3"
)


class Line(NamedTuple):
    """One line of a person's record."""

    seq: int
    person_id: UUID
    at: datetime
    kind: str
    lender: str | None
    contact_id: UUID | None
    content: dict[str, Any]


class Counted(NamedTuple):
    """How often something happened in a month."""

    kind: str
    channel: str | None
    purpose: str | None
    rule: str | None
    hour: int | None
    """Of the day where the person is."""
    inbound: bool
    times: int


class Answer(NamedTuple):
    """An answer of a person's, sealed."""

    id: UUID
    person_id: UUID
    at: datetime
    channel: str
    lenders: Sequence[str]
    sealed: bytes


def _line(row: Any) -> Line:
    seq, person_id, at, kind, lender, contact_id, content = row
    return Line(seq, person_id, at, kind, lender, contact_id, json.loads(content))


async def timeline(
    connection: AsyncConnection,
    person_ids: Sequence[UUID],
    before: int,
    lenders: frozenset[str] | None,
    limit: int,
) -> list[Line]:
    """What happened to a person by any of their ids, the newest first; of other lenders nothing."""
    asked = (list(person_ids), before, None if lenders is None else sorted(lenders), limit)
    return [_line(row) for row in await execute(connection, _OF_PERSON, asked)]


async def of_contact(connection: AsyncConnection, contact_id: UUID) -> list[Line]:
    """All that is written of one contact."""
    return [_line(row) for row in await execute(connection, _OF_CONTACT, (contact_id,))]


async def person_of_contact(connection: AsyncConnection, contact_id: UUID) -> UUID | None:
    """Whose contact it is."""
    found: UUID | None = (await execute(connection, _PERSON_OF, (contact_id,))).scalar()
    return found


async def counted(
    connection: AsyncConnection, lender: str, since: datetime, until: datetime, kinds: Sequence[str]
) -> tuple[list[Counted], int]:
    """What was done in a time for a lender, and the most contacts that one person had."""
    rows = await execute(connection, _REPORT, (lender, since, until, list(kinds)))
    most = (await execute(connection, _MOST, (lender, since, until))).scalar()
    return [Counted(*row) for row in rows], int(most or 0)


async def answers(
    connection: AsyncConnection, person_ids: Sequence[UUID], lenders: frozenset[str] | None, limit: int
) -> list[Answer]:
    """What a person answered under any of their ids, the newest first."""
    asked = (list(person_ids), None if lenders is None else sorted(lenders), limit)
    return [Answer(*row) for row in await execute(connection, _REPLIES, asked)]
