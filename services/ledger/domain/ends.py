"""What a loan's book is after the whole debt was called due."""

from services.ledger.domain.allocation import bring_to
from services.ledger.domain.changes import call_all_due
from services.ledger.domain.facts import Acceleration
from services.ledger.domain.working import Working


def accelerate(w: Working, fact: Acceleration) -> None:
    """Call the whole debt due."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    call_all_due(w, today)
    w.note_settled(today)
