"""Reading a running ledger over HTTP, and letting its simulated days pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import httpx

from services.ledger.adapters.lenders import Lenders
from services.ledger.api import ledger_router
from services.ledger.settings import LedgerSettings
from shared.decision import Role
from shared.events.clock import ClockTicked
from tests.harness import Running, until
from tests.web import NOWHERE, an_app, bearer, calling

ENTRIES = "SELECT subject, action, outcome, key_id FROM audit_entry ORDER BY link, place"


@dataclass
class Reader:
    """A client of the ledger's routes, who asks as whom a test says."""

    client: httpx.AsyncClient

    async def answer(
        self, path: str, role: Role = Role.ADMINISTRATOR, status: int = 200, **query: Any
    ) -> httpx.Response:
        """The whole answer. A query's name may end in `_` where it is a word of Python."""
        asked = {name.rstrip("_"): value for name, value in query.items()}
        answer = await self.client.get(f"/v1/{path}", params=asked, headers=bearer(role))
        assert answer.status_code == status, answer.text
        return answer

    async def got(self, path: str, role: Role = Role.ADMINISTRATOR, status: int = 200, **query: Any) -> Any:
        """What the answer says."""
        return (await self.answer(path, role, status, **query)).json()


@asynccontextmanager
async def reading(ledger: Running) -> AsyncIterator[Reader]:
    """A reader of this ledger."""
    lenders = Lenders(LedgerSettings(database_url=NOWHERE, kafka_bootstrap="none"))
    async with calling(an_app(ledger.service, ledger_router(ledger.service, lenders))) as client:
        yield Reader(client)


async def live_until(ledger: Running, end: date) -> None:
    """Let simulated time pass to noon of a day, from each due moment to the next."""
    last = datetime.combine(end, time(12), UTC)
    await ledger.settled()
    while True:
        due = (await ledger.service.quiescence()).next_due_at
        moment = min(due or last, last)
        await ledger.publish(ClockTicked(now=moment))
        await _at_rest(ledger)
        if moment == last:
            return


async def _at_rest(ledger: Running) -> None:
    await ledger.settled()

    async def resting() -> bool:
        return (await ledger.service.quiescence()).at_rest

    await until(resting, "the ledger comes to rest")
