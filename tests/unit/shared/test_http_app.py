"""The application around the routes: deny by default, health, metrics, headers, limits, the API document."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, WebSocket

from shared.access import KeysMissing, public_jwks
from shared.decision import Role
from shared.http import Allow, IfMatch, Page, Paging, Run, Unguarded, Versioned, create_app
from shared.scopes import Scope
from shared.upkeep import Check
from tests.web import KEY, Stub, an_app, bearer, calling

router = APIRouter(tags=["things"])


@router.get("/things", dependencies=[Allow(Scope.LOANS_READ)])
async def list_things(paging: Paging) -> Page[int]:
    """Things."""
    return paging.page([], lambda n: [n], lambda n: n)


@router.post("/things/{number}", status_code=201, dependencies=[Allow(Scope.LENDERS_MANAGE)])
async def make_thing(number: int, run: Run, expected: IfMatch) -> int:
    """A thing."""
    answer: int = await run(number)
    return answer


@router.get("/things/{number}", dependencies=[Allow(Scope.LOANS_READ)])
async def show_thing(number: int, tag: Versioned) -> int:
    """A thing."""
    tag(number)
    return number


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
async def client(stub: Stub) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(an_app(stub, router)) as one:
        yield one


async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/openapi.json")).json()
    return found


def unguarded() -> APIRouter:
    made = APIRouter()

    @made.get("/open")
    async def open_to_all() -> int:
        return 1

    return made


def nested_unguarded() -> APIRouter:
    outer = APIRouter(prefix="/outer")
    outer.include_router(unguarded())
    outer.include_router(router)
    return outer


def a_socket() -> APIRouter:
    made = APIRouter()

    @made.websocket("/socket")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()

    return made


@pytest.mark.parametrize("made", [unguarded, nested_unguarded, a_socket])
def test_a_route_that_does_not_say_who_may_use_it_is_not_served(made: Any) -> None:
    with pytest.raises(Unguarded):
        an_app(Stub(), router, made())


async def test_a_router_may_say_it_for_all_its_routes() -> None:
    outer = APIRouter(dependencies=[Allow(Scope.AUDIT_READ)])
    outer.include_router(unguarded())
    async with calling(an_app(Stub(), outer)) as client:
        assert (await client.get("/v1/open")).status_code == 401
        assert (await client.get("/v1/open", headers=bearer(Role.OPERATOR))).status_code == 403
        assert (await client.get("/v1/open", headers=bearer(Role.AUDITOR))).status_code == 200


def test_nothing_is_served_without_keys_to_verify_tokens_with(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"title": "T", "description": "D", "version": "1", "routers": ()}
    with pytest.raises(KeysMissing):
        create_app(Stub(), **settings)
    path = tmp_path / "jwks.json"
    path.write_text(public_jwks([KEY]))
    assert create_app(Stub(jwks_file=path), **settings).title == "T"
    assert create_app(Stub(jwks_url="https://issuer.example/jwks"), **settings).title == "T"


async def test_a_process_is_live_whatever_it_depends_on(client: httpx.AsyncClient, stub: Stub) -> None:
    stub.checks = (Check("database", False, "ConnectionRefusedError"),)
    assert (await client.get("/health/live")).json() == {"status": "live"}


async def test_readiness_tells_what_is_missing(client: httpx.AsyncClient, stub: Stub) -> None:
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    stub.checks = (Check("database", True), Check("topics", False, "missing: clock"))
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json() == {
        "ready": False,
        "checks": [
            {"name": "database", "ok": True, "detail": ""},
            {"name": "topics", "ok": False, "detail": "missing: clock"},
        ],
    }


async def test_readiness_that_never_comes_is_no_readiness() -> None:
    class Hanging(Stub):
        async def readiness(self) -> list[Check]:
            await asyncio.Event().wait()
            return []

    async with calling(an_app(Hanging(), ready_within_s=0.05)) as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"][0]["detail"]) == (503, "takes too long")


async def test_metrics_need_a_scope_unless_a_setting_opens_them(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 401
    assert (await client.get("/metrics", headers=bearer(Role.OPERATOR))).status_code == 403
    assert (await client.get("/metrics", headers=bearer(Role.SERVICE))).status_code == 200
    async with calling(an_app(Stub(metrics_open=True))) as opened:
        answer = await opened.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "huancui_outbox_rows" in answer.text


async def test_requests_are_measured_by_route_never_by_id(client: httpx.AsyncClient) -> None:
    for path in ("/v1/things/4711", "/v1/things/4712", "/v1/nothing/4713", "/health/live"):
        await client.get(path, headers=bearer())
    await client.request("BREW", "/v1/things")
    text = (await client.get("/metrics", headers=bearer())).text
    counts = {
        line.split("{", 1)[1]
        for line in text.splitlines()
        if line.startswith("http_request_duration_seconds_count")
    }
    assert counts == {
        'method="GET",route="/v1/things/{number}",service="stub",status="200"} 2.0',
        'method="GET",route="none",service="stub",status="404"} 1.0',
        'method="GET",route="/health/live",service="stub",status="200"} 1.0',
        'method="other",route="/v1/things",service="stub",status="405"} 1.0',
    }


async def test_every_answer_has_a_request_id_and_headers_that_keep_browsers_out(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/v1/things", "/health/live", "/v1/nothing"):
        answer = await client.get(path)
        assert len(answer.headers["x-request-id"]) == 32
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_page_of_the_document_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {path.rpartition("/")[2] for path in asked} >= {"swagger-ui-bundle.js", "swagger-ui.css"}
    for path in asked:
        assert (await client.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("0f8fad5b-d9cb-469f", True),
        ("short", False),
        ("x" * 65, False),
        ("with space id", False),
        ("<script>alert", False),
    ],
)
async def test_a_request_id_of_the_callers_is_kept_when_it_is_sane(
    client: httpx.AsyncClient, given: str, taken: bool
) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": given})
    assert (answer.headers["x-request-id"] == given) == taken


async def test_the_version_is_told(client: httpx.AsyncClient) -> None:
    found = (await client.get("/version")).json()
    assert (found["service"], found["version"]) == ("Test", "1.2.3")


async def test_the_document_declares_every_error_as_a_problem(client: httpx.AsyncClient) -> None:
    found = await document(client)
    assert found["openapi"].startswith("3.1")
    listed, made, shown = (
        found["paths"]["/v1/things"]["get"],
        found["paths"]["/v1/things/{number}"]["post"],
        found["paths"]["/v1/things/{number}"]["get"],
    )
    always = {"400", "401", "403", "404", "422", "500", "503"}
    assert set(listed["responses"]) == {"200", *always}
    assert set(made["responses"]) == {"201", "409", "412", "413", "415", "428", *always}
    assert set(shown["responses"]) == {"200", "304", *always}
    assert listed["responses"]["422"] == {"$ref": "#/components/responses/Problem422"}
    content = found["components"]["responses"]["Problem422"]["content"]
    assert list(content) == ["application/problem+json"]
    assert "HTTPValidationError" not in found["components"]["schemas"]
    assert {"FieldError", "Problem"} <= set(found["components"]["schemas"])


async def test_the_document_says_who_may_call_and_what_a_write_needs(client: httpx.AsyncClient) -> None:
    found = await document(client)
    made = found["paths"]["/v1/things/{number}"]["post"]
    assert made["operationId"] == "make_thing"
    assert made["security"] == [{"bearer": ["lenders:manage"]}]
    assert found["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    (key,) = (one for one in made["parameters"] if one["name"] == "Idempotency-Key")
    assert (key["required"], key["schema"]["maxLength"]) == (True, 255)
    assert found["servers"]
    assert "security" not in found["paths"]["/health/live"]["get"]


async def test_two_applications_in_one_process_keep_apart() -> None:
    first, second = Stub(), Stub()
    async with calling(an_app(first, router)) as one, calling(an_app(second, router)) as two:
        await one.post("/v1/things/1", headers={**bearer(), "Idempotency-Key": "k", "If-Match": "*"})
        await two.get("/v1/things", headers=bearer())
    assert (len(first.door.came), len(second.door.came)) == (1, 0)
    assert b'route="/v1/things/{number}"' not in second.metrics.exposition()
