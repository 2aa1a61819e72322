"""One PostgreSQL and one Kafka for all processes of a test run.

The first process that needs them starts a keeper, which owns the servers. Every process holds a shared lock
while it may use them; when the keeper gets that lock for itself, all are gone, be it by a kill, and it ends
the servers.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cli.stack.files import locked, read_json, take_lock, write_private
from cli.stack.process import StackError, last_line, wait_until
from tests.infra.choice import Choice, chosen, external_address
from tests.infra.containers import Containers
from tests.infra.embedded import Embedded
from tests.infra.servers import Address, Infra, UnusableInfra

ROOT = Path(__file__).resolve().parents[2]
ALIVE, STATE = "alive.lock", "servers.json"
START_WITHIN_S = 240.0  # the first time the jars are fetched, or the images


@contextmanager
def servers_of_run() -> Iterator[Infra]:
    """The servers of this run, until the process is done with them. Raises UnusableInfra."""
    choice = chosen()
    if choice is Choice.EXTERNAL:
        yield Infra(external_address())
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}"
    folder = Path(tempfile.gettempdir()) / f"huancui-test-{os.getuid()}-{run}"
    try:
        with _enter(folder):
            yield Infra(_join(folder, choice))
    finally:
        _clear_away(folder)


def _enter(folder: Path) -> IO[str]:
    """Hold the shared lock of those who use the servers."""
    while True:
        folder.mkdir(exist_ok=True, mode=0o711)
        alive = take_lock(folder / ALIVE, shared=True)
        assert alive is not None, "a lock that waits is always taken"
        # A keeper that ended meanwhile has removed the file that this lock is on: nobody would see it.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(alive.fileno()), (folder / ALIVE).stat()):
                return alive
        alive.close()


def _clear_away(folder: Path) -> None:
    """Remove what a keeper has left that could not start its servers."""
    if folder.exists() and (alone := take_lock(folder / ALIVE, wait=False)) is not None:
        with alone:
            if not (folder / STATE).exists():
                shutil.rmtree(folder, ignore_errors=True)


def _join(folder: Path, choice: Choice) -> Address:
    """The address of the run's servers; starts them when this process is the first."""
    with locked(folder / "start.lock"):
        state = folder / STATE
        if not state.exists():
            log = folder / "keeper.log"
            with log.open("ab") as output:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.infra.run", str(folder), choice],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            wait_until(lambda: state.exists() or keeper.poll() is not None, START_WITHIN_S)
            if not state.exists():
                raise UnusableInfra(last_line(log) or f"the servers did not start in {START_WITHIN_S:.0f} s")
        found = read_json(state)
        assert found is not None, "written in one piece"
        return Address(**found)


def keep(folder: Path, choice: Choice) -> None:
    """Run the servers until no process of the run is left."""
    servers = Containers() if choice is Choice.CONTAINERS else Embedded(folder)
    try:
        servers.start()
        write_private(folder / STATE, json.dumps(servers.address(f"{os.getpid():x}").as_json()))
        gone = take_lock(folder / ALIVE)
        assert gone is not None, "a lock that waits is always taken"
    finally:
        (folder / STATE).unlink(missing_ok=True)
        servers.stop()
    shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """The keeper: folder and choice are its arguments. Its last line says what went wrong."""
    try:
        keep(Path(sys.argv[1]), Choice(sys.argv[2]))
    except (StackError, UnusableInfra) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
