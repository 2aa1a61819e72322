"""Asking other services over HTTP: the ledger what an offer would make of loans, hardship what the person can
pay. Within a time, with few repetitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import BaseModel

from services.mediation.domain.pricing import Due, PricedLoan, Reckoned
from shared.asking import Peer
from shared.commands import Unavailable
from shared.events.hardship import PlanLoan
from shared.money import Money

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
        self._ledger = Peer(where.ledger_url, where.token_file, where.within_s, ledger)
        self._hardship = Peer(where.hardship_url, where.token_file, where.within_s, hardship)

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
        answer = await self._ledger.ask("POST", "/v1/preview", {"loans": asked})
        if answer is None:
            raise LedgerAway
        if not answer.is_success:
            raise LedgerRefuses(status=answer.status_code)
        return tuple(_plain(one) for one in _Priced.model_validate_json(answer.content).loans)

    async def capacity(self, person_id: UUID) -> Money | None:
        """What the person can pay in a month; None where that is not known or hardship does not say: then the
        mediator looks.
        """
        answer = await self._hardship.ask("GET", f"/v1/persons/{person_id}/capacity")
        if answer is None or not answer.is_success:
            return None
        return _Capacity.model_validate_json(answer.content).monthly

    async def close(self) -> None:
        """Give the connections back."""
        await self._ledger.close()
        await self._hardship.close()


def _plain(one: _Loan) -> PricedLoan:
    only = one.candidates[0]
    after = None if only.after is None else only.after.reckoned()
    return PricedLoan(one.loan_id, one.version, one.before.reckoned(), after, only.refused)
