"""The proxy does what its faults say, or scenarios that rely on it would prove nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cli.stack.process import LOOPBACK
from tests.chaos.proxy import Proxy

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def echo() -> AsyncIterator[Proxy]:
    """A proxy before a server that sends back what it gets."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


async def connect(proxy: Proxy) -> Client:
    return await asyncio.open_connection(LOOPBACK, proxy.port)


async def ask(client: Client, word: bytes, within_s: float = 5) -> bytes:
    client[1].write(word)
    return await asyncio.wait_for(client[0].read(1000), within_s)


async def test_a_healthy_link_passes_everything_and_a_delayed_one_passes_it_late() -> None:
    async with echo() as proxy:
        client = await connect(proxy)
        assert await ask(client, b"one") == b"one"
        proxy.delay_s = 0.1
        began = time.monotonic()
        assert await ask(client, b"two") == b"two"
        assert time.monotonic() - began >= 0.2


async def test_a_cut_link_breaks_connections_and_takes_no_new_ones_until_it_is_healed() -> None:
    async with echo() as proxy:
        client = await connect(proxy)
        assert await ask(client, b"one") == b"one"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            await ask(client, b"two")
        new = await connect(proxy)
        with pytest.raises(ConnectionResetError):
            await ask(new, b"three")
        proxy.heal()
        assert await ask(await connect(proxy), b"four") == b"four"
        assert (proxy.counts.connections, proxy.counts.refused, proxy.counts.resets) == (2, 1, 1)


async def test_a_stalled_link_passes_later_what_was_sent_meanwhile() -> None:
    async with echo() as proxy:
        client = await connect(proxy)
        proxy.stall()
        with pytest.raises(TimeoutError):
            await ask(client, b"one", within_s=0.2)
        proxy.heal()
        assert await asyncio.wait_for(client[0].read(1000), 5) == b"one"


async def test_a_half_open_connection_swallows_what_is_sent_and_a_new_one_works() -> None:
    async with echo() as proxy:
        client = await connect(proxy)
        assert await ask(client, b"one") == b"one"
        proxy.half_open()
        with pytest.raises(TimeoutError):
            await ask(client, b"two", within_s=0.2)
        assert await ask(await connect(proxy), b"three") == b"three"
        proxy.heal()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(client[0].read(1000), 5)
        assert proxy.counts.swallowed == 3


async def test_one_answer_is_lost_with_its_connection_and_no_other() -> None:
    async with echo() as proxy:
        proxy.drop_next_answer()
        with pytest.raises(ConnectionResetError):
            await ask(await connect(proxy), b"one")
        assert await ask(await connect(proxy), b"two") == b"two"
        assert proxy.counts.dropped_answers == 1


async def test_the_same_seed_breaks_the_same_chunks() -> None:
    async def broken() -> list[int]:
        async with echo() as proxy:
            proxy.reset_share = 0.2
            numbers = []
            for number in range(20):
                try:
                    await ask(await connect(proxy), b"x")
                except ConnectionResetError:
                    numbers.append(number)
            return numbers

    first = await broken()
    assert first
    assert await broken() == first
