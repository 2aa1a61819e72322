"""An application in this process: tokens, callers, and a door that answers as a test wants."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from joserfc.jwk import Key
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from shared.access import generate_key, issue_token, public_jwks, read_jwks
from shared.commands import Answered, Origin
from shared.database import make_engine
from shared.decision import Role
from shared.http import Served, create_app
from shared.observe import Metrics
from shared.settings import ServiceSettings
from shared.upkeep import Check

ISSUER, AUDIENCE = "huancui-local", "huancui"
KEY = generate_key()
NOWHERE = "postgresql+asyncpg://nobody:hidden@127.0.0.1:1/none"
LENDERS = {
    Role.INTEGRATOR: ["acme"],
    Role.OPERATOR: ["acme"],
    Role.HARDSHIP_OFFICER: ["acme"],
    Role.AGENCY: ["acme"],
}


class PinnedKeys:
    """The test's own key."""

    def __init__(self) -> None:
        self._keys = dict(read_jwks(public_jwks([KEY]).encode()))

    async def current(self, unknown_kid: bool = False) -> dict[str, Key]:
        """It never changes."""
        return self._keys


def bearer(role: Role = Role.ADMINISTRATOR, subject: str = "ada", **fields: Any) -> dict[str, str]:
    """The header of a caller."""
    lenders = fields.pop("lenders", LENDERS.get(role))
    token = issue_token(
        KEY, subject=subject, role=role, lenders=lenders, issuer=ISSUER, audience=AUDIENCE, **fields
    )
    return {"Authorization": f"Bearer {token}"}


@dataclass
class RecordingDoor:
    """Keeps what came, and answers with the command unless told otherwise. Same id: the stored answer."""

    came: list[tuple[object, Origin]] = field(default_factory=list)
    failing: Exception | None = None

    async def submit(self, command: object, origin: Origin) -> Answered:
        """Answer as told."""
        if self.failing is not None:
            raise self.failing
        replayed = any(earlier.message_id == origin.message_id for _, earlier in self.came)
        self.came.append((command, origin))
        return Answered(command, replayed)


class Stub:
    """What an application needs of a service, without one."""

    def __init__(self, **settings: Any) -> None:
        values = {"database_url": NOWHERE, "kafka_bootstrap": "none"}
        self.settings = ServiceSettings(**{**values, **settings})
        self.door = RecordingDoor()
        self.metrics = Metrics("stub")
        self.engine: AsyncEngine = make_engine(NOWHERE, application="test")
        self.checks: Sequence[Check] = (Check("database", True),)
        self.readiness_raises: Callable[[], None] = lambda: None

    async def readiness(self) -> list[Check]:
        """As told."""
        self.readiness_raises()
        return list(self.checks)


def an_app(service: Served, *routers: APIRouter, **options: Any) -> FastAPI:
    """The application of a service."""
    values = {"title": "Test", "description": "For tests.", "version": "1.2.3", "keys": PinnedKeys()}
    return create_app(service, routers=routers, **{**values, **options})


@asynccontextmanager
async def calling(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        yield client


async def metric(target: str | FastAPI, name: str) -> float:
    """The sum of one metric over its labels, by its name without `huancui_`; 0 where there is none."""
    async with client_of(target) as client:
        text = (await client.get("/metrics")).text
    named = (f"huancui_{name}{{", f"huancui_{name} ")
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(named))


def client_of(target: str | FastAPI) -> httpx.AsyncClient:
    """A caller of a process by its URL, or of an application in this process."""
    if isinstance(target, str):
        # No TLS here: and to load what checks certificates takes longer than most requests.
        return httpx.AsyncClient(base_url=target, timeout=15, verify=False)
    transport = httpx.ASGITransport(target, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://ledger.test")
