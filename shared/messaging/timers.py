"""Timers: what has come due is fired through the door, once, and never while the input lags behind."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import spine
from shared.clock import Clock
from shared.database import is_infrastructure, transaction
from shared.door import Door
from shared.messaging.leader import Stopped, leadership
from shared.spine import DueTimer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TimerSettings:
    """`per_second_max` bounds the drain after an outage, so that what reacts to timers is not flooded."""

    batch_max: int = 200
    lanes: int = 2
    poll_ms: int = 50
    idle_poll_ms: int = 250
    per_second_max: int = 20_000
    in_order: bool = False
    """One after the other, by the moment at which each falls due: where a simulated clock takes long steps,
    the same then happens in each run.
    """
    alone: frozenset[str] = frozenset()
    """Kinds that fire once all that was due before them has fired."""
    still_leading_every_s: float = 1.0


class TimerRunner:
    """Fires one service's timers while this replica leads; otherwise it stands by."""

    def __init__(
        self,
        service: str,
        database_url: str,
        engine: AsyncEngine,
        door: Door,
        clock: Clock,
        settings: TimerSettings,
    ) -> None:
        self._service, self._url, self._engine = service, database_url, engine
        self._door, self._clock, self._settings = door, clock, settings
        self._stop = asyncio.Event()
        self._idle = door.saved.sleeper()
        self._idle_ms = float(settings.poll_ms)

    async def run(self) -> None:
        """Lead and fire until `stop`."""
        while not self._stop.is_set():
            try:
                async with leadership(self._url, f"{self._service}-timers", self._stop.is_set) as connection:
                    checked_at = 0.0
                    while not self._stop.is_set():
                        now = asyncio.get_running_loop().time()
                        if now - checked_at > self._settings.still_leading_every_s:
                            await connection.fetchval("SELECT 1")
                            checked_at = now
                        await self._fire_due()
            except Stopped:
                break
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("timers_restart", service=self._service, error=type(error).__name__)
                await self._sleep(0.5)

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stop.set()
        self._idle.wake()

    async def _fire_due(self) -> None:
        settings = self._settings
        due = await self.due(settings.batch_max * settings.lanes)
        if not due:
            self._idle_ms = min(self._idle_ms * 1.5, settings.idle_poll_ms)
            await self._idle.sleep(self._idle_ms / 1000)
            return
        due = together(due, settings)
        self._idle_ms = float(settings.poll_ms)
        lanes: dict[int, list[DueTimer]] = defaultdict(list)
        for one in due:
            lanes[0 if settings.in_order else one.key.id.int % settings.lanes].append(one)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(
            *(self._door.timers(lane, stopping=self._stop.is_set) for lane in lanes.values())
        )
        spent = asyncio.get_running_loop().time() - began
        await self._sleep(max(0.0, len(due) / settings.per_second_max - spent))

    async def due(self, limit: int) -> list[DueTimer]:
        """Timers that may fire now, oldest first."""
        async with transaction(self._engine) as connection:
            horizon = await self._clock.horizon(connection, await spine.input_read_through(connection))
            return [] if horizon is None else await spine.due_timers(connection, horizon, limit)

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)


def together(due: Sequence[DueTimer], settings: TimerSettings) -> list[DueTimer]:
    """The first of what is due that may fire in one batch."""
    alone = due[0].kind in settings.alone
    return list(takewhile(lambda one: (one.kind in settings.alone) == alone, due))
