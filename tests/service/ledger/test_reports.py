"""Platforms' reports on PostgreSQL: doubted, confirmed, silent; and a parked key presses nobody."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import pytest

from shared.decision import Key
from shared.events.ledger import ArrearsCured, FeedLate, PaymentMissed
from shared.events.loans import PaymentsComplete
from shared.messaging.memory import MemoryBroker
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.databases import Databases
from tests.harness import Running, instant, running, until
from tests.service.ledger.client import OLGA, PLATFORM, STRANGER, People, people_of
from tests.service.ledger.test_days import day, rest
from tests.service.ledger.test_webhooks import handing_out
from tests.unit.ledger.test_holds import a_product

START = instant("2026-01-28T12:00:00")


@pytest.fixture
async def ledger(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    url = await databases.make("ledger")
    async with running("ledger", url, broker, clock="simulated", clock_start=START) as service:
        yield service


@pytest.fixture
async def people(ledger: Running) -> AsyncIterator[People]:
    async with people_of(ledger) as one:
        yield one


def complete(through: str) -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=a_loan().lender, through=through, product=None)


def missed(ledger: Running) -> list[PaymentMissed]:
    return [one for one in ledger.published("ledger-events") if isinstance(one, PaymentMissed)]


def reasons(ledger: Running) -> list[str]:
    return [one.reason.value for one in ledger.published("ledger-events") if isinstance(one, FeedLate)]


async def skip_first(ledger: Running, loan_id: UUID) -> None:
    """An operator sets the parked message aside, and those behind it follow."""
    seq = await ledger.value("SELECT min(seq) FROM held WHERE key = $1", loan_id)
    await ledger.service.door.release(Key("Loan", loan_id), skip=seq, by="ada", why="it was none")


async def a_book(ledger: Running, loans: int) -> None:
    await ledger.publish(
        *(a_loan(f"L-{n}", instalments=a_schedule("100.00", "100.00")) for n in range(loans))
    )
    await rest(ledger)


async def test_a_doubted_report_waits_until_an_operator_confirms_it(ledger: Running, people: People) -> None:
    await a_book(ledger, 30)
    await day(ledger, "2026-02-02")
    shown = await people.get("lenders/acme/feed")
    assert (shown["instalments_due"], shown["loans_waiting"], shown["late"]) == (30, 30, None)
    await ledger.publish(complete("2026-02-01"))
    await day(ledger, "2026-02-03")
    assert (missed(ledger), reasons(ledger)) == ([], ["too_many_missed"])
    shown = await people.get("lenders/acme/feed")
    assert shown["suspect"] == [{"product": None, "day": "2026-02-01"}]
    assert (shown["complete"], shown["late"]) == ([], "too_many_missed")

    await people.post("lenders/acme/feed/confirm", who=PLATFORM, expected=403)
    await people.post("lenders/acme/feed/confirm", who=STRANGER, expected=404)
    await people.get("lenders/acme/feed", STRANGER, 404)
    confirmed = await people.post("lenders/acme/feed/confirm", who=OLGA, expected=200, key="once")
    assert (confirmed["complete"], confirmed["late"]) == ([{"product": None, "day": "2026-02-01"}], None)
    again = await people.post("lenders/acme/feed/confirm", who=OLGA, expected=200, key="once")
    assert again == confirmed
    await day(ledger, "2026-02-04")
    assert len(missed(ledger)) == 30
    assert (await people.post("lenders/acme/feed/confirm", expected=409))["code"] == "nothing_suspected"
    who = await ledger.rows(
        "SELECT subject FROM audit_entry WHERE action = 'confirm_report' AND outcome = 'done'"
    )
    assert who == [{"subject": "olga"}]
    assert await ledger.value("SELECT count(*) FROM feed_day WHERE day <= '2026-02-01'") == 0


async def test_when_the_missing_payments_come_the_day_counts_without_anyone(ledger: Running) -> None:
    await a_book(ledger, 30)
    await day(ledger, "2026-02-02")
    await ledger.publish(complete("2026-02-01"))
    await day(ledger, "2026-02-03")
    assert reasons(ledger) == ["too_many_missed"]
    await ledger.publish(
        *(a_payment("100.00", loan=f"L-{n}", reference=f"P-{n}", value_on="2026-02-01") for n in range(28))
    )
    await ledger.publish(complete("2026-02-01"))
    await day(ledger, "2026-02-04")
    assert len(missed(ledger)) == 2
    assert await ledger.rows("SELECT late, suspect, due_seen, missed_seen FROM feed") == [
        {"late": None, "suspect": "[]", "due_seen": 30, "missed_seen": 2}
    ]


async def test_a_platform_that_was_never_heard_is_an_alarm_and_a_measure(ledger: Running) -> None:
    await a_book(ledger, 1)
    await day(ledger, "2026-02-05")
    assert (missed(ledger), reasons(ledger)) == ([], ["silent"])
    async with handing_out(ledger):

        async def measured() -> bool:
            return b"huancui_feeds_late{" in (text := ledger.service.metrics.exposition()) and any(
                line.startswith(b"huancui_feeds_late{") and line.endswith(b" 1.0")
                for line in text.splitlines()
            )

        await until(measured, "the measure says so")


async def test_a_product_whose_platform_says_nothing_is_told_after_its_days(ledger: Running) -> None:
    product = a_product(payments_complete_expected=False, feed_delay_days=2)
    await ledger.publish(product)
    await rest(ledger)
    await ledger.publish(a_loan(instalments=a_schedule("100.00", "100.00"), product=product.product))
    await day(ledger, "2026-02-03")
    assert missed(ledger) == []
    await day(ledger, "2026-02-04")
    assert [one.days_past_due for one in missed(ledger)] == [3]


async def test_a_parked_key_stops_demands_for_its_loan_and_what_is_true_is_told_once_it_is_released(
    ledger: Running,
) -> None:
    """The payment lies parked, for a fault of ours or of its platform: its payer has paid."""
    loan, other = a_loan("parked"), a_loan("other")
    await ledger.publish(loan, other, complete("2026-02-28"))
    await rest(ledger)
    bad = a_payment(money("1000.00", "EUR"), loan="parked", value_on="2026-01-31")
    await ledger.publish(bad, a_payment("1000.00", loan="parked", reference="P-2", value_on="2026-01-31"))
    await day(ledger, "2026-02-10")
    assert {one.loan_id for one in missed(ledger)} == {other.loan_id}
    queue = await ledger.rows("SELECT name, status FROM held WHERE key = $1 ORDER BY seq", loan.loan_id)
    assert [(row["name"], row["status"]) for row in queue] == [
        ("PaymentReceived", "parked"),
        ("PaymentReceived", "queued"),
        ("DayDue", "queued"),
    ]
    assert await ledger.value("SELECT count(*) FROM timer WHERE key = $1", loan.loan_id) == 0

    await skip_first(ledger, loan.loan_id)
    await day(ledger, "2026-02-12")
    assert {one.loan_id for one in missed(ledger)} == {other.loan_id}
    assert not [e for e in ledger.published("ledger-events") if isinstance(e, ArrearsCured)]
    assert await ledger.value("SELECT wakes_on FROM loan WHERE id = $1", loan.loan_id) == date(2026, 2, 26)
    assert await ledger.value("SELECT count(*) FROM timer WHERE key = $1", loan.loan_id) == 1


async def test_one_whose_parked_payment_was_none_is_told_once_the_key_is_released(ledger: Running) -> None:
    loan = a_loan("parked")
    await ledger.publish(loan, complete("2026-02-28"))
    await rest(ledger)
    await ledger.publish(a_payment(money("1000.00", "EUR"), loan="parked", value_on="2026-01-31"))
    await day(ledger, "2026-02-10")
    assert missed(ledger) == []
    await skip_first(ledger, loan.loan_id)
    await day(ledger, "2026-02-11")
    assert [(one.due_on, one.days_past_due) for one in missed(ledger)] == [(date(2026, 2, 1), 9)]
