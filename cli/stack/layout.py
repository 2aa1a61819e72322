"""Where everything of the local stack lies: folders, ports, services, their settings."""

import os
from dataclasses import dataclass
from pathlib import Path

from cli.stack.kafka import NodePorts
from cli.stack.process import LOOPBACK, StackError
from shared.provisioning import SERVICES

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORTS = 28_000
ISSUER, AUDIENCE = "huancui-local", "huancui"
POSTGRES_OFFSET, KAFKA_OFFSET = 32, 92
LEAST_FREE_MB = 500


@dataclass(frozen=True)
class Layout:
    """The stack under `home`.

    Its ports follow `ports`: services from the next one on, PostgreSQL 32, Kafka 92 further.
    """

    home: Path
    ports: int = DEFAULT_PORTS

    @property
    def state_file(self) -> Path:
        """What the supervisor tells of itself."""
        return self.home / "stack.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor while it lives."""
        return self.home / "supervisor.lock"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.home / "logs"

    @property
    def signing_key(self) -> Path:
        """The private key that local tokens are signed with."""
        return self.home / "keys" / "signing.json"

    @property
    def public_keys(self) -> Path:
        """The JWKS that the services check tokens with."""
        return self.home / "keys" / "jwks.json"

    @property
    def postgres_port(self) -> int:
        """Where PostgreSQL listens."""
        return self.ports + POSTGRES_OFFSET

    @property
    def kafka_ports(self) -> NodePorts:
        """Where Kafka listens."""
        first = self.ports + KAFKA_OFFSET
        return NodePorts(first, first + 1, first + 2)

    def http_port(self, service: str) -> int:
        """Where a service's API listens."""
        return self.ports + 1 + list(SERVICES).index(service)

    def url(self, service: str) -> str:
        """The address of a service's API."""
        return f"http://{LOOPBACK}:{self.http_port(service)}"

    def secret_file(self, service: str, purpose: str) -> Path:
        """Where a password of a service is kept; `purpose` says what for: database, kafka ..."""
        return self.home / "secrets" / f"{service}.{purpose}"

    def lender_file(self, lender: str) -> Path:
        """Where what a lender's platform needs is kept."""
        return self.home / "lenders" / f"{lender}.json"


def local_layout() -> Layout:
    """The stack of this folder: HUANCUI_HOME says where its data is, HUANCUI_PORTS where its ports begin."""
    home = Path(os.environ.get("HUANCUI_HOME") or ROOT / ".huancui").absolute()
    ports = os.environ.get("HUANCUI_PORTS") or str(DEFAULT_PORTS)
    if not ports.isdecimal() or not 1_024 <= int(ports) <= 65_000:
        raise StackError(f"HUANCUI_PORTS={ports}: it must be a number from 1024 to 65000")
    return Layout(home, int(ports))


def services_here(root: Path = ROOT) -> list[str]:
    """The services that can be started, in the order of the flow."""
    return [name for name in SERVICES if (root / "services" / name / "main.py").exists()]
