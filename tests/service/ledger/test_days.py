"""A loan's days on PostgreSQL: what is due, missed, waits for reports, is relieved, and what routes show."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import httpx
import pytest

from services.ledger.adapters.lenders import Lenders
from services.ledger.api import ledger_router
from services.ledger.settings import LedgerSettings
from services.ledger.store.reads import holds_unanswered
from shared import spine
from shared.database import transaction
from shared.decision import Role
from shared.events.clock import ClockTicked
from shared.events.holds import HoldRefused
from shared.events.ledger import ArrearsCured, HoldUnanswered, PaymentMissed, PaymentMissedRetracted
from shared.events.loans import PaymentsComplete
from shared.events.parts import Freezes, ReliefKind
from shared.events.servicing import HoldRequested
from shared.http import create_app
from shared.messaging.memory import MemoryBroker
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.databases import Databases
from tests.harness import Running, instant, running, until
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan
from tests.unit.ledger.test_reliefs import a_phase, a_plan
from tests.web import PinnedKeys, bearer

START = instant("2026-01-01T12:00:00")
LOAN = a_loan(instalments=a_schedule("100.00", "100.00"))


@pytest.fixture
async def ledger(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """A ledger whose days pass by ticks."""
    url = await databases.make("ledger")
    async with running("ledger", url, broker, clock="simulated", clock_start=START) as service:
        yield service


@pytest.fixture
async def client(ledger: Running) -> AsyncIterator[httpx.AsyncClient]:
    """The API of that ledger, for its operator."""
    settings = LedgerSettings(
        database_url=str(ledger.service.settings.database_url.get_secret_value()), kafka_bootstrap="none"
    )
    router = ledger_router(ledger.service, Lenders(settings))
    app = create_app(
        ledger.service, title="t", description="d", version="1", routers=[router], keys=PinnedKeys()
    )
    headers = bearer(Role.OPERATOR)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as one:
        yield one


async def rest(ledger: Running) -> None:
    """Wait until all is read and told, and nothing is due."""
    await ledger.settled()

    async def at_rest() -> bool:
        return (await ledger.service.quiescence()).at_rest

    await until(at_rest, "the ledger comes to rest")
    await ledger.settled()


async def day(ledger: Running, on: str) -> None:
    """Let time pass to noon of a day, from one due moment to the next."""
    end = instant(f"{on}T12:00:00")
    while True:
        await rest(ledger)
        due = (await ledger.service.quiescence()).next_due_at
        moment: datetime = min(due or end, end)
        await ledger.publish(ClockTicked(now=moment))
        if moment >= end:
            await rest(ledger)
            return


def _complete(through: str) -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=LOAN.lender, through=through, product=None)


async def test_a_loan_that_waited_for_its_platforms_report_is_woken_by_it(ledger: Running) -> None:
    await ledger.publish(LOAN)
    await day(ledger, "2026-02-05")
    assert not [e for e in ledger.published("ledger-events") if isinstance(e, PaymentMissed)]
    assert await ledger.value("SELECT waits_through FROM loan") == date(2026, 2, 1)
    await ledger.publish(_complete("2026-02-04"))
    await day(ledger, "2026-02-06")
    (missed,) = [e for e in ledger.published("ledger-events") if isinstance(e, PaymentMissed)]
    assert (missed.instalment, missed.days_past_due) == (1, 4)
    assert await ledger.rows("SELECT waits_through, bucket, arrears_minor FROM loan") == [
        {"waits_through": None, "bucket": "M1", "arrears_minor": 100_00}
    ]


async def test_a_backdated_payment_and_its_reversal_are_replayed_from_the_file(ledger: Running) -> None:
    await ledger.publish(LOAN, _complete("2026-12-31"))
    await day(ledger, "2026-02-10")
    await ledger.publish(a_payment("60.00", reference="later", value_on="2026-02-09"))
    await ledger.publish(a_payment("100.00", reference="earlier", value_on="2026-01-31"))
    await rest(ledger)
    names = [e.NAME for e in ledger.published("ledger-events")]
    assert names.count("PaymentMissedRetracted") == names.count("ArrearsCured") == 1
    await ledger.publish(a_reversal("earlier", reversed_on="2026-02-12"))
    await day(ledger, "2026-02-13")
    assert await ledger.rows(
        "SELECT reference, reversed_on, reversal IS NOT NULL AS why FROM fact WHERE kind = 'Payment' "
        "ORDER BY 1"
    ) == [
        {"reference": "payment:earlier", "reversed_on": date(2026, 2, 12), "why": True},
        {"reference": "payment:later", "reversed_on": None, "why": False},
    ]
    sums = await ledger.rows(
        "SELECT account, sum(amount_minor)::bigint AS minor FROM posting GROUP BY 1 ORDER BY 1"
    )
    assert {row["account"]: row["minor"] for row in sums if row["minor"]} == {
        "cash": 60_00,
        "disbursed": -200_00,
        "principal": 140_00,
    }
    assert await ledger.value("SELECT owed_minor FROM loan") == 140_00
    assert len([e for e in ledger.published("ledger-events") if isinstance(e, PaymentMissed)]) == 2
    assert [type(e) for e in ledger.published("ledger-events")].count(PaymentMissedRetracted) == 1
    assert [type(e) for e in ledger.published("ledger-events")].count(ArrearsCured) == 1


async def test_holds_and_plans_survive_in_the_loans_row(ledger: Running) -> None:
    loan = a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12)
    await ledger.publish(a_product())
    await rest(ledger)
    await ledger.publish(loan)
    await ledger.publish(a_hold(Freezes(interest_and_fees=True), "2026-01-05", "2026-01-10"))
    await ledger.publish(
        a_plan(
            loan.loan_id,
            a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-01", rate="0.12"),
            a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-03-10", amount=money("100.00")),
        )
    )
    await day(ledger, "2026-03-11")
    assert await ledger.value("SELECT count(*) FROM held") == 0
    assert await ledger.value("SELECT principal_minor FROM loan") == 1100_00
    kinds = await ledger.value("SELECT array_agg(kind ORDER BY kind) FROM fact")
    assert kinds == ["Draw", "Forgiveness", "InterestPause", "RateChange"]


async def test_the_routes_show_the_loan_its_file_and_why_it_is_late(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    await ledger.publish(LOAN, _complete("2026-12-31"), a_payment("30.00", value_on="2026-01-15"))
    await day(ledger, "2026-02-10")
    path = f"/v1/loans/{LOAN.loan_id}"
    shown = (await client.get(path)).json()
    assert (shown["bucket"], shown["unpaid"]["amount"]) == ("M1", "170.00")
    assert [one["unpaid"]["amount"] for one in shown["instalments"]] == ["70.00", "100.00"]
    late = (await client.get(f"{path}/lateness")).json()
    assert (late["days_past_due"], late["arrears"]["amount"], late["instalment"]) == (9, "70.00", 1)
    assert "2026-02-01" in late["reason"]
    file = (await client.get(f"{path}/facts")).json()
    assert [one["reference"] for one in file["facts"]] == ["opening", "payment:P-1"]
    assert {row["bucket"] for row in (await client.get("/v1/loans?bucket=M1")).json()["data"]} == {"M1"}
    assert (await client.get("/v1/loans?bucket=M2")).json()["data"] == []
    foreign = await client.get(path, headers=bearer(Role.OPERATOR, lenders=["other"]))
    assert foreign.status_code == 404


async def test_a_relief_is_priced_for_several_loans_in_one_call_and_nothing_changes(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    first, second = (
        a_term_loan(
            "1200.00",
            loan_reference=name,
            opened_on="2026-01-01",
            first_due_on="2026-02-01",
            instalment_count=12,
        )
        for name in ("L-1", "L-2")
    )
    await ledger.publish(a_product())
    await rest(ledger)
    await ledger.publish(first, second)
    await rest(ledger)
    before = await ledger.rows("SELECT id, version, book FROM loan ORDER BY id")
    longer = {"kind": "longer_term", "effective_on": "2026-01-20", "ends_on": "2027-06-01"}
    impossible = {"kind": "rate_reduction", "effective_on": "2026-01-20"}
    candidates = [{"name": "longer", "phases": [longer]}, {"name": "none", "phases": [impossible]}]
    asked = {"loans": [{"loan_id": str(one.loan_id), "candidates": candidates} for one in (first, second)]}
    answer = await client.post("/v1/preview", json=asked)
    assert answer.status_code == 200, answer.text
    for priced in answer.json()["loans"]:
        longer_one, none = priced["candidates"]
        assert none["refused"] == "rate_missing"
        assert longer_one["after"]["ends_on"] == "2027-06-01"
        assert len(longer_one["after"]["dues"]) == len(priced["before"]["dues"]) + 5
        assert float(longer_one["after"]["cost"]["amount"]) > float(priced["before"]["cost"]["amount"])
        assert 0.2 < float(priced["before"]["apr"]) < 0.3
    assert await ledger.rows("SELECT id, version, book FROM loan ORDER BY id") == before


async def test_a_loan_that_comes_before_its_product_waits_for_it_and_its_payments_with_it(
    ledger: Running,
) -> None:
    loan = a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12)
    await ledger.publish(loan, a_payment("50.00", value_on="2026-01-10"))
    await ledger.settled()
    assert await ledger.rows("SELECT type, status, reason FROM held ORDER BY type") == [
        {"type": "Loan", "status": "waiting", "reason": "predecessor_missing"},
        {"type": "Product", "status": "waiting", "reason": "other_missing"},
    ]
    await ledger.publish(a_product())
    await until(lambda: ledger.value("SELECT count(*) = 0 FROM held"), "all is applied")
    assert await ledger.value("SELECT array_agg(reference ORDER BY reference) FROM fact") == [
        "opening",
        "payment:P-1",
    ]


async def test_a_report_that_is_read_in_the_batch_of_a_loans_day_counts_for_it(
    databases: Databases, broker: MemoryBroker
) -> None:
    url, at = await databases.make("ledger"), instant("2026-02-02T12:00:01")
    async with running(
        "ledger", url, broker, clock="simulated", clock_start=START, role_timers=False
    ) as ledger:
        for event in (LOAN, ClockTicked(now=instant("2026-02-02T12:00:00")), _complete("2026-02-01")):
            await ledger.publish(event)
            await ledger.settled()
        await ledger.publish(ClockTicked(now=at))
        await ledger.settled()
        async with transaction(ledger.service.engine) as connection:
            due = await spine.due_timers(connection, at, 10)
        assert [one.kind for one in due] == ["DayDue", "FeedRead"], "the loan's day is the earlier timer"
        await ledger.service.door.timers(due, stopping=lambda: False)
        assert await ledger.value("SELECT waits_through FROM loan") is None
        assert "missed" in await ledger.value("SELECT told FROM loan")


async def test_a_hold_that_nobody_answers_is_told_and_measured_until_it_is_answered(ledger: Running) -> None:
    loan = a_loan(instalments=a_schedule("100.00"))
    asked = an_event(
        HoldRequested, hold_reference="H-5", borrower_reference=None, freezes=None, starts_on="2026-01-02"
    )
    await ledger.publish(loan, asked)
    await day(ledger, "2026-01-20")
    (alarm,) = [one for one in ledger.published("ledger-events") if isinstance(one, HoldUnanswered)]
    assert (alarm.loan_id, alarm.hold_reference) == (loan.loan_id, "H-5")
    async with transaction(ledger.service.engine) as connection:
        assert await holds_unanswered(connection) == 1
    answer = an_event(HoldRefused, loan_id=loan.loan_id, hold_reference="H-5", refused_on="2026-01-20")
    await ledger.publish(answer)
    await day(ledger, "2026-01-21")
    async with transaction(ledger.service.engine) as connection:
        assert await holds_unanswered(connection) == 0
