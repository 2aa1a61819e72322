"""A story's services in processes of their own, each of which is killed once while the story goes on."""

import asyncio
import random
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import TypeAdapter

from cli.stack.process import free_ports
from shared.access import public_jwks
from shared.decision import Role
from shared.service import Quiescence
from tests.databases import Databases
from tests.harness import Looks, pool_of
from tests.infra.servers import Infra
from tests.processes import MODULES, QUICK, Process, environment_of, launched
from tests.web import AUDIENCE, ISSUER, KEY, bearer, client_of

KILLED_WITHIN_S = 0.4
"""After something has happened: while it is read, applied, and published on."""
EVERY, EVERY_OF_TWO = 3, 1
"""Which of the things that happen is followed by a death: the third, the sixth, and so on. The stories of two
services are short: each of theirs.
"""
NOT_AT_REST = Quiescence(datetime.min.replace(tzinfo=UTC), 0, 0, 0, 0, None, 1)
QUIESCENCE = TypeAdapter(Quiescence)


@dataclass
class Replica(Looks):
    """The one replica of a service, which may be down for a while."""

    name: str
    url: str
    environment: Mapping[str, str]
    folder: Path
    lives: list[Process] = field(default_factory=list)

    async def live(self) -> None:
        """Start it, and wait until it is ready."""
        log = self.folder / f"{self.name}-{len(self.lives)}.log"
        self.lives.append(launched(MODULES[self.name], self.environment, self.name, self.url, log))
        await self.lives[-1].ready()

    async def quiescence(self) -> Quiescence:
        """Whether it has come to rest, asked as a driver of simulated time does; one that is down has not."""
        async with client_of(self.url) as client:
            try:
                answer = await client.get("/v1/quiescence", headers=bearer(Role.ADMINISTRATOR))
            except httpx.TransportError:
                return NOT_AT_REST
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return NOT_AT_REST
        return QUIESCENCE.validate_json(answer.raise_for_status().content)


@dataclass
class Slain:
    """Kills each service once: one after the other, each somewhere in what follows from a publication or
    a request.
    """

    infra: Infra
    folder: Path
    prefix: str
    chance: random.Random
    replicas: dict[str, Replica] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)
    happened: int = 0
    _killing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(
        self, databases: Databases, names: Sequence[str], changes: Mapping[str, Any]
    ) -> AsyncIterator[None]:
        """Run the services, and end them."""
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        common = self._settings(urls)
        pools: list[asyncpg.Pool] = []
        try:
            for name, port in ports.items():
                database = await databases.make(name)
                settings = {**common, "database_url": database, "http_port": port, **changes}
                pools.append(await pool_of(database))
                self.replicas[name] = Replica(
                    pools[-1], name, urls[name], environment_of(settings), self.folder
                )
            await asyncio.gather(*(replica.live() for replica in self.replicas.values()))
            yield
            await self._over()
            assert sorted(self.killed) == sorted(self.replicas), f"killed {self.killed} in {self.happened}"
        finally:
            if self._killing is not None:
                self._killing.cancel()  # or it starts one behind our back
                await asyncio.gather(self._killing, return_exceptions=True)
            for process in [life for one in self.replicas.values() for life in one.lives if life.running]:
                await process.kill()
            for pool in pools:
                await pool.close()

    async def something_happens(self) -> None:
        """Begin to kill the next of them, if it is time and one is left; the one before is back by then."""
        self.happened += 1
        if self.happened % (EVERY_OF_TWO if len(self.replicas) == 2 else EVERY):
            return
        await self._over()
        if left := [name for name in self.replicas if name not in self.killed]:
            self._killing = asyncio.ensure_future(self._kill(self.chance.choice(left)))

    async def _over(self) -> None:
        if self._killing is not None:
            await self._killing

    async def _kill(self, name: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, KILLED_WITHIN_S))
        await self.replicas[name].lives[-1].kill()
        self.killed.append(name)
        await self.replicas[name].live()

    def _settings(self, urls: Mapping[str, str]) -> dict[str, Any]:
        """What all of them are told; a service passes over what is not its own."""
        token, jwks, sealing = (self.folder / name for name in ("token", "jwks.json", "sealing-key"))
        token.write_text(bearer(Role.SERVICE, "story")["Authorization"].removeprefix("Bearer "))
        jwks.write_text(public_jwks([KEY]))
        sealing.write_bytes(b64encode(b"k" * 32))
        return {
            "kafka_bootstrap": self.infra.bootstrap,
            **self.infra.kafka_security,
            "topic_prefix": self.prefix,
            "jwks_file": str(jwks),
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "service_token_file": str(token),
            "sealing_key_file": str(sealing),
            "link_secret": "s" * 32,
            "dry_channels": True,
            "ledger_url": urls["ledger"],
            "hardship_url": urls.get("hardship"),
            **QUICK,
        }
