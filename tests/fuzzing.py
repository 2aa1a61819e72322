"""Whatever is sent to an API: no server error, and no answer that its OpenAPI document does not announce."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from pydantic_core import to_json
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.harness import until

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: Any, value: Any) -> bytes:
    """A body of lines; what is no list is sent as it is."""
    lines = value if isinstance(value, list) else [value]
    return b"\n".join(to_json(line, fallback=str) for line in lines)


def fuzz(url: str, headers: Mapping[str, str], examples: int, known: Mapping[str, str] | None = None) -> int:
    """Send every operation so many generated requests, about what is `known` by the name of its path
    parameter; how many operations there are.
    """
    generated = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def send(case: Any) -> None:
        for name in (case.path_parameters or {}).keys() & (known or {}).keys():
            case.path_parameters[name] = (known or {})[name]
        if isinstance(case.query, dict) and isinstance(case.query.get("wait"), int):
            case.query["wait"] = min(case.query["wait"], 0)  # else a test of minutes waits for nothing
        case.call_and_validate(headers=dict(headers), checks=CHECKS)

    schema: Any = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        generated(given(case=operation.as_strategy())(send))()
    return len(operations)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.ensure_future(server.serve())

    async def started() -> bool:
        return server.started

    await until(started, "the application is served")
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
