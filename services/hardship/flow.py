"""Every message of hardship, its decision and the events it may emit."""

from collections.abc import Sequence
from uuid import UUID

from services.hardship.domain import linking, loan
from services.hardship.domain.linking import CasesMerged
from services.hardship.domain.loan import Loan
from services.hardship.domain.person import Person
from services.hardship.standing_flow import STANDING_STEPS, STANDSTILLS, obeying
from services.hardship.store import persons
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
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.flow import Flow, States, Step

_TOLD = (
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentApplied,
    PaymentReallocated,
    ScheduleRevised,
    ReliefRefused,
    LoanRepaid,
    LoanRepaidRetracted,
    LoanMoved,
)
"""What the ledger tells of a loan that is its persons' business."""


def _formerly(event: PersonLinked) -> Sequence[UUID]:
    return () if event.formerly in (None, event.person_id) else (event.formerly,)


CASE_STEPS: tuple[Step, ...] = (
    # whose is what
    Step(PersonProfiled, linking.profile, creates=True, state=Person),
    Step(LoanLinked, linking.link, creates=True, state=Person),
    Step(LoanLinked, loan.link, creates=True, state=Loan),
    Step(LoanUnlinked, linking.unlink, creates=True, state=Person),
    Step(LoanUnlinked, loan.unlink, creates=True, state=Loan),
    Step(PersonLinked, linking.merge_away, creates=True, state=Person, key=_formerly),
    Step(CasesMerged, linking.merge, creates=True, state=Person),
    Step(PersonUnlinked, linking.part, creates=True, state=Person, key=lambda event: event.now),
    Step(PersonErased, linking.erase, creates=True, state=Person),
    Step(LoanRegistered, loan.register, creates=True, state=Loan),
    *(Step(message, loan.tell, creates=True, state=Loan) for message in _TOLD),
)

FLOW = Flow(
    service="hardship",
    states=(
        States(
            Person,
            load=persons.load_persons,
            save=persons.save_persons,
            key="person_id",
            guard=linking.guard,
        ),
        States(Loan, load=persons.load_loans, save=persons.save_loans, key="loan_id"),
        STANDSTILLS,
    ),
    steps=(*obeying(CASE_STEPS), *STANDING_STEPS),
)
