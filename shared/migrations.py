"""Running a service's migrations: forward only, one at a time, never long in the way of those who serve."""

import asyncio
import time
from pathlib import Path

import structlog
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import DEADLOCK, LOCK_TIMEOUT, sqlstate

log = structlog.get_logger()

WAIT_FOR_A_LOCK = "5s"
STATEMENT_TIMEOUT = "15min"
ATTEMPTS = 10
# Two replicas that start at once must not both migrate.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(5241921003)"


def _config(folder: Path, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def migrate(folder: Path, url: str) -> None:
    """Bring the database at `url` (`postgresql+asyncpg://…`) to the newest version of the service in
    `folder`.

    Where it and those who serve wait for each other's tables, or one of them holds a table for long, all
    of it is undone and tried again, so that they go on meanwhile. Raises DBAPIError after the last attempt.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            command.upgrade(_config(folder, url), "head")
            return
        except DBAPIError as error:
            if sqlstate(error) not in (DEADLOCK, LOCK_TIMEOUT) or attempt == ATTEMPTS:
                raise
            log.warning("migration_tried_again", attempt=attempt, sqlstate=sqlstate(error))
            time.sleep(0.5 * attempt)


def run_environment() -> None:
    """What every service's `migrations/env.py` does."""
    url: str = context.config.attributes["url"]
    asyncio.run(_run(url))


async def _run(url: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_A_LOCK}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text(_ONE_AT_A_TIME))
        context.run_migrations()
