"""Servers of a module's own, with a proxy before PostgreSQL and one before Kafka, so that links can fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.stack.jars import classpath
from cli.stack.kafka import PORTS_PER_NODE, Kafka, NodePorts
from cli.stack.process import LOOPBACK, free_ports
from tests.chaos import meddling
from tests.chaos.proxy import Proxy
from tests.chaos.world import World
from tests.infra.choice import Choice, chosen
from tests.infra.embedded import Breakable, Embedded
from tests.infra.servers import Address, UnusableInfra


class _BehindProxy(Embedded):
    """One broker that tells its clients to come by way of a proxy."""

    def __init__(self, home: Path, proxy_port: int) -> None:
        super().__init__(home, durable=True)
        ports = NodePorts(*free_ports(PORTS_PER_NODE))
        advertised = f"CLIENT://{LOOPBACK}:{proxy_port},BROKER://{LOOPBACK}:{ports.broker}"
        # Nobody proves who he is here: a hundred handshakes over a slow link would be most of the test.
        self.kafka = Kafka(
            home / "kafka-behind",
            classpath(),
            [ports],
            secure=False,
            options={"advertised.listeners": advertised, "group.min.session.timeout.ms": "1000"},
        )
        self.client_port, self._proxy_port = ports.client, proxy_port

    def address(self, run: str) -> Address:
        """Where they are: Kafka behind its proxy."""
        return replace(super().address(run), bootstrap=f"{LOOPBACK}:{self._proxy_port}")


@dataclass
class Links:
    """The servers and the links to them. What the test itself looks at goes to PostgreSQL directly."""

    servers: Breakable
    kafka: Proxy
    database: Proxy

    def heal(self) -> None:
        """End every fault on every link."""
        self.kafka.heal()
        self.database.heal()

    def settings(self, world: World, service: str) -> dict[str, Any]:
        """What makes a service of this world use the link to its database; that to Kafka it uses anyway."""
        return {
            "database_url": meddling.through(world.databases[service], self.database),
            "kafka_session_timeout_ms": 4_000,
            "kafka_rebalance_timeout_ms": 4_000,
            "kafka_request_timeout_ms": 5_000,
            "send_deadline_s": 3,
        }


@asynccontextmanager
async def linked(home: Path) -> AsyncIterator[Links]:
    """Servers behind proxies. Raises UnusableInfra where the run's servers are to be others than ours."""
    if chosen() is not Choice.EMBEDDED:
        raise UnusableInfra(f"servers behind proxies are always a test's own: HUANCUI_TEST_INFRA={chosen()}")
    async with Proxy(seed=11) as kafka, Proxy(seed=12) as database:
        behind = await asyncio.to_thread(_BehindProxy, home, kafka.port)
        kafka.target_port = behind.client_port
        servers = await asyncio.to_thread(Breakable.start, behind)
        database.target_port = meddling.port_of(servers.database_url("any"))
        try:
            yield Links(servers, kafka, database)
        finally:
            await asyncio.to_thread(servers.stop)
