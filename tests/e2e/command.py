"""The command line on a stack of its own, in folders and on ports that nobody else uses."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cli.stack.layout import KAFKA_OFFSET, POSTGRES_OFFSET, ROOT
from cli.stack.process import port_is_free

WITHIN_S = 240.0
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST_PORTS = range(36_000 + WORKER % 4 * 2_000, 38_000 + WORKER % 4 * 2_000, 200)
"""Those of this worker: another one that looks at the same moment finds the same ports free."""


class Runner:
    """The command, in a folder of its own."""

    def __init__(self, home: Path) -> None:
        taken = (0, 1, 2, 3, 4, 5, POSTGRES_OFFSET, *range(KAFKA_OFFSET, KAFKA_OFFSET + 3))
        ports = next(first for first in FIRST_PORTS if all(port_is_free(first + one) for one in taken))
        self.home, self.ports = home, ports
        self.environment = {**os.environ, "HUANCUI_HOME": str(home), "HUANCUI_PORTS": str(ports)}

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def do(self, *arguments: str) -> str:
        """Run it to its end; what it said."""
        process = self.begin(*arguments)
        said, _ = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0, said
        return said

    def kept(self, name: str) -> dict[str, Any]:
        """What a command keeps of where it stands; nothing before its first step."""
        file = self.home / "run" / name
        found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return found

    def state(self) -> dict[str, Any]:
        """Where the run stands."""
        return self.kept("state.json") or {"day": ""}
