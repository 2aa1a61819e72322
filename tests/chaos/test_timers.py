"""Scenarios 47, 48, 50 and 51: timers due all at once, killed or moved while firing, clocks that jump."""

import asyncio
import os
import re
import signal
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import pytest

from cli.stack.process import free_ports
from shared import spine
from shared.clock import system_now
from shared.database import transaction
from shared.decision import Key, SetTimer
from shared.events.clock import ClockTicked
from shared.messaging.timers import TimerSettings
from tests.builders import a_payment, a_record
from tests.chaos import meddling
from tests.chaos.load import some_loans
from tests.chaos.world import World
from tests.followup.flow import Adjust, FollowUp
from tests.harness import Running, instant, until
from tests.processes import Process

AT_ONCE = 200
"""Timers that one worker fires in one go, over its lanes."""
FOLLOWED = "SELECT coalesce(sum(followed), 0)::int FROM followup"


async def registered(world: World, count: int) -> None:
    """Loans that the follow-up service knows."""
    await world.publish(some_loans(count))
    async with world.inside("ledger"), world.inside("followup"):
        await until(
            lambda: world.value("followup", f"SELECT count(*) = {count} FROM followup"),
            "all are known",
            _patience_s(count),
        )
        await world.settle(_patience_s(count))


def _patience_s(count: int) -> float:
    """How long so many loans may take on a machine that does much else."""
    return 60 + count / 500


async def all_due(world: World) -> None:
    """Let a timer be due now for every loan."""
    await world.execute(
        "followup",
        "INSERT INTO timer (type, key, kind, due_on, due_time, zone, due_at, set_by) "
        "SELECT 'FollowUp', loan_id, 'FollowUpDue', current_date, localtime, 'UTC', "
        "clock_timestamp(), gen_random_uuid() FROM followup",
    )


async def fired_once_each(world: World, count: int, times: int = 1) -> None:
    """Wait until every loan was followed up, and demand that it was so as often as it should."""
    await until(
        lambda: world.value("followup", "SELECT count(*) = 0 FROM timer"),
        "every timer has fired",
        _patience_s(count),
    )
    assert await world.value("followup", f"SELECT count(*) FROM followup WHERE followed = {times}") == count


@pytest.mark.parametrize(
    ("timers", "per_second"),
    [(2_000, 1_000), pytest.param(1_000_000, 20_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])],
)
async def test_scenario_47_timers_due_at_once_fire_once_each_though_two_of_four_workers_die(
    world: World, timers: int, per_second: int
) -> None:
    await registered(world, timers)
    pace: dict[str, Any] = {
        "timers_per_second_max": per_second,
        "role_dispatch": False,
        "batch_max": AT_ONCE // TimerSettings().lanes,
    }
    workers = [world.launch("followup", **pace) for _ in range(4)]
    for worker in workers:
        await worker.ready()
    began = asyncio.get_running_loop().time()
    await all_due(world)
    for killed in range(2):
        await _fired_more_than(world, timers * (killed + 1) // 4)
        await (await _leading(world, workers)).kill()
        assert await world.value("followup", "SELECT count(*) FROM timer"), "it died after the last timer"
    await fired_once_each(world, timers)
    # Nobody waits after the last timers, nor after those that a worker fired just before it died.
    paced = timers - 3 * AT_ONCE
    assert asyncio.get_running_loop().time() - began > paced / per_second, "the drain kept no pace"
    assert [worker.running for worker in workers].count(False) == 2
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances(within_s=_patience_s(timers))


async def _fired_more_than(world: World, count: int) -> None:
    await until(
        lambda: world.value("followup", f"{FOLLOWED} HAVING sum(followed) > {count}"),
        f"more than {count} have fired",
        _patience_s(count),
    )


async def _leading(world: World, workers: Sequence[Process]) -> Process:
    """The worker that fires the timers now: the one whose connection holds the lock of the job."""
    port = await until(
        lambda: world.value(
            "followup",
            "SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND granted "
            "AND datname = current_database() AND application_name = 'huancui-followup-timers'",
        ),
        "a worker leads",
    )
    return next(worker for worker in workers if worker.running and port in _local_ports(worker.popen.pid))


def _local_ports(pid: int) -> set[int]:
    """The ports of a process's own ends of its connections."""
    links = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()]
    sockets = {found.group(1) for link in links if (found := re.fullmatch(r"socket:\[(\d+)\]", link))}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in sockets}


async def test_scenario_48_a_worker_killed_between_the_timers_end_and_the_commit_fires_nothing_twice(
    world: World,
) -> None:
    await registered(world, 50)
    falling = await world.start("followup", fault="after_timer_delete:3", batch_max=10)
    await all_due(world)
    await falling.fell()
    left = await world.value("followup", "SELECT count(*) FROM timer")
    assert 0 < left < 50, f"{left} timers are left: it did not fall in the middle"
    assert left + await world.value("followup", FOLLOWED) == 50
    async with world.inside("ledger"), world.inside("followup"):
        await fired_once_each(world, 50)
        await world.balances()


@pytest.mark.parametrize("first", ["fire", "change"])
@pytest.mark.parametrize("change", ["cancel", "move"])
async def test_scenario_50_a_timer_cancelled_or_moved_while_it_fires_has_one_outcome(
    world: World, first: str, change: str
) -> None:
    await registered(world, 1)
    loan = some_loans(1)[0].loan_id
    await all_due(world)
    async with (
        world.inside("ledger"),
        world.inside("followup", role_timers=False) as followup,
        meddling.connected(world, "followup") as connection,
    ):
        await meddling.owning(followup)
        lock = meddling.Lock(connection, Key(FollowUp.__name__, loan))
        await lock.take()
        # Locks are given in the order in which they were asked for.
        order = [_fire, _cancel if change == "cancel" else _move]
        running = []
        for number, step in enumerate(order if first == "fire" else order[::-1], 1):
            running.append(asyncio.ensure_future(step(world, followup)))
            await meddling.blocked(world, "followup", number)
        await lock.release()
        await asyncio.gather(*running)
        fired = await world.value("followup", FOLLOWED)
        left = await world.value("followup", "SELECT count(*) FROM timer")
        expected = {("fire", "cancel"): (1, 0), ("change", "cancel"): (0, 0)}
        expected |= {("fire", "move"): (1, 1), ("change", "move"): (0, 1)}
        assert (fired, left) == expected[first, change]
    async with world.inside("ledger"), world.inside("followup"):
        await fired_once_each(world, 1, fired + left)
        await world.balances()


async def _fire(world: World, followup: Running) -> None:
    async with transaction(followup.service.engine) as connection:
        (due,) = await spine.due_timers(connection, system_now(), 10)
    await followup.service.door.timers([due], stopping=lambda: False)


async def _cancel(world: World, followup: Running) -> None:
    # The command also sets the number of follow-ups: here to what it will be by then.
    came_first = len(await meddling.waiting_for_locks(world, "followup"))
    await followup.submit(Adjust(some_loans(1)[0].loan_id, came_first, stop_timer=True))


async def _move(world: World, followup: Running) -> None:
    """A payment sets the timer anew."""
    await world.publish([a_payment("1.00", loan=some_loans(1)[0].loan_reference)])
    await until(
        lambda: world.value("followup", "SELECT sum(payments) = 1 FROM followup"), "the payment is counted"
    )


@pytest.mark.parametrize("shift", [timedelta(hours=-1), timedelta(days=1)], ids=["back", "ahead"])
async def test_scenario_51_a_clock_that_jumps_on_one_node_fires_nothing_twice(
    world: World, shift: timedelta
) -> None:
    loans = some_loans(20)
    await world.publish(loans)
    jumping = _jumping(world, shift)
    async with world.inside("ledger"), world.inside("followup") as steady:
        await jumping.ready()
        await meddling.owning(steady)
        await until(lambda: _shared_by_two(world), "both replicas have partitions", 40)
        await world.publish([a_payment("1.00", loan=loan.loan_reference, reference="1") for loan in loans])
        await _counted(world, 20)
        jumping.signal(signal.SIGUSR1)
        await world.publish([a_payment("1.00", loan=loan.loan_reference, reference="2") for loan in loans])
        await _counted(world, 40)
        off = "SELECT count(*) FROM inbox WHERE abs(extract(epoch FROM seen_at - now())) > 1800"
        assert await world.value("followup", off) > 0, "the node whose clock was off did nothing meanwhile"
        jumping.signal(signal.SIGUSR2)
        # What the node set for tomorrow is set anew by what comes next.
        await world.publish([a_payment("1.00", loan=loan.loan_reference, reference="3") for loan in loans])
        await _counted(world, 60)
        await world.balances()
        doubled = "SELECT count(*) FROM followup WHERE followed NOT BETWEEN 1 AND payments"
        assert await world.value("followup", doubled) == 0


async def _shared_by_two(world: World) -> bool:
    return await meddling.group_state(world, "followup") == ("Stable", 2)


def _jumping(world: World, shift: timedelta) -> Process:
    """A replica of the follow-up service whose clock can be put off."""
    port = free_ports(1)[0]
    settings = {**world.settings("followup"), "http_port": port}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUANCUI_")}
    environment |= {f"HUANCUI_{name.upper()}": str(value) for name, value in settings.items()}
    environment["CHAOS_SHIFT_S"] = str(shift.total_seconds())
    return world.run_module("tests.chaos.shifted", environment, "jumping", f"http://127.0.0.1:{port}")


async def _counted(world: World, payments: int) -> None:
    await until(
        lambda: world.value("followup", f"SELECT sum(payments) = {payments} FROM followup"),
        f"{payments} payments are counted",
        40,
    )


@pytest.mark.parametrize(
    ("on", "due_at"),
    [(date(2026, 3, 29), "2026-03-29T01:30:00"), (date(2026, 10, 25), "2026-10-25T00:30:00")],
)
async def test_scenario_51_a_local_time_that_is_left_out_or_comes_twice_fires_once(
    world: World, on: date, due_at: str
) -> None:
    await registered(world, 5)
    due = instant(due_at)
    simulated: dict[str, Any] = {"clock": "simulated", "clock_start": due - timedelta(hours=2)}
    async with world.inside("ledger"), world.inside("followup", **simulated) as followup:
        timer = SetTimer("FollowUpDue", on, time_of_day(2, 30), "Europe/Berlin")
        async with transaction(followup.service.engine) as connection:
            await spine.set_timers(
                connection,
                [(Key(FollowUp.__name__, one.loan_id), timer, one.loan_id, None) for one in some_loans(5)],
            )
        for minutes in range(-90, 150, 15):
            now = due + timedelta(minutes=minutes)
            await world.send([a_record(ClockTicked(now=now), prefix=world.prefix)])
            await _ticked(followup, now)
            if minutes < 0:
                assert (await followup.service.quiescence()).due == 0
            await until(lambda: _nothing_due(followup), "what is due has fired")
            assert await world.value("followup", FOLLOWED) == (0 if minutes < 0 else 5)
        await world.balances()


async def _ticked(followup: Running, now: datetime) -> None:
    async def taken() -> bool:
        return (await followup.service.quiescence()).now == now

    await until(taken, "the tick is taken")


async def _nothing_due(followup: Running) -> bool:
    return (await followup.service.quiescence()).due == 0
