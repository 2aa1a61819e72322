"""What tests of hardship's API start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.messaging.memory import MemoryBroker
from tests.databases import Databases
from tests.harness import STILL, Running, running
from tests.service.hardship.helping import World, world_of
from tests.service.hardship.standing import People, people_of


@pytest.fixture
async def people(hardship: Running) -> AsyncIterator[People]:
    """Those who call the API of the running service."""
    async with people_of(hardship) as one:
        yield one


@pytest.fixture
async def world(
    databases: Databases, broker: MemoryBroker, hardship: Running, tmp_path: Path
) -> AsyncIterator[World]:
    """Hardship beside a ledger."""
    async with (
        running("ledger", await databases.make("ledger"), broker, **STILL) as ledger,
        world_of(hardship, ledger, broker, tmp_path) as one,
    ):
        yield one
