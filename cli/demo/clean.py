"""Room for a run: what an earlier one has left goes, what anybody else made here stays."""

import shutil
from pathlib import Path

from cli.stack.control import stop
from cli.stack.layout import Layout
from cli.stack.process import StackError
from cli.stack.state import supervisor_lives

CLOCK_START = "HUANCUI_CLOCK_START"
FOLDER = Path("run")
"""It marks a stack as a run's: whatever stands in it was made by one."""
MADE_BY_A_RUN = ("postgres", "kafka", "lenders", "secrets", "keys", "stack.json", FOLDER.name)


def make_room(layout: Layout, state: Path) -> None:
    """End and remove an earlier run; `state` is the file that the next one keeps. Raises StackError where the
    stack is somebody's own.
    """
    there = [one for one in MADE_BY_A_RUN if (layout.home / one).exists()]
    if there and not (layout.home / FOLDER).is_dir():
        raise StackError(
            f"{layout.home} holds a stack that no run has made, and a run begins with an empty one: keep it, "
            "and give the run a folder of its own: HUANCUI_HOME=.huancui-run ./huancui run"
        )
    if supervisor_lives(layout):
        stop(layout, lambda step: None)
    for one in there:
        path = layout.home / one
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # stopping the stack has taken some away
    (layout.home / state).parent.mkdir(parents=True, exist_ok=True)
