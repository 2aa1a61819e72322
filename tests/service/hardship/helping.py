"""Hardship beside a ledger, both in this process over one broker: a person with loans who cannot pay."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.hardship.adapters.ledger import Ledger
from services.hardship.adapters.links import Links
from services.hardship.adapters.words import read_words
from services.hardship.api import hardship_router
from services.hardship.api.help import Tools
from shared.decision import Role
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import LoanLinked, PersonProfiled
from shared.messaging.memory import MemoryBroker
from shared.sealed import Sealer
from tests.harness import Running, instant, until
from tests.service.ledger.client import ledger_app
from tests.unit.ledger.test_holds import a_product, a_term_loan
from tests.web import an_app, bearer, calling

PERSON = person_id(LENDER, "B-1")
LOANS = {name: loan_id(LENDER, name) for name in ("L-1", "L-2", "L-3", "L-4", "L-5")}
ELSEWHERE = loan_id("other", "X-1")
HELEN = bearer(Role.HARDSHIP_OFFICER, "helen")
HUGO = bearer(Role.HARDSHIP_OFFICER, "hugo")
OTTO = bearer(Role.HARDSHIP_OFFICER, "otto", lenders=["other"])
OLGA = bearer(Role.OPERATOR, "olga")
THEMSELVES = bearer(Role.BORROWER, str(PERSON))
SOMEBODY = bearer(Role.BORROWER, str(uuid4()))
ADVISER = bearer(Role.ADVISER, "anna")
GATEWAY = bearer(Role.INTEGRATOR, "gateway")
NAMES = {loan: (LENDER, name) for name, loan in LOANS.items()} | {ELSEWHERE: ("other", "X-1")}


def linked(loan: UUID, person: UUID = PERSON, role: PartyRole = PartyRole.BORROWER) -> LoanLinked:
    """Reminders tells that the person has borrowed."""
    lender, reference = NAMES[loan]
    return LoanLinked(person_id=person, loan_id=loan, lender=lender, loan_reference=reference, role=role)


def profiled(language: str = "en", country: str = "GB") -> PersonProfiled:
    """Where the person is, and what they read."""
    return PersonProfiled(
        person_id=PERSON, time_zones=("Europe/London",), languages=(language,), country=country
    )


def stated(wages: str, rent: str, currency: str = "CNY", **more: Any) -> dict[str, Any]:
    """Income and spending of somebody who lives alone."""
    return {
        "currency": currency,
        "income": [
            {
                "category": "wages",
                "amount": {"amount": wages, "currency": currency},
                "frequency": "monthly",
            }
        ],
        "spending": [
            {
                "category": "home_and_contents",
                "amount": {"amount": rent, "currency": currency},
                "frequency": "monthly",
            }
        ],
        **more,
    }


def hardship_app(hardship: Running, ledger: Ledger) -> FastAPI:
    """The whole application over a service that runs."""
    tools = Tools(Sealer(b"k" * 32), ledger, Links(b"s" * 32), read_words(), "https://plans.example")
    return an_app(hardship.service, hardship_router(hardship.service, tools))


def ledger_client(ledger: Running, folder: Path) -> Ledger:
    """Asks the ledger of this process."""
    token = folder / "token"
    token.write_text(bearer(Role.SERVICE, "hardship")["Authorization"].removeprefix("Bearer "))
    return Ledger("http://ledger.test", token, 30.0, httpx.ASGITransport(ledger_app(ledger)))


@dataclass
class World:
    """Both services, and whoever calls hardship."""

    hardship: Running
    ledger: Running
    broker: MemoryBroker
    client: httpx.AsyncClient
    app: FastAPI

    async def publish(self, *events: Event) -> None:
        """Publish, and wait until both have taken it and what follows."""
        await self.ledger.publish(*events)
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is on its way between the two, and no timer is due."""
        before: list[Any] = []

        async def resting() -> bool:
            nonlocal before
            await self.ledger.settled()
            await self.hardship.settled()
            found = [await one.service.quiescence() for one in (self.ledger, self.hardship)]
            now = [(one.consumed, one.emitted) for one in found]
            still = now == before and all(one.at_rest for one in found)
            before = now
            return still

        await until(resting, "both services come to rest")

    async def on(self, day: str | date, hour: int = 12) -> None:
        """Let time pass from each due moment to the next, until a day."""
        end = instant(f"{day}T{hour:02}:00:00")
        moment = None
        while moment != end:
            services = (self.ledger.service, self.hardship.service)
            due = [(await one.quiescence()).next_due_at for one in services]
            moment = min([one for one in due if one is not None] + [end])
            await self.publish(ClockTicked(now=moment))

    async def get(self, path: str, who: Mapping[str, str] = THEMSELVES, expected: int = 200) -> Any:
        """Ask."""
        answer = await self.client.get(f"/v1/{path}", headers=who)
        assert answer.status_code == expected, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    async def post(
        self,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = THEMSELVES,
        expected: int | None = None,
        key: str | None = None,
    ) -> Any:
        """Tell; unless a status is expected, any success will do."""
        headers = {**who, "Idempotency-Key": key or str(uuid4())}
        answer = await self.client.post(f"/v1/{path}", json=body, headers=headers)
        fine = answer.is_success if expected is None else answer.status_code == expected
        assert fine, f"{answer.status_code} {answer.text}"
        return answer.json()

    def told(self, kind: type[Event]) -> list[Any]:
        """What hardship has told of a kind."""
        return [one for one in self.hardship.published(kind.TOPIC) if isinstance(one, kind)]

    async def opened(self, *loans: UUID) -> str:
        """A case that the person has opened."""
        body = {"reason": "job_loss", "loan_ids": [str(one) for one in loans]}
        found: str = (await self.post(f"persons/{PERSON}/cases", body))["case_id"]
        return found


@asynccontextmanager
async def world_of(
    hardship: Running, ledger: Running, broker: MemoryBroker, folder: Path
) -> AsyncIterator[World]:
    """The world of both services."""
    asked = ledger_client(ledger, folder)
    app = hardship_app(hardship, asked)
    async with calling(app) as client:
        yield World(hardship, ledger, broker, client, app)
    await asked.close()


async def lent(world: World, *names: str, principal: str = "1200.00") -> None:
    """Loans at 12 %, twelve instalments from 1 February 2026 on."""
    await world.publish(profiled(), a_product(annual_rate=Decimal("0.12")))
    for name in names:
        opened = a_term_loan(
            principal,
            loan_reference=name,
            opened_on="2026-01-01",
            first_due_on="2026-02-01",
            instalment_count=12,
        )
        await world.publish(opened, linked(LOANS[name]))
