"""Election of the one replica that does a job: it holds an advisory lock on a connection of its own."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable

import asyncpg

from shared.database import connect_directly

STANDBY_POLL_S = 0.5
# Classes our locks apart from any other user of the two-number advisory locks.
_CLASS = zlib.crc32(b"huancui") - (1 << 31)


class Stopped(Exception):
    """The service stops while this replica still waits to lead."""


@contextlib.asynccontextmanager
async def leadership(url: str, job: str, stopping: Callable[[], bool]) -> AsyncIterator[asyncpg.Connection]:
    """Wait until this replica leads `job`; the connection that holds the lock. Work on it: once it is lost,
    so is the lead.

    Raises Stopped when `stopping()` becomes true first, and what the database raises.
    """
    connection = await connect_directly(url, application=f"huancui-{job}")
    try:
        name = zlib.crc32(job.encode()) - (1 << 31)
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _CLASS, name):
            if stopping():
                raise Stopped()
            await asyncio.sleep(STANDBY_POLL_S)
        yield connection
    finally:
        with contextlib.suppress(Exception):  # the lock ends with the session, however that ends
            await connection.close(timeout=2)
