"""What a route looks up before it asks for a change. What belongs to another lender is not there."""

from uuid import UUID

from services.ledger.domain.loan import Loan
from services.ledger.domain.proposals import Proposal, SuspenseUnknown
from services.ledger.domain.suspense import Suspense
from services.ledger.store import pending
from services.ledger.store.loans import load_loans
from shared.database import transaction
from shared.decision import Actor
from shared.errors import NotFound
from shared.service import Service


class LoanUnknown(NotFound):
    """There is no such loan, or it belongs to another lender."""


class ProposalUnknown(NotFound):
    """There is no such proposal, or it belongs to another lender."""


async def find_loan(service: Service, loan_id: UUID, actor: Actor) -> Loan:
    """A loan of the actor's lenders. Raises LoanUnknown."""
    async with transaction(service.engine) as connection:
        loan = (await load_loans(connection, {loan_id: ()})).get(loan_id)
    if loan is None or not actor.may_act_for(loan.lender):
        raise LoanUnknown(loan_id=loan_id)
    return loan


async def find_suspense(service: Service, suspense_id: UUID, actor: Actor) -> Suspense:
    """Money in suspense, or that was, of the actor's lenders. Raises SuspenseUnknown."""
    async with transaction(service.engine) as connection:
        suspense = (await pending.load_suspense(connection, {suspense_id: ()})).get(suspense_id)
    if suspense is None or not actor.may_act_for(suspense.lender):
        raise SuspenseUnknown(suspense_id=suspense_id)
    return suspense


async def find_proposal(service: Service, proposal_id: UUID, actor: Actor) -> Proposal:
    """A proposal of the actor's lenders. Raises ProposalUnknown."""
    async with transaction(service.engine) as connection:
        proposal = (await pending.load_proposals(connection, {proposal_id: ()})).get(proposal_id)
    if proposal is None or not actor.may_act_for(proposal.lender):
        raise ProposalUnknown(proposal_id=proposal_id)
    return proposal
