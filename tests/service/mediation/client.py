"""Mediation's API in this process, with a ledger and a hardship that answer as a test wants."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.mediation.adapters.asking import Others, Where
from services.mediation.api import mediation_router
from services.mediation.main import BODY_BYTES_MAX
from shared.decision import Role
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import LoanLinked
from shared.sealed import Sealer
from tests.harness import Running, instant, until
from tests.web import an_app, bearer, calling

LOAN = loan_id(LENDER, "L-1")
OTHER_LOAN = loan_id("other", "L-9")
PERSON = person_id(LENDER, "C-1")
STRANGER_PERSON = person_id(LENDER, "C-2")
MEDIATOR, SECOND = UUID(int=0xA1), UUID(int=0xA2)
BORROWER = bearer(Role.BORROWER, str(PERSON))
STRANGER = bearer(Role.BORROWER, str(STRANGER_PERSON))
OLGA = bearer(Role.OPERATOR, "olga")
FOREIGN = bearer(Role.OPERATOR, "otto", lenders=["other"])
MIRA, MILO = bearer(Role.MEDIATOR, str(MEDIATOR)), bearer(Role.MEDIATOR, str(SECOND))
ADA = bearer(Role.ADMINISTRATOR, "ada")
KNOWN: Mapping[str, Any] = {
    "organisation": "House-of-Peace",
    "languages": ["zh", "en"],
    "capacity": 5,
    "accredited_until": "2027-12-31",
}


def cny(amount: str) -> dict[str, str]:
    """Money on the wire."""
    return {"amount": amount, "currency": "CNY"}


def a_phase(amount: str = "100.00") -> dict[str, Any]:
    """A small regular payment."""
    return {
        "kind": "token_payments",
        "effective_on": "2026-03-01",
        "ends_on": "2026-08-31",
        "amount": cny(amount),
    }


def an_offer(amount: str = "100.00", loan: UUID = LOAN, **phase: Any) -> dict[str, Any]:
    """An offer for one loan."""
    return {"loans": [{"loan_id": str(loan), "phases": [{**a_phase(amount), **phase}]}]}


@dataclass
class Fakes:
    """What the ledger and hardship answer."""

    capacity: str | None = "500.00"
    refused: str | None = None
    dearer: int = 0
    """By how much more than offered falls due in a month, in whole yuan."""
    asked: list[Any] = field(default_factory=list)

    def ledger(self, request: httpx.Request) -> httpx.Response:
        """A month's payment is the amount of the first phase."""
        question = json.loads(request.content)
        self.asked.append(question)
        return httpx.Response(200, json={"loans": [self._priced(one) for one in question["loans"]]})

    def hardship(self, request: httpx.Request) -> httpx.Response:
        """What the person can pay."""
        if self.capacity is None:
            return httpx.Response(404)
        return httpx.Response(200, json={"monthly": cny(self.capacity), "given_at": "2026-01-01T12:00:00Z"})

    def _priced(self, one: Mapping[str, Any]) -> dict[str, Any]:
        asked = one["candidates"][0]["phases"][0]["amount"]["amount"]
        monthly = f"{float(asked) + self.dearer:.2f}"
        after = None if self.refused else self._outlook(monthly)
        return {
            "loan_id": one["loan_id"],
            "version": 3,
            "before": self._outlook("1000.00"),
            "candidates": [{"name": "offer", "after": after, "refused": self.refused}],
        }

    @staticmethod
    def _outlook(monthly: str) -> dict[str, Any]:
        dues = [{"due_on": date(2026, month, 1).isoformat(), "amount": cny(monthly)} for month in (3, 4)]
        total = cny(f"{2 * float(monthly):.2f}")
        return {
            "dues": dues,
            "total": total,
            "cost": cny("0.00"),
            "ends_on": "2026-04-01",
            "present_value": total,
        }


@dataclass
class People:
    """Everybody around a case, and the clock."""

    mediation: Running
    app: FastAPI
    client: httpx.AsyncClient
    fakes: Fakes

    async def call(
        self, method: str, path: str, who: Mapping[str, str], body: Any = None, key: str | None = None
    ) -> httpx.Response:
        """Any request."""
        headers = {**who, "Idempotency-Key": key or str(uuid4())}
        return await self.client.request(method, f"/v1/{path}", json=body, headers=headers)

    async def get(self, path: str, who: Mapping[str, str], expected: int = 200) -> Any:
        """Ask."""
        answer = await self.client.get(f"/v1/{path}", headers=who)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def post(
        self, path: str, who: Mapping[str, str], body: Any = None, expected: int = 200, key: str | None = None
    ) -> Any:
        """Tell."""
        answer = await self.call("POST", path, who, body, key)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def mediator(self, id_: UUID = MEDIATOR, **changes: Any) -> Any:
        """Add a mediator."""
        answer = await self.call("PUT", f"mediators/{id_}", ADA, {**KNOWN, **changes})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def linked(self, *links: LoanLinked) -> None:
        """Tell who has which loan; by default the borrower has one."""
        await self.mediation.publish(*(links or (a_link(),)))
        await self.mediation.settled()

    async def tick(self, moment: str) -> None:
        """Move the clock, and wait until nothing is due any more."""
        now = instant(moment)
        await self.mediation.publish(ClockTicked(now=now))
        await self.mediation.settled()

        async def quiet() -> bool:
            due = await self.mediation.value("SELECT count(*) FROM timer WHERE due_at <= $1", now)
            return bool(due == 0)

        await until(quiet, "all timers that are due have fired")
        await self.mediation.settled()

    async def opened(self, who: Mapping[str, str] = BORROWER) -> str:
        """A case that somebody asked for."""
        answer = await self.post("cases", who, {"person_id": str(PERSON)}, 201)
        (case_id,) = answer["case_ids"]
        return str(case_id)

    async def stage(self, case_id: str) -> str:
        """Where the case is."""
        return str((await self.get(f"cases/{case_id}", ADA))["stage"])

    async def until_appointed(self) -> str:
        """A case with a mediator."""
        await self.mediator()
        await self.linked()
        case_id = await self.opened()
        await self.post(f"cases/{case_id}/consent", OLGA, {"agreed": True})
        return case_id

    async def until_statements(self) -> str:
        """A case whose mediator has begun."""
        case_id = await self.until_appointed()
        await self.post(f"cases/{case_id}/take-up", MIRA)
        return case_id

    async def until_negotiating(self) -> str:
        """A case in which both have stated their views."""
        case_id = await self.until_statements()
        await self.post(f"cases/{case_id}/statements", BORROWER, {"text": "I lost my work."}, 201)
        await self.post(f"cases/{case_id}/statements", OLGA, {"text": "We lent in good faith."}, 201)
        return case_id

    async def until_settled(self) -> str:
        """A case in which both have agreed."""
        case_id = await self.until_negotiating()
        made = await self.post(f"cases/{case_id}/offers", BORROWER, an_offer(), 201)
        await self.post(f"cases/{case_id}/offers/{made['offer_id']}/answer", OLGA, {"accepted": True})
        return case_id

    def told(self) -> list[str]:
        """The names of what mediation has told."""
        return [type(one).__name__ for one in self.mediation.published("mediation-events")]


def a_link(
    person: UUID = PERSON, loan: UUID = LOAN, lender: str = LENDER, role: PartyRole = PartyRole.BORROWER
) -> LoanLinked:
    """A person's part in a loan."""
    return LoanLinked(person_id=person, loan_id=loan, lender=lender, loan_reference="L-1", role=role)


@asynccontextmanager
async def people_of(mediation: Running) -> AsyncIterator[People]:
    """Calls to the API of a mediation that runs."""
    fakes = Fakes()
    others = Others(
        Where("http://ledger.test", "http://hardship.test", None, 2.0),
        httpx.MockTransport(fakes.ledger),
        httpx.MockTransport(fakes.hardship),
    )
    router = mediation_router(mediation.service, Sealer(b"k" * 32), others)
    app = an_app(mediation.service, router, body_bytes_max=BODY_BYTES_MAX)
    try:
        async with calling(app) as client:
            yield People(mediation, app, client, fakes)
    finally:
        await others.close()
