"""The load generator: requests go out when they are due, and latency counts from then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import cast

import pytest

from benchmarks.open_loop import Client, arrivals, status_of

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
ACCEPTED = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}"


class Server(asyncio.Protocol):
    """Answers requests one at a time, after a pause if there is one; it may hang up instead."""

    def __init__(self, pause_s: Callable[[int], float], counter: list[int], hang_up: bool) -> None:
        self._pause_s, self._counter, self._hang_up = pause_s, counter, hang_up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer."""
        assert data == REQUEST
        self._counter.append(len(self._counter))
        if self._hang_up:
            self._transport.close()
            return
        asyncio.get_running_loop().call_later(
            self._pause_s(self._counter[-1]), self._transport.write, ACCEPTED
        )


@asynccontextmanager
async def server(
    pause_s: Callable[[int], float], hang_up: bool = False
) -> AsyncIterator[tuple[int, list[int]]]:
    """A server's port, and the requests it got."""
    got: list[int] = []
    made = await asyncio.get_running_loop().create_server(
        lambda: Server(pause_s, got, hang_up), "127.0.0.1", 0
    )
    async with made:
        yield made.sockets[0].getsockname()[1], got


def test_callers_come_at_the_rate_in_order_and_the_same_for_a_seed() -> None:
    moments = arrivals(500, 20)
    assert moments == sorted(moments) == arrivals(500, 20)
    assert moments != arrivals(500, 20, seed=2)
    assert len(moments) == pytest.approx(10_000, rel=0.05)
    assert 0 < moments[0] < moments[-1] < 20
    gaps = [after - before for before, after in pairwise(moments)]
    assert sum(gap > 1 / 500 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02), (
        "independent callers"
    )


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (ACCEPTED, 202),
        (ACCEPTED[:-1], None),
        (ACCEPTED[:20], None),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
    ],
)
def test_an_answer_counts_once_it_is_whole(received: bytes, status: int | None) -> None:
    assert status_of(received) == status


async def test_every_request_is_sent_once_and_answered() -> None:
    moments = arrivals(1_000, 0.2)
    async with server(lambda _: 0) as (port, got):
        answers = await Client([REQUEST] * len(moments), moments).run("127.0.0.1", port, connections=4)
    assert [answer.status for answer in answers] == [202] * len(moments)
    assert len(got) == len(moments)


async def test_a_server_that_stalls_once_makes_all_that_were_due_meanwhile_late() -> None:
    moments = [0.0, 0.01, 0.02, 0.03]
    async with server(lambda number: 0.3 if number == 0 else 0) as (port, _):
        answers = await Client([REQUEST] * 4, moments).run("127.0.0.1", port, connections=1)
    least = [0.3 - moment for moment in moments]
    assert all(answer.latency_s >= due - 0.005 for answer, due in zip(answers, least, strict=True)), answers


async def test_a_request_whose_connection_is_lost_is_told_from_an_answered_one() -> None:
    async with server(lambda _: 0, hang_up=True) as (port, _):
        answers = await Client([REQUEST] * 2, [0.0, 0.0]).run("127.0.0.1", port, connections=2)
    assert [answer.status for answer in answers] == [0, 0]
