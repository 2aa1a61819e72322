"""Who else acts on a loan: agencies and courts. They are shown beside it; what they cost comes as fees."""

from datetime import date

from services.ledger.domain.consequences import settle
from services.ledger.domain.course import Course, LegalAction, Placement
from services.ledger.domain.doubt import with_stale_record
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import not_before_opening
from shared.decision import Context, Decision, Wait
from shared.errors import Conflict, Refused
from shared.events.servicing import LegalActionEnded, LegalActionStarted, LoanPlaced, LoanRecalled
from shared.quick import replace


class NothingOwed(Refused):
    """A debt that is paid is not called due, nor placed with an agency, nor sold (12 CFR 1006.30(b))."""


class EndsBeforeItBegan(Refused):
    """A placement or a court action must not end before it began."""


class ActionDiffers(Conflict):
    """This court action was told of before with other contents. Another one has a reference of its own."""


def place(loan: Loan, event: LoanPlaced, context: Context) -> Decision[Loan]:
    """An agency collects from a day on. Raises BeforeOpening, NothingOwed."""
    not_before_opening(loan, event.placed_on)
    new = Placement(event.agency, event.placed_on)
    if any((one.agency, one.placed_on) == (new.agency, new.placed_on) for one in loan.course.placements):
        return Decision(loan)
    if not loan.book.outstanding:
        raise NothingOwed(loan_reference=loan.reference)
    placements = (*loan.course.placements, new)
    return _placed(loan, tuple(sorted(placements, key=_placed_on)), context)


def recall(loan: Loan, event: LoanRecalled, context: Context) -> Decision[Loan] | Wait:
    """The agency collects no more. Raises EndsBeforeItBegan."""
    by_agency = [one for one in loan.course.placements if one.agency == event.agency]
    if any(one.recalled_on == event.recalled_on for one in by_agency):
        return Decision(loan)
    if (running := next((one for one in by_agency if one.recalled_on is None), None)) is None:
        return Wait(f"no placement with {event.agency} has been reported")
    if event.recalled_on < running.placed_on:
        raise EndsBeforeItBegan(began_on=running.placed_on, ends_on=event.recalled_on)
    ended = running._replace(recalled_on=event.recalled_on)
    placements = tuple(ended if one is running else one for one in loan.course.placements)
    return _placed(loan, placements, context)


def start_action(loan: Loan, event: LegalActionStarted, context: Context) -> Decision[Loan]:
    """The lender has gone to court. Raises BeforeOpening, ActionDiffers."""
    not_before_opening(loan, event.started_on)
    new = LegalAction(event.action_reference, event.kind, event.started_on)
    known = _action(loan, event.action_reference)
    if known is not None:
        if known[:3] != new[:3]:
            raise ActionDiffers(action_reference=event.action_reference)
        return Decision(loan)
    return _now(loan, loan.course._replace(legal_actions=(*loan.course.legal_actions, new)))


def end_action(loan: Loan, event: LegalActionEnded, context: Context) -> Decision[Loan] | Wait:
    """A court action is over. Raises EndsBeforeItBegan, ActionDiffers."""
    known = _action(loan, event.action_reference)
    if known is None:
        return Wait(f"the court action {event.action_reference} has not been reported")
    if known.ended_on is not None:
        if (known.ended_on, known.outcome) != (event.ended_on, event.outcome):
            raise ActionDiffers(action_reference=event.action_reference)
        return Decision(loan)
    if event.ended_on < known.started_on:
        raise EndsBeforeItBegan(began_on=known.started_on, ends_on=event.ended_on)
    ended = known._replace(ended_on=event.ended_on, outcome=event.outcome)
    actions = tuple(ended if one is known else one for one in loan.course.legal_actions)
    return _now(loan, loan.course._replace(legal_actions=actions))


def _action(loan: Loan, reference: str) -> LegalAction | None:
    return next((one for one in loan.course.legal_actions if one.reference == reference), None)


def _placed_on(placement: Placement) -> date:
    return placement.placed_on


def _placed(loan: Loan, placements: tuple[Placement, ...], context: Context) -> Decision[Loan]:
    """Who collects shows in the loan's credit record."""
    decided = _now(loan, loan.course._replace(placements=placements))
    if loan.told.credit is None:
        return decided
    return settle(with_stale_record(decided.state), context)


def _now(loan: Loan, course: Course) -> Decision[Loan]:
    agreements = loan.agreements._replace(course=course)
    return Decision(replace(loan, agreements=agreements, version=loan.version + 1))
