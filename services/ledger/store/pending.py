"""Money in suspense and proposals: what waits for people, loaded, saved and listed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.proposals import (
    Assignment,
    Content,
    Proposal,
    ProposalStatus,
    Return,
    Reversal,
    subject_of,
)
from services.ledger.domain.suspense import Suspense, SuspenseStatus
from services.ledger.store.erasures import NOT_ERASED, borrower_id
from services.ledger.store.loans import add_postings
from shared.clock import system_now
from shared.database import execute
from shared.events.loans import (
    CreditGranted,
    FeeCharged,
    FeeWaived,
    PaymentMethod,
    PaymentReceived,
    ProductPublished,
)
from shared.flow import Change, Wanted
from shared.money import Money

_CONTENTS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (
        Assignment,
        Return,
        Reversal,
        PaymentReceived,
        CreditGranted,
        FeeCharged,
        FeeWaived,
        ProductPublished,
    )
}

_SUSPENSE_COLUMNS = (
    "id, lender, reference, amount_minor, currency, value_on, method, payer_reference, hints, received_at, "
    "status, ended_on, ended_by, version"
)
_SUSPENSE = f"SELECT {_SUSPENSE_COLUMNS} FROM suspense WHERE id = ANY($1::uuid[])"
# An array of arrays would have to be rectangular: hints travel as one text, as references hold no space.
_SAVE_SUSPENSE = (
    f"INSERT INTO suspense ({_SUSPENSE_COLUMNS}) SELECT i, l, r, a, c, v, m, "
    f"CASE WHEN {NOT_ERASED.format('q')} THEN p END, "
    "string_to_array(h, ' '), t, s, o, b, n FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], "
    "$5::text[], $6::date[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[], "
    "$12::date[], $13::uuid[], $14::bigint[], $15::uuid[]) AS x(i, l, r, a, c, v, m, p, h, t, s, o, b, n, q) "
    "ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_on = excluded.ended_on, "
    "ended_by = excluded.ended_by, version = excluded.version"
)
_PROPOSAL_COLUMNS = "id, lender, kind, content, proposed_by, proposed_at, status, decided_by, decided_at"
_PROPOSALS = f"SELECT {_PROPOSAL_COLUMNS} FROM proposal WHERE id = ANY($1::uuid[])"
_SAVE_PROPOSALS = (
    f"INSERT INTO proposal ({_PROPOSAL_COLUMNS}, subject) SELECT * FROM unnest($1::uuid[], $2::text[], "
    "$3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::timestamptz[], "
    "$10::uuid[]) "
    "ON CONFLICT (id) DO UPDATE SET status = excluded.status, decided_by = excluded.decided_by, "
    "decided_at = excluded.decided_at"
)
_OF_LENDERS = "($1::text[] IS NULL OR lender = ANY($1::text[]))"
_SUSPENSE_PAGE = (
    f"SELECT {_SUSPENSE_COLUMNS} FROM suspense WHERE {_OF_LENDERS} AND (received_at, id) > ($2, $3) "
    "AND status = $5 ORDER BY received_at, id LIMIT $4"
)
_PROPOSALS_PAGE = (
    f"SELECT {_PROPOSAL_COLUMNS} FROM proposal WHERE {_OF_LENDERS} AND (proposed_at, id) > ($2, $3) "
    "AND {condition} ORDER BY proposed_at, id LIMIT $4"
)
# A statement for each question, so that each finds its index.
_CONDITIONS = {
    (False, False): "true",
    (True, False): "status = $5",
    (False, True): "subject = $5",
    (True, True): "status = $5 AND subject = $6",
}
_START = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class Asked(NamedTuple):
    """Which part of a list is asked for. None: all lenders."""

    lenders: frozenset[str] | None
    after: tuple[datetime, UUID]
    limit: int


async def load_suspense(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Suspense]:
    """Money in suspense by id."""
    rows = await execute(connection, _SUSPENSE, (list(wanted),))
    return {row[0]: _suspense(row) for row in rows}


async def save_suspense(connection: AsyncConnection, changes: Sequence[Change[Suspense]]) -> None:
    """Save money in suspense, and its new postings."""
    every = [change.after for change in changes]
    columns = (
        [one.id for one in every],
        [one.lender for one in every],
        [one.reference for one in every],
        [one.amount.minor for one in every],
        [one.amount.currency for one in every],
        [one.value_on for one in every],
        [one.method.value for one in every],
        [one.payer_reference for one in every],
        [" ".join(one.hints) for one in every],
        [one.received_at for one in every],
        [one.status.value for one in every],
        [one.ended_on for one in every],
        [one.ended_by for one in every],
        [one.version for one in every],
        [one.payer_reference and borrower_id(one.lender, one.payer_reference) for one in every],
    )
    await execute(connection, _SAVE_SUSPENSE, columns)
    postings = [(one.id, one.amount.currency, posting) for one in every for posting in one.postings]
    await add_postings(connection, postings, system_now())


async def suspense_page(connection: AsyncConnection, asked: Asked, status: SuspenseStatus) -> list[Suspense]:
    """Money in suspense, or that was, the longest waiting first."""
    rows = await execute(connection, _SUSPENSE_PAGE, (*_arguments(asked), status.value))
    return [_suspense(row) for row in rows]


async def load_proposals(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Proposal]:
    """Proposals by id."""
    rows = await execute(connection, _PROPOSALS, (list(wanted),))
    return {row[0]: _proposal(row) for row in rows}


async def save_proposals(connection: AsyncConnection, changes: Sequence[Change[Proposal]]) -> None:
    """Save proposals and what was decided on them."""
    every = [change.after for change in changes]
    columns = (
        [one.id for one in every],
        [one.lender for one in every],
        [kind_of(one.content) for one in every],
        [_CONTENTS[kind_of(one.content)].dump_json(one.content).decode() for one in every],
        [one.proposed_by for one in every],
        [one.proposed_at for one in every],
        [one.status.value for one in every],
        [one.decided_by for one in every],
        [one.decided_at for one in every],
        [subject_of(one.content) for one in every],
    )
    await execute(connection, _SAVE_PROPOSALS, columns)


async def proposals_page(
    connection: AsyncConnection, asked: Asked, status: ProposalStatus | None, subject: UUID | None
) -> list[Proposal]:
    """Proposals, the oldest first; with a status or a subject, only those."""
    condition = _CONDITIONS[status is not None, subject is not None]
    more = [one for one in (status and status.value, subject) if one is not None]
    statement = _PROPOSALS_PAGE.format(condition=condition)
    return [_proposal(row) for row in await execute(connection, statement, (*_arguments(asked), *more))]


def shown(content: Content) -> dict[str, Any]:
    """A proposal's content as JSON."""
    made: dict[str, Any] = _CONTENTS[kind_of(content)].dump_python(content, mode="json")
    return made


def place(after: Sequence[Any] | None) -> tuple[datetime, UUID]:
    """Where a page begins: at the start, or at the position that its predecessor ended with."""
    return (datetime.fromisoformat(after[0]), UUID(after[1])) if after else _START


def kind_of(content: Content) -> str:
    """How a proposal's content is called."""
    return type(content).__name__


def _arguments(asked: Asked) -> tuple[Any, ...]:
    lenders = None if asked.lenders is None else sorted(asked.lenders)
    return (lenders, *asked.after, asked.limit)


def _suspense(row: Any) -> Suspense:
    id_, lender, reference, minor, currency, value_on, method, payer, hints, received_at, status, *ended = row
    return Suspense(
        id_,
        lender,
        reference,
        Money(minor, currency),
        value_on,
        PaymentMethod(method),
        payer,
        tuple(hints),
        received_at,
        SuspenseStatus(status),
        *ended,
    )


def _proposal(row: Any) -> Proposal:
    id_, lender, kind, content, proposed_by, proposed_at, status, decided_by, decided_at = row
    return Proposal(
        id_,
        lender,
        _CONTENTS[kind].validate_json(content),
        proposed_by,
        proposed_at,
        ProposalStatus(status),
        decided_by,
        decided_at,
    )
