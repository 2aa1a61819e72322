"""Asking another service: a few times, within a time, with the token of the moment."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shared import asking
from shared.asking import ATTEMPTS_MAX, Peer

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_S", 0.0)


def a_peer(answer: Answer, token_file: Path | None = None, within_s: float = 30.0) -> Peer:
    return Peer("http://peer.test", token_file, within_s, httpx.MockTransport(answer))


async def test_a_failure_is_tried_again_until_an_answer_comes() -> None:
    left = [httpx.Response(503), httpx.Response(502), httpx.Response(200, json={"a": 1})]
    answer = await a_peer(lambda _: left.pop(0)).ask("GET", "/v1/a")
    assert answer is not None
    assert answer.json() == {"a": 1}


async def test_a_refusal_is_an_answer_and_not_asked_for_again() -> None:
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(404)

    answer = await a_peer(refuse).ask("GET", "/v1/a")
    assert answer is not None
    assert (answer.status_code, asked) == (404, ["/v1/a"])


@pytest.mark.parametrize("fails", ["status", "connection"])
async def test_whoever_never_answers_is_asked_a_few_times_only(fails: str) -> None:
    asked = 0

    def fail(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if fails == "connection":
            raise httpx.ConnectError("no")
        return httpx.Response(500)

    assert await a_peer(fail).ask("POST", "/v1/a", {"b": 2}) is None
    assert asked == ATTEMPTS_MAX


async def test_who_thinks_too_long_has_not_answered() -> None:
    async def think(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    peer = Peer("http://peer.test", None, 0.01, httpx.MockTransport(think))
    assert await peer.ask("GET", "/v1/a") is None
    await peer.close()


async def test_each_question_carries_the_token_that_the_file_holds_then(tmp_path: Path) -> None:
    carried: list[str | None] = []
    file = tmp_path / "token"

    def note(request: httpx.Request) -> httpx.Response:
        carried.append(request.headers.get("Authorization"))
        return httpx.Response(200)

    peer = a_peer(note, file)
    for token in ("one\n", "two"):
        file.write_text(token)
        await peer.ask("GET", "/v1/a")
    await a_peer(note).ask("GET", "/v1/a")
    assert carried == ["Bearer one", "Bearer two", None]
