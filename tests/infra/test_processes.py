"""Processes of the stack end with whoever started them, and say why they could not start."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.postgres import Postgres
from cli.stack.process import LOOPBACK, Child, StackError, children_of, free_ports, wait_until
from cli.stack.supervisor import BACKOFF_FIRST_S, Watched, is_alive
from tests.infra.run import ROOT

PARENT = """
import sys
from pathlib import Path
from cli.stack.process import Child
child = Child("sleeper", ["sleep", "600"], Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
sys.stdin.read()
"""
FAMILY = ["/bin/sh", "-c", "sleep 600 & wait"]


def _child(folder: Path, *command: str) -> Child:
    return Child("child", command or FAMILY, folder / "child.log")


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Child]:
    """A process with a child of its own."""
    child = _child(tmp_path)
    child.start()
    assert child.pid is not None
    pid = child.pid
    assert wait_until(lambda: len(children_of(pid)) == 1, 10)
    yield child
    child.kill()


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "child.log")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
        assert wait_until(lambda: not is_alive(pid), 10)


def test_a_kill_takes_the_children_along(family: Child) -> None:
    assert family.pid is not None
    pids = [family.pid, *children_of(family.pid)]
    family.kill()
    assert not family.running
    assert wait_until(lambda: not any(map(is_alive, pids)), 10)


def test_a_frozen_process_hears_that_it_shall_stop(family: Child) -> None:
    family.pause()
    began = time.monotonic()
    family.stop(within_s=10)
    assert not family.running
    assert time.monotonic() - began < 5


def test_a_process_that_does_not_hear_is_ended_by_force(tmp_path: Path) -> None:
    child = _child(tmp_path, "/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done")
    child.start()
    assert wait_until(lambda: child.log.read_text() == "deaf\n", 10)
    child.stop(within_s=0.2)
    assert not child.running


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"child cannot be started: .*no-such-program"):
        _child(tmp_path, "/no-such-program").start()


def test_what_ends_by_itself_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    child = _child(tmp_path, "/bin/false")
    child.start()
    watched = Watched(child, child.start)
    now = time.monotonic()
    for round_ in range(3):
        assert child.process is not None
        child.process.wait(10)
        assert watched.look(now)
        assert watched.pause_s == BACKOFF_FIRST_S * 2 ** (round_ + 1)
        assert not watched.look(now)
        now += watched.pause_s
        assert watched.look(now)
    assert watched.restarts == 3


def test_postgresql_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=rf"port {port} \(PostgreSQL\) is in use"):
            Postgres(tmp_path / "postgres", port).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
def test_root_without_namespaces_and_without_a_way_for_others_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    no_namespaces = tmp_path / "bin"
    no_namespaces.mkdir()
    (no_namespaces / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (no_namespaces / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{no_namespaces}:{os.environ['PATH']}")
    with pytest.raises(StackError, match="refuses to run as root"):
        Postgres(shut / "home" / "postgres", free_ports(1)[0])
    assert shut.stat().st_mode & 0o777 == 0o700


def test_the_servers_of_a_run_end_when_the_run_is_killed(tmp_path: Path) -> None:
    test = tmp_path / "test_holds.py"
    test.write_text(
        "import sys, time\n"
        "def test_holds(infra):\n"
        "    open(sys.argv[-1] + '.ready', 'w').close()\n"
        "    time.sleep(600)\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(test)],
        cwd=ROOT,
        env={**environment, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    folder = tmp_path / f"huancui-test-{os.getuid()}-pid{run.pid}"
    assert wait_until((folder / "servers.json").exists, 60)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert wait_until(lambda: not folder.exists(), 60)
