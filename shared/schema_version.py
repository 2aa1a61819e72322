"""Whether a database has the migrations that the code knows, without loading Alembic into every service."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import execute, transaction

_REVISION = re.compile(r'^revision = "([^"]+)"$', re.MULTILINE)
_EARLIER = re.compile(r'^down_revision = "([^"]+)"$', re.MULTILINE)
_CURRENT = "SELECT version_num FROM alembic_version"
_ANY = "SELECT to_regclass('alembic_version') IS NOT NULL"


async def at_head(engine: AsyncEngine, folder: Path) -> bool:
    """Whether the newest migration of `folder` was run.

    A database that has one the code does not know is newer, and made so that older code runs on it.
    """
    async with transaction(engine) as connection:
        if not (await execute(connection, _ANY)).scalar_one():
            return False
        rows: Sequence[Any] = (await execute(connection, _CURRENT)).scalars().all()
    known, newest = _revisions(folder)
    return bool(rows) and (newest in rows or not set(rows) <= known)


def _revisions(folder: Path) -> tuple[set[str], str]:
    """All revisions of a service, and the one that none follows."""
    texts = [file.read_text() for file in sorted((folder / "versions").glob("*.py"))]
    known = {found[1] for text in texts if (found := _REVISION.search(text))}
    earlier = {found[1] for text in texts if (found := _EARLIER.search(text))}
    (newest,) = known - earlier
    return known, newest
