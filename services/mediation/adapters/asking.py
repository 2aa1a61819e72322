"""Asking other services over HTTP: the ledger what an offer would make of loans, hardship what the person can
pay. Within a time, with few repetitions.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel

from services.mediation.domain.pricing import Due, PricedLoan, Reckoned
from shared.commands import Unavailable
from shared.events.hardship import PlanLoan
from shared.money import Money

ATTEMPTS_MAX = 3
PAUSE_S = 0.1
SERVER_ERROR = 500
OFFER = "offer"


class LedgerAway(Unavailable):
    """The ledger does not answer, so nothing can be priced. Nothing was done; try again later."""


class LedgerRefuses(Unavailable):
    """The ledger does not answer this question: it does not know a loan yet, or its token is not taken."""


class _Due(BaseModel):
    due_on: date
    amount: Money


class _Outlook(BaseModel):
    dues: list[_Due]
    total: Money
    cost: Money
    ends_on: date | None
    present_value: Money

    def reckoned(self) -> Reckoned:
        """As the domain has it."""
        dues = tuple(Due(one.due_on, one.amount) for one in self.dues)
        return Reckoned(dues, self.total, self.cost, self.ends_on, self.present_value)


class _Candidate(BaseModel):
    after: _Outlook | None
    refused: str | None


class _Loan(BaseModel):
    loan_id: UUID
    version: int
    before: _Outlook
    candidates: list[_Candidate]


class _Priced(BaseModel):
    loans: list[_Loan]


class _Capacity(BaseModel):
    monthly: Money | None = None
    """What is left in a month for all instalments; missing: nobody has stated it, or not lately."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the others answer, the token that they are asked with, and how long an answer is waited for."""

    ledger_url: str
    hardship_url: str
    token_file: Path | None
    within_s: float


class Others:
    """The ledger and hardship. `transports` stand for the network in tests."""

    def __init__(
        self,
        where: Where,
        ledger: httpx.AsyncBaseTransport | None = None,
        hardship: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._where = where
        self._ledger = httpx.AsyncClient(base_url=where.ledger_url, transport=ledger, trust_env=False)
        self._hardship = httpx.AsyncClient(base_url=where.hardship_url, transport=hardship, trust_env=False)

    async def price(self, loans: Sequence[PlanLoan]) -> tuple[PricedLoan, ...]:
        """What an offer would make of its loans, in their order. Raises LedgerAway, LedgerRefuses."""
        asked = [
            {
                "loan_id": str(one.loan_id),
                "candidates": [
                    {"name": OFFER, "phases": [phase.model_dump(mode="json") for phase in one.phases]}
                ],
            }
            for one in loans
        ]
        answer = await self._ask(self._ledger, "POST", "/v1/preview", {"loans": asked})
        if answer is None:
            raise LedgerAway
        if not answer.is_success:
            raise LedgerRefuses(status=answer.status_code)
        return tuple(_plain(one) for one in _Priced.model_validate_json(answer.content).loans)

    async def capacity(self, person_id: UUID) -> Money | None:
        """What the person can pay in a month; None where that is not known or hardship does not say: then the
        mediator looks.
        """
        answer = await self._ask(self._hardship, "GET", f"/v1/persons/{person_id}/capacity", None)
        if answer is None or not answer.is_success:
            return None
        return _Capacity.model_validate_json(answer.content).monthly

    async def close(self) -> None:
        """Give the connections back."""
        await self._ledger.aclose()
        await self._hardship.aclose()

    async def _ask(
        self, client: httpx.AsyncClient, method: str, path: str, body: Any
    ) -> httpx.Response | None:
        try:
            async with asyncio.timeout(self._where.within_s):
                return await self._attempts(client, method, path, body)
        except TimeoutError:
            return None

    async def _attempts(
        self, client: httpx.AsyncClient, method: str, path: str, body: Any
    ) -> httpx.Response | None:
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                await asyncio.sleep(PAUSE_S * attempt)
            try:
                answer = await client.request(method, path, json=body, headers=self._headers())
            except httpx.TransportError:
                continue
            if answer.status_code < SERVER_ERROR:
                return answer
        return None

    def _headers(self) -> dict[str, str]:
        """Read anew each time: tokens are short-lived, and whoever renews them writes the file."""
        if self._where.token_file is None:
            return {}
        return {"Authorization": f"Bearer {self._where.token_file.read_text(encoding='utf-8').strip()}"}


def _plain(one: _Loan) -> PricedLoan:
    only = one.candidates[0]
    after = None if only.after is None else only.after.reckoned()
    return PricedLoan(one.loan_id, one.version, one.before.reckoned(), after, only.refused)
