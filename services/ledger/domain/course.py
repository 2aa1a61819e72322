"""What becomes of a loan beside its money: called due, with an agency, before a court, in other hands."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class Placement(NamedTuple):
    """An agency collects for the lender, or did."""

    agency: str
    placed_on: date
    recalled_on: date | None = None

    def collects(self, on: date) -> bool:
        """Whether it collects at the end of a day."""
        return self.placed_on <= on and (self.recalled_on is None or on < self.recalled_on)


class LegalAction(NamedTuple):
    """The lender went to court."""

    reference: str
    kind: str
    started_on: date
    ended_on: date | None = None
    outcome: str | None = None


class Gone(NamedTuple):
    """The loan is in another's books from a day on: sold to another lender, or replaced by a new loan of its
    own lender. Nothing is owed here any more.
    """

    loan_id: UUID
    lender: str
    loan_reference: str
    on: date
    amounts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """What went with it, by the accounts of `journal.OWED`: above zero is owed."""


class Came(NamedTuple):
    """The loan was another lender's until a day."""

    loan_id: UUID
    lender: str
    loan_reference: str
    on: date
    interest_earned: int = 0
    """By then, paid or not: it is no income here."""


class Course(NamedTuple):
    """All of it."""

    accelerated_on: date | None = None
    """The whole debt was called due on that day."""
    placements: tuple[Placement, ...] = ()
    legal_actions: tuple[LegalAction, ...] = ()
    gone: Gone | None = None
    came: Came | None = None
