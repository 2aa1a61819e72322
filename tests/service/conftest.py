"""Services on PostgreSQL, with the broker in memory."""

from collections.abc import AsyncIterator

import pytest

from shared.messaging.memory import MemoryBroker
from tests.databases import Databases
from tests.harness import STILL, Running, running
from tests.infra.servers import Infra


@pytest.fixture(scope="session")
def databases(infra: Infra) -> Databases:
    """Databases of services, made fast."""
    return Databases(infra)


@pytest.fixture
def broker() -> MemoryBroker:
    """A broker of this test's own."""
    return MemoryBroker()


@pytest.fixture
async def ledger(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """The ledger, running on 2 January 2026."""
    async with running("ledger", await databases.make("ledger"), broker, **STILL) as service:
        yield service


@pytest.fixture
async def reminders(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """Reminders, running on 2 January 2026."""
    async with running("reminders", await databases.make("reminders"), broker, **STILL) as service:
        yield service


@pytest.fixture
async def hardship(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """Hardship, running on 2 January 2026."""
    async with running("hardship", await databases.make("hardship"), broker, **STILL) as service:
        yield service


@pytest.fixture
async def mediation(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """Mediation, running on 2 January 2026."""
    async with running("mediation", await databases.make("mediation"), broker, **STILL) as service:
        yield service


@pytest.fixture
async def followup(databases: Databases, broker: MemoryBroker) -> AsyncIterator[Running]:
    """The follow-up service, running."""
    async with running("followup", await databases.make("followup"), broker) as service:
        yield service
