"""Those who call the APIs of a story's services: each API in this process, asking the others as it would."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp as Application
from starlette.types import Receive, Scope, Send

from services.hardship.adapters.ledger import Ledger
from services.mediation.adapters.asking import Others, Where
from services.mediation.api import mediation_router
from services.mediation.main import BODY_BYTES_MAX
from services.reminders.adapters.articles import load_articles
from services.reminders.api import Tools, reminders_router
from services.reminders.main import TONES
from shared.decision import Role
from shared.sealed import Sealer
from tests.e2e.slain import Slain
from tests.e2e.world import World
from tests.harness import Running, until
from tests.service.hardship.helping import hardship_app
from tests.service.ledger.client import ledger_app
from tests.web import an_app, bearer, calling, client_of

WITHIN_S = 30.0
TRY_AGAIN = frozenset({502, 503, 504})
"""Of a service that is starting, or whose peer is down."""


@dataclass
class Callers:
    """Asks and tells a service as whoever is named; any success will do unless a status is expected."""

    clients: Mapping[str, httpx.AsyncClient]
    slain: Slain | None = None

    async def get(self, service: str, path: str, who: Mapping[str, str]) -> Any:
        """Ask."""
        return await self._answered(service, "GET", path, who)

    async def tell(
        self, service: str, method: str, path: str, who: Mapping[str, str], body: Any = None
    ) -> Any:
        """Tell."""
        if self.slain is not None:
            await self.slain.something_happens()
        return await self._answered(service, method, path, {**who, "Idempotency-Key": str(uuid4())}, body)

    async def post(self, service: str, path: str, who: Mapping[str, str], body: Any = None) -> Any:
        """Tell by POST."""
        return await self.tell(service, "POST", path, who, body)

    async def _answered(
        self, service: str, method: str, path: str, headers: Mapping[str, str], body: Any = None
    ) -> Any:
        """The answer; where services are killed, of the attempt that got one: all under the same key."""

        async def attempt() -> httpx.Response | None:
            try:
                answer = await self.clients[service].request(
                    method, f"/v1/{path}", json=body, headers=headers
                )
            except httpx.TransportError:
                if self.slain is None:
                    raise
                return None
            return None if self.slain is not None and answer.status_code in TRY_AGAIN else answer

        answer = await until(attempt, f"an answer of {service} to {method} {path}")
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()


def balanced(world: World, name: str, made: Callable[[Running], FastAPI]) -> Application:
    """The application of the replica that serves now."""
    apps: dict[int, tuple[Running, FastAPI]] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        running = world.services[name]
        assert isinstance(running, Running)
        if id(running) not in apps:
            apps[id(running)] = (running, made(running))
        await apps[id(running)][1](scope, receive, send)

    return app


def _mediation_app(running: Running, others: Others) -> FastAPI:
    router = mediation_router(running.service, Sealer(b"k" * 32), others)
    return an_app(running.service, router, body_bytes_max=BODY_BYTES_MAX)


def _reminders_app(running: Running) -> FastAPI:
    tools = Tools(Sealer(b"k" * 32), TONES, load_articles(), ())
    return an_app(running.service, reminders_router(running.service, tools))


@asynccontextmanager
async def callers_of(world: World, folder: Path) -> AsyncIterator[Callers]:
    """Callers of the services that run in a world: of reminders where it does."""
    if world.slain is not None:
        async with AsyncExitStack() as stack:
            urls = {name: replica.url for name, replica in world.slain.replicas.items()}
            clients = {name: await stack.enter_async_context(client_of(url)) for name, url in urls.items()}
            yield Callers(clients, world.slain)
        return
    token = folder / "token"
    token.write_text(bearer(Role.SERVICE, "story")["Authorization"].removeprefix("Bearer "))
    of_ledger = balanced(world, "ledger", ledger_app)
    ledger = httpx.ASGITransport(of_ledger)
    asked = Ledger("http://ledger.test", token, WITHIN_S, ledger)
    apps: dict[str, Application] = {
        "ledger": of_ledger,
        "hardship": balanced(world, "hardship", lambda running: hardship_app(running, asked)),
    }
    where = Where("http://ledger.test", "http://hardship.test", token, WITHIN_S)
    others = Others(where, ledger, httpx.ASGITransport(apps["hardship"]))
    apps["mediation"] = balanced(world, "mediation", lambda running: _mediation_app(running, others))
    if "reminders" in world.services:
        apps["reminders"] = balanced(world, "reminders", _reminders_app)
    async with AsyncExitStack() as stack:
        yield Callers({name: await stack.enter_async_context(calling(app)) for name, app in apps.items()})
    await others.close()
    await asked.close()
