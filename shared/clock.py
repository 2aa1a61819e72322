"""The service's clock. Business time comes from here; tokens, retries and leases always use system time."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute

READ_CLOCK = "SELECT now, ticked_at FROM clock"
MOVE_CLOCK = (
    "INSERT INTO clock (now, ticked_at) VALUES ($1::timestamptz, $2::timestamptz) ON CONFLICT (single) DO "
    "UPDATE "
    "SET now = excluded.now, ticked_at = excluded.ticked_at WHERE clock.now < excluded.now"
)


def system_now() -> datetime:
    """This machine's time, in UTC."""
    return datetime.now(UTC)


class ClockKind(StrEnum):
    """Which clock a service runs on."""

    SYSTEM = "system"
    SIMULATED = "simulated"


class Clock(Protocol):
    """Tells a transaction what time it is."""

    async def now(self, connection: AsyncConnection) -> datetime:
        """Business time, the same for all that one transaction decides."""
        ...

    async def horizon(self, connection: AsyncConnection, read_through: datetime | None) -> datetime | None:
        """Timers and sends due by this business time may go now; None: none may.

        `read_through` is the system time up to which all input is applied (None: there is no input). What was
        due at a moment
        waits for all that was published before that moment.
        """
        ...


class SystemClock:
    """The wall clock."""

    async def now(self, connection: AsyncConnection) -> datetime:
        """This machine's time."""
        return system_now()

    async def horizon(self, connection: AsyncConnection, read_through: datetime | None) -> datetime | None:
        """Now, or the moment up to which the input is read, if that is earlier."""
        now = system_now()
        return now if read_through is None else min(now, read_through)


class SimulatedClock:
    """A row that ticks move, so that months run in seconds. Every replica reads the same row."""

    def __init__(self, start: datetime) -> None:
        self._start = start

    async def now(self, connection: AsyncConnection) -> datetime:
        """Where the last tick put the clock; the start before any tick."""
        row = (await execute(connection, READ_CLOCK)).first()
        return row[0] if row else self._start

    async def horizon(self, connection: AsyncConnection, read_through: datetime | None) -> datetime | None:
        """Where the last tick put the clock, once all that was published before that tick is applied."""
        row = (await execute(connection, READ_CLOCK)).first()
        if row is None or (read_through is not None and read_through < row[1]):
            return None
        now: datetime = row[0]
        return now
