"""Scenarios 17 to 27: a consumer that dies, freezes, is slow, is displaced, is misled about its place."""

import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from services.ledger.domain.loan import Loan
from shared.decision import Key
from tests.chaos import meddling
from tests.chaos.load import a_story, some_loans, some_payments
from tests.chaos.proxy import Proxy
from tests.chaos.world import LOAN_EVENTS, PAYMENTS, World
from tests.harness import Running, until
from tests.processes import Process

CONSUMES_ONLY: dict[str, Any] = {"role_relay": False, "role_timers": False}


async def paid(world: World, count: int) -> None:
    """Wait until the ledger has so many payments."""
    await until(
        lambda: world.value("ledger", f"{PAYMENTS} HAVING count(*) >= {count}"), f"{count} payments", 40
    )


# Two consumers tell the group once at their start: the third time is after much more was applied.
@pytest.mark.parametrize("fault", ["after_db_commit:3", "before_offset_commit:3"])
async def test_scenario_17_a_consumer_killed_between_its_commit_and_the_groups_is_not_applied_twice(
    world: World, fault: str
) -> None:
    await world.publish(a_story(10, 300))
    fallen = world.launch("ledger", fault=fault, batch_max=20)
    await fallen.fell(within_s=60)
    known = await meddling.group_offsets(world, "ledger")
    at = await world.value(
        "ledger", "SELECT sum(next_offset)::int FROM position WHERE topic LIKE '%loan-events%'"
    )
    assert at > sum(known.values()), "the group knew already what was committed: nothing was proved"
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await world.balances()
        assert meddling.metric(ledger, "duplicates_dropped_total") == 0, "the position did not rule"


@pytest.mark.parametrize("fault", ["after_inbox:2", "before_db_commit:2"])
async def test_scenario_18_a_consumer_killed_inside_its_transaction_begins_it_again(
    world: World, fault: str
) -> None:
    await world.publish(a_story(10, 300))
    await world.launch("ledger", fault=fault, batch_max=20, lanes=1).fell(within_s=60)
    seen = await world.value("ledger", "SELECT count(*) FROM inbox")
    assert 0 < seen < 310, f"{seen} messages were applied: it did not fall in the middle"
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


async def test_scenario_19_a_member_that_joins_in_the_middle_of_a_batch_waits_for_it(make_world: Any) -> None:
    world: World = await make_world(partitions=4)
    loans = some_loans(20)
    await world.publish(loans)
    with capture_logs() as said:
        async with world.inside("ledger") as first, world.inside("ledger", **CONSUMES_ONLY) as second:
            await meddling.owning(first, second)
            async with meddling.connected(world, "ledger") as connection:
                lock = meddling.Lock(connection, Key(Loan.__name__, loans[0].loan_id))
                await lock.take()
                await world.publish(some_payments(loans, 200))
                await meddling.blocked(world, "ledger")
                async with world.inside("ledger", **CONSUMES_ONLY) as third:

                    async def rebalancing() -> bool:
                        state, members = await meddling.group_state(world, "ledger")
                        return state == "PreparingRebalance" and members == 3

                    await until(rebalancing, "the third member waits for the others")
                    assert await meddling.waiting_for_locks(world, "ledger"), "the batch was not in flight"
                    await lock.release()
                    await meddling.owning(first, second, third)
                    await paid(world, 200)
    assert not [entry for entry in said if entry["event"] in ("position_moved", "revoked_during_batch")]
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
async def test_scenario_20_members_come_and_go_and_the_work_goes_on(world: World, rounds: int) -> None:
    loans = some_loans(20)
    await world.publish(loans)
    async with world.inside("ledger") as stays, world.inside("followup"):
        await meddling.owning(stays)
        before = meddling.metric(stays, "rebalances_total")
        for number in range(rounds):
            await world.publish(some_payments(loans, 100, seed=number, name=f"J{number}-"))
            async with world.inside("ledger", **CONSUMES_ONLY) as comes:
                await meddling.owning(stays, comes)
                await world.publish(some_payments(loans, 100, seed=number, name=f"L{number}-"))
                await paid(world, 200 * number + 100)
            await paid(world, 200 * (number + 1))
        assert meddling.metric(stays, "rebalances_total") >= before + rounds
        await world.balances()


async def test_scenario_21_a_batch_that_outlasts_the_poll_interval_does_nothing_when_it_ends(
    world: World,
) -> None:
    loans = some_loans(10)
    await world.publish(loans)
    url = world.databases["ledger"]
    async with Proxy(meddling.port_of(url)) as link:
        slow_url = meddling.through(url, link)
        slow_settings: dict[str, Any] = {
            "database_url": slow_url,
            "kafka_max_poll_interval_ms": 1000,
            **CONSUMES_ONLY,
        }
        with capture_logs() as said:
            async with world.inside("ledger", **slow_settings) as slow:
                await meddling.owning(slow)
                await until(
                    lambda: world.value("ledger", "SELECT count(*) = 10 FROM loan"), "the loans are kept"
                )
                link.stall()
                await world.publish(some_payments(loans, 100))

                async def left() -> bool:
                    return (await meddling.group_state(world, "ledger"))[1] == 0

                await until(left, "the slow member has left the group")
                async with world.inside("ledger"):
                    await paid(world, 100)
                    link.heal()

                    async def refused() -> bool:
                        return any(entry["event"] == "position_moved" for entry in said)

                    await until(refused, "the late batch finds its position moved", 30)
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


# In the long form PostgreSQL itself ends what the frozen process left open, after a minute.
@pytest.mark.parametrize("by_itself", [False, pytest.param(True, marks=pytest.mark.long)])
async def test_scenario_22_a_frozen_consumer_that_comes_back_writes_nothing_and_commits_no_old_offset(
    world: World, by_itself: bool
) -> None:
    loans = some_loans(10)
    payments = some_payments(loans, 60)
    await world.publish(loans)
    zombie = await world.start("ledger", **CONSUMES_ONLY)
    async with meddling.connected(world, "ledger") as connection:
        lock = meddling.Lock(connection, Key(Loan.__name__, loans[0].loan_id))
        await until(lambda: world.value("ledger", "SELECT count(*) = 10 FROM loan"), "the loans are kept")
        await lock.take()
        await world.publish(payments)
        await meddling.blocked(world, "ledger")
        zombie.signal(signal.SIGSTOP)
        # Whichever of its lanes holds something open, not only the one that was seen to wait.
        frozen = await meddling.backends(world, "ledger")
        await lock.release()
    async with world.inside("ledger") as heir:
        await meddling.owning(heir)
        assert _frozen(zombie)
        if not by_itself:
            for pid in frozen:
                await world.execute("ledger", f"SELECT pg_terminate_backend({pid})")
        await until(lambda: world.value("ledger", f"SELECT ({PAYMENTS}) = 60"), "the heir applies all", 90)
        zombie.signal(signal.SIGCONT)

        async def refused() -> bool:
            return zombie.said("position_moved") + zombie.said("batch_given_back") > 0

        await until(refused, "the zombie's batch is refused", 30)
        async with world.inside("followup"):
            await world.balances()
        await until(lambda: _told(world), "the group knows the newest offsets, and none is older", 30)


def _frozen(process: Process) -> bool:
    with open(f"/proc/{process.popen.pid}/stat") as stat:  # noqa: PTH123
        return stat.read().rpartition(")")[2].split()[0] == "T"


async def _told(world: World) -> bool:
    """Whether the group's offsets are those of the database."""
    known = await meddling.group_offsets(world, "ledger")
    return all(
        [
            at
            == await world.value(
                "ledger", "SELECT next_offset FROM position WHERE topic = $1 AND partition = $2", *place
            )
            for place, at in known.items()
        ]
    )


async def test_scenario_23_an_old_commit_of_a_member_moves_the_group_and_not_the_service(
    world: World,
) -> None:
    await world.publish(a_story(10, 100))
    async with world.inside("ledger") as ledger:
        await paid(world, 100)
        await meddling.owning(ledger)
    stale = AIOKafkaConsumer(
        **world.infra.kafka().client_options(),
        group_id=meddling.group(world, "ledger"),
        enable_auto_commit=False,
        session_timeout_ms=6_000,
    )
    topic = world.prefix + LOAN_EVENTS
    stale.subscribe([topic])
    await stale.start()
    try:
        await stale.commit({TopicPartition(topic, partition): 0 for partition in range(2)})
    finally:
        await stale.stop()
    known = await meddling.group_offsets(world, "ledger")
    assert [known[topic, partition] for partition in range(2)] == [0, 0], "the old commit was not taken"
    await _reads_on(world, expected=101)


@pytest.mark.parametrize("meddle", [meddling.delete_group, pytest.param(None, id="latest")])
async def test_scenario_24_a_group_that_lost_its_offsets_or_was_set_to_the_end_skips_nothing(
    world: World, meddle: Callable[[World, str], Awaitable[None]] | None
) -> None:
    await world.publish(a_story(10, 100))
    async with world.inside("ledger"):
        await paid(world, 100)
    await world.publish(some_payments(some_loans(10, name="L"), 50, name="unread"))
    if meddle is not None:
        await meddle(world, "ledger")
        assert await meddling.group_offsets(world, "ledger") == {}
    else:
        ends = {
            (world.prefix + topic, n): end for (topic, n), end in (await world.ends([LOAN_EVENTS])).items()
        }
        await meddling.commit_as_a_stranger(world, "ledger", ends)
        known = await meddling.group_offsets(world, "ledger")
        assert {place: known[place] for place in ends} == ends
    await _reads_on(world, expected=151)


async def _reads_on(world: World, expected: int) -> None:
    """Run the ledger again: it applies what is new, and reads nothing twice."""
    await world.publish(some_payments(some_loans(10, name="L"), 1, name="last"))
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await paid(world, expected)
        await world.balances()
        assert meddling.metric(ledger, "duplicates_dropped_total") == 0


async def test_scenario_25_records_deleted_before_they_were_read_stop_the_consumer_and_are_named(
    world: World,
) -> None:
    await world.publish(a_story(10, 100))
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()
    before = await world.ends([LOAN_EVENTS])
    await world.publish(some_payments(some_loans(10), 100, name="deleted"))
    gone = {place: end for place, end in (await world.ends([LOAN_EVENTS])).items() if end > before[place]}
    await meddling.delete_records(world, gone)
    async with world.inside("ledger") as ledger:
        intake = ledger.service.intakes[0]

        async def stopped() -> bool:
            return intake.failed is not None

        await until(stopped, "the consumer stops")
        missing = str(intake.failed)
        assert missing in [
            f"{world.prefix}{topic}/{number}: offsets {before[topic, number]} to {end - 1} are gone"
            for (topic, number), end in gone.items()
        ]
        assert [check.detail for check in await ledger.service.readiness() if not check.ok] == [missing]
        assert await world.value("ledger", PAYMENTS) == 100
        assert await world.value("ledger", "SELECT count(*) FROM held") == 0


async def test_scenario_26_a_blocked_loop_is_forgiven_within_the_session_and_harmless_beyond_it(
    world: World,
) -> None:
    loans = some_loans(10)
    await world.publish(loans)
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await meddling.owning(ledger)
        before = meddling.metric(ledger, "rebalances_total")
        await world.publish(some_payments(loans, 100, name="short"))
        _block(2.0)
        await paid(world, 100)
        assert meddling.metric(ledger, "rebalances_total") == before, "a short block cost the membership"
        await world.publish(some_payments(loans, 100, name="long"))
        _block(9.0)
        await until(lambda: _more(ledger, before), "it was evicted and came back", 30)
        await paid(world, 200)
        await world.balances()


def _block(seconds: float) -> None:
    """What a long calculation does to everything else in a process."""
    time.sleep(seconds)


async def _more(ledger: Running, before: float) -> bool:
    return meddling.metric(ledger, "rebalances_total") > before


async def test_scenario_27_an_event_published_three_times_has_one_effect(world: World) -> None:
    story = a_story(10, 50)
    for _ in range(3):
        await world.publish(story)
    async with world.inside("ledger") as ledger, world.inside("followup"):
        await world.balances()
        assert await world.topic_end(LOAN_EVENTS) == 180
        assert meddling.metric(ledger, "duplicates_dropped_total") == 120
        assert await world.value("ledger", PAYMENTS) == 50
