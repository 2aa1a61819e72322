"""Scenarios 9, 10 and 16: what is too large, what the broker refuses, and a topic that is missing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.ledger.domain import opening
from services.ledger.domain.loan import Loan
from services.ledger.flow import FLOW
from shared.decision import Context, Decision, Need, Wait
from shared.events.ledger import ScheduleRevised
from shared.events.loans import LoanOpened
from shared.events.parts import ScheduledInstalment
from shared.events.wire import MAX_EVENT_BYTES
from shared.flow import Flow
from shared.service import Service
from shared.settings import ServiceSettings
from tests.builders import a_loan, an_instalment, money
from tests.chaos.load import some_loans, some_payments
from tests.chaos.relays import drained
from tests.chaos.world import LOAN_EVENTS, TOPICS, MakeWorld, World
from tests.harness import SOURCES
from tests.processes import eventually

TALKATIVE = "LONG"
INSTALMENTS_MAX = 2_000


def _verbose(copies: int) -> Flow:
    """The ledger, except that it repeats the schedule of certain loans, so many times over, in an event."""

    def open_loan(loan: Loan | None, event: LoanOpened, context: Context) -> Decision[Loan] | Need | Wait:
        decision = opening.open_loan(loan, event, context)
        if isinstance(decision, Need | Wait) or not event.loan_reference.startswith(TALKATIVE):
            return decision
        # Put together without validation: the schema would not allow so much.
        told = ScheduleRevised.model_construct(
            loan_id=event.loan_id,
            effective_on=event.opened_on,
            instalments=event.instalments * copies,
            cause="opening",
            plan=None,
        )
        return replace(decision, events=[*decision.events, told])

    steps = [step for of in FLOW.steps.values() for step in of if step.message is not LoanOpened]
    (usual,) = FLOW.steps[LoanOpened]
    first = replace(usual, decide=open_loan, emits=(*usual.emits, ScheduleRevised))
    return Flow("ledger", tuple(FLOW.states.values()), (first, *steps))


@asynccontextmanager
async def _verbose_ledger(world: World, copies: int = 1) -> AsyncIterator[Service]:
    settings = ServiceSettings(**world.settings("ledger"))
    service = Service(_verbose(copies), settings, SOURCES["ledger"], broker=world.broker())
    async with service.running():
        yield service


def _long_loan(number: int, instalments: int) -> LoanOpened:
    schedule: Sequence[ScheduledInstalment] = [
        # Amounts without a pattern, so that compression makes them no smaller than they are.
        an_instalment(n, money(f"{(n * 7919) % 9973 + 1}.{(n * 31) % 100:02}"))
        for n in range(1, instalments + 1)
    ]
    return a_loan(f"{TALKATIVE}{number}", instalments=schedule)


async def test_scenario_09_an_event_above_the_limit_is_refused_where_it_is_made(ledger_only: World) -> None:
    world = ledger_only
    story = [*some_loans(2), *some_payments(some_loans(2), 10)]
    copies = 10
    loan = _long_loan(1, INSTALMENTS_MAX)
    async with _verbose_ledger(world, copies):
        await world.publish([*story[:6], loan, *story[6:]])
        await world.settle()
    assert await world.value("ledger", "SELECT reason FROM held") == "too_large"
    detail = await world.value("ledger", "SELECT detail FROM held")
    assert f"{MAX_EVENT_BYTES:,}" in detail
    assert await world.value("ledger", "SELECT count(*) FROM loan") == 2, "nothing of the refused one remains"
    await world.balances(allowed=["too_large"])


async def _limit_topic(world: World, topic: str, bytes_max: int) -> None:
    """Let the broker take no more than this at once."""
    admin = AIOKafkaAdminClient(**world.infra.kafka().client_options())
    await admin.start()
    try:
        limit = {"max.message.bytes": str(bytes_max), "retention.ms": "-1"}
        where = ConfigResource(ConfigResourceType.TOPIC, world.prefix + topic, configs=limit)
        [answer] = await admin.alter_configs([where])
        assert all(resource[0] == 0 for resource in answer.resources), answer
    finally:
        await admin.close()


async def test_scenario_10_the_broker_lowers_its_limit(ledger_only: World) -> None:
    world = ledger_only
    fine, late = some_loans(40), some_payments(some_loans(40), 300)
    long = _long_loan(1, 600)
    await _limit_topic(world, "ledger-events", 8_000)
    # Not yet running: so the long event and many small ones stand in one batch, which is too large as well.
    async with world.inside("ledger", role_relay=False):
        await world.publish([*fine[:20]])
        await _applied(world, 20)
    async with _verbose_ledger_without_relay(world):
        await world.publish([long, *fine[20:], *late])
        await _applied(world, 41)
    async with _verbose_ledger(world) as service:
        await drained(world)
        held = await world.value("ledger", "SELECT array_agg(held) FROM outbox")
        assert held == ["larger than the broker takes"], "only the one that is too large by itself"
        assert _total(service.metrics.relay_producers) > 1, "the producer was made anew"
        await _limit_topic(world, "ledger-events", 1_000_000)
        # What an operator does once the limit is right again.
        await world.execute("ledger", "UPDATE outbox SET held = NULL")
        await world.balances()


def _total(counter: Any) -> float:
    return float(
        sum(s.value for metric in counter.collect() for s in metric.samples if s.name.endswith("_total"))
    )


@asynccontextmanager
async def _verbose_ledger_without_relay(world: World) -> AsyncIterator[Service]:
    settings = ServiceSettings(**world.settings("ledger", role_relay=False))
    async with Service(_verbose(1), settings, SOURCES["ledger"], broker=world.broker()).running() as service:
        yield service


async def _applied(world: World, loans: int) -> None:
    async def there() -> bool:
        count = await world.value("ledger", "SELECT count(*) FROM loan")
        read = await world.value("ledger", "SELECT coalesce(sum(next_offset), 0)::bigint FROM position")
        return bool(count == loans and read == await world.topic_end(LOAN_EVENTS))

    await eventually(there, f"{loans} loans are in the books")


async def test_scenario_16_a_missing_topic_is_told_and_waited_for(make_world: MakeWorld) -> None:
    there = [topic for topic in TOPICS if topic != "ledger-events"]
    world: World = await make_world(topics=there, services=("ledger",))
    process = world.launch("ledger")
    story = [*some_loans(2), *some_payments(some_loans(2), 10)]

    async def unready() -> bool:
        status, body = await process.readiness()
        return status == 503 and f"{world.prefix}ledger-events" in body

    await eventually(unready, "not ready, and it says why")
    http = world.http()
    await http.hand_in(process.url, story)
    assert await world.value("ledger", "SELECT count(*) FROM outbox") == 12, "the outbox waits"

    async def tried() -> bool:
        return process.said("send_in_doubt") >= 2

    await eventually(tried, "the relay tries again")
    assert process.said("topics_missing") == 1, "told once, not again and again"
    assert process.said("send_in_doubt") < 10, "and it does not try in a busy loop"
    await world.infra.create_topics(["ledger-events"], prefix=world.prefix)
    await process.ready()
    await world.balances()
