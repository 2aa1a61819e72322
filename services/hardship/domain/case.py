"""A hardship case: why somebody cannot pay, what was done about it, and how it ended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.events.care import Circumstance


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    REFUSED = "refused"
    """The person may appeal."""
    APPEALED = "appealed"
    CLOSED = "closed"


class CaseText(NamedTuple):
    """A text under the person's key. `sealed` is empty once it is stored."""

    id: UUID
    about: str
    """`note`, `statement`, `reasons` or `appeal`."""
    by: str
    given_at: datetime
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Case:
    """One case, over loans of one person."""

    id: UUID
    reason: Circumstance
    source: str
    loan_ids: tuple[UUID, ...]
    opened_at: datetime
    acknowledge_by: date
    answer_by: date
    status: CaseStatus = CaseStatus.OPEN
    all_loans: bool = False
    """It is for whatever loans the person has."""
    acknowledged_at: datetime | None = None
    idle_on: date | None = None
    """If nothing is done until then, the case ends without an answer."""
    adviser: str | None = None
    """The subject of the adviser whom the person has named."""
    shares_with: frozenset[str] = frozenset()
    """Lenders who may see the loans of the others, as the person has agreed."""
    follows: UUID | None = None
    """The case that this one reopens."""
    texts: tuple[CaseText, ...] = ()
    next_step: str | None = None
    """Where nothing was affordable: what remains."""
    refused_by: str | None = None
    refusal_reason: str | None = None
    refused_on: date | None = None
    appeal_by: date | None = None
    outcome: str | None = None
    closed_on: date | None = None
    policy: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.status is not CaseStatus.CLOSED

    def latest(self, about: str) -> CaseText | None:
        """The newest text of a kind."""
        return next((one for one in reversed(self.texts) if one.about == about), None)
