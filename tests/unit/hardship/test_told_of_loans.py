"""What the ledger tells of a loan is kept, if it must wait, as what it was."""

import pytest

from services.hardship.domain.loan import LoanTold
from shared.events.ledger import (
    LoanMoved,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    ReliefRefused,
    ScheduleRevised,
)
from tests.builders import a_full_event, an_event

TOLD = (
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


@pytest.mark.parametrize("make", [an_event, a_full_event])
@pytest.mark.parametrize("kind", TOLD)
def test_an_event_handed_on_is_read_as_what_it_was(kind: type, make: object) -> None:
    told = LoanTold(person_id="6cec63c4-ee44-54af-a580-ac340ec02972", event=make(kind))  # type: ignore
    assert LoanTold.read(told.model_dump_json().encode()) == told
