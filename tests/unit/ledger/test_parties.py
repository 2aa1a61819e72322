"""Who is part of a loan."""

from dataclasses import replace
from datetime import date

from services.ledger.domain.facts import Payment
from services.ledger.domain.loan import Joined, Loan
from services.ledger.domain.recording import Recorded, record
from shared.decision import Context
from shared.events.parts import Party, PartyRole
from shared.events.servicing import PartyChange, PartyChanged
from tests.builders import a_loan, an_event
from tests.unit.ledger.desk import PLATFORM, Desk

OPENED = date(2026, 1, 1)


def _changed(change: PartyChange, effective_on: date, reference: str = "C-9") -> PartyChanged:
    return an_event(
        PartyChanged,
        lender=a_loan().lender,
        loan_reference=a_loan().loan_reference,
        party=Party(borrower_reference=reference, role=PartyRole.GUARANTOR),
        change=change,
        effective_on=effective_on,
    )


def _loan(desk: Desk) -> Loan:
    return desk.loan()


def test_a_loan_is_opened_with_its_parties() -> None:
    desk = Desk()
    parties = (Party(borrower_reference="C-1"), Party(borrower_reference="C-2", role=PartyRole.JOINT))
    desk.take(a_loan(parties=parties))
    assert _loan(desk).parties == (
        Joined("C-1", PartyRole.BORROWER, OPENED),
        Joined("C-2", PartyRole.JOINT, OPENED),
    )


def test_a_person_joins_and_leaves_by_the_day_on_which_it_takes_effect() -> None:
    desk = Desk()
    desk.take(a_loan(), _changed(PartyChange.ADDED, date(2026, 3, 1)))
    assert _loan(desk).parties == (Joined("C-9", PartyRole.GUARANTOR, date(2026, 3, 1)),)
    desk.take(_changed(PartyChange.REMOVED, date(2026, 4, 1)))
    assert _loan(desk).parties == (Joined("C-9", PartyRole.GUARANTOR, date(2026, 4, 1), joined=False),)


def test_nobody_joins_a_loan_before_it_was_opened() -> None:
    desk = Desk()
    desk.take(a_loan(), _changed(PartyChange.ADDED, date(2025, 12, 31)))
    assert _loan(desk).parties == ()
    (held,) = desk.held
    assert held.startswith("parked: before_opening")


def test_a_payment_in_the_same_breath_does_not_lose_who_joined() -> None:
    desk = Desk()
    desk.take(a_loan())
    joined = (Joined("C-9", PartyRole.GUARANTOR, OPENED),)
    loan = replace(_loan(desk), parties=joined)
    paid = record(loan, Payment(date(2026, 2, 1), "payment:P-1", 100), Context(desk.now, PLATFORM))
    assert isinstance(paid, Recorded)
    assert paid.loan.parties == joined
