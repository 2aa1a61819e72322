"""Starting, ending and looking at the local stack from outside its supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cli.stack.files import private_folder
from cli.stack.layout import ROOT, Layout
from cli.stack.process import StackError, last_line, wait_until
from cli.stack.state import Phase, StackState, read_state, supervisor_lives
from cli.stack.supervisor import is_ready

UP_WITHIN_S, DOWN_WITHIN_S = 600.0, 90.0
FOLLOW_EVERY_S = 0.2


def start(layout: Layout, clock: str, on_step: Callable[[str], None]) -> StackState:
    """Start the stack and wait until it runs; `on_step` hears what is being done. Raises StackError."""
    if supervisor_lives(layout):
        raise StackError("the stack is running already: see ./huancui status, or end it with ./huancui down")
    private_folder(layout.logs)
    log = layout.logs / "supervisor.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.stack.supervisor", clock],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "HUANCUI_HOME": str(layout.home),
                "HUANCUI_PORTS": str(layout.ports),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    end = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < end:
        ended = process.poll() is not None
        state = read_state(layout)
        if state is not None and state.supervisor == process.pid:
            if state.phase is Phase.RUNNING:
                return state
            if state.error:
                process.wait()
                raise StackError(state.error)
            on_step(state.step)
        if ended:
            raise StackError(f"the stack's supervisor has ended: {last_line(log)} (see {log})")
        time.sleep(0.05)
    raise StackError(f"the stack did not start in {UP_WITHIN_S:.0f} s: see {log}")


def stop(layout: Layout, on_step: Callable[[str], None]) -> bool:
    """End the stack and wait until it is gone. Returns False when none was running. Raises StackError."""
    if not supervisor_lives(layout):
        layout.state_file.unlink(missing_ok=True)
        return False
    state = read_state(layout)
    if state is None:
        raise StackError(
            f"the stack's supervisor lives but {layout.state_file} is missing: try again in a moment"
        )
    os.kill(state.supervisor, signal.SIGTERM)

    def gone() -> bool:
        now = read_state(layout)
        if now is not None and now.step:
            on_step(now.step)
        return not supervisor_lives(layout)

    if not wait_until(gone, DOWN_WITHIN_S, 0.1):
        raise StackError(
            f"the stack did not end in {DOWN_WITHIN_S:.0f} s: kill its supervisor, process "
            f"{state.supervisor}; all it has started ends with it"
        )
    return True


def running(layout: Layout) -> StackState:
    """The running stack. Raises StackError, saying what to do, when there is none."""
    state = read_state(layout)
    if not supervisor_lives(layout):
        if state is None:
            raise StackError("the stack is not running: start it with ./huancui up")
        if state.phase is Phase.FAILED:
            raise StackError(f"the stack could not start: {state.error}")
        raise StackError("the stack is dead, its supervisor was killed: start it again with ./huancui up")
    if state is None or state.phase is not Phase.RUNNING:
        raise StackError(
            f"the stack is not running yet ({state.step if state else 'starting'}): wait a moment"
        )
    return state


def readiness(state: StackState) -> dict[str, bool]:
    """For each process whether it is there, and for a service whether it says that it is ready."""
    ready = {}
    for name, process in state.processes.items():
        ready[name] = process.pid is not None
        if process.url is not None and process.url.startswith("http"):
            ready[name] = ready[name] and is_ready(process.url)
    return ready


def log_files(layout: Layout, name: str | None) -> list[Path]:
    """The logs there are, or that of one process. Raises StackError when there is none."""
    found = sorted(layout.logs.glob(f"{name or '*'}.log")) or sorted(layout.logs.glob(f"{name}-*.log"))
    if not found:
        there = ", ".join(sorted(log.stem for log in layout.logs.glob("*.log")))
        raise StackError(
            f"there is no log of {name}: there are {there}" if there else "there are no logs yet"
        )
    return found


def read_logs(files: list[Path], lines: int, follow: bool) -> Iterator[tuple[str, str]]:
    """The last lines of each file as (process, line); with `follow` then what is written from now on."""
    places = {}
    for file in files:
        content = file.read_bytes()
        places[file] = len(content)
        for line in content.decode(errors="replace").splitlines()[-lines:]:
            yield file.stem, line
    while follow:
        for file, place in places.items():
            size = file.stat().st_size if file.exists() else 0
            with file.open("rb") as opened:
                opened.seek(place if size >= place else 0)  # a shorter file is a new one
                fresh, _, _ = opened.read().rpartition(b"\n")
            if fresh:
                places[file] = (place if size >= place else 0) + len(fresh) + 1
                for line in fresh.decode(errors="replace").splitlines():
                    yield file.stem, line
        time.sleep(FOLLOW_EVERY_S)
