"""Persons who must be forgotten. The ledger has lenders' references for them; sums are not about them."""

from dataclasses import dataclass
from uuid import UUID

from shared.decision import Context, Decision
from shared.events.reminders import BorrowerName, PersonErased


@dataclass(frozen=True, slots=True)
class Erasure:
    """All that lenders call a person, to be removed wherever it stands and not to be written again."""

    id: UUID
    borrowers: tuple[BorrowerName, ...]


def erase(erasure: Erasure | None, event: PersonErased, context: Context) -> Decision[Erasure]:
    """Forget a person: as a party of loans, and as the payer of money in suspense."""
    return Decision(Erasure(event.person_id, event.borrowers))
