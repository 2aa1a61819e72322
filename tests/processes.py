"""Services in processes of their own, which a test can kill."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from tests.harness import until
from tests.web import client_of, metric

ROOT = Path(__file__).resolve().parents[1]
MODULES: Mapping[str, str] = {
    "ledger": "services.ledger",
    "reminders": "services.reminders",
    "hardship": "services.hardship",
    "mediation": "services.mediation",
    "followup": "tests.followup",
}
# The least that a broker with its own settings allows.
SESSION_TIMEOUT_MS = 6_000
QUICK: Mapping[str, Any] = {
    "kafka_session_timeout_ms": SESSION_TIMEOUT_MS,
    "kafka_rebalance_timeout_ms": SESSION_TIMEOUT_MS,
    "kafka_request_timeout_ms": 5_000,
    "look_every_ms": 100,
    "outbox_poll_most_ms": 20,
    "metrics_open": True,
    "log_level": "info",
}
STARTS_WITHIN_S, DIES_WITHIN_S = 90.0, 90.0
LOOK_EVERY_S = 0.1


@dataclass
class Process:
    """One replica of a service, in a process of its own."""

    service: str
    url: str
    log: Path
    popen: subprocess.Popen[bytes]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal: SIGTERM, SIGSTOP, SIGCONT."""
        self.popen.send_signal(number)

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.popen.kill()
        await self.ended()

    async def ended(self, within_s: float = DIES_WITHIN_S) -> int:
        """Wait until it has ended; its exit status (-9 for SIGKILL)."""

        async def gone() -> bool:
            return not self.running

        await eventually(gone, f"the end of {self.service}", within_s)
        return int(self.popen.returncode)

    async def fell(self, within_s: float = DIES_WITHIN_S) -> None:
        """Wait until its fault point has killed it. Fails if it ends in any other way."""
        status = await self.ended(within_s)
        assert status == -signal.SIGKILL, f"{self.service} ended with {status}: {self.words()}"

    async def ready(self) -> Self:
        """Wait until it answers that it is ready."""

        async def answers() -> bool:
            assert self.running, f"{self.service} ended at its start: {self.words()}"
            return (await self.readiness())[0] == 200

        await eventually(answers, f"{self.service} is ready", STARTS_WITHIN_S)
        return self

    async def readiness(self) -> tuple[int, str]:
        """Status and body of /health/ready; 0 where nothing answers."""
        async with client_of(self.url) as client:
            try:
                response = await client.get("/health/ready")
            except httpx.TransportError:
                return 0, ""
            return response.status_code, response.text

    async def metric(self, name: str) -> float:
        """The sum of one metric over its labels, by its name without `huancui_`; 0 where there is none."""
        return await metric(self.url, name)

    def words(self) -> str:
        """The last of what it wrote."""
        return self.log.read_text(errors="replace")[-2_000:]

    def said(self, event: str) -> int:
        """How many of its log lines name this event."""
        return self.log.read_text(errors="replace").count(event)


def environment_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a process with a service's settings; None leaves one out."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HUANCUI_")}
    return environment | {f"HUANCUI_{k.upper()}": _text(v) for k, v in settings.items() if v is not None}


def launched(module: str, environment: Mapping[str, str], name: str, url: str, log: Path) -> Process:
    """Run a module as a process that writes to a log."""
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Process(name, url, log, popen)


async def eventually(condition: Callable[[], Awaitable[Any]], what: str, within_s: float = 90) -> Any:
    """Wait until a condition holds; what it gave. It is asked so seldom that asking slows nothing down."""

    async def now_and_then() -> Any:
        found = await condition()
        if not found:
            await asyncio.sleep(LOOK_EVERY_S)
        return found

    return await until(now_and_then, what, within_s)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
