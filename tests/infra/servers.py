"""What a test sees of the servers: databases made from templates, and topics under a prefix, all its own."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg

from shared.messaging.kafka import KafkaConfig
from shared.provisioning import KEPT, KafkaAdmin, Login

MAINTENANCE_DATABASE = "postgres"


class UnusableInfra(Exception):
    """The servers that HUANCUI_TEST_INFRA chose cannot be had.

    Nothing is skipped, and nothing else is taken instead.
    """


@dataclass(frozen=True, slots=True)
class Address:
    """Where the servers are, and who may do everything there.

    `database_server` is a URL without a database.
    """

    database_server: str = field(repr=False)
    bootstrap: str
    kafka_user: str | None = None
    kafka_password: str | None = field(default=None, repr=False)
    run: str = ""
    """Names this test run, where several may share a server."""

    def as_json(self) -> dict[str, Any]:
        """For a file that other processes of the run read."""
        return asdict(self)


class Infra:
    """The servers of a test run."""

    def __init__(self, address: Address) -> None:
        self.address = address

    # -- PostgreSQL ------------------------------------------------------------------------------------------

    def database_url(self, name: str, driver: str = "asyncpg") -> str:
        """The SQLAlchemy URL of a database; with `driver=""` a plain one."""
        server = self.address.database_server.split("://", 1)[1]
        return f"postgresql{'+' + driver if driver else ''}://{server}/{name}"

    async def create_database(self, template: str | None = None) -> str:
        """Make a new database, a copy of `template` if one is named, and return its URL."""
        name = f"t_{self.address.run}_{secrets.token_hex(6)}"
        copied = f' TEMPLATE "{template}" STRATEGY wal_log' if template else ""
        await self._administer(f'CREATE DATABASE "{name}"{copied}')
        return self.database_url(name)

    async def drop_database(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = urlsplit(url).path.lstrip("/")
        await self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The template of this name, made once in a run: `fill` gets an empty database's URL, in a thread."""
        database, unfinished = (f"{kind}_{self.address.run}_{name}" for kind in ("template", "unfinished"))
        connection = await self._connect()
        try:
            await connection.execute("SELECT pg_advisory_lock(hashtext($1))", database)
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database) is None:
                await connection.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
                await connection.execute(f'CREATE DATABASE "{unfinished}"')
                await asyncio.to_thread(fill, self.database_url(unfinished))
                await connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{database}"')
        finally:
            await connection.close()
        return database

    async def _administer(self, statement: str) -> None:
        connection = await self._connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self) -> Any:
        return await asyncpg.connect(self.database_url(MAINTENANCE_DATABASE, driver=""), timeout=10)

    # -- Kafka -----------------------------------------------------------------------------------------------

    @property
    def bootstrap(self) -> str:
        """The addresses that clients begin with."""
        return self.address.bootstrap

    @property
    def kafka_login(self) -> Login | None:
        """Kafka's administrator; None where nobody has to say who he is."""
        user, password = self.address.kafka_user, self.address.kafka_password
        return None if user is None or password is None else Login(user, password)

    @property
    def kafka_security(self) -> dict[str, str]:
        """The service settings (without their `HUANCUI_`) that a client needs besides the address."""
        login = self.kafka_login
        return {} if login is None else {"kafka_user": login.user, "kafka_password": login.password}

    def kafka(self, client_id: str = "tests", login: Login | None = None) -> KafkaConfig:
        """How to reach Kafka, as its administrator unless another login is given."""
        who = login or self.kafka_login
        return KafkaConfig(
            bootstrap=self.bootstrap,
            user=who.user if who else None,
            password=who.password if who else None,
            client_id=client_id,
        )

    def admin(self, prefix: str = "", partitions: int = 2) -> KafkaAdmin:
        """A context manager for topics, users and access lists. It blocks: use it in a thread."""
        return KafkaAdmin(self.bootstrap, self.kafka_login, partitions=partitions, prefix=prefix)

    async def create_topics(
        self, topics: Iterable[str], *, prefix: str = "", partitions: int = 2
    ) -> list[str]:
        """Make topics and return their full names."""

        def make() -> list[str]:
            with self.admin(prefix, partitions) as admin:
                return admin.create_topics(dict.fromkeys(topics, KEPT))

        return await asyncio.to_thread(make)


def server_url(user: str, password: str, host: str, port: int) -> str:
    """A URL without a database."""
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{port}"
