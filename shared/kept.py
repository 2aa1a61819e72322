"""Kept messages tried again: those of a parked key once it is repaired, those that wait for another state."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import parking, spine
from shared.batch import Batch, Parts
from shared.clock import system_now
from shared.database import transaction
from shared.decision import Key
from shared.message import Message, Outcome


@dataclass(frozen=True)
class Kept:
    """`with_restarts` and `count` are the door's: a kept message is tried as any other is."""

    engine: AsyncEngine
    parts: Parts
    with_restarts: Callable[[Batch, Callable[[], Awaitable[None]]], Awaitable[None]]
    count: Callable[[Sequence[Message]], None]

    async def release(self, key: Key, skip: int | None, by: str, why: str) -> int:
        """Try a key's kept messages in order, until one fails or none is left; how many were applied."""
        applied = 0
        while True:
            batch = Batch(self.parts, (), releasing=key)
            await self.with_restarts(batch, partial(self._release_once, batch, key, skip, by, why))
            skip = None
            done = [m for m in batch.messages if m.outcome in (Outcome.DECIDED, Outcome.WAITING)]
            applied += len(done)
            self.count(batch.messages)
            if len(done) < parking.RELEASE_BATCH:
                return applied

    async def _release_once(self, batch: Batch, key: Key, skip: int | None, by: str, why: str) -> None:
        async with transaction(self.engine) as connection:
            await spine.lock(connection, {key})
            if skip is not None:
                await parking.mark_skipped(connection, key, skip, by, why, system_now())
            rows = await parking.queue_of(connection, key)
            batch.messages = parking.kept_messages(self.parts.reader, rows, batch.contents)
            await batch.run(connection)

    async def retry_waiting(self) -> int:
        """Of each missing state one message is tried; the others follow once that one is applied."""
        async with transaction(self.engine) as connection:
            missing = await parking.others_missing(connection)
        return sum([await self._retry(key) for key in missing])

    async def _retry(self, key: Key) -> int:
        applied, size = 0, 1
        while True:
            batch = Batch(self.parts, (), releasing=key)
            await self.with_restarts(batch, partial(self._retry_once, batch, key, size))
            done = sum(message.outcome is not Outcome.WAITING for message in batch.messages)
            applied += done
            self.count(batch.messages)
            if done < size:
                return applied
            size = parking.RELEASE_BATCH

    async def _retry_once(self, batch: Batch, key: Key, size: int) -> None:
        async with transaction(self.engine) as connection:
            await spine.lock(connection, {key})
            rows = await parking.waiting_on(connection, key, size)
            batch.messages = parking.kept_messages(self.parts.reader, rows, batch.contents)
            await batch.run(connection)
