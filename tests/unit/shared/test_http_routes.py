"""What routes are given: commands once for each Idempotency-Key, pages, versions."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr

from shared.decision import Actor, Role
from shared.http import Allow, IfMatch, Page, Paging, Run, Versioned
from shared.scopes import Scope
from tests.web import LENDERS, RecordingDoor, Stub, an_app, bearer, calling

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
router = APIRouter()


@router.post("/loans/{loan}/payments", status_code=201, dependencies=[Allow(Scope.EVENTS_PUBLISH)])
async def pay(loan: str, body: dict[str, Any], run: Run) -> dict[str, Any]:
    """Pay."""
    answer: dict[str, Any] = await run({"loan": loan, **body})
    return answer


@router.post("/loans/{loan}/close", dependencies=[Allow(Scope.EVENTS_PUBLISH)])
async def close(loan: str, run: Run) -> Any:
    """A write without a body."""
    return await run({"close": loan})


@router.get("/numbers", dependencies=[Allow(Scope.LOANS_READ)])
async def list_numbers(paging: Paging, odd: bool = False) -> Page[int]:
    """One to ten, or the odd ones among them."""
    after = paging.after[0] if paging.after else 0
    found = [n for n in range(1, 11) if n > after and (n % 2 or not odd)]
    return paging.page(found[: paging.fetch], lambda n: [n], lambda n: n)


@router.get("/others", dependencies=[Allow(Scope.LOANS_READ)])
async def list_others(paging: Paging) -> Page[int]:
    """Another list."""
    return paging.page(
        [1, 2, 3][: paging.fetch], lambda n: [n], lambda n: paging.after[0] if paging.after else n
    )


@router.get("/plan", dependencies=[Allow(Scope.LOANS_READ)])
async def show_plan(tag: Versioned) -> str:
    """A plan at version 7."""
    tag(7)
    return "plan"


@router.put("/plan", dependencies=[Allow(Scope.EVENTS_PUBLISH)])
async def change_plan(expected: IfMatch, tag: Versioned) -> str:
    """Change a plan at version 7."""
    expected.check(7)
    tag(8)
    return "changed"


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def door(stub: Stub) -> RecordingDoor:
    return stub.door


@pytest.fixture
async def client(stub: Stub) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(an_app(stub, router)) as one:
        yield one


async def send(
    client: httpx.AsyncClient,
    key: str | None = "k-1",
    path: str = "/v1/loans/l1/payments",
    caller: dict[str, str] | None = None,
    content: bytes = b'{"a":1}',
    **headers: str,
) -> httpx.Response:
    named = {"Idempotency-Key": key} if key is not None else {}
    fixed = {"Content-Type": "application/json", **(caller or bearer()), **named, **headers}
    return await client.post(path, content=content, headers=fixed)


async def test_a_write_reaches_the_door_with_where_it_comes_from(
    client: httpx.AsyncClient, door: RecordingDoor
) -> None:
    operator = bearer(Role.INTEGRATOR, "ines", lenders=["acme"])
    answer = await send(client, caller=operator, traceparent=TRACEPARENT)
    assert (answer.status_code, answer.json()) == (201, {"loan": "l1", "a": 1})
    assert "idempotent-replayed" not in answer.headers
    ((command, origin),) = door.came
    assert command == {"loan": "l1", "a": 1}
    assert origin.actor == Actor("ines", Role.INTEGRATOR, frozenset(LENDERS[Role.INTEGRATOR]))
    assert (origin.action, origin.traceparent) == ("pay", TRACEPARENT)
    assert -(2**63) <= origin.body_hash < 2**63


async def test_a_repeated_request_is_the_same_message_and_its_answer_says_so(
    client: httpx.AsyncClient, door: RecordingDoor
) -> None:
    first, second = await send(client), await send(client)
    assert second.headers["idempotent-replayed"] == "true"
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    (_, one), (_, two) = door.came
    assert one == two


@pytest.mark.parametrize(
    ("changed", "same_message", "same_body"),
    [
        ({"key": "k-2"}, False, True),
        ({"caller": bearer(subject="bob")}, False, True),
        ({"content": b'{"a":2}'}, True, False),
        ({"content": b'{"a": 1}'}, True, False),
        ({"path": "/v1/loans/l2/payments"}, True, False),
        ({"path": "/v1/loans/l1/payments?dry=1"}, True, False),
        ({"path": "/v1/loans/l1/close", "content": b""}, False, False),
    ],
    ids=["key", "caller", "body", "bytes", "path", "query", "route"],
)
async def test_what_makes_two_requests_the_same(
    client: httpx.AsyncClient,
    door: RecordingDoor,
    changed: dict[str, Any],
    same_message: bool,
    same_body: bool,
) -> None:
    await send(client)
    await send(client, **changed)
    (_, one), (_, two) = door.came
    assert (one.message_id == two.message_id, one.body_hash == two.body_hash) == (same_message, same_body)


@pytest.mark.parametrize("key", [None, "", "a b", "é", "k" * 256, "tab\there"])
async def test_a_write_without_a_proper_key_is_refused_and_does_nothing(
    client: httpx.AsyncClient, door: RecordingDoor, key: str | None
) -> None:
    headers = [(b"idempotency-key", key.encode())] if key is not None else []
    fixed = [(name.encode(), value.encode()) for name, value in bearer().items()]
    answer = await client.post("/v1/loans/l1/payments", json={}, headers=[*fixed, *headers])
    code = "idempotency_key_missing" if key is None else "idempotency_key_malformed"
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert door.came == []


@pytest.mark.parametrize("traceparent", ["", "00-zz-1-01", TRACEPARENT + "x", "x" * 5_000])
async def test_a_trace_context_that_is_none_is_dropped(
    client: httpx.AsyncClient, door: RecordingDoor, traceparent: str
) -> None:
    await send(client, traceparent=traceparent)
    ((_, origin),) = door.came
    assert origin.traceparent is None


async def test_a_list_is_read_page_by_page_to_its_end(client: httpx.AsyncClient) -> None:
    sizes, found = [], []
    query: dict[str, Any] = {"limit": 4}
    while query:
        page = (await client.get("/v1/numbers", params=query, headers=bearer())).json()
        found += page["data"]
        sizes.append(len(page["data"]))
        assert page["has_more"] == (page["next_cursor"] is not None)
        query = {"limit": 4, "cursor": page["next_cursor"]} if page["has_more"] else {}
    assert (sizes, found) == ([4, 4, 2], list(range(1, 11)))


async def test_a_list_that_ends_with_its_page_has_no_more(client: httpx.AsyncClient) -> None:
    page = (await client.get("/v1/numbers", params={"limit": 10}, headers=bearer())).json()
    assert (len(page["data"]), page["has_more"]) == (10, False)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", ""])
async def test_a_page_has_one_to_a_hundred_rows(client: httpx.AsyncClient, limit: str) -> None:
    assert (await client.get("/v1/numbers", params={"limit": limit}, headers=bearer())).status_code == 422


async def test_a_cursor_serves_its_list_its_filter_and_its_caller_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/numbers?limit=2", headers=bearer())
    cursor = answer.json()["next_cursor"]

    async def status(path: str, subject: str = "ada", **query: str) -> tuple[int, str]:
        asked = {"limit": "1", "cursor": cursor, **query}
        got = await client.get(f"/v1/{path}", params=asked, headers=bearer(subject=subject))
        return got.status_code, got.json().get("code", "")

    refused = (400, "cursor_invalid")
    assert await status("numbers") == (200, "")
    assert await status("numbers", odd="true") == refused
    assert await status("numbers", subject="bob") == refused
    assert await status("others") == refused


@pytest.mark.parametrize("forged", ["", "x", "é", "AAAAAAAAAAAAAAAAAAAAAFsxXQ==", "W10=", "===="])
async def test_a_cursor_that_we_did_not_make_is_refused(client: httpx.AsyncClient, forged: str) -> None:
    answer = await client.get("/v1/numbers", params={"cursor": forged}, headers=bearer())
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


async def test_a_cursor_with_one_changed_character_is_refused(client: httpx.AsyncClient) -> None:
    cursor = (await client.get("/v1/numbers?limit=2", headers=bearer())).json()["next_cursor"]
    for place in range(0, len(cursor) - 2, 3):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        answer = await client.get("/v1/numbers", params={"cursor": changed}, headers=bearer())
        assert answer.status_code == 400, place


async def test_replicas_with_the_same_secret_take_each_others_cursors() -> None:
    async def first_cursor(secret: str, cursor: str | None = None) -> httpx.Response:
        app = an_app(Stub(), router, cursor_secret=SecretStr(secret))
        async with calling(app) as one:
            query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            return await one.get("/v1/numbers", params=query, headers=bearer())

    cursor = (await first_cursor("s1")).json()["next_cursor"]
    assert (await first_cursor("s1", cursor)).json()["data"] == [3, 4]
    assert (await first_cursor("s2", cursor)).status_code == 400


@pytest.mark.parametrize(
    ("wanted", "status"),
    [(None, 200), ('"6"', 200), ('"7"', 304), ('W/"7"', 304), ('"5", "7"', 304), ("*", 304), ("7", 200)],
)
async def test_who_has_the_newest_version_is_not_sent_it_again(
    client: httpx.AsyncClient, wanted: str | None, status: int
) -> None:
    headers = {**bearer(), **({"If-None-Match": wanted} if wanted else {})}
    answer = await client.get("/v1/plan", headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (status, '"7"')
    assert answer.content == (b'"plan"' if status == 200 else b"")


@pytest.mark.parametrize(
    ("expected", "status", "code"),
    [
        (None, 428, "precondition_required"),
        ('"7"', 200, None),
        ('"5", "7"', 200, None),
        ("*", 200, None),
        ('"6"', 412, "precondition_failed"),
        ('W/"7"', 412, "precondition_failed"),
        ('"abc"', 412, "precondition_failed"),
        ("7", 400, "if_match_malformed"),
        ('"7" x', 400, "if_match_malformed"),
    ],
)
async def test_a_change_needs_the_version_that_was_read(
    client: httpx.AsyncClient, expected: str | None, status: int, code: str | None
) -> None:
    headers = {**bearer(), **({"If-Match": expected} if expected else {})}
    answer = await client.put("/v1/plan", headers=headers)
    assert answer.status_code == status
    if code is None:
        assert answer.headers["etag"] == '"8"'
    else:
        assert answer.json()["code"] == code
