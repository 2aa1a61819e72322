"""What tests of mediation's API start from."""

from collections.abc import AsyncIterator

import pytest

from tests.harness import Running
from tests.service.mediation.client import People, people_of


@pytest.fixture
async def people(mediation: Running) -> AsyncIterator[People]:
    """Those who call the API of the running mediation."""
    async with people_of(mediation) as one:
        yield one
