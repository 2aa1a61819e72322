"""An address that receives webhooks: a real HTTP server in this process, which answers as a test wants."""

import asyncio
import json
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest, new
from socket import AF_INET
from typing import Any


@dataclass(frozen=True)
class Delivered:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    """When it came, as Unix time."""

    @property
    def said(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)

    def signed_with(self, secret: str) -> bool:
        """Whether one of its signatures is good: written from the specification, not from our code."""
        key = b64decode(secret.removeprefix("whsec_"))
        head = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        good = b64encode(new(key, head.encode() + self.body, sha256).digest()).decode()
        signatures = self.headers["webhook-signature"].split(" ")
        return any(compare_digest(one, f"v1,{good}") for one in signatures)


@dataclass
class Receiver:
    """What came, and what is answered: `answers` first, then 204 for ever."""

    port: int = 0
    came: list[Delivered] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Such as `503 Service Unavailable`; `hang` never answers."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def names(self) -> list[str]:
        """The names of all events that came, one by one or in lists."""
        said = [one.said for one in self.came]
        events = [event for one in said for event in (one if isinstance(one, list) else [one])]
        return [event["type"].removeprefix("org.huancui.").removesuffix(".v1") for event in events]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines if line)
                raw = dict(line.split(": ", 1) for line in lines if line)
                body = await reader.readexactly(int(headers["content-length"]))
                named = {name.lower(): value for name, value in raw.items()}
                self.came.append(Delivered(first.split(" ")[1], named, body, time.time()))
                answer = self.answers.pop(0) if self.answers else "204 No Content"
                if answer == "hang":
                    await asyncio.sleep(3600)
                writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own; with `tls` it speaks that."""
    receiver = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(receiver.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "localhost", 0, family=AF_INET, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
