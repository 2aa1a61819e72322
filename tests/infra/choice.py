"""Which servers a test run uses: HUANCUI_TEST_INFRA is embedded (the default), containers or external."""

import os
import secrets
from collections.abc import Mapping
from enum import StrEnum

from tests.infra.servers import Address, UnusableInfra

DATABASE_URL, BOOTSTRAP = "HUANCUI_TEST_DATABASE_URL", "HUANCUI_TEST_KAFKA_BOOTSTRAP"
USER, PASSWORD = "HUANCUI_TEST_KAFKA_USER", "HUANCUI_TEST_KAFKA_PASSWORD"


class Choice(StrEnum):
    """Where the servers come from."""

    EMBEDDED = "embedded"
    CONTAINERS = "containers"
    EXTERNAL = "external"


def chosen(environment: Mapping[str, str] = os.environ) -> Choice:
    """What HUANCUI_TEST_INFRA says. Raises UnusableInfra for anything else than the three."""
    name = environment.get("HUANCUI_TEST_INFRA", "") or Choice.EMBEDDED
    try:
        return Choice(name)
    except ValueError:
        raise UnusableInfra(f"HUANCUI_TEST_INFRA={name}: it must be one of {', '.join(Choice)}") from None


def external_address(environment: Mapping[str, str] = os.environ) -> Address:
    """Servers that someone else runs. Raises UnusableInfra when an address is missing."""
    missing = [name for name in (DATABASE_URL, BOOTSTRAP) if not environment.get(name)]
    if missing:
        raise UnusableInfra(f"HUANCUI_TEST_INFRA=external needs {' and '.join(missing)}")
    server = environment[DATABASE_URL].rstrip("/")
    scheme, _, rest = server.partition("://")
    if not scheme.startswith("postgresql") or "/" in rest:
        raise UnusableInfra(
            f"{DATABASE_URL} must be postgresql://USER:PASSWORD@HOST:PORT, without a database"
        )
    return Address(
        database_server=server,
        bootstrap=environment[BOOTSTRAP],
        kafka_user=environment.get(USER),
        kafka_password=environment.get(PASSWORD),
        run=secrets.token_hex(4),
    )
