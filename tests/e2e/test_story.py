"""The first story: a platform reports, the ledger keeps the books, another service follows up."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from shared.events.ledger import PaymentApplied
from tests.builders import a_loan, a_payment, a_schedule, money
from tests.e2e.world import World
from tests.followup.flow import FollowUpMade
from tests.harness import instant, until

START = instant("2026-01-01T00:00:00")
SIMULATED: dict[str, Any] = {"clock": "simulated", "clock_start": START}


async def test_what_a_platform_reports_reaches_the_books_and_those_who_follow_them(world: World) -> None:
    async with world.with_services("ledger", "followup"):
        loan = a_loan(instalments=a_schedule("10.00", "10.00"))
        for event in (a_payment("4.00", reference="early"), loan, a_payment("7.00", reference="p2")):
            await world.publish(event)
        followup = world.services["followup"]
        await until(
            lambda: followup.value("SELECT sent > 0 AND payments = 2 FROM followup"), "it is followed up"
        )
        await world.rest()
        told = [event for event, _ in await world.events("ledger-events")]
        assert [event.NAME for event in told] == ["LoanRegistered", "PaymentApplied", "PaymentApplied"]
        assert [e.applied for e in told if isinstance(e, PaymentApplied)] == [money("4.00"), money("7.00")]
        standing = await world.services["ledger"].rows("SELECT owed_minor, open_due_on FROM loan")
        assert standing == [{"owed_minor": 900, "open_due_on": date(2026, 3, 1)}]
        made = [event for event, _ in await world.events("followup-events")]
        assert all(isinstance(event, FollowUpMade) and event.loan_id == loan.loan_id for event in made)


async def test_the_cause_and_the_trace_of_a_report_go_with_all_that_follows(world: World) -> None:
    async with world.with_services("ledger", "followup"):
        await world.publish(a_loan(), ids=["opened"])
        await world.publish(a_payment(), ids=["paid"])
        followup = world.services["followup"]
        await until(lambda: followup.value("SELECT sent > 0 FROM followup"), "it is followed up")
        ledger_told = {e.causation_id: e for _, e in await world.events("ledger-events")}
        assert set(ledger_told) == {"opened", "paid"}
        assert ledger_told["paid"].correlation_id == "paid"


async def live(world: World, seed: int) -> list[tuple[str, str, str]]:
    """A simulated month over both services: the event history by content."""
    chance = random.Random(seed)
    async with world.with_services("ledger", "followup", **SIMULATED):
        loans = [a_loan(f"L{n}") for n in range(5)]
        await world.publish(*loans, ids=[loan.loan_reference for loan in loans])
        for day in range(6):
            payments = [
                a_payment(
                    f"{chance.randint(1, 500)}.00", loan=f"L{chance.randrange(5)}", reference=f"{day}-{n}"
                )
                for n in range(chance.randint(1, 4))
            ]
            await world.publish(*payments, ids=[payment.payment_reference for payment in payments])
            await world.live_until(START + timedelta(days=5 * (day + 1)))
        history = [
            *await world.events("ledger-events"),
            *await world.events("followup-events"),
        ]
    return sorted(
        (envelope.id, event.model_dump_json(), envelope.time.isoformat()) for event, envelope in history
    )


@pytest.fixture
async def other_world(infra: Any, databases: Any) -> Any:
    """A second world, for comparison."""
    from shared.messaging.kafka import KafkaBroker
    from tests.e2e.conftest import TOPICS

    prefix = f"again{random.randrange(10**9)}-"
    await infra.create_topics(TOPICS, prefix=prefix, partitions=2)
    async with World.opened(KafkaBroker(infra.kafka()), prefix, databases) as opened:
        yield opened


async def test_the_same_seed_lived_twice_gives_the_same_history(world: World, other_world: World) -> None:
    first = await live(world, 7)
    assert len(first) > 20
    assert first == await live(other_world, 7)
