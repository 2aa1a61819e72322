"""The public images, for those who have a container engine.

Nobody has to say who he is there: tests of access bring their own.
"""

from typing import Any

from cli.stack.process import LOOPBACK, free_ports
from tests.infra.servers import Address, UnusableInfra, server_url

KAFKA_IMAGE, POSTGRES_IMAGE = "apache/kafka:4.4.0", "postgres:18"
INSIDE_PORT, CLIENT_PORT, CONTROLLER_PORT = 19092, 9092, 9093
TEST_USER, TEST_PASSWORD = "huancui", "only-for-tests"  # on servers that live as long as a test run


def kafka_environment(port: int) -> dict[str, str]:
    """The image's settings. As soon as one is given, none of its defaults holds: so all are here.

    Clients come by `port` of this machine; the broker finds itself by a listener of its own.
    """
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"CLIENT://:{CLIENT_PORT},INSIDE://:{INSIDE_PORT},CONTROLLER://:{CONTROLLER_PORT}",
        "KAFKA_ADVERTISED_LISTENERS": f"CLIENT://{LOOPBACK}:{port},INSIDE://localhost:{INSIDE_PORT}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER_PORT}",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }


class Containers:
    """One PostgreSQL and one Kafka in containers."""

    def __init__(self) -> None:
        self._running: list[Any] = []
        self._address = Address("", "")

    def start(self) -> None:
        """Start both and wait until they answer. Raises UnusableInfra."""
        from docker.errors import DockerException  # type: ignore[import-untyped]

        try:
            database = self._start_postgres()
            self._address = Address(database_server=database, bootstrap=self._start_kafka())
        except (DockerException, OSError, TimeoutError) as error:
            self.stop()
            raise UnusableInfra(
                f"HUANCUI_TEST_INFRA=containers needs a container engine that runs "
                f"{KAFKA_IMAGE} and {POSTGRES_IMAGE}: {error}"
            ) from error

    def _start_postgres(self) -> str:
        from testcontainers.community.postgres import PostgresContainer

        container = PostgresContainer(
            POSTGRES_IMAGE, username=TEST_USER, password=TEST_PASSWORD, dbname="postgres", driver=None
        ).with_command("postgres -c fsync=off -c max_connections=200 -c timezone=UTC")
        self._running.append(container)
        container.start()
        host, port = container.get_container_host_ip(), int(container.get_exposed_port(5432))
        return server_url(TEST_USER, TEST_PASSWORD, host, port)

    def _start_kafka(self) -> str:
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.wait_strategies import LogMessageWaitStrategy

        port = free_ports(1)[0]
        container = (
            DockerContainer(KAFKA_IMAGE)
            .with_bind_ports(CLIENT_PORT, port)
            .with_envs(**kafka_environment(port))
            .waiting_for(LogMessageWaitStrategy("Kafka Server started"))
        )
        self._running.append(container)
        container.start()
        return f"{LOOPBACK}:{port}"

    def stop(self) -> None:
        """Remove both."""
        while self._running:
            self._running.pop().stop()

    def address(self, run: str) -> Address:
        """Where they are."""
        return Address(self._address.database_server, self._address.bootstrap, run=run)
