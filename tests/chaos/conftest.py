"""Worlds for scenarios: each has databases and topics of its own, and ends with the test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.world import MakeWorld, World
from tests.infra.servers import Infra

HERE = Path(__file__).parent
# Servers and services are started, killed and started again: on a busy machine that alone takes minutes.
ENDS_WITHIN_S = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give scenarios more time than other tests, except those that say how much they need."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(ENDS_WITHIN_S))


@pytest.fixture
async def make_world(
    request: pytest.FixtureRequest, tmp_path: Path, topic_prefix: str
) -> AsyncIterator[MakeWorld]:
    """Makes worlds; on servers of the test's own where it gives some, else on those of the run."""
    made: list[World] = []

    async def make(infra: Infra | None = None, **options: Any) -> World:
        folder = tmp_path / f"world-{len(made)}"
        folder.mkdir()
        servers = infra or request.getfixturevalue("infra")
        made.append(await World.make(servers, folder, f"{topic_prefix}{len(made)}-", **options))
        return made[-1]

    yield make
    for world in made:
        await world.close()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """One world on the run's servers."""
    return await make_world()


@pytest.fixture
async def ledger_only(make_world: MakeWorld) -> World:
    """One world without the second service."""
    return await make_world(services=("ledger",))
