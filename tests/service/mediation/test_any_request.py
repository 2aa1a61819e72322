"""Whatever is sent to mediation's API: no server error, and no answer that its document does not announce."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.harness import until
from tests.service.mediation.client import ADA, BORROWER, MIRA, OLGA, People

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
GENERATED = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


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


def fuzz(url: str, headers: Mapping[str, str], case_id: str) -> int:
    """Send every operation generated requests, about the case where it is about one; how many there are."""

    def send(case: Any) -> None:
        if "case_id" in (case.path_parameters or {}):
            case.path_parameters["case_id"] = case_id
        case.call_and_validate(headers=dict(headers), checks=CHECKS)

    schema: Any = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        GENERATED(given(case=operation.as_strategy())(send))()
    return len(operations)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", [ADA, BORROWER, OLGA, MIRA], ids=["staff", "borrower", "lender", "mediator"])
async def test_no_request_breaks_the_api_or_its_document(people: People, who: Mapping[str, str]) -> None:
    case_id = await people.until_negotiating()
    async with served(people.app) as url:
        assert await asyncio.to_thread(fuzz, url, who, case_id) >= 25
