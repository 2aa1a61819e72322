"""What all tests share: the servers of the run, a topic prefix for each test, the long forms on request."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.choice import Choice, chosen
from tests.infra.embedded import Breakable, Embedded
from tests.infra.run import servers_of_run
from tests.infra.servers import Infra, UnusableInfra


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`."""
    parser.addoption("--long", action="store_true", help="also run the long forms (marked `long`)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", "long: a long form, run with --long only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long forms out unless they are asked for; they are counted as deselected."""
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def infra() -> Iterator[Infra]:
    """The run's PostgreSQL and Kafka, shared by all: make a database and topics of your own, stop nothing."""
    with servers_of_run() as servers:
        yield servers


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that keeps this test's topics and consumer groups apart from all others."""
    return f"t{secrets.token_hex(5)}-"


@pytest.fixture(scope="module")
def breakable() -> Iterator[Callable[..., Breakable]]:
    """Starts servers for this module alone, to be killed and frozen; takes the arguments of `Embedded`."""
    if chosen() is not Choice.EMBEDDED:
        raise UnusableInfra(
            f"servers that a test breaks are always its own: HUANCUI_TEST_INFRA={chosen()} has none"
        )
    running: list[Breakable] = []
    folders: list[Path] = []

    def start(**options: Any) -> Breakable:
        # Not among pytest's folders: root's PostgreSQL may run as a user who cannot pass those.
        folders.append(Path(tempfile.mkdtemp(prefix="huancui-breakable-")))
        running.append(Breakable.start(Embedded(folders[-1], **options)))
        return running[-1]

    yield start
    for servers in running:
        servers.stop()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
