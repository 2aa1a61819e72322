"""The ledger's tables, and its loans loaded and saved in bulk. A schedule is packed into its loan's row."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.loan import Loan, Payment, Posting, Schedule
from shared.clock import system_now
from shared.database import execute
from shared.events.loans import PaymentReceived
from shared.flow import Change, Wanted
from shared.money import Money

LEDGER_V1: Sequence[str] = (
    """
    CREATE TABLE loan (
        id uuid PRIMARY KEY,
        lender text NOT NULL,
        reference text NOT NULL,
        currency char(3) NOT NULL,
        opened_on date NOT NULL,
        due_on date[] NOT NULL,
        amount_minor bigint[] NOT NULL,
        unpaid_minor bigint[] NOT NULL,
        unpaid_total_minor bigint NOT NULL,
        credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
        version bigint NOT NULL,
        UNIQUE (lender, reference)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE payment (
        loan_id uuid NOT NULL,
        reference text NOT NULL,
        id uuid NOT NULL,
        amount_minor bigint NOT NULL,
        value_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (loan_id, reference)
    )
    """,
    """
    CREATE TABLE posting (
        loan_id uuid NOT NULL,
        cause text NOT NULL,
        account text NOT NULL,
        amount_minor bigint NOT NULL,
        currency char(3) NOT NULL,
        value_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX posting_loan ON posting (loan_id, value_on)",
    # One look at all rows of a statement: a trigger for each row costs a fifth of the throughput.
    """
    CREATE FUNCTION postings_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM added GROUP BY loan_id, cause, currency HAVING sum(amount_minor) <> 0) THEN
            RAISE EXCEPTION 'postings of one cause must add up to zero' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER postings_add_up AFTER INSERT ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION postings_add_up()
    """,
    """
    CREATE FUNCTION postings_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'postings are only added' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER postings_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION postings_are_append_only()
    """,
)

_COLUMNS = (
    "id, lender, reference, currency, opened_on, due_on, amount_minor, unpaid_minor, credit_minor, version"
)
_LOANS = f"SELECT {_COLUMNS} FROM loan WHERE id = ANY($1::uuid[])"
_PAYMENTS = (
    "SELECT p.loan_id, p.id, p.reference, p.amount_minor, p.value_on FROM payment p "
    "JOIN unnest($1::uuid[], $2::text[]) AS u(l, r) ON p.loan_id = u.l AND p.reference = u.r"
)
# Arrays of arrays must be rectangular, so schedules travel as text and are cast for each row.
_SAVE = (
    "INSERT INTO loan (id, lender, reference, currency, opened_on, due_on, amount_minor, unpaid_minor, "
    "unpaid_total_minor, credit_minor, version) SELECT i, l, r, c, o, d::date[], a::bigint[], u::bigint[], "
    "t, k, v FROM "
    "unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], "
    "$9::bigint[], "
    "$10::bigint[], $11::bigint[]) AS x(i, l, r, c, o, d, a, u, t, k, v)"
)
_UPDATE = (
    "UPDATE loan SET unpaid_minor = u::bigint[], unpaid_total_minor = t, credit_minor = k, version = v FROM "
    "unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS x(i, u, t, k, v) WHERE id = "
    "i"
)
_SAVE_PAYMENTS = (
    "INSERT INTO payment (loan_id, reference, id, amount_minor, value_on, recorded_at) SELECT l, r, i, a, v, "
    "$6::timestamptz FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::date[]) AS x(l, r, i, "
    "a, v)"
)
_SAVE_POSTINGS = (
    "INSERT INTO posting (loan_id, cause, account, amount_minor, currency, value_on, recorded_at) SELECT l, "
    "c, a, m, k, v, "
    "$7::timestamptz FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::date[]) "
    "AS x(l, c, a, m, k, v)"
)
_PAGE = (
    f"SELECT {_COLUMNS} FROM loan WHERE ($1::text[] IS NULL OR lender = ANY($1::text[])) AND id > $2::uuid "
    "ORDER BY id LIMIT $3"
)
_POSTINGS_OF = (
    "SELECT cause, account, amount_minor, currency, value_on, recorded_at FROM posting WHERE loan_id = $1 "
    "ORDER BY value_on, recorded_at, cause, account"
)


class RecordedPosting(NamedTuple):
    """A posting as it stands in the journal."""

    posting: Posting
    recorded_at: datetime


async def load_loans(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, Loan]:
    """Loans with those of their payments that the messages name."""
    named = [
        (id_, message.payment_reference)
        for id_, messages in wanted.items()
        for message in messages
        if isinstance(message, PaymentReceived)
    ]
    rows = await execute(connection, _LOANS, (list(wanted),))
    loans = {row[0]: _loan(row) for row in rows}
    if named and loans:
        found = await execute(connection, _PAYMENTS, ([id_ for id_, _ in named], [ref for _, ref in named]))
        for id_, payment_id, reference, minor, value_on in found:
            loan = loans[id_]
            payment = Payment(payment_id, reference, Money(minor, loan.currency), value_on)
            loans[id_] = replace(loan, payments=(*loan.payments, payment))
    return loans


async def save_loans(connection: AsyncConnection, changes: Sequence[Change[Loan]]) -> None:
    """Save loans, their new payments and their new postings."""
    new = [change.after for change in changes if change.before is None]
    changed = [change.after for change in changes if change.before is not None]
    if new:
        await execute(connection, _SAVE, _opened(new))
    if changed:
        await execute(connection, _UPDATE, ([loan.id for loan in changed], *_owed(changed)))
    at = system_now()
    payments = [(change.id, payment) for change in changes for payment in change.after.new_payments]
    if payments:
        await execute(connection, _SAVE_PAYMENTS, _payment_columns(payments, at))
    postings = [(change.id, posting) for change in changes for posting in change.after.new_postings]
    if postings:
        await execute(connection, _SAVE_POSTINGS, _posting_columns(postings, at))


async def loans_page(
    connection: AsyncConnection, lenders: frozenset[str] | None, after: UUID, limit: int
) -> list[Loan]:
    """Loans of these lenders (None: of all), in id order, so that a caller can page by id."""
    rows = await execute(connection, _PAGE, (sorted(lenders) if lenders is not None else None, after, limit))
    return [_loan(row) for row in rows]


async def postings_of(connection: AsyncConnection, loan_id: UUID) -> list[RecordedPosting]:
    """The journal of a loan, by value date."""
    rows = await execute(connection, _POSTINGS_OF, (loan_id,))
    return [RecordedPosting(Posting(row[0], row[1], Money(row[2], row[3]), row[4]), row[5]) for row in rows]


def _loan(row: Any) -> Loan:
    id_, lender, reference, currency, opened_on, due_on, amounts, unpaid, credit, version = row
    schedule = Schedule(currency, tuple(due_on), tuple(amounts), tuple(unpaid))
    return Loan(id_, lender, reference, currency, opened_on, schedule, Money(credit, currency), version)


def _opened(loans: Sequence[Loan]) -> tuple[Any, ...]:
    return (
        [loan.id for loan in loans],
        [loan.lender for loan in loans],
        [loan.reference for loan in loans],
        [loan.currency for loan in loans],
        [loan.opened_on for loan in loans],
        [_array(loan.schedule.due_on) for loan in loans],
        [_array(loan.schedule.amount_minor) for loan in loans],
        *_owed(loans),
    )


def _payment_columns(payments: Sequence[tuple[UUID, Payment]], at: datetime) -> tuple[Any, ...]:
    return (
        [loan_id for loan_id, _ in payments],
        [payment.reference for _, payment in payments],
        [payment.payment_id for _, payment in payments],
        [payment.amount.minor for _, payment in payments],
        [payment.value_on for _, payment in payments],
        at,
    )


def _posting_columns(postings: Sequence[tuple[UUID, Posting]], at: datetime) -> tuple[Any, ...]:
    return (
        [loan_id for loan_id, _ in postings],
        [posting.cause for _, posting in postings],
        [posting.account.value for _, posting in postings],
        [posting.amount.minor for _, posting in postings],
        [posting.amount.currency for _, posting in postings],
        [posting.value_on for _, posting in postings],
        at,
    )


def _owed(loans: Sequence[Loan]) -> tuple[list[Any], ...]:
    return (
        [_array(loan.schedule.unpaid_minor) for loan in loans],
        [sum(loan.schedule.unpaid_minor) for loan in loans],
        [loan.credit.minor for loan in loans],
        [loan.version for loan in loans],
    )


def _array(values: Sequence[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
