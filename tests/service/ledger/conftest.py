"""What tests of the ledger's API start from."""

from collections.abc import AsyncIterator

import pytest

from tests.harness import Running
from tests.service.ledger.client import People, people_of


@pytest.fixture
async def people(ledger: Running) -> AsyncIterator[People]:
    """Those who call the API of the running ledger."""
    async with people_of(ledger) as one:
        yield one
