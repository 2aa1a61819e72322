"""Servers of our own for tests: those of a run, and clusters that a failure test may break."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cli.stack.jars import classpath
from cli.stack.kafka import PORTS_PER_NODE, Kafka, node_ports
from cli.stack.postgres import SUPERUSER, Postgres
from cli.stack.process import LOOPBACK, StackError, free_ports
from tests.infra.servers import Address, Infra, server_url

T = TypeVar("T")

# A server lives as long as the thread that started it: this one ends with the process and blocks no loop.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="servers")


class Embedded:
    """One PostgreSQL and one Kafka cluster under a folder."""

    def __init__(
        self,
        home: Path,
        *,
        nodes: int = 1,
        secure: bool = True,
        durable: bool = False,
        postgres_options: Mapping[str, str] | None = None,
        kafka_options: Mapping[str, str] | None = None,
    ) -> None:
        ports = free_ports(1 + PORTS_PER_NODE * nodes)
        home.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(home / "postgres", ports[0], durable=durable, options=postgres_options)
        self.kafka = Kafka(
            home / "kafka", classpath(), node_ports(ports[1:]), secure=secure, options=kafka_options
        )

    def start(self) -> None:
        """Start both, or neither. Raises StackError."""
        try:
            self.postgres.start()
            self.kafka.start()
        except StackError:
            self.stop()
            raise

    def stop(self) -> None:
        """End both."""
        self.kafka.stop()
        self.postgres.stop()

    def address(self, run: str) -> Address:
        """Where they are."""
        login = self.kafka.administrator
        return Address(
            database_server=server_url(SUPERUSER, self.postgres.password, LOOPBACK, self.postgres.port),
            bootstrap=self.kafka.bootstrap,
            kafka_user=login.user if login else None,
            kafka_password=login.password if login else None,
            run=run,
        )


class Breakable(Infra):
    """Servers of one test module, to be killed, frozen and started again."""

    def __init__(self, servers: Embedded) -> None:
        super().__init__(servers.address("own"))
        self._servers = servers

    @classmethod
    def start(cls, servers: Embedded) -> "Breakable":
        """Start the servers and wait until they answer."""
        _STARTER.submit(servers.start).result()
        return cls(servers)

    def stop(self) -> None:
        """End the servers."""
        _STARTER.submit(self._servers.stop).result()

    @property
    def nodes(self) -> list[int]:
        """The numbers of Kafka's nodes."""
        return list(self._servers.kafka.nodes)

    async def kill(self, node: int) -> None:
        """End one Kafka node as a power cut would."""
        await self._do(lambda: self._servers.kafka.kill(node))

    async def restart(self, node: int) -> None:
        """Start a Kafka node again and wait until it answers."""
        await self._do(lambda: self._servers.kafka.restart(node))

    async def pause(self, node: int) -> None:
        """Freeze one Kafka node."""
        await self._do(lambda: self._servers.kafka.pause(node))

    async def resume(self, node: int) -> None:
        """Let a frozen Kafka node go on."""
        await self._do(lambda: self._servers.kafka.resume(node))

    async def kill_database(self) -> None:
        """End PostgreSQL as a power cut would."""
        await self._do(self._servers.postgres.kill)

    async def stop_database(self) -> None:
        """End PostgreSQL in good order."""
        await self._do(self._servers.postgres.stop)

    async def restart_database(self) -> None:
        """Start PostgreSQL again and wait until it takes connections."""
        await self._do(self._servers.postgres.start)

    async def pause_database(self) -> None:
        """Freeze PostgreSQL."""
        await self._do(self._servers.postgres.pause)

    async def resume_database(self) -> None:
        """Let a frozen PostgreSQL go on."""
        await self._do(self._servers.postgres.resume)

    @staticmethod
    async def _do(step: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(_STARTER, step)
