"""What tests of reminders start from."""

from collections.abc import AsyncIterator

import pytest

from tests.harness import Running
from tests.service.reminders.helping import World, world_of


@pytest.fixture
async def world(reminders: Running) -> AsyncIterator[World]:
    """Reminders with those who call it."""
    async with world_of(reminders) as one:
        yield one
