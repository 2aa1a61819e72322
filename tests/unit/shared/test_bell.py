"""Who sleeps by the bell wakes when it rings, and not later than they said."""

import asyncio

from shared.messaging.bell import Bell


async def test_all_who_sleep_wake_and_a_ring_before_the_sleep_is_not_lost() -> None:
    bell = Bell()
    first, second = bell.sleeper(), bell.sleeper()
    sleeping = asyncio.gather(first.sleep(60), second.sleep(60))
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.wait_for(sleeping, 5)
    bell.ring()
    await asyncio.wait_for(first.sleep(60), 5)
    await asyncio.wait_for(second.sleep(60), 5)


async def test_a_sleep_ends_by_itself_and_a_ring_wakes_once() -> None:
    sleeper = Bell().sleeper()
    await asyncio.wait_for(sleeper.sleep(0.001), 5)
    sleeper.wake()
    await sleeper.sleep(60)
    waiting = asyncio.ensure_future(sleeper.sleep(60))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    sleeper.wake()
    await asyncio.wait_for(waiting, 5)
