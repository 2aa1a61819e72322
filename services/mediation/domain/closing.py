"""The timers of a case, how it answers a command, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain.case import PENDING, Case, Offer, OfferStatus
from services.mediation.domain.deadlines import NEGOTIATION_DAYS, ending, last_day
from services.mediation.domain.machine import Move, Stage
from services.mediation.domain.messages import CaseEnded, MediatorReleased
from shared.decision import CancelTimer, Context, Decision, SetTimer, TimerFired
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.mediation import MediationClosed
from shared.quick import replace


class AnswerDue(TimerFired):
    """Both sides should have said whether they take part."""


class SearchDue(TimerFired):
    """Another mediator may be found by now."""


class TakeUpDue(TimerFired):
    """The mediator should have declared that nothing ties them to either side."""


class StatementsDue(TimerFired):
    """Both sides should have stated their views."""


class NegotiationDue(TimerFired):
    """The sides should have come to an agreement."""


class OfferDue(TimerFired):
    """Both sides should have answered the offer."""


class PlanDue(TimerFired):
    """What was settled should be in force."""


TIMERS = (AnswerDue, SearchDue, TakeUpDue, StatementsDue, NegotiationDue, OfferDue, PlanDue)


@dataclass(frozen=True, slots=True)
class Taken:
    """How a case stands after a command."""

    case_id: UUID
    stage: Stage
    version: int


def taken(case: Case) -> Taken:
    """The answer to a command."""
    return Taken(case.id, case.stage, case.version)


def negotiation_ends(context: Context) -> SetTimer:
    """The timer of an agreement that never comes."""
    return ending(NegotiationDue, last_day(context.now, NEGOTIATION_DAYS))


def close(
    case: Case, move: Move, outcome: str, context: Context, events: Sequence[Event] = ()
) -> Decision[Case]:
    """End a case by this move. Raises MoveForbidden."""
    certificate_id = name_id("certificate", str(case.id))
    services = case.services
    if services and services[-1].left_at is None:
        services = (*services[:-1], replace(services[-1], left_at=context.now, reason="closed"))
    after = case.after(
        move,
        outcome=outcome,
        closed_at=context.now,
        certificate_id=certificate_id,
        services=services,
        offers=lapsed(case, context),
    )
    closed = MediationClosed(
        case_id=case.id,
        person_id=case.person_id,
        outcome=outcome,
        closed_at=context.now,
        certificate_id=certificate_id,
    )
    told: list[Event] = [CaseEnded(person_id=case.person_id, case_id=case.id)]
    if case.mediator_id is not None:
        told.append(MediatorReleased(mediator_id=case.mediator_id, case_id=case.id))
    timers = [CancelTimer(one.__name__) for one in TIMERS]
    return Decision(after, [*events, closed], timers, hands_on=told, answer=taken(after))


def lapsed(case: Case, context: Context) -> tuple[Offer, ...]:
    """Its offers, none of which waits for an answer any more."""
    return tuple(
        replace(one, status=OfferStatus.EXPIRED, ended_at=context.now) if one.status in PENDING else one
        for one in case.offers
    )
