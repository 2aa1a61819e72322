"""Hardship's routes of holds, disputes and complaints, in this process, as different people call them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.hardship.api.standing_routes import standing_router
from shared.decision import Role
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import LoanLinked
from shared.sealed import Sealer
from tests.harness import Running
from tests.web import an_app, bearer, calling

PERSON = person_id("acme", "B-1")
LOAN, SECOND = loan_id("acme", "L-1"), loan_id("acme", "L-2")
ELSEWHERE = loan_id("other", "X-1")
HELEN = bearer(Role.HARDSHIP_OFFICER, "helen")
HUGO = bearer(Role.HARDSHIP_OFFICER, "hugo")
OTTO = bearer(Role.HARDSHIP_OFFICER, "otto", lenders=["other"])
OLGA = bearer(Role.OPERATOR, "olga")
THEMSELVES = bearer(Role.BORROWER, str(PERSON))
SOMEBODY = bearer(Role.BORROWER, str(uuid4()))
ADVISER = bearer(Role.ADVISER, "anna")


def linked(loan: UUID = LOAN, person: UUID = PERSON) -> LoanLinked:
    """Reminders tells that the person has borrowed."""
    lender, reference = {LOAN: ("acme", "L-1"), SECOND: ("acme", "L-2"), ELSEWHERE: ("other", "X-1")}[loan]
    return LoanLinked(
        person_id=person, loan_id=loan, lender=lender, loan_reference=reference, role=PartyRole.BORROWER
    )


def standing_app(hardship: Running) -> FastAPI:
    """The application over a service that runs."""
    return an_app(hardship.service, standing_router(hardship.service, Sealer(b"k" * 32)))


class People:
    """Asks and tells as whoever is named, and expects a status."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, who: Mapping[str, str] = HELEN, expected: int = 200, **query: Any) -> Any:
        """Ask."""
        answer = await self.client.get(f"/v1/{path}", params=query, headers=who)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def tell(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = HELEN,
        expected: int = 200,
        key: str | None = None,
    ) -> Any:
        """Tell."""
        headers = {**who, "Idempotency-Key": key or str(uuid4())}
        answer = await self.client.request(method, f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def post(
        self,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = HELEN,
        expected: int = 200,
        key: str | None = None,
    ) -> Any:
        """Tell by POST."""
        return await self.tell("POST", path, body, who, expected, key)


@asynccontextmanager
async def people_of(hardship: Running) -> AsyncIterator[People]:
    """Calls to the API of a service that runs."""
    async with calling(standing_app(hardship)) as client:
        yield People(client)
