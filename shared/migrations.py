"""Running a service's migrations: forward only, one at a time, never long in the way of those who serve."""

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "15min"
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
    """
    command.upgrade(_config(folder, url), "head")


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
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text(_ONE_AT_A_TIME))
        context.run_migrations()
