"""Services on PostgreSQL and Kafka."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from shared.messaging.kafka import KafkaBroker
from tests.databases import Databases
from tests.e2e.command import Runner
from tests.e2e.slain import Slain
from tests.e2e.world import World
from tests.infra.servers import Infra

TOPICS = (
    "clock",
    "hardship-events",
    "holds",
    "reminder-events",
    "mediation-events",
    "care-events",
    "ledger-events",
    "followup-events",
    "loan-events.acme",
    "loan-events.other",
    "loan-events.third",
    "borrowers.acme",
    "borrowers.other",
    "borrowers.third",
)


@pytest.fixture(scope="session")
def databases(infra: Infra) -> Databases:
    """Databases of services, made fast."""
    return Databases(infra)


@pytest.fixture
async def calm_world(infra: Infra, databases: Databases, topic_prefix: str) -> AsyncIterator[World]:
    """Topics of this test's own, a database for each service, and a platform that publishes."""
    await infra.create_topics(TOPICS, prefix=topic_prefix, partitions=2)
    broker = KafkaBroker(infra.kafka())
    async with World.opened(broker, topic_prefix, databases) as opened:
        yield opened


@pytest.fixture(params=["calm", pytest.param("killed", marks=[pytest.mark.long, pytest.mark.timeout(900)])])
async def world(
    request: pytest.FixtureRequest, calm_world: World, infra: Infra, topic_prefix: str, tmp_path: Path
) -> World:
    """Such a world; in the long form also one in which each service is killed once during the story."""
    if request.param == "killed":
        chance = random.Random(request.node.name)
        calm_world.slain = Slain(infra, tmp_path, topic_prefix, chance)
    return calm_world


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Callable[[str], Runner]]:
    made: list[Runner] = []

    def make(name: str) -> Runner:
        made.append(Runner(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.begin("down").communicate(timeout=120)
