"""Links to the database: the system itself notices a server that vanished without a word."""

import socket
from typing import Any

import pytest

from shared.database import connect_directly, make_engine
from tests.databases import Databases


def _watched(connection: Any) -> dict[str, int]:
    link = connection._transport.get_extra_info("socket")
    named = {
        "alive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        "idle_s": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        "unacknowledged_ms": (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
    }
    return {name: link.getsockopt(*option) for name, option in named.items()}


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="an option of Linux")
async def test_pooled_and_direct_connections_are_watched(databases: Databases) -> None:
    url = await databases.make("ledger")
    engine = make_engine(url, application="test")
    wanted = {"alive": 1, "idle_s": 5, "unacknowledged_ms": 20_000}
    async with engine.connect() as pooled:
        raw = await pooled.get_raw_connection()
        assert _watched(raw.driver_connection) == wanted
    await engine.dispose()
    direct = await connect_directly(url, application="test")
    assert _watched(direct) == wanted
    await direct.close()
