"""How an intake reads, and where it stands in each partition."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """`lanes` batches of at most `batch_max` records run at once, each over partitions of its own."""

    batch_max: int = 200
    lanes: int = 4
    poll_ms: int = 100
    look_every_ms: int = 500
    look_after_ms: int | None = None
    """Look so soon after simulated time has moved on, again until all is read that stood there then."""
    commit_every_s: float = 1.0
    passed_poll_ms: int = 5
    save_passed_after_s: float = 0.05
    """Positions behind records that concern nobody here are stored once nothing more comes, or after so long
    (0: at once).
    """
    stuck_after_s: float = 60.0


USUAL = IntakeSettings()


@dataclass(slots=True)
class Place:
    """Where we stand in one partition, and the last look at its end that was not reached yet."""

    next: int
    saved: int
    """Up to which our position is stored: behind it may lie records that concern nobody here."""
    looked_at: datetime | None = None
    end: int = 0
    read_through: datetime | None = None
    """All that stood in it at this moment is applied."""
