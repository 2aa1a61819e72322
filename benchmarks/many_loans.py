"""A database with a great many loans: a few are opened and paid as any is, the others are copies of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from benchmarks.events import LENDER, published
from benchmarks.ground import Ground, connected, reached
from shared.events.base import Event
from shared.events.ids import loan_id
from shared.events.loans import (
    Channel,
    LoanKind,
    LoanOpened,
    PaymentReceived,
    ProductPublished,
    ProductTerms,
)
from shared.money import Money

TODAY = datetime.now(UTC).date()
PRODUCT, RATE = "year", Decimal("0.12")
RESTING, MISSED, COMING, LONG = "resting", "missed", "coming", "long"
LONG_INSTALMENTS, LONG_PAYMENTS = 60, 22
_FIRST_DUE = {RESTING: 10, MISSED: -1, COMING: 3}
_TAKEN = "SELECT (SELECT count(*) FROM loan) + (SELECT count(*) FROM fact WHERE kind = 'Payment')"
_FELL_DUE = (
    "INSERT INTO feed_day AS d (lender, product, day, due) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (lender, product, day) DO UPDATE SET due = excluded.due"
)
_COPY_WITHIN_S = 3_600.0
_COPIED = {
    "loan": "id",
    "fact": "loan_id",
    "posting": "loan_id",
    "stage": "loan_id",
    "timer": "key",
}
"""The tables that hold a loan, and the column that names it."""


@dataclass(frozen=True)
class ManyLoans:
    """How many loans of each kind a database has."""

    resting: int
    missed: int
    coming: int
    long: int = 700

    @property
    def due(self) -> int:
        """How many loans have something to be told today."""
        return self.missed + self.coming


def reference(kind: str, number: int) -> str:
    """The lender's name for a loan of a kind; number 0 is the one that the others are copied from."""
    return f"{kind}-{number}"


def events_of_originals() -> list[Event]:
    """The product, and one loan of each kind with its payments."""
    terms = ProductTerms(annual_rate=RATE, payments_complete_expected=False, feed_delay_days=0)
    product = ProductPublished(
        lender=LENDER,
        product=PRODUCT,
        product_version=1,
        effective_on=TODAY - timedelta(days=3_000),
        kind=LoanKind.TERM,
        channel=Channel.BANK,
        terms=terms,
    )
    told: list[Event] = [product]
    for kind, first_due in _FIRST_DUE.items():
        told.append(_opened(kind, first_due - 30, first_due, 12))
    told.append(_opened(LONG, -690, -660, LONG_INSTALMENTS))
    return told + [paid_on_time(number) for number in range(LONG_PAYMENTS)]


def _opened(kind: str, opened: int, first_due: int, count: int) -> LoanOpened:
    return LoanOpened(
        lender=LENDER,
        loan_reference=reference(kind, 0),
        kind=LoanKind.TERM,
        channel=Channel.BANK,
        principal=Money(1_200_000, "CNY"),
        opened_on=TODAY + timedelta(days=opened),
        product=PRODUCT,
        product_version=1,
        first_due_on=TODAY + timedelta(days=first_due),
        instalment_count=count,
    )


def paid_on_time(number: int) -> PaymentReceived:
    """A payment of the long loan that pays what an instalment asks for."""
    return PaymentReceived(
        lender=LENDER,
        loan_reference=reference(LONG, 0),
        payment_reference=f"p{number}",
        amount=Money(26_700, "CNY"),
        value_on=TODAY + timedelta(days=-660 + 30 * number),
    )


async def fill(ground: Ground, prefix: str, many: ManyLoans) -> str:
    """A database with so many loans, at rest. The originals are registered by the ledger itself."""
    database = await ground.databases.make("ledger")
    told = events_of_originals()
    await ground.publish([published(one, f"original-{n}", prefix) for n, one in enumerate(told)])
    environment = ground.settings(database, prefix, role_timers=False, role_relay=False)
    async with connected(database) as connection:

        async def taken() -> int:
            return int(await connection.fetchval(_TAKEN))

        with ground.process("services.ledger", environment=environment):
            await reached(taken, len(told) - 1)
        await connection.execute("DELETE FROM outbox")
        await _copy_all(connection, many)
        await connection.execute("VACUUM ANALYZE", timeout=_COPY_WITHIN_S)
        await connection.execute("CHECKPOINT", timeout=_COPY_WITHIN_S)
    return database


async def _copy_all(connection: asyncpg.Connection, many: ManyLoans) -> None:
    await connection.execute("CREATE TEMP TABLE made (original uuid, id uuid, reference text)")
    for kind, count in (
        (RESTING, many.resting),
        (MISSED, many.missed),
        (COMING, many.coming),
        (LONG, many.long),
    ):
        original = loan_id(LENDER, reference(kind, 0))
        await connection.copy_records_to_table("made", records=_copies(original, kind, count))
    # Copies of postings that add up do so themselves; to look at millions at once takes minutes.
    await connection.execute("ALTER TABLE posting DISABLE TRIGGER USER")
    for table, names in _COPIED.items():
        await connection.execute(await _copying(connection, table, names), timeout=_COPY_WITHIN_S)
    await connection.execute("ALTER TABLE posting ENABLE TRIGGER USER")
    # Those who missed are few among all whose instalment fell due: else the ledger would doubt that they did.
    await connection.execute(_FELL_DUE, LENDER, PRODUCT, TODAY - timedelta(days=1), many.due)


def _copies(original: UUID, kind: str, count: int) -> Iterable[tuple[UUID, UUID, str]]:
    for number in range(1, count):
        name = reference(kind, number)
        yield original, loan_id(LENDER, name), name


async def _copying(connection: asyncpg.Connection, table: str, names: str) -> str:
    columns: Sequence[str] = await connection.fetchval(
        "SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = $1::regclass "
        "AND attnum > 0 AND NOT attisdropped AND attidentity = ''",
        table,
    )
    replaced = {names: "m.id"} | ({"reference": "m.reference"} if table == "loan" else {})
    values = ", ".join(replaced.get(name, f"o.{name}") for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM made m "
        f"JOIN {table} o ON o.{names} = m.original"
    )
