"""The process that owns the local stack: PostgreSQL, Kafka and the services live and die with it.

Run as `python -m cli.stack.supervisor`; it works until it gets SIGTERM, starts again what ends by itself, and
tells in `stack.json` how things are.
"""

import asyncio
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

import asyncpg
import httpx

from cli.stack.environment import RENEW_TOKENS_EVERY_S, environment_of, renew_tokens
from cli.stack.files import private_folder, secret, take_lock, write_private
from cli.stack.jars import classpath
from cli.stack.kafka import Kafka
from cli.stack.layout import LEAST_FREE_MB, ROOT, Layout, local_layout, services_here
from cli.stack.postgres import Postgres
from cli.stack.process import LOOPBACK, Child, StackError, port_is_free, wait_until
from cli.stack.state import Phase, ProcessState, StackState, read_state
from shared.provisioning import (
    KEPT,
    LENDERS_USER,
    TOPICS,
    KafkaAdmin,
    Login,
    ProvisioningFailed,
    lenders_grants,
)

READY_WITHIN_S, LEFTOVERS_GO_WITHIN_S, STOP_SERVICE_WITHIN_S = 90.0, 20.0, 20.0
LOOK_EVERY_S = 0.2
BACKOFF_FIRST_S, BACKOFF_LONGEST_S, CALM_AFTER_S = 1.0, 30.0, 60.0
LOG_KEPT_MB = 20
MIGRATED_AT_ONCE = 2


@dataclass
class Watched:
    """A process that is started again when it ends, after a pause that grows while it keeps ending."""

    child: Child
    start: Callable[[], None]
    restarts: int = 0
    pause_s: float = BACKOFF_FIRST_S
    started_at: float = field(default_factory=time.monotonic)
    due_at: float | None = None

    def look(self, now: float) -> bool:
        """Start it again when that is due. Returns whether anything changed."""
        if self.child.running:
            if now - self.started_at > CALM_AFTER_S:
                self.pause_s = BACKOFF_FIRST_S
            return False
        if self.due_at is None:
            say(f"{self.child.name} has ended; it is started again in {self.pause_s:.0f} s")
            self.due_at = now + self.pause_s
            self.pause_s = min(self.pause_s * 2, BACKOFF_LONGEST_S)
            return True
        if now < self.due_at:
            return False
        self.due_at, self.started_at = None, now
        self.restarts += 1
        try:
            self.start()
        except (StackError, ProvisioningFailed) as error:
            say(str(error))
        return True


class Supervisor:
    """Starts the stack, watches it, ends it."""

    def __init__(self, layout: Layout, clock: str = "system") -> None:
        self._layout = layout
        self._state = StackState(supervisor=os.getpid(), ports=layout.ports, clock=clock)
        self._watched: dict[str, Watched] = {}
        self._postgres: Postgres | None = None
        self._kafka: Kafka | None = None
        self._tokens_renewed_at = 0.0

    def run(self) -> int:
        """Work until told to stop. Returns the exit status."""
        try:
            self._start()
            self._watch()
        except (StackError, ProvisioningFailed) as error:
            return self._fail(str(error))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                return self._fail(f"the disk of {self._layout.home} is full: free some space and start again")
            return self._fail(f"{error.strerror or error}: {error.filename or self._layout.home}")
        except Stopped:
            say("stopping")
        self._stop()
        self._layout.state_file.unlink(missing_ok=True)
        return 0

    def _fail(self, reason: str) -> int:
        say(reason)
        self._stop()
        self._tell(phase=Phase.FAILED, error=reason)
        return 1

    def _tell(self, *, phase: Phase | None = None, step: str = "", error: str | None = None) -> None:
        state = self._state
        state.phase, state.step, state.error = phase or state.phase, step, error
        for name, one in self._watched.items():
            state.processes[name] = ProcessState(one.child.pid, one.restarts, self._url(name))
        if step:
            say(step)
        state.write(self._layout)

    def _url(self, name: str) -> str | None:
        if name == "postgres":
            return f"{LOOPBACK}:{self._layout.postgres_port}"
        if name == "kafka":
            return f"{LOOPBACK}:{self._layout.kafka_ports.client}"
        return self._layout.url(name)

    # -- start -----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        layout = self._layout
        self._clear_away()
        self._tell(step="checking")
        free_mb = shutil.disk_usage(layout.home).free // 1_000_000
        if free_mb < LEAST_FREE_MB:
            raise StackError(
                f"only {free_mb} MB are free on the disk of {layout.home}: "
                f"free some, {LEAST_FREE_MB} MB are needed"
            )
        services = services_here()
        for service in services:
            if not port_is_free(layout.http_port(service)):
                raise StackError(
                    f"port {layout.http_port(service)} ({service}) is in use: end what listens there, "
                    "or choose other ports with --ports"
                )
        make_keys(layout)
        self._renew_tokens(time.time())
        self._start_postgres()
        self._start_kafka()
        self._tell(step="making topics, users and access lists")
        self._make_access(services)
        self._tell(step="making databases")
        asyncio.run(self._make_databases(services))
        self._tell(step="bringing the databases up to date")
        with ThreadPoolExecutor(MIGRATED_AT_ONCE) as several:
            list(several.map(self._migrate, services))
        for service in services:
            self._start_service(service)
        for service in services:
            self._await_ready(service)
        self._tell(phase=Phase.RUNNING)

    def _clear_away(self) -> None:
        """Wait for what a killed supervisor has left: it is ending. Then forget what that one told."""
        before = read_state(self._layout)
        left = [one.pid for one in before.processes.values() if one.pid] if before else []
        wait_until(lambda: not any(map(is_alive, left)), LEFTOVERS_GO_WITHIN_S)
        private_folder(self._layout.logs)
        for log in self._layout.logs.glob("*.log"):
            if log.stat().st_size > LOG_KEPT_MB * 1_000_000:
                log.replace(log.with_suffix(".log.1"))

    def _start_postgres(self) -> None:
        self._tell(step="starting PostgreSQL")
        layout = self._layout
        postgres = Postgres(layout.home / "postgres", layout.postgres_port, log=layout.logs / "postgres.log")
        postgres.start()
        self._postgres = postgres
        self._watched["postgres"] = Watched(postgres.child, postgres.start)

    def _start_kafka(self) -> None:
        layout = self._layout
        self._tell(step="checking Apache Kafka's files (the first time they are fetched: 43 MB)")
        jars = classpath()
        self._tell(step="starting Apache Kafka")
        kafka = Kafka(layout.home / "kafka", jars, [layout.kafka_ports], logs=layout.logs)
        self._kafka = kafka
        kafka.start()
        node = kafka.nodes[1]
        self._watched["kafka"] = Watched(node, node.start)
        login = kafka.administrator
        assert login is not None, "the local stack's Kafka is always secured"
        self._state.kafka_bootstrap = kafka.bootstrap
        self._state.kafka_user, self._state.kafka_password = login.user, login.password

    def _make_access(self, services: list[str]) -> None:
        login = Login(self._state.kafka_user, self._state.kafka_password)
        with KafkaAdmin(self._state.kafka_bootstrap, login) as admin:
            admin.create_topics(dict.fromkeys(TOPICS, KEPT))
            for service in services:
                admin.add_service(service, secret(self._layout.secret_file(service, "kafka")))
            admin.put_user(Login(LENDERS_USER, secret(self._layout.secret_file("lenders", "kafka"))))
            admin.grant(LENDERS_USER, lenders_grants())

    async def _make_databases(self, services: list[str]) -> None:
        """A database and a role of its own for each service; no service connects to another's."""
        assert self._postgres is not None
        connection = await asyncpg.connect(self._postgres.url("postgres", driver=""), timeout=10)
        try:
            for service in services:
                password = secret(self._layout.secret_file(service, "database"))
                role = f"huancui_{service}"
                if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await connection.execute(f"CREATE ROLE {role} LOGIN")
                # Made of letters, digits, "-" and "_": it cannot leave its quotes.
                await connection.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
                if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
                    await connection.execute(f"CREATE DATABASE {service} OWNER {role}")
                await connection.execute(f"REVOKE CONNECT ON DATABASE {service} FROM PUBLIC")
                self._state.database_urls[service] = (
                    f"postgresql+asyncpg://{role}:{password}@"
                    f"{LOOPBACK}:{self._layout.postgres_port}/{service}"
                )
        finally:
            await connection.close()

    def _migrate(self, service: str) -> None:
        if not (ROOT / "services" / service / "migrate.py").exists():
            return
        migrated = subprocess.run(
            [sys.executable, "-m", f"services.{service}.migrate"],
            cwd=ROOT,
            env=environment_of(service, self._layout, self._state),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if migrated.returncode:
            log = self._layout.logs / f"{service}-migrate.log"
            log.write_text(migrated.stdout + migrated.stderr)
            lines = [line for line in migrated.stderr.splitlines() if line.strip()]
            raise StackError(
                f"the database of {service} cannot be brought up to date: "
                f"{lines[-1] if lines else 'no reason given'} "
                f"(see {log})"
            )

    def _start_service(self, service: str) -> None:
        self._tell(step=f"starting {service}")
        child = Child(
            service,
            [sys.executable, "-m", f"services.{service}"],
            self._layout.logs / f"{service}.log",
            environment=environment_of(service, self._layout, self._state),
            folder=ROOT,
        )
        child.start()
        self._watched[service] = Watched(child, child.start)

    def _await_ready(self, service: str) -> None:
        self._tell(step=f"waiting until {service} is ready")
        watched = self._watched[service]
        ready = wait_until(
            lambda: not watched.child.running or is_ready(self._layout.url(service)), READY_WITHIN_S, 0.1
        )
        if not (ready and watched.child.running):
            raise StackError(
                f"{service} does not become ready: {watched.child.last_words()} (see {watched.child.log})"
            )

    # -- watch and stop --------------------------------------------------------------------------------------

    def _watch(self) -> NoReturn:
        while True:
            now = time.monotonic()
            self._renew_tokens(time.time())
            changed = [one.look(now) for one in self._watched.values()]
            if any(changed):
                self._tell()
            time.sleep(LOOK_EVERY_S)

    def _renew_tokens(self, now: float) -> None:
        """By the wall clock, which goes on while the machine sleeps: so do the lives of tokens."""
        if now - self._tokens_renewed_at >= RENEW_TOKENS_EVERY_S:
            renew_tokens(self._layout)
            self._tokens_renewed_at = now

    def _stop(self) -> None:
        """Services first, while their servers still answer; then Kafka, then PostgreSQL."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self._tell(phase=Phase.STOPPING, step="stopping the services")
        services = [one.child for name, one in self._watched.items() if name not in ("postgres", "kafka")]
        for child in services:
            if child.process is not None and child.running:
                child.process.terminate()
        for child in services:
            child.stop(STOP_SERVICE_WITHIN_S)
        self._tell(step="stopping Apache Kafka and PostgreSQL")
        if self._kafka is not None:
            self._kafka.stop()
        if self._postgres is not None:
            self._postgres.stop()


class Stopped(BaseException):
    """The supervisor was told to stop. Nothing that handles errors may catch it."""


def say(text: str) -> None:
    """One line for the supervisor's log."""
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}", flush=True)


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists and is more than a remnant."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def is_ready(url: str) -> bool:
    """Whether a service says that it is ready."""
    try:
        return httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def make_keys(layout: Layout) -> None:
    """The key pair of the local stack's tokens; made once."""
    from shared.access import generate_key, private_jwk, public_jwks

    if not layout.signing_key.exists():
        key = generate_key()
        write_private(layout.public_keys, public_jwks([key]))
        write_private(layout.signing_key, private_jwk(key))


def main() -> int:
    """Supervise the stack of this folder. Its clock is the first argument: system or simulated."""

    def told_to_stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told_to_stop)
    layout = local_layout()
    private_folder(layout.home)
    lock = take_lock(layout.lock_file, wait=False)
    if lock is None:
        say("another supervisor holds this stack")
        return 1
    with lock:
        return Supervisor(layout, *sys.argv[1:2]).run()


if __name__ == "__main__":
    sys.exit(main())
