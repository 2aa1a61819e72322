"""Whatever is sent to the ledger's API: no server error, no answer that its document does not announce."""

import asyncio
from pathlib import Path

import pytest

from shared.decision import Role
from tests.chaos.world import World
from tests.fuzzing import fuzz
from tests.infra.servers import Infra

SHORT, LONG = 12, 250


async def opened(infra: Infra, folder: Path, prefix: str) -> tuple[World, str]:
    """A ledger in a process of its own."""
    world = await World.make(infra, folder, prefix, services=("ledger",))
    process = await world.start("ledger")
    return world, process.url


@pytest.mark.timeout(900)
async def test_no_request_breaks_the_api_or_its_document(
    infra: Infra, tmp_path: Path, topic_prefix: str, request: pytest.FixtureRequest
) -> None:
    world, url = await opened(infra, tmp_path, topic_prefix)
    try:
        examples = LONG if request.config.getoption("--long") else SHORT
        callers = ((Role.ADMINISTRATOR, None), (Role.INTEGRATOR, ["acme"]), (Role.OPERATOR, ["acme"]))
        for role, lenders in callers:
            operations = await asyncio.to_thread(fuzz, url, world.bearer(role, lenders), examples)
            assert operations >= 25
        assert all(process.running for process in world.processes)
    finally:
        await world.close()
