"""Wakes those who wait for work in this process, sooner than they would look by themselves."""

import asyncio
import contextlib


class Bell:
    """Rung when something was saved. Whoever sleeps by it wakes; in other processes nobody does."""

    def __init__(self) -> None:
        self._sleepers: list[Sleeper] = []

    def sleeper(self) -> "Sleeper":
        """Somebody who wakes when it rings."""
        one = Sleeper()
        self._sleepers.append(one)
        return one

    def ring(self) -> None:
        """Wake all; who is awake does not sleep the next time."""
        for one in self._sleepers:
            one.wake()


class Sleeper:
    """Sleeps until it is woken, or for so long."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """End the sleep, or the next one."""
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        """Wait for at most so long."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
