"""What the local stack needs of this machine, looked at before anything is started."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

from cli.stack import jars
from cli.stack.files import private_folder
from cli.stack.kafka import java
from cli.stack.layout import LEAST_FREE_MB, Layout, services_here
from cli.stack.postgres import binaries, major_version
from cli.stack.process import StackError, port_is_free, without_root
from cli.stack.state import supervisor_lives

Finding = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was found or what to do."""
PYTHONS = ((3, 11), (3, 13))


def examine(layout: Layout) -> Iterator[Finding]:
    """Look at everything; one finding after the other."""
    for name, look in (
        ("Python", python_version),
        ("Java", java_version),
        ("PostgreSQL", postgres_version),
        ("Kafka", kafka_jars),
        ("disk", lambda: disk_space(layout)),
        ("user", lambda: ordinary_user(layout)),
        ("ports", lambda: ports(layout)),
    ):
        yield _finding(name, look)


def _finding(name: str, look: Callable[[], str]) -> Finding:
    try:
        return name, True, look()
    except StackError as error:
        return name, False, str(error)
    except OSError as error:
        return name, False, f"{error.strerror or error}: {error.filename or ''}"


def python_version() -> str:
    """Which Python this is."""
    version = sys.version_info[:2]
    if not PYTHONS[0] <= version <= PYTHONS[1]:
        raise StackError(f"Python {version[0]}.{version[1]} does not do: 3.11, 3.12 or 3.13 is needed")
    return f"{sys.version.split()[0]} in {sys.prefix}"


def java_version() -> str:
    """Which Java Kafka would run on; it is started to see that it can be."""
    program = java()
    tried = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise StackError(
            f"{program} does not run on this machine: set HUANCUI_JAVA to a java program, 17 or newer"
        )
    return tried.stderr.splitlines()[0]


def postgres_version() -> str:
    """Which PostgreSQL would be started."""
    folder = binaries()
    return f"{major_version(folder)} in {folder}"


def kafka_jars() -> str:
    """Whether Kafka's jars are here and unchanged; they are not fetched."""
    folder = jars.cache_folder() / f"kafka-{jars.KAFKA_VERSION}"
    known = jars.known_hashes()
    there = [folder / name for name in known if (folder / name).exists()]
    jars.check(there, known)
    if len(there) < len(known):
        return f"{jars.KAFKA_VERSION}, to be fetched when the stack first starts (43 MB)"
    return f"{jars.KAFKA_VERSION} in {folder}"


def disk_space(layout: Layout) -> str:
    """Whether the data folder can be made, and how much is free there."""
    private_folder(layout.home)
    free_mb = shutil.disk_usage(layout.home).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        raise StackError(f"only {free_mb} MB are free at {layout.home}: {LEAST_FREE_MB} MB are needed")
    return f"{free_mb:,} MB are free at {layout.home}"


def ordinary_user(layout: Layout) -> str:
    """How PostgreSQL, which refuses root, would run."""
    privileges = without_root(binaries() / "postgres", private_folder(layout.home))
    if privileges.prefix:
        return "root; PostgreSQL runs in a user namespace"
    return "root; PostgreSQL runs as another user" if privileges.user is not None else "an ordinary user"


def ports(layout: Layout) -> str:
    """Whether the stack's ports are free, or its own."""
    if supervisor_lives(layout):
        return "in use by the running stack"
    kafka = layout.kafka_ports
    wanted = {layout.http_port(service): service for service in services_here()}
    wanted |= {layout.postgres_port: "PostgreSQL"}
    wanted |= dict.fromkeys((kafka.client, kafka.broker, kafka.controller), "Kafka")
    taken = [f"{port} ({name})" for port, name in wanted.items() if not port_is_free(port)]
    if taken:
        raise StackError(f"in use: {', '.join(taken)}; end what listens there, or choose others with --ports")
    return f"{min(wanted)} to {max(wanted)} are free"
