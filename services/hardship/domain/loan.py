"""A loan as hardship knows it: whose it is. What the ledger tells of it is handed on to its persons."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.hardship.domain.person import OWES
from shared.decision import Context, Decision
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.ledger import (
    FeedLate,
    LoanMoved,
    LoanRegistered,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    ReliefRefused,
    ScheduleRevised,
)
from shared.events.loans import PaymentsComplete
from shared.events.reminders import LoanLinked, LoanUnlinked
from shared.quick import replace

DAY = timedelta(days=1)

Told = (
    PaymentMissed
    | PaymentMissedRetracted
    | PaymentApplied
    | PaymentReallocated
    | ScheduleRevised
    | ReliefRefused
    | LoanRepaid
    | LoanRepaidRetracted
    | LoanMoved
)


class LoanTold(Event, topic="hardship-handed", key="person_id", version=1):
    """What the ledger tells of a loan, for one of its persons. It never leaves this service."""

    person_id: UUID
    event: Told


@dataclass(frozen=True, slots=True)
class Loan:
    """The state."""

    id: UUID
    lender: str | None = None
    persons: tuple[UUID, ...] = ()
    """Who owes it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """How far a lender's reports of payments reach, as far as it matters."""

    id: UUID
    lender: str
    complete_through: date | None = None
    late: bool = False

    def reaches(self, day: date) -> bool:
        """Whether what was paid on a day is known by now."""
        return not self.late or (self.complete_through is not None and self.complete_through >= day)


def feed_id(lender: str) -> UUID:
    """The id of a lender's feed."""
    return name_id("feed", lender)


def feed_late(state: Feed | None, event: FeedLate, context: Context) -> Decision[Feed]:
    """Reports are late or unlikely: nothing counts as missed there meanwhile."""
    here = state or Feed(feed_id(event.lender), event.lender)
    return Decision(replace(here, complete_through=event.complete_through, late=True))


def feed_complete(state: Feed | None, event: PaymentsComplete, context: Context) -> Decision[Feed]:
    """All payments through a day have been reported. What was late is so no more once it reaches the day
    before.
    """
    here = state or Feed(feed_id(event.lender), event.lender)
    through = max(event.through, here.complete_through or event.through)
    late = here.late and through < context.now.date() - DAY
    return Decision(replace(here, complete_through=through, late=late))


def register(state: Loan | None, event: LoanRegistered, context: Context) -> Decision[Loan]:
    """A loan is in the books."""
    return Decision(replace(state or Loan(event.loan_id), lender=event.lender))


def link(state: Loan | None, event: LoanLinked, context: Context) -> Decision[Loan]:
    """The loan knows who owes it."""
    here = replace(state or Loan(event.loan_id), lender=event.lender)
    if event.role not in OWES:
        return Decision(here)
    return Decision(replace(here, persons=tuple(dict.fromkeys((*here.persons, event.person_id)))))


def unlink(state: Loan | None, event: LoanUnlinked, context: Context) -> Decision[Loan]:
    """The person does not owe it any more."""
    here = state or Loan(event.loan_id)
    if event.role not in OWES:
        return Decision(here)
    return Decision(replace(here, persons=tuple(one for one in here.persons if one != event.person_id)))


def tell(state: Loan | None, event: Told, context: Context) -> Decision[Loan]:
    """Hand what the ledger tells on to everyone who owes the loan."""
    here = state or Loan(event.loan_id)
    return Decision(here, hands_on=[LoanTold(person_id=one, event=event) for one in here.persons])
