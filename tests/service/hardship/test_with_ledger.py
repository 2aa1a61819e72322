"""Holds from hardship, and the ledger that obeys them, over one broker."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.events.clock import ClockTicked
from shared.events.hardship import PlanCompleted
from shared.events.loans import Channel, LoanKind, PaymentReceived
from shared.events.parts import (
    Components,
    Freezes,
    HoldReason,
    Party,
    PartyRole,
    Purpose,
    ScheduledInstalment,
)
from shared.events.reminders import LoanLinked
from shared.events.servicing import HoldRequested
from shared.events.takeover import LoanMigrated, RunningPlan
from shared.messaging.memory import MemoryBroker
from tests.builders import a_loan, money
from tests.databases import Databases
from tests.harness import STILL, Running, instant, running, until
from tests.service.hardship.standing import LOAN, PERSON, People

NOTICE: dict[str, Any] = {
    "person_id": str(PERSON),
    "kind": "standard",
    "register_reference": "BS-1",
    "territory": "GB-ENG",
    "adviser": "anna",
    "applied_on": "2026-01-02",
    "starts_on": "2026-01-02",
    "debts": [{"loan_id": str(LOAN), "kind": "loan"}],
}


@pytest.fixture
async def ledger(databases: Databases, broker: MemoryBroker, hardship: Running) -> AsyncIterator[Running]:
    """The ledger beside hardship, with a loan of the person's."""
    async with running("ledger", await databases.make("ledger"), broker, **STILL) as service:
        party = Party(borrower_reference="B-1", role=PartyRole.BORROWER)
        linked = LoanLinked(
            person_id=PERSON,
            loan_id=LOAN,
            lender="acme",
            loan_reference="L-1",
            role=PartyRole.BORROWER,
        )
        await service.publish(a_loan("L-1", parties=(party,)), linked)
        await service.settled()
        yield service


async def pauses(ledger: Running) -> list[dict[str, Any]]:
    """The facts in a loan's file that stop interest or ageing and count."""
    return await ledger.rows(
        "SELECT kind, value_on FROM fact WHERE kind IN ('InterestPause', 'AgeingPause') "
        "AND reversal IS NULL ORDER BY kind"
    )


async def test_the_ledger_bars_the_interest_of_a_breathing_space_and_lets_arrears_age(
    hardship: Running, ledger: Running, people: People
) -> None:
    await hardship.settled()
    await people.post("moratoria", NOTICE, expected=201)
    await hardship.settled()
    await ledger.settled()
    assert await pauses(ledger) == [{"kind": "InterestPause", "value_on": date(2026, 1, 2)}]
    assert await ledger.value("SELECT count(*) FROM held") == 0


async def test_what_a_platform_asks_for_is_obeyed_at_once_and_then_by_the_id_of_the_hold(
    hardship: Running, ledger: Running, people: People
) -> None:
    asked = HoldRequested(
        lender="acme",
        loan_reference="L-1",
        hold_reference="H-1",
        borrower_reference="B-1",
        reason=HoldReason.ILLNESS,
        freezes=Freezes(purposes=(Purpose.DEMAND,), ageing=True),
        starts_on=date(2026, 1, 2),
    )
    await hardship.publish(asked)
    await hardship.settled()
    await ledger.settled()
    assert [one["kind"] for one in await pauses(ledger)] == ["AgeingPause"]
    (hold,) = await people.get("holds", subject=PERSON)
    await people.tell("DELETE", f"holds/{hold['hold_id']}")
    await hardship.settled()
    await ledger.settled()
    # It began and ended on the same day: so it froze nothing.
    assert await pauses(ledger) == []
    assert await ledger.value("SELECT count(*) FROM held") == 0


async def test_an_end_that_was_stated_is_told_on_its_day_and_changes_nothing_there(
    hardship: Running, ledger: Running, people: People
) -> None:
    await hardship.settled()
    body = {"person_id": str(PERSON), "reason": "bereavement", "ends_on": "2026-01-04"}
    await people.post("holds", body, expected=201)
    await hardship.settled()
    await ledger.settled()
    before = await pauses(ledger)
    await hardship.publish(ClockTicked(now=instant("2026-01-05T00:00")))

    async def over() -> bool:
        names = [type(one).__name__ for one in hardship.published("holds")]
        return names == ["HoldPlaced", "HoldLifted"]

    await until(over, "the hold is over")
    await hardship.settled()
    await ledger.settled()
    assert await pauses(ledger) == before
    assert await ledger.value("SELECT count(*) FROM held") == 0


async def test_what_was_promised_for_the_end_of_a_plan_from_elsewhere_is_given_when_it_is_kept(
    hardship: Running, ledger: Running
) -> None:
    plan = RunningPlan(
        plan_reference="P-1", accepted_on=date(2025, 12, 1), forgiven_on_completion=money("10.00")
    )
    due = ScheduledInstalment(number=4, due_on=date(2026, 2, 1), amount=money("50.00"))
    rest = ScheduledInstalment(number=5, due_on=date(2026, 3, 1), amount=money("10.00"))
    event = LoanMigrated(
        lender="acme",
        loan_reference="L-2",
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        cut_over_on=date(2026, 1, 1),
        opened_on=date(2025, 6, 1),
        balance=Components(principal=money("60.00")),
        instalments=(due, rest),
        parties=(Party(borrower_reference="B-1"),),
        plan=plan,
    )
    linked = LoanLinked(
        person_id=PERSON,
        loan_id=event.loan_id,
        lender="acme",
        loan_reference="L-2",
        role=PartyRole.BORROWER,
    )
    await hardship.publish(event, linked)
    await ledger.settled()
    await hardship.settled()
    payment = PaymentReceived(
        lender="acme",
        loan_reference="L-2",
        payment_reference="P-1",
        amount=money("60.00"),
        value_on=date(2026, 1, 2),
    )
    await hardship.publish(payment)
    await ledger.settled()
    await hardship.settled()
    completed = [one for one in hardship.published("hardship-events") if isinstance(one, PlanCompleted)]
    assert [(one.plan_id, one.loan_ids) for one in completed] == [(event.plan_id(plan), (event.loan_id,))]
    await ledger.settled()
    assert await ledger.value("SELECT count(*) FROM held") == 0
    assert await hardship.value("SELECT count(*) FROM held") == 0
