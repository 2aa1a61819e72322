"""Payments that go elsewhere since the loan's history has changed, as they are told."""

from uuid import UUID

from services.ledger.domain.loan import Loan
from services.ledger.domain.recording import Recorded, Went
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.ledger import PaymentReallocated
from shared.events.parts import Components


def reallocated(recorded: Recorded, cause: str) -> list[Event]:
    loan = recorded.loan
    return [
        PaymentReallocated(
            loan_id=loan.id,
            payment_id=payment_id(loan, name.removeprefix("payment:")),
            applied=loan.money(went.applied),
            credit=loan.money(went.credit),
            components=components_of(loan, went),
            cause=cause,
        )
        for name, went in recorded.moved
        if name.startswith("payment:")
    ]


def components_of(loan: Loan, went: Went) -> Components | None:
    penalty, fees, interest, principal = (loan.money(part) if part else None for part in went.parts)
    if not went.applied:
        return None
    return Components(principal=principal, interest=interest, fees=fees, penalty=penalty)


def payment_id(loan: Loan, reference: str) -> UUID:
    """Of a split payment each loan's part has its own, as if it had come alone."""
    return name_id("payment", f"{loan.id}\n{reference}")
