"""The audit: what is appended stays, and whatever is done to it behind our back is found."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import audit
from shared.audit import AuditEntry, Broken, Verified, append, verify
from shared.database import make_engine, sqlstate, transaction
from tests.databases import Databases

AT = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
async def engine(databases: Databases) -> AsyncIterator[AsyncEngine]:
    made = make_engine(await databases.make("ledger"), application="test")
    yield made
    await made.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that leaves nothing behind, on an audit without entries."""
    async with engine.connect() as one:
        yield one
        await one.rollback()


async def tamper(connection: AsyncConnection, *statements: str) -> None:
    """Do what the database refuses, as its superuser can."""
    for role, done in (("replica", statements), ("origin", ())):
        await connection.exec_driver_sql(f"SET LOCAL session_replication_role = {role}")
        for statement in done:
            await connection.exec_driver_sql(statement)


def an_entry(number: int = 1, **changes: Any) -> AuditEntry:
    made = AuditEntry(
        at=AT + timedelta(seconds=number),
        subject="olga",
        role="operator",
        lenders=frozenset({"acme", "bolt"}),
        action="show_loan",
        outcome="done",
        key_type="Loan",
        key_id=UUID(int=number),
        message_id=UUID(int=number + 1000),
    )
    return replace(made, **changes)


async def three_links(connection: AsyncConnection) -> None:
    for link in range(3):
        await append(connection, [an_entry(link * 10 + n) for n in range(3)])


async def test_an_untouched_chain_is_whole(connection: AsyncConnection) -> None:
    assert await verify(connection) == Verified(0, 0, "00" * 32)
    await three_links(connection)
    found = await verify(connection)
    assert isinstance(found, Verified)
    assert (found.links, found.entries) == (3, 9)


async def test_what_was_written_is_what_is_read(connection: AsyncConnection) -> None:
    entries = [
        an_entry(1),
        an_entry(2, lenders=None, key_id=None, message_id=None, key_type=""),
        an_entry(3, lenders=frozenset()),
        an_entry(4, subject='O"Brien, 李', at=AT.astimezone(timezone(timedelta(hours=8)))),
    ]
    await append(connection, entries)
    rows = await connection.exec_driver_sql(
        "SELECT at, subject, role, lenders, action, outcome, key_type, key_id, message_id "
        "FROM audit_entry ORDER BY place"
    )
    read = [AuditEntry(**{**row, "lenders": _set(row["lenders"])}) for row in rows.mappings()]
    assert read == entries
    assert isinstance(await verify(connection), Verified)


def _set(lenders: Sequence[str] | None) -> frozenset[str] | None:
    return None if lenders is None else frozenset(lenders)


@pytest.mark.parametrize("table", ["audit_entry", "audit_link"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "DELETE FROM {0} WHERE false", "TRUNCATE {0} CASCADE"],
)
async def test_the_database_refuses_to_change_or_remove(
    connection: AsyncConnection, table: str, statement: str
) -> None:
    await three_links(connection)
    column = {"audit_entry": "subject", "audit_link": "digest"}[table]
    with pytest.raises(DBAPIError, match="append-only") as refused:
        await connection.exec_driver_sql(statement.format(table, column))
    assert sqlstate(refused.value) == "42501"


ROW = "link = 2 AND place = 2"
COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "subject": "'eve'",
    "role": "'auditor'",
    "lenders": "NULL",
    "action": "'pay'",
    "outcome": "'refused'",
    "key_type": "'Person'",
    "key_id": "gen_random_uuid()",
    "message_id": "NULL",
}


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_changed_value_is_found(connection: AsyncConnection, column: str) -> None:
    await three_links(connection)
    await tamper(connection, f"UPDATE audit_entry SET {column} = {COLUMNS[column]} WHERE {ROW}")
    assert await verify(connection) == Broken(2, "its entries are not those that were written")


INSERTED = (
    "INSERT INTO audit_entry "
    "SELECT {0}, {1}, at, subject, role, lenders, action, outcome, key_type, key_id, message_id "
    f"FROM audit_entry WHERE {ROW}"
)


@pytest.mark.parametrize(
    ("done", "link", "why"),
    [
        ([f"DELETE FROM audit_entry WHERE {ROW}"], 2, "its entries are not those that were written"),
        (["DELETE FROM audit_entry WHERE link = 3"], 3, "its entries are not those that were written"),
        ([INSERTED.format(2, 4)], 2, "its entries are not those that were written"),
        ([INSERTED.format(3, 4)], 3, "its entries are not those that were written"),
        ([INSERTED.format(9, 1)], 9, "entries without a link"),
        ([INSERTED.format(0, 1)], 0, "entries without a link"),
        (
            [
                "UPDATE audit_entry SET place = 99 WHERE link = 2 AND place = 1",
                "UPDATE audit_entry SET place = 1 WHERE link = 2 AND place = 3",
                "UPDATE audit_entry SET place = 3 WHERE link = 2 AND place = 99",
            ],
            2,
            "its entries are not those that were written",
        ),
        (
            ["UPDATE audit_entry SET link = 3, place = 4 WHERE link = 2 AND place = 3"],
            2,
            "its entries are not those that were written",
        ),
        (
            ["DELETE FROM audit_link WHERE number = 2", "DELETE FROM audit_entry WHERE link = 2"],
            2,
            "the link is missing",
        ),
        (["DELETE FROM audit_link WHERE number = 2"], 2, "entries without a link"),
        (
            ["INSERT INTO audit_link SELECT 0, 0, previous, digest FROM audit_link WHERE number = 1"],
            1,
            "the link is missing",
        ),
        (
            ["DELETE FROM audit_link WHERE number = 1", "DELETE FROM audit_entry WHERE link = 1"],
            1,
            "the link is missing",
        ),
        (
            [
                "DELETE FROM audit_link WHERE number = 1",
                "DELETE FROM audit_entry WHERE link = 1",
                "UPDATE audit_link SET number = number - 1",
                "UPDATE audit_entry SET link = link - 1",
            ],
            1,
            "it does not follow the link before it",
        ),
        (
            ["UPDATE audit_link SET digest = sha256('x') WHERE number = 3"],
            3,
            "its entries are not those that were written",
        ),
        (
            ["UPDATE audit_link SET previous = sha256('x') WHERE number = 3"],
            3,
            "it does not follow the link before it",
        ),
        (
            ["UPDATE audit_link SET entries = 4 WHERE number = 2"],
            2,
            "its entries are not those that were written",
        ),
        (
            [
                "UPDATE audit_link SET number = 99 WHERE number = 2",
                "UPDATE audit_link SET number = 2 WHERE number = 3",
                "UPDATE audit_link SET number = 3 WHERE number = 99",
            ],
            2,
            "it does not follow the link before it",
        ),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, list) else "",
)
async def test_what_was_removed_added_or_moved_is_found(
    connection: AsyncConnection, done: list[str], link: int, why: str
) -> None:
    await three_links(connection)
    await tamper(connection, *done)
    assert await verify(connection) == Broken(link, why)


async def test_a_chain_cut_at_its_end_has_another_digest(connection: AsyncConnection) -> None:
    await three_links(connection)
    kept = await verify(connection)
    await tamper(
        connection, "DELETE FROM audit_link WHERE number = 3", "DELETE FROM audit_entry WHERE link = 3"
    )
    cut = await verify(connection)
    assert isinstance(kept, Verified)
    assert isinstance(cut, Verified)
    assert (cut.links, cut.digest != kept.digest) == (2, True)


async def test_transactions_at_the_same_moment_make_one_chain_without_gaps(databases: Databases) -> None:
    engine = make_engine(await databases.make("ledger"), application="test")

    async def one(number: int) -> None:
        async with transaction(engine) as connection:
            await append(connection, [an_entry(number), an_entry(number + 100)])
            if number % 3 == 0:
                raise RuntimeError("torn after its audit was written")

    outcomes = await asyncio.gather(*(one(number) for number in range(30)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(RuntimeError) == 10
    async with transaction(engine) as connection:
        found = await verify(connection)
    await engine.dispose()
    assert isinstance(found, Verified)
    assert (found.links, found.entries) == (20, 40)


async def test_a_long_chain_is_verified_in_chunks(
    connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "VERIFY_CHUNK", 4)
    monkeypatch.setattr(audit, "VERIFY_ENTRIES_MAX", 3)
    for number in range(10):
        await append(connection, [an_entry(number)])
    told: list[int] = []
    assert isinstance(await verify(connection, told.append), Verified)
    assert told == [3, 6, 9, 10]
    await tamper(connection, "UPDATE audit_entry SET subject = 'eve' WHERE link = 9")
    assert await verify(connection) == Broken(9, "its entries are not those that were written")


async def test_many_entries_take_as_many_statements_as_one(
    connection: AsyncConnection, engine: AsyncEngine
) -> None:
    counted: list[str] = []

    def count(*call: Any) -> None:
        counted.append(call[2])

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    await append(connection, [an_entry(1)])
    one = len(counted)
    await append(connection, [an_entry(number) for number in range(300)])
    event.remove(engine.sync_engine, "before_cursor_execute", count)
    assert (one, len(counted)) == (4, 8)
