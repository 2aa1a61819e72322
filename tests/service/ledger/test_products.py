"""Products as the database keeps them and the API shows them, and loans that work by them."""

from datetime import date
from typing import Any

import pytest

from shared.events.ledger import PaymentMissed
from shared.events.loans import PaymentsComplete
from shared.messaging.memory import MemoryBroker
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.databases import Databases
from tests.harness import Running, instant, running
from tests.service.ledger.client import STRANGER, People
from tests.service.ledger.test_days import day, rest
from tests.unit.ledger.test_holds import a_product, a_term_loan

START = instant("2026-09-01T12:00:00")
TERMS: dict[str, Any] = {
    "annual_rate": "0.12",
    "calendar": "CN",
    "due_date_rule": "following",
    "grace_days": 2,
    "grace_working_days": True,
    "late_fee": money("20.00"),
    "cost_cap_annual": "0.24",
    "rate_cap": "0.24",
}
LOAN = a_term_loan("1200.00", instalment_count=12, opened_on="2026-09-01", first_due_on="2026-10-01")


@pytest.fixture
async def opened(ledger: Running) -> Running:
    """A loan of a product with a calendar, due on National Day."""
    await ledger.publish(a_product(**TERMS))
    await ledger.settled()
    await ledger.publish(LOAN)
    await ledger.settled()
    return ledger


async def test_a_product_and_the_terms_of_its_loan_are_shown(opened: Running, people: People) -> None:
    newer = a_product(**{**TERMS, "grace_days": 9})
    await opened.publish(newer.model_copy(update={"product_version": 2, "effective_on": date(2026, 9, 15)}))
    await opened.settled()
    shown = await people.get("products/acme/plain")
    assert [one["product_version"] for one in shown["versions"]] == [1, 2]
    assert shown["versions"][0]["terms"]["calendar"] == "cn"
    assert (await people.get("products"))["data"] == [shown]
    assert (await people.get("products", STRANGER))["data"] == []
    assert (await people.get("products/acme/plain", STRANGER, 404))["code"] == "product_unknown"
    terms = await people.get(f"loans/{LOAN.loan_id}/terms")
    assert (terms["product"], terms["version"]) == ("plain", shown["versions"][0])
    assert (terms["annual_rate"], terms["instalment_count"]) == ("0.12", 12)
    assert (terms["calendar"]["name"], terms["calendar"]["first_year"]) == ("cn", 2026)


async def test_a_loan_shows_which_rule_moved_a_due_date(opened: Running, people: People) -> None:
    first, *others = (await people.get(f"loans/{LOAN.loan_id}"))["instalments"]
    assert first["due_on"] == "2026-10-08"
    assert first["why_due"].startswith("2026-10-01 is closed in the calendar cn (holidays ")
    assert {one["why_due"] for one in others if one["due_on"].endswith("-01")} == {None}


async def test_a_loan_without_a_product_shows_that_it_has_none(ledger: Running, people: People) -> None:
    await ledger.publish(loan := a_loan(instalments=a_schedule("100.00")))
    await ledger.settled()
    terms = await people.get(f"loans/{loan.loan_id}/terms")
    assert (terms["product"], terms["version"], terms["calendar"]) == (None, None, None)


async def test_a_late_fee_is_charged_and_taken_back_through_the_database(
    databases: Databases, broker: MemoryBroker
) -> None:
    url = await databases.make("ledger")
    async with running("ledger", url, broker, clock="simulated", clock_start=START) as ledger:
        complete = an_event(PaymentsComplete, lender=LOAN.lender, through=date(2026, 12, 31), product=None)
        await ledger.publish(a_product(**TERMS))
        await rest(ledger)
        await ledger.publish(LOAN, complete)
        await day(ledger, "2026-10-13")
        [missed] = [one for one in ledger.published("ledger-events") if isinstance(one, PaymentMissed)]
        # Due on the 8th; the 9th and, worked in exchange, the 10th are the two working days of grace. In the
        # forty days by then 24 % a year are 31.56, and half of it is interest.
        assert (missed.due_on, missed.grace_ended_on, missed.late_fee) == (
            date(2026, 10, 8),
            date(2026, 10, 10),
            money("15.78"),
        )
        owed = "SELECT owed_minor FROM loan"
        with_fee = await ledger.value(owed)
        await ledger.publish(a_payment("107.00", value_on="2026-10-09"))
        await rest(ledger)
        assert [e.NAME for e in ledger.published("ledger-events")].count("PaymentMissedRetracted") == 1
        kinds = await ledger.rows("SELECT kind, count(*) AS n FROM fact GROUP BY kind ORDER BY kind")
        assert {row["kind"]: row["n"] for row in kinds} == {"Draw": 1, "Fee": 1, "FeeWaiver": 1, "Payment": 1}
        assert with_fee - await ledger.value(owed) > 107_00
        penalties = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM posting WHERE account LIKE 'penalty%'"
        assert await ledger.value(penalties) == 0
