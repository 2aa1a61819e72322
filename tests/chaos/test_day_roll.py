"""The roll of a day under fault: killed in its middle it resumes, again it changes nothing, nothing waits."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.clock import system_now
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.ledger import PaymentMissed
from shared.events.loans import Channel, LoanKind, LoanOpened, ProductPublished, ProductTerms
from tests.builders import a_loan, a_payment, an_instalment, money
from tests.chaos.evidence import gather
from tests.chaos.load import some_loans, some_payments
from tests.chaos.world import PAYMENTS, World
from tests.processes import eventually

DUE = "SELECT count(*)::int FROM timer WHERE due_at <= now()"
ALL_AGAIN = "UPDATE timer SET due_at = now() WHERE kind = 'DayDue'"
MOST_MISS = "UPDATE feed SET due_seen = 10000, missed_seen = 9000"
"""Of a lender of whom this is known, so many missed instalments at once are no sign of missing payments."""
YESTERDAY = system_now().date() - timedelta(days=1)
OPENED = YESTERDAY - timedelta(days=30)


def loans_due_yesterday(count: int) -> list[LoanOpened]:
    """Loans of which one instalment fell due yesterday, by a product that waits for no report."""
    schedule = [
        an_instalment(1, amount=money("500.00"), due_on=YESTERDAY),
        an_instalment(2, amount=money("500.00"), due_on=YESTERDAY + timedelta(days=300)),
    ]
    return [
        a_loan(f"D{n}", opened_on=OPENED, instalments=schedule, product="quick", product_version=1)
        for n in range(count)
    ]


def product() -> ProductPublished:
    """Reports of payments are taken as complete as the day ends."""
    return ProductPublished(
        lender=LENDER,
        product="quick",
        product_version=1,
        effective_on=OPENED,
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        terms=ProductTerms(annual_rate=Decimal(0), payments_complete_expected=False, feed_delay_days=0),
    )


async def missed_in_topic(world: World) -> Counter[str]:
    """How many different events tell each loan's miss."""
    evidence = await gather(world.told())
    told = {
        (one.id, str(one.event.loan_id))
        for one in evidence.topics["ledger-events"]
        if isinstance(one.event, PaymentMissed)
    }
    return Counter(loan for _, loan in told)


@pytest.mark.parametrize("fault", ["after_timer_delete:5", "before_db_commit:5", "after_db_commit:5"])
async def test_a_day_roll_killed_in_its_middle_tells_each_miss_once_and_again_tells_nothing(
    world: World, fault: str
) -> None:
    due, others = loans_due_yesterday(120), some_loans(10)
    paid = due[::2]
    story: list[Event] = [product(), *due, *others]
    story += [
        a_payment(money("500.00"), reference="on-time", loan=one.loan_reference, value_on=YESTERDAY)
        for one in paid
    ]
    await world.publish(story)
    async with world.inside("ledger", role_timers=False), world.inside("followup"):
        await eventually(
            lambda: world.value("ledger", f"{PAYMENTS} HAVING count(*) = {len(paid)}"), "all is taken"
        )
        await eventually(lambda: world.value("ledger", f"SELECT ({DUE}) = 60"), "the others are due")
        await world.execute("ledger", MOST_MISS)

    falling = world.launch("ledger", fault=fault, batch_max=10, role_consume=False, role_relay=False)
    await falling.fell()
    left = await world.value("ledger", DUE)
    assert 0 < left < 60, f"{left} of 60 loans were left: it did not fall in the middle"

    await world.publish(some_payments(others, 50))
    async with world.inside("ledger", batch_max=10), world.inside("followup"):
        await world.balances()
        expected = Counter({str(one.loan_id): 1 for one in due if one not in paid})
        assert await missed_in_topic(world) == expected
        postings = await world.value("ledger", "SELECT count(*) FROM posting")
        told = await world.topic_end("ledger-events")
        await world.execute("ledger", ALL_AGAIN)
        await world.balances()
        assert await world.topic_end("ledger-events") == told, "the same day again told something"
        assert await world.value("ledger", "SELECT count(*) FROM posting") == postings
