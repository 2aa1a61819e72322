"""What tests of hardship's API start from."""

from collections.abc import AsyncIterator

import pytest

from tests.harness import Running
from tests.service.hardship.standing import People, people_of


@pytest.fixture
async def people(hardship: Running) -> AsyncIterator[People]:
    """Those who call the API of the running service."""
    async with people_of(hardship) as one:
        yield one
