"""What the ledger does for whole lives of loans, over Kafka and PostgreSQL, as simulated days pass."""

from datetime import date, datetime, timedelta
from typing import Any

from shared.events.base import Event
from shared.events.ledger import (
    ArrearsCured,
    InstalmentDueSoon,
    PaymentMissed,
    PaymentMissedRetracted,
    ReliefInstructed,
    ScheduleRevised,
    StatementMade,
)
from shared.events.loans import PaymentsComplete
from shared.events.parts import LenderShare, ReliefKind
from shared.events.servicing import ReliefApplied
from tests.builders import a_loan, a_payment, a_reversal, an_event, an_instalment, money
from tests.e2e.world import World
from tests.harness import instant
from tests.unit.ledger.plastic import a_card, a_card_product, drawn
from tests.unit.ledger.test_holds import a_product, a_term_loan
from tests.unit.ledger.test_reliefs import a_phase, a_plan

START = instant("2026-01-01T00:00:00")
SIMULATED: dict[str, Any] = {"clock": "simulated", "clock_start": START}
ALL_ADD_UP = (
    "SELECT count(*) FROM (SELECT cause, currency FROM posting GROUP BY loan_id, cause, currency "
    "HAVING sum(amount_minor) <> 0) AS wrong"
)


def complete(through: date) -> PaymentsComplete:
    """The platform has reported a day."""
    return an_event(PaymentsComplete, through=through, product=None)


def noon(on: date) -> datetime:
    """Noon of a day."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=START.tzinfo)


async def day(world: World, on: date, *told: Event) -> None:
    """Let time pass to noon of a day, then let the platform tell."""
    await world.live_until(noon(on))
    if told:
        await world.publish(*told)
        await world.live_until(noon(on) + timedelta(minutes=1))


async def names(world: World, *kinds: type[Event]) -> list[str]:
    """What was told of these kinds, in order of telling."""
    return [event.NAME for event, _ in await world.events("ledger-events") if isinstance(event, kinds)]


async def test_a_late_feed_dunned_nobody_and_what_was_told_wrongly_was_taken_back(world: World) -> None:
    async with world.with_services("ledger", **SIMULATED):
        opened = {"opened_on": "2026-01-01", "first_due_on": "2026-02-01", "instalment_count": 3}
        await day(world, date(2026, 1, 1), a_product())
        await day(world, date(2026, 1, 2), a_term_loan("300.00", **opened))
        await day(world, date(2026, 2, 5))
        assert await names(world, InstalmentDueSoon, PaymentMissed) == ["InstalmentDueSoon"]
        await day(
            world, date(2026, 2, 6), a_payment("110.00", value_on="2026-02-01"), complete(date(2026, 2, 5))
        )
        assert await names(world, PaymentMissed) == []
        await day(world, date(2026, 3, 3), complete(date(2026, 3, 2)))
        told = (PaymentMissed, PaymentMissedRetracted, ArrearsCured)
        assert await names(world, *told) == ["PaymentMissed"]
        found = a_payment("110.00", reference="found", value_on="2026-03-01")
        await day(world, date(2026, 3, 5), found)
        assert await names(world, *told) == ["PaymentMissed", "PaymentMissedRetracted", "ArrearsCured"]
        await day(world, date(2026, 3, 6), a_reversal("found", reversed_on="2026-03-06"))
        await day(world, date(2026, 3, 8), complete(date(2026, 3, 7)))
        assert (await names(world, PaymentMissed))[1:] == ["PaymentMissed"], "it is missed after all"
        assert await world.services["ledger"].value(ALL_ADD_UP) == 0


async def test_a_card_is_billed_by_the_ledger_and_its_minimum_payment_is_missed_and_cured(
    world: World,
) -> None:
    async with world.with_services("ledger", **SIMULATED):
        card = a_card(product="plastic", product_version=1)
        await day(world, date(2026, 1, 1), a_card_product())
        await day(world, date(2026, 1, 2), card, drawn("1000.00", "2026-01-02"))
        await day(world, date(2026, 2, 6), complete(date(2026, 2, 5)))
        assert await names(world, StatementMade, PaymentMissed) == ["StatementMade", "PaymentMissed"]
        await day(world, date(2026, 2, 8), a_payment("150.00", value_on="2026-02-08"))
        assert await names(world, ArrearsCured) == ["ArrearsCured"]
        await day(world, date(2026, 2, 17))
        assert await names(world, StatementMade) == ["StatementMade", "StatementMade"]
        assert await world.services["ledger"].value(ALL_ADD_UP) == 0


async def test_a_loan_of_five_lenders_whose_core_is_master_gets_its_relief_only_once_the_core_confirms(
    world: World,
) -> None:
    shares = [LenderShare(holder_reference=f"H-{n}", share="0.2") for n in range(5)]
    schedule = [an_instalment(n, amount=money("33.35"), due_on=date(2026, n + 1, 1)) for n in (1, 2, 3)]
    loan = a_loan(instalments=schedule, shares=shares)
    ledger_events = (ReliefInstructed, ScheduleRevised, PaymentMissed)
    async with world.with_services("ledger", **SIMULATED):
        await day(world, date(2026, 1, 2), loan, a_payment("33.35", value_on="2026-01-02"))
        later = a_phase(ReliefKind.DUE_DATE_MOVED, effective_on="2026-03-01", ends_on="2026-03-20")
        await day(world, date(2026, 1, 20), a_plan(loan.loan_id, later))
        assert await names(world, *ledger_events) == ["ReliefInstructed"]
        await day(world, date(2026, 3, 5), complete(date(2026, 3, 4)))
        assert await names(world, PaymentMissed) == [], "nothing is demanded before the core answers"
        told = [event for event, _ in await world.events("ledger-events")]
        (instructed,) = [event for event in told if isinstance(event, ReliefInstructed)]
        moved = [
            an_instalment(n, amount=money("33.35"), due_on=on)
            for n, on in ((2, "2026-03-20"), (3, "2026-04-01"))
        ]
        applied = an_event(
            ReliefApplied,
            instruction_id=instructed.instruction_id,
            applied_on="2026-03-01",
            instalments=moved,
        )
        await day(world, date(2026, 3, 6), applied)
        assert await names(world, *ledger_events) == ["ReliefInstructed", "ScheduleRevised"]
        ledger = world.services["ledger"]
        assert await ledger.value("SELECT open_due_on FROM loan") == date(2026, 3, 20)
        assert await ledger.value("SELECT count(*) FROM holding") == 1
        assert await ledger.value(ALL_ADD_UP) == 0
