"""The certificate of a case: that mediation was tried, by whom and when. Never what was said or offered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mediation.domain.case import Case, Seat
from services.mediation.domain.machine import Stage
from shared.errors import NotFound
from shared.events.mediation import Side


class NotOver(NotFound):
    """There is a certificate once the case is over."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was tried."""

    certificate_id: UUID
    case_id: UUID
    lender: str
    loan_ids: tuple[UUID, ...]
    opened_at: datetime
    asked_by: str
    borrower_consented_at: datetime | None
    lender_consented_at: datetime | None
    mediators: tuple[UUID, ...]
    """Those who took the case up, in order."""
    borrower_stated: bool
    lender_stated: bool
    offers: int
    """How many lay before both sides."""
    outcome: str
    closed_at: datetime


def certify(case: Case) -> Certificate:
    """The certificate of a case that is over. Raises NotOver."""
    if case.stage is not Stage.CLOSED or case.certificate_id is None or case.closed_at is None:
        raise NotOver(case_id=case.id, stage=case.stage.value)
    consented = {one.side: one.at for one in case.consents}
    return Certificate(
        certificate_id=case.certificate_id,
        case_id=case.id,
        lender=case.lender,
        loan_ids=case.loan_ids,
        opened_at=case.opened_at,
        asked_by=case.asked_by,
        borrower_consented_at=consented.get(Side.BORROWER),
        lender_consented_at=consented.get(Side.LENDER),
        mediators=tuple(one.mediator_id for one in case.services if one.took_up_at is not None),
        borrower_stated=case.has_stated(Seat.BORROWER),
        lender_stated=case.has_stated(Seat.LENDER),
        offers=sum(one.shown_at is not None for one in case.offers),
        outcome=case.outcome,
        closed_at=case.closed_at,
    )
