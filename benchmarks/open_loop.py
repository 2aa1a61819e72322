"""HTTP load at open loop: requests are sent when they are due, however long earlier ones take.

Latency counts from the moment at which a request was due, so that a service that stalls cannot hide it. The
client is a small one on asyncio: a general one would take more of the machine than the service under test.
"""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, cast

CONNECTIONS = 128
ANSWERED_WITHIN_S = 60.0


class Answer(NamedTuple):
    """What came back for one request; 0 is the status of a connection that was lost."""

    status: int
    latency_s: float


def arrivals(per_second: float, seconds: float, seed: int = 1) -> list[float]:
    """Moments (s from the beginning) at which independent callers come. A seed always gives the same."""
    source, at, moments = random.Random(seed), 0.0, []
    while (at := at + source.expovariate(per_second)) < seconds:
        moments.append(at)
    return moments


class Connection(asyncio.Protocol):
    """One kept-alive connection that carries one request at a time."""

    def __init__(self, client: "Client") -> None:
        self._client, self._received, self._sent = client, b"", -1
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready for a request."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._client.is_free(self)

    def send(self, number: int, request: bytes) -> None:
        """Send the request of this number."""
        assert self._transport is not None, "only a connection that was made is free"
        self._sent, self._received = number, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read until the answer is whole."""
        self._received += data
        status = status_of(self._received)
        if status is not None:
            number, self._sent = self._sent, -1
            self._client.answered(number, status)
            self._client.is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The request in hand, if any, gets no answer; no other is sent here."""
        self._client.lost(self)
        if self._sent >= 0:
            self._client.answered(self._sent, 0)

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()


def status_of(received: bytes) -> int | None:
    """The status of an answer with a Content-Length; None while it is not whole."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    length = int(lower[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return int(head[9:12]) if len(body) >= length else None


class Client:
    """Sends requests at their moments and keeps every answer."""

    def __init__(self, requests: Sequence[bytes], moments: Sequence[float]) -> None:
        assert len(requests) >= len(moments), "every moment needs a request"
        self._requests, self._moments = requests, moments
        self._answers: list[Answer | None] = [None] * len(moments)
        # In turn, so that none idles until the server closes it.
        self._free: deque[Connection] = deque()
        self._due: deque[int] = deque()
        self._left = len(moments)
        self._done = asyncio.Event()
        self._began = 0.0

    def is_free(self, connection: Connection) -> None:
        """Hand the connection the request that has waited longest, if one has."""
        if self._due:
            number = self._due.popleft()
            connection.send(number, self._requests[number])
        else:
            self._free.append(connection)

    def lost(self, connection: Connection) -> None:
        """Use this connection no more."""
        if connection in self._free:
            self._free.remove(connection)

    def answered(self, number: int, status: int) -> None:
        """Note an answer, from the moment at which its request was due."""
        due = self._began + self._moments[number]
        self._answers[number] = Answer(status, asyncio.get_running_loop().time() - due)
        self._left -= 1
        if not self._left:
            self._done.set()

    async def run(self, host: str, port: int, connections: int = CONNECTIONS) -> list[Answer]:
        """Send all and wait for the answers. Raises TimeoutError when some never come."""
        loop = asyncio.get_running_loop()
        made = [
            await loop.create_connection(lambda: Connection(self), host, port) for _ in range(connections)
        ]
        try:
            self._began = loop.time()
            for number, moment in enumerate(self._moments):
                wait = self._began + moment - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                self._due.append(number)
                if self._free:
                    self.is_free(self._free.popleft())
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                await self._done.wait()
        finally:
            for _, connection in made:
                connection.close()
        return [answer for answer in self._answers if answer is not None]
