"""Asking the ledger what reliefs would make of loans, over HTTP: within a time, with few repetitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import BaseModel

from services.hardship.domain.options import Candidate, DueAmount, Outlook
from shared.asking import Peer
from shared.commands import Unavailable
from shared.money import Money


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

    def plain(self) -> Outlook:
        """As the domain has it."""
        return Outlook(
            tuple(DueAmount(one.due_on, one.amount.minor) for one in self.dues),
            self.total.minor,
            self.cost.minor,
            self.ends_on,
            self.present_value.minor,
        )


class _Candidate(BaseModel):
    name: str
    after: _Outlook | None
    refused: str | None


class _Loan(BaseModel):
    loan_id: UUID
    before: _Outlook
    candidates: list[_Candidate]


class _Answer(BaseModel):
    loans: list[_Loan]


@dataclass(frozen=True, slots=True)
class LoanPriced:
    """A loan as it is, and with each candidate that the ledger would apply; why not, with the others."""

    currency: str
    before: Outlook
    after: Mapping[str, Outlook]
    refused: Mapping[str, str]


class Ledger:
    """The ledger's preview. `transport` stands for the network in tests."""

    def __init__(
        self,
        url: str,
        token_file: Path | None,
        within_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._peer = Peer(url, token_file, within_s, transport)

    async def price(self, asked: Mapping[UUID, Sequence[Candidate]]) -> dict[UUID, LoanPriced]:
        """What each candidate would make of its loan, all in one question. Raises LedgerAway,
        LedgerRefuses."""
        loans = [
            {
                "loan_id": str(loan_id),
                "candidates": [
                    {"name": one.name, "phases": [p.model_dump(mode="json") for p in one.phases]}
                    for one in candidates
                ],
            }
            for loan_id, candidates in asked.items()
        ]
        answer = await self._peer.ask("POST", "/v1/preview", {"loans": loans, "apr": False})
        if answer is None:
            raise LedgerAway
        if not answer.is_success:
            raise LedgerRefuses(status=answer.status_code)
        return {
            one.loan_id: LoanPriced(
                one.before.total.currency,
                one.before.plain(),
                {each.name: each.after.plain() for each in one.candidates if each.after is not None},
                {each.name: each.refused for each in one.candidates if each.refused is not None},
            )
            for one in _Answer.model_validate_json(answer.content).loans
        }

    async def close(self) -> None:
        """Give the connections back."""
        await self._peer.close()
