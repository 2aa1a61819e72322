"""Timers fire once and only when the input is read; sends are asked for their permit, retried, and settled
once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import spine
from shared.clock import system_now
from shared.database import transaction
from shared.decision import Key, SetTimer
from shared.events.clock import ClockTicked
from shared.messaging.memory import MemoryBroker
from shared.messaging.sends import NeverTaken, TryLater, Withheld
from shared.spine import ClaimedSend
from tests.builders import a_loan, a_registration, an_applied_payment
from tests.databases import Databases
from tests.followup.flow import Adjust, FollowUpMade
from tests.harness import Running, instant, running, until

LOAN = a_loan().loan_id
SIMULATED: dict[str, Any] = {"clock": "simulated", "clock_start": instant("2026-01-01T00:00:00")}


async def paid(followup: Running, payments: int = 1) -> None:
    """A loan with payments that are to be followed up."""
    await followup.publish(a_registration(), *(an_applied_payment(LOAN) for _ in range(payments)))
    await followup.settled()


async def test_a_timer_fires_once_and_what_follows_is_published_and_sent(followup: Running) -> None:
    await paid(followup)
    await until(lambda: followup.value("SELECT sent = 1 FROM followup"), "the note is sent")
    await followup.settled()
    assert followup.published("followup-events") == [FollowUpMade(loan_id=LOAN, number=1, payments=1)]
    assert list(followup.notes.taken.values()) == [1]
    assert await followup.value("SELECT count(*) FROM timer") == 0
    assert await followup.value("SELECT count(*) FROM send") == 0


async def test_setting_a_timer_again_moves_it(followup: Running) -> None:
    await paid(followup, payments=3)
    await until(lambda: followup.value("SELECT followed FROM followup"), "it fires")
    await asyncio.sleep(0.3)
    assert await followup.value("SELECT followed FROM followup") == 1


async def test_a_cancelled_timer_never_fires(followup: Running) -> None:
    await paid(followup)
    await followup.submit(Adjust(LOAN, 0, stop_timer=True))
    assert await followup.value("SELECT count(*) FROM timer") == 0


async def test_a_timer_that_was_moved_while_it_was_about_to_fire_does_nothing(followup: Running) -> None:
    await paid(followup)
    async with transaction(followup.service.engine) as connection:
        (due,) = await spine.due_timers(connection, system_now() + timedelta(days=1), 10)
    await followup.publish(an_applied_payment(LOAN))
    await followup.settled()
    await followup.service.door.timers([due], stopping=lambda: False)
    assert await followup.value("SELECT followed FROM followup") == 0


async def test_two_workers_with_the_same_timer_fire_it_once(followup: Running) -> None:
    await paid(followup)
    async with transaction(followup.service.engine) as connection:
        (due,) = await spine.due_timers(connection, system_now() + timedelta(days=1), 10)
    await asyncio.gather(*(followup.service.door.timers([due], stopping=lambda: False) for _ in range(5)))
    assert await followup.value("SELECT followed FROM followup") == 1


async def test_no_timer_fires_while_input_from_before_it_is_unread(
    databases: Databases, broker: MemoryBroker
) -> None:
    url = await databases.make("followup")
    async with running("followup", url, broker) as followup:
        await paid(followup)
        await until(lambda: followup.value("SELECT followed FROM followup"), "timers fire")
    async with running("followup", url, broker, role_consume=False, role_dispatch=False) as blind:
        await blind.database.execute(
            "INSERT INTO timer SELECT 'FollowUp', loan_id, 'FollowUpDue', now()::date, now()::time, 'UTC', "
            "now(), loan_id "
            "FROM followup"
        )
        await asyncio.sleep(0.5)
        assert await blind.value("SELECT followed FROM followup") == 1
    async with running("followup", url, broker) as seeing:
        await until(
            lambda: seeing.value("SELECT followed = 2 FROM followup"), "it fires once the input is read"
        )


@pytest.mark.parametrize(
    ("on", "at", "zone", "due_at"),
    [
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "2026-03-29T01:30"),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "2026-10-25T00:30"),
        (date(2026, 6, 1), time(9), "Asia/Shanghai", "2026-06-01T01:00"),
    ],
)
def test_a_local_time_that_comes_twice_or_not_at_all_has_one_moment(
    on: date, at: time, zone: str, due_at: str
) -> None:
    assert SetTimer("x", on, at, zone).due_at == instant(due_at)


def test_a_timer_that_is_surely_to_come_is_the_same_whoever_set_it() -> None:
    now, one, other = instant("2026-01-01T00:00:00"), UUID(int=1), UUID(int=2)
    later = SetTimer.at_instant("FollowUpDue", now + timedelta(hours=1))
    assert spine.set_by(later, one, now) == spine.set_by(later, other, now)
    soon = SetTimer.at_instant("FollowUpDue", now + timedelta(minutes=1))
    assert spine.set_by(soon, one, now) != spine.set_by(soon, other, now), "it may have fired for that moment"


async def test_simulated_time_moves_by_ticks_alone_and_never_back(
    databases: Databases, broker: MemoryBroker
) -> None:
    async with running("followup", await databases.make("followup"), broker, **SIMULATED) as followup:
        await paid(followup)
        await asyncio.sleep(1.2)
        rest = await followup.service.quiescence()
        assert (rest.now, rest.due, rest.outbox) == (instant("2026-01-01T00:00:00"), 0, 0)
        assert rest.next_due_at == instant("2026-01-01T00:00:01")
        await followup.publish(ClockTicked(now=instant("2026-01-01T00:00:01")))
        await until(lambda: followup.value("SELECT sent = 1 FROM followup"), "it fires at the tick")
        await followup.publish(ClockTicked(now=instant("2025-01-01T00:00:00")))
        await followup.settled()
        assert (await followup.service.quiescence()).now == instant("2026-01-01T00:00:01")
        (made,) = followup.envelopes("followup-events")
        assert made.time == instant("2026-01-01T00:00:01")


async def test_who_is_asked_for_rest_while_a_tick_is_applied_does_not_rest(
    databases: Databases, broker: MemoryBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running("followup", await databases.make("followup"), broker, **SIMULATED) as followup:
        await paid(followup)
        await followup.publish(ClockTicked(now=instant("2026-01-01T00:00:00")))
        await followup.settled()  # the topic of ticks is known
        clock = followup.service.clock
        read, ticked = clock.now, instant("2026-01-01T00:00:01")

        async def now_and_then_a_tick(connection: AsyncConnection) -> datetime:
            found = await read(connection)
            monkeypatch.setattr(clock, "now", read)
            await followup.publish(ClockTicked(now=ticked))
            await until(lambda: followup.value("SELECT now = $1 FROM clock", ticked), "the tick is applied")
            return found

        monkeypatch.setattr(clock, "now", now_and_then_a_tick)
        found = await followup.service.quiescence()
        assert (found.now, found.at_rest) == (instant("2026-01-01T00:00:00"), False)


async def test_ticks_mean_nothing_on_the_wall_clock(followup: Running) -> None:
    await followup.publish(ClockTicked(now=instant("2099-01-01T00:00:00")))
    await followup.settled()
    assert (await followup.service.quiescence()).now < instant("2099-01-01T00:00:00")


async def test_a_provider_that_fails_for_a_while_gets_the_same_key_again(followup: Running) -> None:
    followup.notes.failing = TryLater()
    await paid(followup)
    await until(lambda: followup.value("SELECT max(attempts) FROM send"), "it was tried")
    followup.notes.failing = None
    await until(lambda: followup.value("SELECT sent = 1 FROM followup"), "it is sent")
    assert list(followup.notes.taken.values()) == [1]


@pytest.mark.parametrize("failing", [NeverTaken("no such address"), RuntimeError("always")])
async def test_a_send_that_never_succeeds_ends_visibly(followup: Running, failing: Exception) -> None:
    followup.notes.failing = failing
    await paid(followup)
    await until(lambda: followup.value("SELECT withheld = 1 FROM followup"), "it has failed for good")
    assert await followup.value("SELECT count(*) FROM send") == 0


async def test_a_permit_that_is_refused_at_the_last_moment_withholds_the_send(
    databases: Databases, broker: MemoryBroker
) -> None:
    async def refuse(connection: AsyncConnection, sends: Sequence[ClaimedSend]) -> Mapping[Any, Withheld]:
        return {send.id: Withheld("night") for send in sends}

    async with running("followup", await databases.make("followup"), broker, permit=refuse) as followup:
        await paid(followup)
        await until(lambda: followup.value("SELECT withheld = 1 FROM followup"), "it is withheld")
        assert followup.notes.taken == {}


async def test_the_outcome_of_a_send_counts_once(followup: Running) -> None:
    await paid(followup)
    followup.notes.failing = TryLater()
    await until(lambda: followup.value("SELECT max(attempts) FROM send"), "it was tried")
    (send,) = await followup.rows("SELECT id FROM send")
    from tests.followup.flow import NoteSettled

    outcome = NoteSettled(LOAN, send["id"], "note", "sent", "")
    for _ in range(3):
        await followup.service.door.outcomes([(outcome, None)], stopping=lambda: False)
    assert await followup.value("SELECT sent FROM followup") == 1


async def test_a_timer_of_a_parked_key_queues_behind_it(followup: Running) -> None:
    await paid(followup)
    await followup.database.execute("UPDATE followup SET payments = 2147483647")
    await followup.publish(an_applied_payment(LOAN))
    await followup.settled()
    await until(lambda: followup.value("SELECT count(*) = 2 FROM held"), "the timer is kept")
    assert await followup.value("SELECT array_agg(origin ORDER BY seq) FROM held") == ["record", "timer"]
    await followup.database.execute("UPDATE followup SET payments = 0")
    assert await followup.service.door.release(Key("FollowUp", LOAN)) == 2
    assert await followup.value("SELECT (payments, followed) = (1, 1) FROM followup")
