"""Standstills, loaded and saved in bulk; the lists and texts that routes show."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.hardship.domain.standstill import RequestStatus, Standstill, Text
from shared.database import execute
from shared.flow import Change, Wanted
from shared.quick import replace
from shared.sealed import forget

_PACK: TypeAdapter[Standstill] = TypeAdapter(Standstill)
_LOAD = "SELECT content FROM standstill WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO standstill (id, content) SELECT * FROM unnest($1::uuid[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET content = excluded.content"
)
_DROP_ITEMS = "DELETE FROM standstill_item WHERE subject_id = ANY($1::uuid[])"
_ITEM_COLUMNS = "kind, item_id, loan_id, subject_id, lender, is_open, due_on, raised_at"
# A person and the one that they were merged into may change in one batch, in either order.
_ADD_ITEMS = (
    f"INSERT INTO standstill_item ({_ITEM_COLUMNS}) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], "
    "$4::uuid[], $5::text[], $6::boolean[], $7::date[], $8::timestamptz[]) "
    "ON CONFLICT (kind, item_id, loan_id) DO UPDATE SET subject_id = excluded.subject_id, "
    "lender = excluded.lender, is_open = excluded.is_open, due_on = excluded.due_on"
)
_ADD_TEXTS = (
    "INSERT INTO standstill_text (id, person_id, sealed) "
    "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) ON CONFLICT (id) DO NOTHING"
)
_DROP_TEXTS = "DELETE FROM standstill_text WHERE person_id = ANY($1::uuid[])"
_TEXTS = "SELECT id, person_id, sealed FROM standstill_text WHERE id = ANY($1::uuid[])"
_SUBJECT = "SELECT subject_id FROM standstill_item WHERE kind = $1 AND item_id = $2 LIMIT 1"
_DUE = (
    "SELECT item_id, kind, min(subject_id::text)::uuid, min(due_on) AS due FROM standstill_item "
    "WHERE is_open AND due_on <= $1 AND ($2::text[] IS NULL OR lender = ANY($2::text[])) "
    "GROUP BY item_id, kind HAVING (min(due_on), item_id, kind) > ($3, $4, $5) "
    "ORDER BY due, item_id, kind LIMIT $6"
)
_OF_KIND = (
    "SELECT item_id, min(kind), min(subject_id::text)::uuid, min(raised_at) AS raised FROM standstill_item "
    "WHERE kind = $1 AND ($2::boolean IS NULL OR is_open = $2) "
    "AND ($3::text[] IS NULL OR lender = ANY($3::text[])) "
    "GROUP BY item_id HAVING (min(raised_at), item_id) > ($4, $5) ORDER BY raised, item_id LIMIT $6"
)


class Kind(StrEnum):
    """What an item is."""

    HOLD = "hold"
    REQUEST = "request"
    CREDITOR_REVIEW = "creditor_review"
    DISPUTE = "dispute"
    EVIDENCE = "evidence"
    """That the lender is to show, of a dispute."""
    CORRECTION = "correction"
    """That the lender is to make, of a dispute that was right."""
    COMPLAINT = "complaint"


class Item(NamedTuple):
    """One row of the lists."""

    kind: str
    item_id: UUID
    loan_id: UUID
    subject_id: UUID
    lender: str | None
    is_open: bool
    due_on: date | None
    raised_at: datetime


class Listed(NamedTuple):
    """What a page of a list names: which item of whom, and where it stands in the order."""

    item_id: UUID
    kind: str
    subject_id: UUID
    at: Any
    """Its due day, or the moment at which it was raised."""


async def load_standstills(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Standstill]:
    """Standstills by id, without the texts."""
    rows = await execute(connection, _LOAD, (list(wanted),))
    found = [_PACK.validate_json(row[0]) for row in rows]
    return {one.id: one for one in found}


async def save_standstills(connection: AsyncConnection, changes: Sequence[Change[Standstill]]) -> None:
    """Save standstills with their lists and new texts; of those who are forgotten nothing is kept but that
    they are.
    """
    every = [change.after for change in changes]
    texts = [(text, one.id) for one in every for text in _texts(one) if text.sealed]
    packed = [_PACK.dump_json(_without_texts(one)).decode() for one in every]
    await execute(connection, _SAVE, ([one.id for one in every], packed))
    await execute(connection, _DROP_ITEMS, ([one.id for one in every],))
    if items := [item for one in every for item in _items(one)]:
        await execute(connection, _ADD_ITEMS, tuple(list(column) for column in zip(*items, strict=True)))
    if texts:
        columns = ([t.id for t, _ in texts], [person for _, person in texts], [t.sealed for t, _ in texts])
        await execute(connection, _ADD_TEXTS, columns)
    if erased := [id_ for one in every if one.erased for id_ in (one.id, *one.formerly)]:
        await execute(connection, _DROP_TEXTS, (erased,))
        await forget(connection, erased)


async def find_standstill(connection: AsyncConnection, id_: UUID) -> Standstill | None:
    """A standstill as it stands, also where it goes by another id now."""
    found = (await load_standstills(connection, {id_: ()})).get(id_)
    if found is not None and found.merged_into is not None:
        return await find_standstill(connection, found.merged_into)
    if found is not None and found.loan is not None and found.loan.moved_to is not None:
        return await find_standstill(connection, found.loan.moved_to.loan_id)
    return found


async def subject_of(connection: AsyncConnection, kind: Kind, item_id: UUID) -> UUID | None:
    """Whose an item is."""
    rows = await execute(connection, _SUBJECT, (kind.value, item_id))
    row = rows.first()
    return row[0] if row else None


async def items_due(
    connection: AsyncConnection,
    through: date,
    lenders: frozenset[str] | None,
    after: tuple[date, UUID, str],
    limit: int,
) -> list[Listed]:
    """What is to be looked at by a day, the longest due first."""
    asked = None if lenders is None else sorted(lenders)
    return [Listed(*row) for row in await execute(connection, _DUE, (through, asked, *after, limit))]


async def items_of_kind(
    connection: AsyncConnection,
    kind: Kind,
    is_open: bool | None,
    lenders: frozenset[str] | None,
    after: tuple[datetime, UUID],
    limit: int,
) -> list[Listed]:
    """All of a kind, the oldest first."""
    asked = None if lenders is None else sorted(lenders)
    arguments = (kind.value, is_open, asked, *after, limit)
    return [Listed(*row) for row in await execute(connection, _OF_KIND, arguments)]


async def sealed_texts(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, bytes]]:
    """Texts as they are kept, each with the person under whose key it is."""
    rows = await execute(connection, _TEXTS, (list(ids),))
    return {row[0]: (row[1], row[2]) for row in rows}


def _texts(state: Standstill) -> Iterator[Text]:
    for dispute in state.disputes:
        yield from dispute.texts
    for complaint in state.complaints:
        yield from complaint.texts


def _without_texts(state: Standstill) -> Standstill:
    if not any(text.sealed for text in _texts(state)):
        return state

    def bare(texts: tuple[Text, ...]) -> tuple[Text, ...]:
        return tuple(replace(text, sealed=b"") for text in texts)

    return replace(
        state,
        disputes=tuple(replace(one, texts=bare(one.texts)) for one in state.disputes),
        complaints=tuple(replace(one, texts=bare(one.texts)) for one in state.complaints),
    )


def _items(state: Standstill) -> Iterator[Item]:
    if state.gone:
        return

    def item(kind: Kind, id_: UUID, loan_id: UUID, is_open: bool, due_on: date | None, at: datetime) -> Item:
        return Item(kind.value, id_, loan_id, state.id, state.lender_of(loan_id), is_open, due_on, at)

    for hold in state.holds:
        for one in hold.loans:
            running = one.lifted_on is None
            yield item(Kind.HOLD, hold.id, one.loan_id, running, one.review_on, hold.placed_at)
            if one.review_decide_by is not None:
                decide_by = one.review_decide_by
                yield item(Kind.CREDITOR_REVIEW, hold.id, one.loan_id, running, decide_by, hold.placed_at)
        if not hold.loans:
            yield item(Kind.HOLD, hold.id, state.id, hold.all_loans, None, hold.placed_at)
    for asked in state.requests:
        waits = asked.status is RequestStatus.OPEN
        yield Item(
            Kind.REQUEST.value,
            asked.id,
            asked.loan_id,
            state.id,
            asked.lender,
            waits,
            asked.decide_by,
            asked.asked_at,
        )
    for dispute in state.disputes:
        waits = dispute.resolution is None
        yield item(Kind.DISPUTE, dispute.id, dispute.loan_id, waits, dispute.answer_by, dispute.raised_at)
        if waits and dispute.first is None and not dispute.evidence_given:
            due = dispute.evidence_by
            yield item(Kind.EVIDENCE, dispute.id, dispute.loan_id, True, due, dispute.raised_at)
        if dispute.correct_by is not None:
            due = dispute.correct_by
            yield item(Kind.CORRECTION, dispute.id, dispute.loan_id, True, due, dispute.raised_at)
    for complaint in state.complaints:
        waits = complaint.resolution is None
        for loan_id in complaint.loan_ids or state.owed_loans() or (state.id,):
            due = complaint.answer_by
            yield item(Kind.COMPLAINT, complaint.id, loan_id, waits, due, complaint.raised_at)
