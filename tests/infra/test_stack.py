"""The local stack as its user sees it: it starts, heals, tells how it is, and leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.stack.process import OWN_PORTS, port_is_free, wait_until
from cli.stack.supervisor import is_alive
from tests.infra.run import ROOT

PORTS_USED = 100


class Stack:
    """The command line, on a stack of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        first = next(
            base
            for base in range(OWN_PORTS.start, OWN_PORTS.stop, PORTS_USED)
            if all(port_is_free(port) for port in range(base, base + PORTS_USED))
        )
        self._environment = {**os.environ, "HUANCUI_HOME": str(home), "HUANCUI_PORTS": str(first)}

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command: status, output, errors."""
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *arguments],
            cwd="/",
            env={**self._environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return ran.returncode, ran.stdout, ran.stderr

    def state(self) -> dict[str, Any]:
        """What its supervisor tells."""
        told: dict[str, Any] = json.loads((self.home / "stack.json").read_text())
        return told

    def pids(self) -> list[int]:
        """All its processes."""
        told = self.state()
        return [told["supervisor"], *(one["pid"] for one in told["processes"].values())]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack that runs."""
    home = Path(tempfile.mkdtemp(prefix="huancui-stack-"))
    running = Stack(home)
    status, _, err = running("up")
    assert status == 0, err
    yield running
    running("down")
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.timeout(300)
def test_a_running_stack_is_ready_and_is_not_started_twice(stack: Stack) -> None:
    status, out, _ = stack("status", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["ready"] == dict.fromkeys(told["ready"], True)
    assert {"postgres", "kafka", "ledger"} <= told["ready"].keys()
    assert stack.state()["kafka_password"] not in out
    status, _, err = stack("up")
    assert status == 1
    assert err.splitlines() == [
        "huancui: the stack is running already: see ./huancui status, or end it with ./huancui down"
    ]


@pytest.mark.timeout(300)
def test_a_service_that_was_killed_comes_back(stack: Stack) -> None:
    before = stack.state()["processes"]["ledger"]["pid"]
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: stack.state()["processes"]["ledger"]["restarts"] >= 1, 60)
    assert wait_until(lambda: stack("status")[0] == 0, 60, 0.5)


@pytest.mark.timeout(300)
def test_a_file_for_a_lender_that_nobody_added_is_refused_line_by_line(stack: Stack) -> None:
    status, out, err = stack("publish", str(ROOT / "cli" / "examples" / "first-loans.jsonl"), "--json")
    assert status == 1
    assert json.loads(out)["sent"] == 0
    assert err.splitlines()[0] == "line 1: the lender harbour is not known: ./huancui lender add harbour"


@pytest.mark.timeout(300)
def test_nothing_outlives_a_supervisor_that_is_killed_and_the_next_start_works(stack: Stack) -> None:
    pids = stack.pids()
    os.kill(pids[0], signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_alive, pids)), 30)
    status, _, err = stack("status")
    assert (status, "is dead" in err) == (1, True)
    assert stack("up")[0] == 0
    pids = stack.pids()
    assert stack("down")[0] == 0
    assert wait_until(lambda: not any(map(is_alive, pids)), 10), (
        "a process that was ended is reaped a moment later"
    )
    assert stack("status")[0] == 1
