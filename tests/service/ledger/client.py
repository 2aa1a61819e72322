"""The ledger's API in this process, as different people call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from services.ledger.adapters.lenders import Lenders
from services.ledger.api import ledger_router
from services.ledger.settings import LedgerSettings
from shared.decision import Role
from tests.harness import Running
from tests.web import NOWHERE, an_app, bearer, calling

OLGA = bearer(Role.OPERATOR, "olga")
OSCAR = bearer(Role.OPERATOR, "oscar")
STRANGER = bearer(Role.OPERATOR, "sam", lenders=["other"])
PLATFORM = bearer(Role.INTEGRATOR, "platform-acme")


def ledger_app(ledger: Running) -> FastAPI:
    """The application over a ledger that runs."""
    unmanaged = Lenders(LedgerSettings(database_url=NOWHERE, kafka_bootstrap="none"))
    return an_app(ledger.service, ledger_router(ledger.service, unmanaged))


@asynccontextmanager
async def people_of(ledger: Running) -> AsyncIterator["People"]:
    """Calls to the API of a ledger that runs."""
    async with calling(ledger_app(ledger)) as client:
        yield People(client)


class People:
    """Asks and tells as whoever is named, and expects a status."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, who: Mapping[str, str] = OLGA, expected: int = 200, **query: Any) -> Any:
        """Ask."""
        answer = await self.client.get(f"/v1/{path}", params=query, headers=who)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def post(
        self,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = OLGA,
        expected: int = 202,
        key: str | None = None,
    ) -> Any:
        """Tell."""
        headers = {**who, "Idempotency-Key": key or str(uuid4())}
        answer = await self.client.post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json()
