"""A link that fails on request: a TCP proxy that delays, resets, freezes, swallows, cuts, and counts it.

It stands before PostgreSQL as it is. Before Kafka it must be the address that the broker gives to its clients
(`advertised.listeners`), or they go past it after their first question.
"""

import asyncio
import contextlib
import random
import socket
import struct
from dataclasses import dataclass
from typing import Self

from cli.stack.process import LOOPBACK

CHUNK = 64 * 1024
# Closing with this set sends a reset instead of the orderly end.
_RESET = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class _Link:
    """One client's connection with its connection to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    half_open: bool = False

    def reset(self) -> None:
        """Break both ends."""
        for writer in (self.client, self.server):
            _reset(writer)


@dataclass
class Counts:
    """What happened on the link so far; bytes for `swallowed`."""

    connections: int = 0
    refused: int = 0
    resets: int = 0
    swallowed: int = 0
    dropped_answers: int = 0


class Proxy:
    """Passes bytes between clients and one server.

    `delay_s` holds back every chunk, each way; `reset_share` is the chance of a chunk to break its connection
    instead of passing, drawn from `seed`.
    """

    def __init__(self, target_port: int = 0, *, seed: int = 1) -> None:
        self.target_port = target_port
        self.delay_s, self.reset_share = 0.0, 0.0
        self.counts = Counts()
        self._random = random.Random(seed)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut = self._drop_next = False
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0, limit=CHUNK)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where clients connect."""
        assert self._server is not None, "the proxy is not started"
        return int(self._server.sockets[0].getsockname()[1])

    # -- faults ----------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Break all connections, and every new one at once, until `heal`."""
        self._cut = True
        self.reset_all()

    def stall(self) -> None:
        """Nothing passes any more, and nothing is lost, until `heal`."""
        self._flowing.clear()

    def half_open(self) -> None:
        """Present connections stay, but what is sent on them vanishes; `heal` resets them. New ones work."""
        for link in self._links:
            link.half_open = True

    def drop_next_answer(self) -> None:
        """The next bytes that the server sends are lost, and their connection breaks."""
        self._drop_next = True

    def reset_all(self) -> None:
        """Break all present connections once."""
        for link in list(self._links):
            self._break(link)

    def heal(self) -> None:
        """End every fault."""
        self._cut = self._drop_next = False
        self.delay_s = self.reset_share = 0.0
        self._flowing.set()
        for link in [link for link in self._links if link.half_open]:
            self._break(link)

    # -- passing bytes ---------------------------------------------------------------------------------------

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            # The proxy ends. A callback of asyncio's reports every cancelled connection as an error.
            pass
        finally:
            _reset(writer)
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            self.counts.refused += 1
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(
                LOOPBACK, self.target_port, limit=CHUNK
            )
        except OSError:
            self.counts.refused += 1
            return
        self.counts.connections += 1
        link = _Link(writer, server_writer)
        self._links.add(link)
        pumps = [
            asyncio.ensure_future(self._pump(link, reader, server_writer, answers=False)),
            asyncio.ensure_future(self._pump(link, server_reader, writer, answers=True)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            _reset(server_writer)

    async def _pump(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        """Pass one direction until it ends or breaks."""
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._flowing.wait()
                if link.half_open:
                    self.counts.swallowed += len(data)
                elif answers and self._drop_next:
                    self._drop_next = False
                    self.counts.dropped_answers += 1
                    self._break(link)
                elif self.reset_share and self._random.random() < self.reset_share:
                    self._break(link)
                else:
                    sink.write(data)
                    await sink.drain()

    def _break(self, link: _Link) -> None:
        self.counts.resets += 1
        self._links.discard(link)
        link.reset()


def _reset(writer: asyncio.StreamWriter) -> None:
    if writer.transport.is_closing():
        return
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
