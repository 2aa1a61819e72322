"""Every error is problem+json: what it says, and what it never repeats."""

import json
from collections.abc import AsyncIterator
from pathlib import Path as File
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Path
from pydantic import BaseModel, field_validator
from structlog.testing import capture_logs

from shared import operations, parking
from shared.commands import KeyReused, StillRunning, Unavailable
from shared.decision import Role
from shared.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from shared.http import Allow, Run
from shared.http.problems import status_of
from shared.money import Money
from shared.scopes import Scope
from tests.web import Stub, an_app, bearer, calling

ROOT = File(__file__).parents[3]
WRITE = {**bearer(), "Idempotency-Key": "key-1"}


class LoanSleeps(Conflict):
    """The loan is asleep."""


class Payment(BaseModel):
    """A payment as a request says it."""

    amount: Money
    note: str = ""
    kind: str = "plain"

    @field_validator("note")
    @classmethod
    def _no_shouting(cls, note: str) -> str:
        if note.isupper():
            raise ValueError(f"{note} is too loud")
        return note


router = APIRouter()


@router.post("/payments", dependencies=[Allow(Scope.EVENTS_PUBLISH)])
async def pay(body: Payment, run: Run) -> dict[str, str]:
    """Pay."""
    await run(body)
    return {"status": "paid"}


@router.get("/items/{number}", dependencies=[Allow(Scope.LOANS_READ)])
async def show_item(number: Annotated[int, Path(le=10)]) -> int:
    """An item; 7 is broken."""
    if number == 7:
        raise RuntimeError("the password is hunter2")
    return number


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
async def client(stub: Stub) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(an_app(stub, router, body_bytes_max=1_000)) as one:
        yield one


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem of an answer, which must be whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"/problems#{found['code']}"
    assert found["instance"] == answer.request.url.path
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["title"] in found["detail"]
    return found


async def pay_by(client: httpx.AsyncClient, amount: Any = None, **fields: Any) -> httpx.Response:
    body = {"amount": amount or {"amount": "1.00", "currency": "CNY"}, **fields}
    return await client.post("/v1/payments", json=body, headers=WRITE)


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (LoanSleeps(loan_id=1), 409, {}),
        (NotFound(), 404, {}),
        (Refused(), 422, {}),
        (Forbidden(), 403, {}),
        (KeyReused(), 422, {}),
        (StillRunning(), 409, {"retry-after": "1"}),
        (Unavailable(), 503, {"retry-after": "2"}),
    ],
    ids=lambda value: getattr(value, "code", None),
)
async def test_a_refusal_has_its_status_and_says_why(
    client: httpx.AsyncClient, stub: Stub, error: DomainError, status: int, headers: dict[str, str]
) -> None:
    stub.door.failing = error
    answer = await pay_by(client)
    assert (answer.status_code, problem(answer)["code"]) == (status, error.code)
    assert headers.items() <= dict(answer.headers).items()
    assert problem(answer).get("facts", {}) == error.facts


async def test_a_failure_of_ours_shows_no_internals_and_names_the_request(client: httpx.AsyncClient) -> None:
    with capture_logs() as logged:
        answer = await client.get("/v1/items/7", headers={**bearer(), "X-Request-Id": "from-caller-1"})
    assert [(one["event"], one["request_id"], one["error"]) for one in logged] == [
        ("request_failed", "from-caller-1", "RuntimeError")
    ]
    assert (answer.status_code, problem(answer)["request_id"]) == (500, "from-caller-1")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_what_is_wrong_with_a_body_is_said_by_pointer(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/payments", json={"note": 7, "kind": {}}, headers=WRITE)
    assert problem(answer)["code"] == "validation_failed"
    assert problem(answer)["errors"] == [
        {"location": "body", "pointer": "/amount", "code": "missing", "message": "Field required"},
        {
            "location": "body",
            "pointer": "/note",
            "code": "string_type",
            "message": "Input should be a valid string",
        },
        {
            "location": "body",
            "pointer": "/kind",
            "code": "string_type",
            "message": "Input should be a valid string",
        },
    ]


async def test_our_own_messages_are_kept_as_long_as_they_repeat_nothing(client: httpx.AsyncClient) -> None:
    (kept,) = problem(await pay_by(client, {"amount": 12.5, "currency": "CNY"}))["errors"]
    assert kept["message"] == 'amount must be a decimal string, such as "1234.50", not a JSON number'
    loud = await pay_by(client, note="MADAME BOVARY")
    assert [error["message"] for error in problem(loud)["errors"]] == ["Input is not valid"]
    assert "BOVARY" not in loud.text


@pytest.mark.parametrize("number", ["eleven-secret", "11", "1e400", "%00", "9" * 5_000])
async def test_a_wrong_path_or_query_is_named_and_not_repeated(
    client: httpx.AsyncClient, number: str
) -> None:
    answer = await client.get(f"/v1/items/{number}", headers=bearer())
    (error,) = problem(answer)["errors"]
    assert (error["location"], error["pointer"]) == ("path", "number")
    assert number == "11" or number not in json.dumps(problem(answer)["errors"])


@pytest.mark.parametrize("body", [b"{bad secret", b"[1, 2", b"\xff\xfe\x00", b"[" * 900, b"1" * 999])
async def test_bytes_that_are_no_json_are_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(
        "/v1/payments", content=body, headers={**WRITE, "Content-Type": "application/json"}
    )
    assert problem(answer)["status"] in (400, 422)
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
)
async def test_a_body_that_is_not_declared_as_json_is_refused(
    client: httpx.AsyncClient, kind: str | None
) -> None:
    headers = {**WRITE, **({"Content-Type": kind} if kind else {})}
    answer = await client.post("/v1/payments", content=b"{}", headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (415, "unsupported_media_type")


async def test_a_body_that_is_too_large_is_refused_with_a_length_and_in_chunks(
    client: httpx.AsyncClient,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 500

    headers = {**WRITE, "Content-Type": "application/json"}
    for content in (b" " * 1_001, chunks()):
        answer = await client.post("/v1/payments", content=content, headers=headers)
        assert (answer.status_code, problem(answer)["code"]) == (413, "payload_too_large")


async def test_the_routers_own_refusals_are_problems_too(client: httpx.AsyncClient) -> None:
    nothing = await client.get("/v1/nothing")
    assert (nothing.status_code, problem(nothing)["code"]) == (404, "address_unknown")
    wrong = await client.put("/v1/items/1")
    assert (wrong.status_code, problem(wrong)["code"], wrong.headers["allow"]) == (
        405,
        "method_not_allowed",
        "GET",
    )
    assert (await client.get("/v1/items/1/")).status_code == 404


async def test_who_has_no_token_or_too_few_scopes_is_told_so(client: httpx.AsyncClient) -> None:
    nobody = await client.get("/v1/items/1")
    assert (nobody.status_code, problem(nobody)["code"]) == (401, "unauthenticated")
    assert nobody.headers["www-authenticate"] == 'Bearer realm="huancui"'
    forged = await client.get("/v1/items/1", headers={"Authorization": "Bearer a.b.c"})
    assert forged.headers["www-authenticate"] == 'Bearer realm="huancui", error="invalid_token"'
    borrower = await client.get("/v1/items/1", headers=bearer(Role.BORROWER))
    assert (borrower.status_code, problem(borrower)["code"]) == (403, "scope_missing")
    assert 'error="insufficient_scope", scope="loans:read"' in borrower.headers["www-authenticate"]


async def test_every_problem_is_explained_where_its_type_points(client: httpx.AsyncClient) -> None:
    page = (await client.get("/problems")).text
    for kind in DomainError.codes.values():
        assert f'id="{kind.code}"' in page
        assert 400 <= status_of(kind) < 600
    assert "The loan is asleep." in page


DOCUMENTED = (
    "shared.errors",
    "shared.commands",
    "shared.access",
    "shared.http",
    parking.__name__,
    operations.__name__,
)


def test_the_problems_that_any_service_can_give_are_documented() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    sections = {line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")}
    ours = {kind for kind in DomainError.codes.values() if kind.__module__.startswith(DOCUMENTED)}
    assert {kind.code for kind in ours} - sections == set()
    for kind in ours:
        assert f"### {kind.code}\n{status_of(kind)}. " in text
