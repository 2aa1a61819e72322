"""Who is part of a loan: the persons it was opened with, and those who came or left later."""

from services.ledger.domain.loan import Joined, Loan
from services.ledger.domain.payments import BeforeOpening
from shared.decision import Context, Decision
from shared.events.servicing import PartyChange, PartyChanged
from shared.quick import replace


def change_party(loan: Loan, event: PartyChanged, context: Context) -> Decision[Loan]:
    """A person is part of the loan from a day on, or no longer. What holds on a day is what was said last
    of it by its effective date, so that reports may come in any order. Raises BeforeOpening.
    """
    if event.effective_on < loan.opened_on:
        raise BeforeOpening(on=event.effective_on, opened_on=loan.opened_on)
    party = event.party
    change = Joined(
        party.borrower_reference, party.role, event.effective_on, joined=event.change is PartyChange.ADDED
    )
    return Decision(replace(loan, version=loan.version + 1, parties=(*loan.parties, change)))
