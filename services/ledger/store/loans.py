"""Loans loaded and saved in bulk: a number of statements that does not grow with the batch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain import unanswered
from services.ledger.domain.corrections import references
from services.ledger.domain.journal import Posting
from services.ledger.domain.loan import Entry, History, Loan
from services.ledger.domain.staging import new_stages
from services.ledger.store import feeds, packing, records
from services.ledger.store.erasures import NOT_ERASED, borrower_id
from services.ledger.store.holdings import add_holdings
from services.ledger.store.successions import add_successions, files_to_come
from shared.clock import system_now
from shared.database import execute
from shared.events.loans import Channel, FailureReason, LoanKind, LoanOpened
from shared.events.takeover import LoanMigrated
from shared.flow import Change, Wanted
from shared.quick import replace

COLUMNS = (
    "id, lender, reference, kind, channel, zone, product, product_version, rules, terms, book, told, earned, "
    "earned_on, pending, failure, wakes_on, waits_through, agreements, version"
)
_LOANS = f"SELECT {COLUMNS} FROM loan WHERE id = ANY($1::uuid[])"
_PROVIDED = "SELECT id, provided FROM loan WHERE id = ANY($1::uuid[])"
_NAMED = (
    "SELECT f.loan_id, f.kind, f.data, f.reversed_on, f.reversal FROM fact f "
    "JOIN unnest($1::uuid[], $2::text[]) AS u(l, r) ON f.loan_id = u.l AND f.reference = u.r"
)
_HISTORY = "SELECT loan_id, kind, data, reversed_on, reversal FROM fact WHERE loan_id = ANY($1::uuid[])"
_FIXED = {
    "id": "uuid",
    "lender": "text",
    "reference": "text",
    "kind": "text",
    "channel": "text",
    "currency": "text",
    "opened_on": "date",
    "zone": "text",
    "product": "text",
    "product_version": "int",
    "rules": "text",
    "terms": "text",
    "provided": "text",
}
_CHANGING = {
    "book": "text",
    "told": "text",
    "earned": "text",
    "earned_on": "date",
    "pending": "text",
    "failure": "text",
    "wakes_on": "date",
    "waits_through": "date",
    "agreements": "text",
    "owed_minor": "bigint",
    "principal_minor": "bigint",
    "credit_minor": "bigint",
    "open_due_on": "date",
    "bucket": "text",
    "arrears_minor": "bigint",
    "holds_unanswered": "smallint",
    "version": "bigint",
}


def _arrays(types: Iterable[str], first: int = 1) -> str:
    return ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, first))


_ALL = {**_FIXED, **_CHANGING}
_INSERT = f"INSERT INTO loan ({', '.join(_ALL)}) SELECT * FROM unnest({_arrays(_ALL.values())})"
_UPDATE = (
    f"UPDATE loan AS l SET {', '.join(f'{name} = x.{name}' for name in _CHANGING)} FROM unnest($1::uuid[], "
    f"{_arrays(_CHANGING.values(), 2)}) AS x(id, {', '.join(_CHANGING)}) WHERE l.id = x.id"
)
_ADD_FACTS = (
    "INSERT INTO fact "
    "(loan_id, reference, kind, value_on, data, reversed_on, reversal, added_by, reversed_by, recorded_at) "
    "SELECT l, r, k, v, d, o, w, a, b, $10::timestamptz FROM unnest($1::uuid[], $2::text[], "
    "$3::text[], $4::date[], $5::text[], $6::date[], $7::text[], $8::uuid[], $9::uuid[]) "
    "AS x(l, r, k, v, d, o, w, a, b)"
)
_REVERSE_FACTS = (
    "UPDATE fact SET reference = n, reversed_on = o, reversal = w, reversed_by = b FROM unnest($1::uuid[], "
    "$2::text[], $3::text[], $4::date[], $5::text[], $6::uuid[]) AS x(l, r, n, o, w, b) "
    "WHERE loan_id = l AND reference = r"
)
_ADD_POSTINGS = (
    "INSERT INTO posting (loan_id, cause, account, amount_minor, currency, value_on, recorded_at) "
    "SELECT l, c, a, m, k, v, $7::timestamptz FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], "
    "$5::text[], $6::date[]) AS x(l, c, a, m, k, v)"
)

_ADD_STAGES = (
    "INSERT INTO stage (loan_id, as_of, told_on, restated, bucket, since_on, days_most, arrears_minor, exit, "
    "recorded_at) SELECT l, o, t, r, b, s, d, a, e, $10::timestamptz FROM unnest($1::uuid[], $2::date[], "
    "$3::date[], $4::bool[], $5::text[], $6::date[], $7::int[], $8::bigint[], $9::text[]) "
    "AS x(l, o, t, r, b, s, d, a, e)"
)
_ADD_PARTIES = (
    "INSERT INTO party (loan_id, borrower_reference, role, effective_on, joined) SELECT l, b, r, e, j FROM "
    "unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::bool[], $6::uuid[]) AS x(l, b, r, e, j, i) "
    f"WHERE {NOT_ERASED.format('i')} ON CONFLICT (borrower_reference, loan_id, role, "
    "effective_on) "
    "DO UPDATE SET joined = excluded.joined"
)


async def load_loans(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Loan]:
    """Loans with those of their facts that the messages name."""
    rows = await execute(connection, _LOANS, (list(wanted),))
    loans = {row[0]: loan_of(row) for row in rows}
    if not loans:
        return loans
    named = [(id_, name) for id_, messages in wanted.items() for one in messages for name in references(one)]
    if named:
        found = await execute(connection, _NAMED, ([id_ for id_, _ in named], [name for _, name in named]))
        for id_, *entry in found:
            loans[id_] = replace(loans[id_], entries=(*loans[id_].entries, _entry(*entry)))
    reopened = [id_ for id_, bodies in wanted.items() if id_ in loans and _opens(bodies)]
    if reopened:
        for id_, provided in await execute(connection, _PROVIDED, (reopened,)):
            terms = replace(loans[id_].book.terms, provided=packing.unpack_provided(provided))
            loans[id_] = replace(loans[id_], book=replace(loans[id_].book, terms=terms))
    return loans


def _opens(messages: Iterable[Any]) -> bool:
    return any(isinstance(one, LoanOpened | LoanMigrated) for one in messages)


async def load_history(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, History]:
    """The whole file of each loan; of one that is to come from another lender, that of the loan it was."""
    entries: dict[UUID, list[Entry]] = {id_: [] for id_ in ids}
    for id_, *entry in await execute(connection, _HISTORY, (list(ids),)):
        entries[id_].append(_entry(*entry))
    schedules = {row[0]: row[1] for row in await execute(connection, _PROVIDED, (list(ids),))}
    facts, provided = await files_to_come(connection, [id_ for id_ in ids if id_ not in schedules])
    for id_, *entry in facts:
        entries[id_].append(_entry(*entry))
    schedules.update((row[0], row[1]) for row in provided)
    return {
        id_: History(tuple(entries[id_]), packing.unpack_provided(schedules.get(id_, "[]"))) for id_ in ids
    }


async def save_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """Save loans, what was added to their files, and their new postings."""
    new = [change.after for change in changes if change.before is None]
    changed = [change.after for change in changes if change.before is not None]
    if new:
        await execute(connection, _INSERT, (*_fixed(new), *_changing(new)))
    if changed:
        await execute(connection, _UPDATE, ([loan.id for loan in changed], *_changing(changed)))
    at = system_now()
    loans = [change.after for change in changes]
    # A fact that was replaced makes room for the newer report under its reference.
    if replaced := [(loan.id, name, one) for loan in loans for name, one in loan.replaced]:
        await execute(connection, _REVERSE_FACTS, _gone_columns(replaced))
    if added := [(loan.id, one) for loan in loans for one in loan.added]:
        await execute(connection, _ADD_FACTS, _fact_columns(added, at))
    if gone := [(loan.id, one.fact.reference, one) for loan in loans for one in loan.reversed]:
        await execute(connection, _REVERSE_FACTS, _gone_columns(gone))
    await add_postings(
        connection, [(loan.id, loan.currency, one) for loan in loans for one in loan.postings], at
    )
    await feeds.note_loans(connection, changes)
    if stages := _new_stages(changes):
        await execute(connection, _ADD_STAGES, (*_columns(stages), at))
    await records.add_months(connection, loans, at)
    if parties := _new_parties(loans):
        await execute(connection, _ADD_PARTIES, _columns(parties))
    await add_holdings(connection, loans, at)
    await add_successions(connection, changes)


async def add_postings(
    connection: AsyncConnection, postings: Sequence[tuple[UUID, str, Posting]], at: datetime
) -> None:
    """Write the journal: postings by what they are of (a loan, money in suspense), in its currency."""
    if postings:
        await execute(connection, _ADD_POSTINGS, _posting_columns(postings, at))


def loan_of(row: Any) -> Loan:
    """A loan from a row with `COLUMNS`."""
    (
        id_,
        lender,
        reference,
        kind,
        channel,
        zone,
        product,
        product_version,
        rules,
        terms,
        book,
        told,
        earned,
        earned_on,
        pending,
        failure,
        wakes_on,
        waits_through,
        agreements,
        version,
    ) = row
    penalty, fees, interest, suspended = earned.split()
    return Loan(
        id_,
        lender,
        reference,
        LoanKind(kind),
        Channel(channel),
        zone,
        packing.unpack_rules(rules),
        packing.unpack_book(book, packing.unpack_terms(terms)),
        product,
        product_version,
        packing.unpack_told(told),
        (int(penalty), int(fees), int(interest)),
        earned_on,
        packing.unpack_pending(pending),
        FailureReason(failure) if failure else None,
        wakes_on,
        waits_through,
        packing.unpack_agreements(agreements),
        version,
        suspended=int(suspended),
    )


def _entry(kind: str, data: str, reversed_on: Any, reversal: str | None) -> Entry:
    return Entry(packing.unpack_fact(kind, data), reversed_on, reversal)


def _fixed(loans: Sequence[Loan]) -> tuple[list[Any], ...]:
    terms = [loan.book.terms for loan in loans]
    return (
        [loan.id for loan in loans],
        [loan.lender for loan in loans],
        [loan.reference for loan in loans],
        [loan.kind.value for loan in loans],
        [loan.channel.value for loan in loans],
        [one.currency for one in terms],
        [one.opened_on for one in terms],
        [loan.zone for loan in loans],
        [loan.product for loan in loans],
        [loan.product_version for loan in loans],
        [packing.pack_rules(loan.rules) for loan in loans],
        [packing.pack_terms(one) for one in terms],
        [packing.pack_provided(one.provided) for one in terms],
    )


def _changing(loans: Sequence[Loan]) -> tuple[list[Any], ...]:
    return (
        [packing.pack_book(loan.book) for loan in loans],
        [packing.pack_told(loan.told) for loan in loans],
        ["{} {} {} {}".format(*loan.earned, loan.suspended) for loan in loans],
        [loan.earned_on for loan in loans],
        [packing.pack_pending(loan.pending) for loan in loans],
        [loan.failure.value if loan.failure else None for loan in loans],
        [loan.wakes_on for loan in loans],
        [loan.waits_through for loan in loans],
        [packing.pack_agreements(loan.agreements) for loan in loans],
        [loan.book.outstanding for loan in loans],
        [loan.book.balance for loan in loans],
        [loan.book.credit for loan in loans],
        [loan.open_due_on for loan in loans],
        ["" if loan.course.gone else loan.told.bucket for loan in loans],
        [0 if loan.course.gone else loan.told.arrears_minor for loan in loans],
        [0 if loan.course.gone else unanswered.number(loan) for loan in loans],
        [loan.version for loan in loans],
    )


def _columns(rows: Iterable[Sequence[Any]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))


def _new_stages(changes: Sequence[Change[Loan]]) -> list[tuple[Any, ...]]:
    return [
        (one.id, row.as_of, row.told_on, row.restated, *row.stage)
        for one in changes
        for row in new_stages(one.before, one.after)
    ]


def _new_parties(loans: Iterable[Loan]) -> list[tuple[Any, ...]]:
    """By their places, so that what was said last of one place holds."""
    joined = {
        (loan.id, one.borrower_reference, one.role.value, one.effective_on): (
            one.joined,
            borrower_id(loan.lender, one.borrower_reference),
        )
        for loan in loans
        for one in loan.parties
    }
    return [(*place, *value) for place, value in joined.items()]


def _fact_columns(added: Sequence[tuple[UUID, Entry]], at: datetime) -> tuple[Any, ...]:
    return (
        [id_ for id_, _ in added],
        [one.fact.reference for _, one in added],
        [type(one.fact).__name__ for _, one in added],
        [one.fact.value_on for _, one in added],
        [packing.pack_fact(one.fact) for _, one in added],
        [one.reversed_on for _, one in added],
        [one.reversal for _, one in added],
        [one.added_by for _, one in added],
        [one.reversed_by for _, one in added],
        at,
    )


def _gone_columns(gone: Sequence[tuple[UUID, str, Entry]]) -> tuple[Any, ...]:
    return (
        [id_ for id_, _, _ in gone],
        [name for _, name, _ in gone],
        [one.fact.reference for _, _, one in gone],
        [one.reversed_on for _, _, one in gone],
        [one.reversal for _, _, one in gone],
        [one.reversed_by for _, _, one in gone],
    )


def _posting_columns(postings: Sequence[tuple[UUID, str, Posting]], at: datetime) -> tuple[Any, ...]:
    return (
        [id_ for id_, _, _ in postings],
        [one.cause for _, _, one in postings],
        [one.account.value for _, _, one in postings],
        [one.minor for _, _, one in postings],
        [currency for _, currency, _ in postings],
        [one.value_on for _, _, one in postings],
        at,
    )
