"""Whatever is sent to the API: no server error, and no answer that its OpenAPI document does not announce."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pydantic_core import to_json
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.decision import Role
from tests.chaos.world import World
from tests.infra.servers import Infra

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SHORT, LONG = 12, 250


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: Any, value: Any) -> bytes:
    """A body of lines; what is no list is sent as it is."""
    lines = value if isinstance(value, list) else [value]
    return b"\n".join(to_json(line, fallback=str) for line in lines)


async def opened(infra: Infra, folder: Path, prefix: str) -> tuple[World, str]:
    """A ledger in a process of its own."""
    world = await World.make(infra, folder, prefix, services=("ledger",))
    process = await world.start("ledger")
    return world, process.url


def fuzz(url: str, headers: dict[str, str], examples: int) -> int:
    """Send every operation `examples` generated requests; how many operations there are."""
    generated = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def send(case: Any) -> None:
        if isinstance(case.query, dict) and isinstance(case.query.get("wait"), int):
            case.query["wait"] = min(case.query["wait"], 0)  # else a test of minutes waits for nothing
        case.call_and_validate(headers=headers, checks=CHECKS)

    schema: Any = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        generated(given(case=operation.as_strategy())(send))()
    return len(operations)


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
