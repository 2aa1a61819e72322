"""A loan as hardship knows it: whose it is. What the ledger tells of it is handed on to its persons."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.hardship.domain.person import OWES
from shared.decision import Context, Decision
from shared.events.base import Event
from shared.events.ledger import (
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
from shared.events.reminders import LoanLinked, LoanUnlinked

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
