"""What the supervisor tells, in a file that only its owner reads, and what others learn from it."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from cli.stack.files import read_json, take_lock, write_private
from cli.stack.layout import Layout


class Phase(StrEnum):
    """How far the stack is."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass
class ProcessState:
    """One process of the stack."""

    pid: int | None = None
    restarts: int = 0
    url: str | None = None


@dataclass
class StackState:
    """The whole stack. `step` says what is being done, `error` why it failed."""

    supervisor: int
    phase: Phase = Phase.STARTING
    step: str = ""
    error: str | None = None
    ports: int = 0
    clock: str = "system"
    kafka_bootstrap: str = ""
    kafka_user: str = ""
    kafka_password: str = field(default="", repr=False)
    database_urls: dict[str, str] = field(default_factory=dict, repr=False)
    processes: dict[str, ProcessState] = field(default_factory=dict)

    def write(self, layout: Layout) -> None:
        """Replace what was told before."""
        write_private(layout.state_file, json.dumps(asdict(self), indent=2) + "\n")

    def public(self) -> dict[str, Any]:
        """All but the secrets."""
        told = asdict(self)
        del told["kafka_password"], told["database_urls"]
        return told


def read_state(layout: Layout) -> StackState | None:
    """What was told last, be its teller alive or not."""
    found = read_json(layout.state_file)
    if found is None:
        return None
    try:
        processes = {name: ProcessState(**one) for name, one in found.pop("processes").items()}
        return StackState(**{**found, "phase": Phase(found["phase"])}, processes=processes)
    except (KeyError, TypeError, ValueError):
        return None  # another version of this program wrote it


def supervisor_lives(layout: Layout) -> bool:
    """Whether a supervisor holds the stack.

    A process id could be another program's by now; the lock cannot.
    """
    if not layout.lock_file.exists():
        return False
    lock = take_lock(layout.lock_file, wait=False)
    if lock is None:
        return True
    lock.close()
    return False
