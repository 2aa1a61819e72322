"""A lender's feed of results on PostgreSQL: in order, whole, its own alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from services.ledger.api.cursors import write_cursor
from services.ledger.store import results
from shared.database import transaction
from shared.decision import Role
from tests.builders import a_loan, a_payment
from tests.harness import Running
from tests.service.ledger.client import PLATFORM, People
from tests.web import bearer

OTHERS = bearer(Role.INTEGRATOR, "platform-other", lenders=["other"])
BOTH = bearer(Role.INTEGRATOR, "platform-both", lenders=["acme", "other"])


def names(page: Any) -> list[str]:
    return [one["type"].removeprefix("org.huancui.").removesuffix(".v1") for one in page["data"]]


async def test_a_lender_reads_what_came_of_its_events_in_order_page_by_page(
    ledger: Running, people: People
) -> None:
    await ledger.publish(a_loan(), *(a_payment("10.00", reference=f"P-{n}") for n in range(5)))
    await ledger.settled()
    told = [envelope.id for envelope in ledger.envelopes("ledger-events")]
    read, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"after": cursor} if cursor else {})
        page = await people.get("feed", PLATFORM, **asked)
        read += page["data"]
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    assert [one["id"] for one in read] == told
    assert len(told) == 6
    first = read[1]
    assert first["type"] == "org.huancui.PaymentApplied.v1"
    assert (first["lender"], first["loanreference"]) == ("acme", a_loan().loan_reference)
    assert first["subject"] == first["data"]["loan_id"] == str(a_loan().loan_id)
    assert [one["sequence"] for one in read] == [1, 2, 3, 4, 5, 6]
    again = await people.get("feed", PLATFORM, after=cursor)
    assert (again["data"], again["cursor"]) == ([], cursor)


async def test_nobody_reads_another_lenders_feed(ledger: Running, people: People) -> None:
    await ledger.publish(a_loan(), a_loan("theirs", lender="other"))
    await ledger.settled()
    ours, theirs = await people.get("feed", PLATFORM), await people.get("feed", OTHERS)
    assert [one["loanreference"] for one in ours["data"]] == [a_loan().loan_reference]
    assert [one["loanreference"] for one in theirs["data"]] == ["theirs"]
    foreign = await people.get("feed", PLATFORM, 404, lender="other")
    assert foreign["code"] == "lender_unknown"
    stolen = await people.get("feed", PLATFORM, 422, after=theirs["cursor"])
    assert stolen["code"] == "cursor_malformed"
    assert (await people.get("feed", BOTH, 422))["code"] == "lender_wanted"
    assert names(await people.get("feed", BOTH, lender="other")) == ["LoanRegistered"]
    for role in (Role.OPERATOR, Role.AGENCY, Role.HARDSHIP_OFFICER):
        assert (await people.get("feed", bearer(role), 403))["code"] == "scope_missing"


async def test_events_that_are_about_no_loan_are_in_their_lenders_feed(
    ledger: Running, people: People
) -> None:
    body = {
        "type": "UnassignedPaymentReceived",
        "data": {
            "lender": "acme",
            "payment_reference": "U-1",
            "amount": {"amount": "5.00", "currency": "CNY"},
            "value_on": "2026-01-02",
        },
    }
    await people.post("events", body, PLATFORM)
    await ledger.settled()
    page = await people.get("feed", PLATFORM)
    assert names(page) == ["PaymentSuspended"]
    assert page["data"][0]["loanreference"] is None
    assert (await people.get("feed", OTHERS))["data"] == []


async def test_who_waits_gets_an_event_as_soon_as_it_comes(ledger: Running, people: People) -> None:
    began = asyncio.get_running_loop().time()
    waiting = asyncio.ensure_future(people.get("feed", PLATFORM, wait=20))
    await asyncio.sleep(0.3)
    await ledger.publish(a_loan())
    page = await waiting
    assert names(page) == ["LoanRegistered"]
    assert asyncio.get_running_loop().time() - began < 15


async def test_a_row_that_commits_late_is_not_passed_by(ledger: Running, people: People) -> None:
    """An event whose transaction began first and ended last, as a slow batch does."""
    await ledger.publish(a_loan("slow"), a_loan("fast"))
    await ledger.settled()
    cursor = (await people.get("feed", PLATFORM))["cursor"]
    late: asyncpg.Connection = await ledger.database.acquire()
    row = await ledger.database.fetchrow(
        "SELECT headers, value FROM result WHERE loan_id = $1", a_loan("slow").loan_id
    )
    begun = late.transaction()
    await begun.start()
    await late.execute(
        "INSERT INTO outbox (topic, key, headers, value, created_at) VALUES ('ledger-events', $1, $2, "
        "$3, now())",
        str(a_loan("slow").loan_id).encode(),
        row["headers"],
        row["value"],
    )
    await ledger.publish(a_payment("1.00", loan="fast"))

    page = await people.get("feed", PLATFORM, after=cursor, wait=20)
    assert names(page) == ["PaymentApplied"]
    await begun.commit()
    await ledger.database.release(late)
    after = await people.get("feed", PLATFORM, after=page["cursor"], wait=20)
    assert [one["loanreference"] for one in after["data"]] == ["slow"]


async def test_what_is_too_old_is_removed_and_a_reader_who_missed_it_is_told(
    ledger: Running, people: People
) -> None:
    await ledger.publish(a_loan())
    await ledger.settled()
    first = await people.get("feed", PLATFORM)
    await ledger.publish(a_payment("1.00"))
    await ledger.settled()
    await ledger.database.execute("UPDATE result SET published_at = published_at - interval '31 days'")
    await ledger.publish(a_payment("2.00", reference="P-2"))
    await ledger.settled()
    async with transaction(ledger.service.engine) as connection:
        assert await results.remove_old(connection, datetime.now(UTC) - timedelta(days=30)) == 2
    gone = await people.get("feed", PLATFORM, 409, after=first["cursor"])
    assert gone["code"] == "cursor_expired"
    rest = await people.get("feed", PLATFORM, after=gone["facts"]["first_cursor"])
    assert names(rest) == names(await people.get("feed", PLATFORM)) == ["PaymentApplied"]
    assert rest["data"][0]["data"]["applied"]["amount"] == "2.00"
    assert (await people.get("feed", OTHERS))["data"] == []


async def test_a_cursor_from_beyond_the_feed_is_told(ledger: Running, people: People) -> None:
    """As after a restore: to answer that there is nothing would lose what comes until the numbers are
    reached.
    """
    ahead = await people.get("feed", PLATFORM, 409, after=write_cursor("acme", 1_000))
    assert ahead["code"] == "cursor_ahead"
    assert (await people.get("feed", PLATFORM, after=ahead["facts"]["last_cursor"]))["data"] == []
    assert (await people.get("feed", PLATFORM, 422, after="nonsense"))["code"] == "cursor_malformed"


async def test_a_feed_can_be_read_from_an_instant_on(ledger: Running, people: People) -> None:
    await ledger.publish(a_loan())
    await ledger.settled()
    between = datetime.now(UTC).isoformat()
    await ledger.publish(a_payment("1.00"))
    await ledger.settled()
    assert names(await people.get("feed", PLATFORM, since=between)) == ["PaymentApplied"]
    assert names(await people.get("feed", PLATFORM, since="2020-01-01T00:00:00Z")) == [
        "LoanRegistered",
        "PaymentApplied",
    ]
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert names(await people.get("feed", PLATFORM, since=later)) == []
    cursor = (await people.get("feed", PLATFORM))["cursor"]
    assert (await people.get("feed", PLATFORM, 422, since=between, after=cursor))["code"] == "two_places"
