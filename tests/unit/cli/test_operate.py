"""An operator's calls: all pages of a list, one key for each write, the service's own reasons."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cli.operate import Operator
from cli.stack.files import write_private
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.access import generate_key, private_jwk

Answer = Callable[[httpx.Request], httpx.Response]


def a_layout(folder: Path) -> Layout:
    """A stack that was up once: it has a key to sign tokens with."""
    layout = Layout(folder)
    layout.signing_key.parent.mkdir(parents=True, exist_ok=True)
    write_private(layout.signing_key, private_jwk(generate_key()))
    return layout


def operator(folder: Path, answer: Answer) -> Operator:
    return Operator(a_layout(folder), "ledger", "olga", httpx.MockTransport(answer))


def test_a_list_is_read_to_its_last_page(tmp_path: Path) -> None:
    pages = {
        None: {"data": [{"n": 1}], "has_more": True, "next_cursor": "c"},
        "c": {"data": [{"n": 2}], "has_more": False, "next_cursor": None},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/parked"
        assert request.headers["authorization"].startswith("Bearer ")
        return httpx.Response(200, json=pages[request.url.params.get("cursor")])

    assert operator(tmp_path, answer).every("parked") == [{"n": 1}, {"n": 2}]


def test_every_write_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(200, json=json.loads(request.content))

    one = operator(tmp_path, answer)
    assert [one.do("parked/Loan/x/1/skip", {"why": "twice"}) for _ in range(2)] == [{"why": "twice"}] * 2
    assert len(set(keys)) == 2


def test_a_refusal_is_said_with_the_services_reason(tmp_path: Path) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"detail": "No message is kept under this key."})

    with pytest.raises(StackError, match=r"ledger refused.*No message is kept"):
        operator(tmp_path, refuse).do("parked/Loan/x/retry")


def test_a_service_that_is_away_is_said(tmp_path: Path) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(StackError, match="does not answer"):
        operator(tmp_path, away).every("parked")
