"""Child processes of the stack: they die with their parent, and run without root where they must."""

import ctypes
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.stack.files import private_folder

PR_SET_PDEATHSIG = 1
LOOPBACK = "127.0.0.1"
# Below what Linux hands out for outgoing connections: a stopped server finds its port free again.
OWN_PORTS = range(20_000, 32_000)
USER_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


class StackError(Exception):
    """Something the user can act on. The text is one line: what is wrong and what to do."""


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets this signal when the thread that made it ends in any way (Linux)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it ended between the fork and the line above
            os.kill(os.getpid(), death_signal)

    return arrange


@dataclass(frozen=True, slots=True)
class Privileges:
    """How to run a program that refuses root: a command put before its own, or another user."""

    prefix: Sequence[str] = ()
    user: int | None = None
    group: int | None = None

    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess`."""
        return {} if self.user is None else {"user": self.user, "group": self.group, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a path to the user the program will run as."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def allows(self, *command: str) -> bool:
        """Whether this command can run, and ends well."""
        try:
            tried = subprocess.run(
                [*self.prefix, *command], capture_output=True, cwd="/", check=False, **self.options()
            )
        except OSError:
            return False
        return tried.returncode == 0


def without_root(program: Path, folder: Path) -> Privileges:
    """How to run `program` on `folder` so that it does not see root. Raises StackError when there is no way.

    As root a user namespace comes first: nothing is given away or opened. Where that is forbidden (many
    containers) the program runs as `postgres` or `nobody`, who must be able to pass every parent folder;
    `folder` and the one it lies in, both ours, are opened for that.
    """
    if os.geteuid() != 0:
        return Privileges()
    version = (str(program), "--version")
    namespace = Privileges(prefix=USER_NAMESPACE)
    if shutil.which(USER_NAMESPACE[0]) and namespace.allows(*version):
        return namespace
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        other = Privileges(user=account.pw_uid, group=account.pw_gid)
        for ours in (folder.parent, folder):
            ours.chmod(0o711)
        if other.allows(*version) and other.allows("/bin/sh", "-c", 'test -x "$0"', str(folder)):
            return other
    raise StackError(
        f"{program.name} refuses to run as root, and neither a user namespace nor the users postgres and "
        f"nobody can reach {folder}: run huancui as an ordinary user, or from a folder that everyone may pass"
    )


@dataclass
class Child:
    """One process of ours, with its log file.

    Start it from the main thread: its life hangs on that thread.
    """

    name: str
    command: Sequence[str]
    log: Path
    death_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] | None = None
    folder: Path = Path("/")
    privileges: Privileges = field(default_factory=Privileges)
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self.process.pid if self.process is not None and self.running else None

    @property
    def running(self) -> bool:
        """Whether it is started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it. Raises StackError when the program cannot be run."""
        private_folder(self.log.parent)
        with self.log.open("ab") as log:
            try:
                self.process = subprocess.Popen(
                    [*self.privileges.prefix, *self.command],
                    env=None if self.environment is None else dict(self.environment),
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=die_with_parent(self.death_signal),  # noqa: PLW1509
                    **self.privileges.options(),
                )
            except OSError as error:
                raise StackError(f"{self.name} cannot be started: {error}") from error

    def stop(self, within_s: float = 30.0) -> None:
        """Ask it to end; end it by force when it takes longer."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)  # a paused process would not hear
        self.process.send_signal(self.death_signal)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def pause(self) -> None:
        """Freeze it and its children: connections stay open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        for pid in (self.process.pid, *children_of(self.process.pid)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def last_words(self) -> str:
        """What it wrote last: one line, for an error."""
        return last_line(self.log)


def children_of(pid: int) -> list[int]:
    """Ids of the direct children of a process.

    PostgreSQL's backends leave its process group, so that does not find them.
    """
    processes = Path("/proc")
    if not (processes / "self" / "stat").exists():
        found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
        return [int(line) for line in found.split()]
    children = []
    for stat in processes.glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold spaces; what follows it is: state, parent, …
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if int(parent) == pid:
            children.append(int(stat.parent.name))
    return children


def last_line(log: Path) -> str:
    """The last line of a log that says something, or "" when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8_000))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        return ""
    telling = [line for line in lines if line and not line.startswith(("at ", "..."))]
    alarming = [
        line for line in telling if any(word in line for word in ("FATAL", "ERROR", "Exception", "Error"))
    ]
    return (alarming or telling or [""])[-1][:400]


def wait_until(condition: Callable[[], bool], within_s: float, every_s: float = 0.05) -> bool:
    """Wait for a condition; False when it did not come true in time."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)
    return True


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, for servers of a test run."""
    ports: list[int] = []
    for port in random.sample(OWN_PORTS, len(OWN_PORTS)):
        if port_is_free(port):
            ports.append(port)
            if len(ports) == count:
                return ports
    raise StackError("no free port is left between 20000 and 32000: end programs that listen there")
