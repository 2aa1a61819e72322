"""Persons and loans, loaded and saved in bulk; the lists and texts that routes show."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.hardship.domain.agreement import Document
from services.hardship.domain.loan import Feed, Loan
from services.hardship.domain.person import Person
from services.hardship.domain.plan import IN_FORCE, WAITING
from shared.database import execute
from shared.flow import Change, Wanted
from shared.quick import replace
from shared.sealed import forget

_PACK: TypeAdapter[Person] = TypeAdapter(Person)
_DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)
_LOAD = "SELECT content FROM person WHERE id = ANY($1::uuid[])"
_SAVE = (
    "INSERT INTO person (id, content) SELECT * FROM unnest($1::uuid[], $2::text[]) "
    "ON CONFLICT (id) DO UPDATE SET content = excluded.content"
)
_DROP_ITEMS = "DELETE FROM person_item WHERE person_id = ANY($1::uuid[])"
_ITEM_COLUMNS = "kind, item_id, lender, person_id, adviser, status, is_open, due_on"
# A person and the one that they were merged into may change in one batch, in either order.
_ADD_ITEMS = (
    f"INSERT INTO person_item ({_ITEM_COLUMNS}) SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], "
    "$4::uuid[], $5::text[], $6::text[], $7::boolean[], $8::date[]) "
    "ON CONFLICT (kind, item_id, lender) DO UPDATE SET person_id = excluded.person_id, "
    "adviser = excluded.adviser, status = excluded.status, is_open = excluded.is_open, "
    "due_on = excluded.due_on"
)
_ADD_TEXTS = (
    "INSERT INTO case_text (id, person_id, sealed) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) "
    "ON CONFLICT (id) DO NOTHING"
)
_DROP_TEXTS = "DELETE FROM case_text WHERE person_id = ANY($1::uuid[])"
_TEXT = "SELECT person_id, sealed FROM case_text WHERE id = $1"
_OWNER = "SELECT person_id FROM person_item WHERE kind = $1 AND item_id = $2 LIMIT 1"
_PAGE = (
    "SELECT item_id, min(person_id::text)::uuid, min(due_on) AS due FROM person_item "
    "WHERE kind = $1 AND is_open AND ($2::text[] IS NULL OR lender = ANY($2::text[])) "
    "AND ($3::text IS NULL OR adviser = $3) AND ($4::uuid IS NULL OR person_id = $4) "
    "GROUP BY item_id HAVING (min(due_on), item_id) > ($5, $6) ORDER BY due, item_id LIMIT $7"
)
_ADD_AGREEMENTS = (
    "INSERT INTO agreement (plan_id, person_id, document) "
    "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT (plan_id) DO NOTHING"
)
_DROP_AGREEMENTS = "DELETE FROM agreement WHERE person_id = ANY($1::uuid[])"
_AGREEMENT = "SELECT document FROM agreement WHERE plan_id = $1"
_LOANS = "SELECT id, lender, persons FROM loan WHERE id = ANY($1::uuid[])"
# An array of arrays would have to be rectangular: ids travel as one text.
_SAVE_LOANS = (
    "INSERT INTO loan (id, lender, persons) SELECT i, l, string_to_array(p, ' ')::uuid[] "
    "FROM unnest($1::uuid[], $2::text[], $3::text[]) AS x(i, l, p) "
    "ON CONFLICT (id) DO UPDATE SET lender = excluded.lender, persons = excluded.persons"
)

_FEEDS = "SELECT id, lender, complete_through, late FROM feed WHERE id = ANY($1::uuid[])"
_SAVE_FEEDS = (
    "INSERT INTO feed (id, lender, complete_through, late) "
    "SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::boolean[]) "
    "ON CONFLICT (id) DO UPDATE SET complete_through = excluded.complete_through, late = excluded.late"
)


class ItemKind(StrEnum):
    """What an item is."""

    CASE = "case"
    PLAN = "plan"


class Item(NamedTuple):
    """One row of the lists."""

    kind: str
    item_id: UUID
    lender: str
    person_id: UUID
    adviser: str | None
    status: str
    is_open: bool
    due_on: date


class Listed(NamedTuple):
    """What a page of a list names: which item of whom, and where it stands in the order."""

    item_id: UUID
    person_id: UUID
    due_on: date


class Asked(NamedTuple):
    """Which part of a list is asked for. None: all of them."""

    lenders: frozenset[str] | None
    adviser: str | None
    person_id: UUID | None
    after: tuple[date, UUID]
    limit: int


# -- persons -------------------------------------------------------------------------------------------------


async def load_persons(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Person]:
    """Persons by id, without the texts of their cases."""
    rows = await execute(connection, _LOAD, (list(wanted),))
    found = [_PACK.validate_json(row[0]) for row in rows]
    return {one.id: one for one in found}


async def save_persons(connection: AsyncConnection, changes: Sequence[Change[Person]]) -> None:
    """Save persons with their lists and new texts; of those who are forgotten nothing is kept but that they
    are.
    """
    every = [change.after for change in changes]
    packed = [_PACK.dump_json(_without_texts(one)).decode() for one in every]
    await execute(connection, _SAVE, ([one.id for one in every], packed))
    await execute(connection, _DROP_ITEMS, ([one.id for one in every],))
    if items := [item for one in every for item in _items(one)]:
        await execute(connection, _ADD_ITEMS, tuple(list(column) for column in zip(*items, strict=True)))
    texts = [(text, one.id) for one in every for case in one.cases for text in case.texts if text.sealed]
    if texts:
        columns = ([t.id for t, _ in texts], [id_ for _, id_ in texts], [t.sealed for t, _ in texts])
        await execute(connection, _ADD_TEXTS, columns)
    written = [(plan, one.id) for one in every for plan in one.plans if plan.document]
    if written:
        documents = [plan.document for plan, _ in written]
        columns_of = ([plan.id for plan, _ in written], [id_ for _, id_ in written], documents)
        await execute(connection, _ADD_AGREEMENTS, columns_of)
    if erased := [id_ for one in every if one.erased for id_ in (one.id, *one.formerly)]:
        await execute(connection, _DROP_TEXTS, (erased,))
        await execute(connection, _DROP_AGREEMENTS, (erased,))
        await forget(connection, erased)


async def find_person(connection: AsyncConnection, person_id: UUID) -> Person | None:
    """A person, also where they go by another id now; None where nobody is known, or was forgotten."""
    found = (await load_persons(connection, {person_id: ()})).get(person_id)
    if found is not None and found.merged_into is not None:
        return await find_person(connection, found.merged_into)
    return None if found is None or found.erased else found


async def owner_of(connection: AsyncConnection, kind: ItemKind, item_id: UUID) -> UUID | None:
    """Whose a case or a plan is."""
    row = (await execute(connection, _OWNER, (kind.value, item_id))).first()
    return row[0] if row else None


async def open_items(connection: AsyncConnection, kind: ItemKind, asked: Asked) -> list[Listed]:
    """What is not over, the soonest due first."""
    lenders = None if asked.lenders is None else sorted(asked.lenders)
    arguments = (kind.value, lenders, asked.adviser, asked.person_id, *asked.after, asked.limit)
    return [Listed(*row) for row in await execute(connection, _PAGE, arguments)]


async def sealed_text(connection: AsyncConnection, text_id: UUID) -> tuple[UUID, bytes] | None:
    """A text as it is kept, with the person under whose key it is."""
    row = (await execute(connection, _TEXT, (text_id,))).first()
    return (row[0], row[1]) if row else None


async def agreement_of(connection: AsyncConnection, plan_id: UUID) -> Document | None:
    """The agreement of a plan as it was written."""
    row = (await execute(connection, _AGREEMENT, (plan_id,))).first()
    return _DOCUMENT.validate_json(row[0]) if row else None


def packed_agreement(document: Document) -> str:
    """An agreement as it is kept."""
    return _DOCUMENT.dump_json(document).decode()


def _without_texts(person: Person) -> Person:
    return replace(
        person,
        cases=tuple(
            replace(case, texts=tuple(text._replace(sealed=b"") for text in case.texts))
            for case in person.cases
        ),
        plans=tuple(replace(plan, document="") for plan in person.plans),
    )


def _items(person: Person) -> Iterator[Item]:
    if person.gone:
        return
    lenders = {one.loan_id: one.lender for one in person.loans}
    for case in person.cases:
        due = case.answer_by if case.acknowledged_at else min(case.acknowledge_by, case.answer_by)
        for lender in {lenders[one] for one in case.loan_ids if one in lenders} or {""}:
            yield Item(
                ItemKind.CASE.value,
                case.id,
                lender,
                person.id,
                case.adviser,
                case.status.value,
                case.is_open,
                due,
            )
    for plan in person.plans:
        found = person.case(plan.case_id) if plan.case_id else None
        running = plan.status in IN_FORCE or plan.status in WAITING
        due = plan.expires_on or plan.accepted_on or plan.made_at.date()
        for lender in {one.lender for one in plan.parts}:
            yield Item(
                ItemKind.PLAN.value,
                plan.id,
                lender,
                person.id,
                found.adviser if found else None,
                plan.status.value,
                running,
                due,
            )


# -- loans and feeds ----------------------------------------------------------------------------------------


async def load_loans(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Loan]:
    """Loans by id."""
    rows = await execute(connection, _LOANS, (list(wanted),))
    return {row[0]: Loan(row[0], row[1], tuple(row[2])) for row in rows}


async def save_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """Save loans with their persons."""
    every = [change.after for change in changes]
    columns = (
        [one.id for one in every],
        [one.lender for one in every],
        [" ".join(map(str, one.persons)) for one in every],
    )
    await execute(connection, _SAVE_LOANS, columns)


async def load_feeds(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Feed]:
    """Feeds by id."""
    rows = await execute(connection, _FEEDS, (list(wanted),))
    return {row[0]: Feed(*row) for row in rows}


async def save_feeds(connection: AsyncConnection, changes: Sequence[Change[Feed]]) -> None:
    """Save how far the lenders' reports reach."""
    every = [change.after for change in changes]
    columns = ([o.id for o in every], [o.lender for o in every], [o.complete_through for o in every])
    await execute(connection, _SAVE_FEEDS, (*columns, [one.late for one in every]))
