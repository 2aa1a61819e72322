"""Imports: a file of events handed in piece by piece, how far it came, and what a takeover adds up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.quick import replace


class ImportKind(StrEnum):
    """What the lines are."""

    EVENTS = "events"
    """Events of a lender, of any kind."""
    TAKEOVER = "takeover"
    """Loans taken over: `LoanMigrated` alone, and each is compared with the books afterwards."""


class ImportStatus(StrEnum):
    """How far it is."""

    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Import:
    """A file that is handed in. Lines are counted from 1, empty ones with them."""

    id: UUID
    lender: str
    kind: ImportKind
    dry: bool
    """Everything is decided and nothing kept."""
    lines_total: int | None
    """As whoever hands it in has counted."""
    status: ImportStatus
    started_at: datetime
    moved_at: datetime
    lines_read: int = 0
    working_s: float = 0
    """How long we have worked on it, pauses between requests left out."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Lines by what became of them: applied, waiting, queued; those that were refused, by their reason."""

    @property
    def lines_per_second(self) -> float | None:
        """How fast it goes."""
        return self.lines_read / self.working_s if self.working_s else None

    @property
    def left_s(self) -> float | None:
        """How long it will still take at that pace."""
        rate = self.lines_per_second
        if self.lines_total is None or not rate:
            return None
        return max(self.lines_total - self.lines_read, 0) / rate

    def moved(self, lines_read: int, counts: Mapping[str, int], took_s: float) -> "Import":
        """The import after some lines more."""
        total = dict(self.counts)
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
        return replace(self, lines_read=lines_read, counts=total, working_s=self.working_s + took_s)


REFUSED = "refused:"
"""Before the reason by which lines were refused, among the counts."""
