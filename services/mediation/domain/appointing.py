"""A case and its mediator: looked for, asked, appointed, replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain import mediators
from services.mediation.domain.case import Case, Seat, Service
from services.mediation.domain.closing import (
    NegotiationDue,
    OfferDue,
    SearchDue,
    StatementsDue,
    TakeUpDue,
    close,
    lapsed,
    negotiation_ends,
    taken,
)
from services.mediation.domain.deadlines import (
    MEDIATOR_DAYS,
    SEARCH_AGAIN_DAYS,
    STATEMENT_DAYS,
    TAKE_UP_DAYS,
    ending,
    last_day,
)
from services.mediation.domain.machine import Move, Stage, may
from services.mediation.domain.messages import MediatorAsked, MediatorFound, MediatorLost, MediatorReleased
from services.mediation.domain.seats import seated
from shared.decision import CancelTimer, Context, Decision, Need, SetTimer
from shared.events.base import Event
from shared.events.mediation import MediatorAppointed
from shared.quick import replace


@dataclass(frozen=True, slots=True)
class TakeUp:
    """The mediator declares that nothing ties them to either side, and begins."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class StepBack:
    """The mediator gives the case back."""

    case_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ReplaceMediator:
    """Whoever runs the service takes the case from its mediator."""

    case_id: UUID
    reason: str


def search(case: Case, context: Context, timers: Sequence[SetTimer | CancelTimer] = ()) -> Decision[Case]:
    """Ask the best mediator there is; look again tomorrow, should there be none or should they be taken.

    `context.history` holds the mediators.
    """
    today = context.now.date()
    until = case.search_until or last_day(context.now, MEDIATOR_DAYS)
    wanted = mediators.Wanted(case.id, case.lender, case.languages, case.tied)
    never = (one.mediator_id for one in case.services)
    found = mediators.choose(context.history, wanted, today, never)
    asked = [] if found is None else [_question(found.id, wanted)]
    again = min(last_day(context.now, SEARCH_AGAIN_DAYS), until)
    after = replace(case, search_until=until)
    return Decision(after, timers=[*timers, ending(SearchDue, again)], hands_on=asked, answer=taken(after))


def _question(mediator_id: UUID, wanted: mediators.Wanted) -> MediatorAsked:
    return MediatorAsked(
        mediator_id=mediator_id,
        case_id=wanted.case_id,
        lender=wanted.lender,
        languages=wanted.languages,
        tied=wanted.tied,
    )


def search_again(state: Case, timer: SearchDue, context: Context) -> Decision[Case] | Need:
    """Look for a mediator once more, as long as there is time."""
    if state.stage is not Stage.CONSENTED:
        return Decision(state)
    if state.search_until is not None and context.now.date() > state.search_until:
        return close(state, Move.NO_MEDIATOR, "no_mediator", context)
    return search(state, context) if context.history is not None else Need(history=True)


def appoint(state: Case, event: MediatorFound, context: Context) -> Decision[Case]:
    """The mediator has the case and must say, within days, that nothing ties them to either side."""
    if not may(state.stage, Move.APPOINT):
        # Over meanwhile: the mediator's place is free again.
        back = MediatorReleased(mediator_id=event.mediator_id, case_id=state.id)
        return Decision(state, hands_on=[back])
    before = state.services[-1].mediator_id if state.services else None
    case = state.after(
        Move.APPOINT,
        mediator_id=event.mediator_id,
        search_until=None,
        services=(*state.services, Service(event.mediator_id, context.now)),
    )
    told = MediatorAppointed(
        case_id=case.id,
        person_id=case.person_id,
        mediator_id=event.mediator_id,
        appointed_at=context.now,
        replaces=before,
    )
    due = ending(TakeUpDue, last_day(context.now, TAKE_UP_DAYS))
    return Decision(case, [told], [CancelTimer(SearchDue.__name__), due])


def take_up(state: Case, command: TakeUp, context: Context) -> Decision[Case]:
    """The mediator begins; where another was before, where that one left off.

    Raises NotFound, NotYourPart, MoveForbidden.
    """
    seated(state, context.actor, Seat.MEDIATOR)
    move = Move.TAKE_UP if state.stated_at is None else Move.RESUME
    *former, last = state.services
    case = state.after(move, services=(*former, replace(last, took_up_at=context.now)))
    timers: list[SetTimer | CancelTimer] = [CancelTimer(TakeUpDue.__name__)]
    if move is Move.TAKE_UP:
        timers.append(ending(StatementsDue, last_day(context.now, STATEMENT_DAYS)))
    else:
        timers.append(negotiation_ends(context))
    return Decision(case, timers=timers, answer=taken(case))


def not_taken_up(state: Case, timer: TakeUpDue, context: Context) -> Decision[Case] | Need:
    """A mediator who says nothing is replaced."""
    if state.stage is not Stage.APPOINTED or state.mediator_id is None:
        return Decision(state)
    return _leave(state, "no_answer", context)


def step_back(state: Case, command: StepBack, context: Context) -> Decision[Case] | Need:
    """The mediator gives the case back. Raises NotFound, NotYourPart, MoveForbidden."""
    seated(state, context.actor, Seat.MEDIATOR)
    return _leave(state, command.reason, context)


def replace_mediator(state: Case, command: ReplaceMediator, context: Context) -> Decision[Case] | Need:
    """The case goes to another mediator. Raises NotFound, NotYourPart, MoveForbidden."""
    seated(state, context.actor, Seat.STAFF)
    return _leave(state, command.reason, context)


def mediator_lost(state: Case, event: MediatorLost, context: Context) -> Decision[Case] | Need:
    """The mediator mediates no more."""
    if state.mediator_id != event.mediator_id or not may(state.stage, Move.LOSE_MEDIATOR):
        return Decision(state)
    return _leave(state, event.reason, context)


def _leave(case: Case, reason: str, context: Context) -> Decision[Case] | Need:
    """What the former mediator has noted stays; they themselves have no seat any more, and what was offered
    before them lapses.
    """
    gone = case.mediator_id
    services = case.services
    if services and services[-1].left_at is None:
        services = (*services[:-1], replace(services[-1], left_at=context.now, reason=reason))
    offers = lapsed(case, context)
    after = case.after(Move.LOSE_MEDIATOR, mediator_id=None, services=services, offers=offers)
    freed: list[Event] = []
    if gone is not None:
        freed.append(MediatorReleased(mediator_id=gone, case_id=case.id))
    if after.stage is not Stage.CONSENTED:
        return Decision(after, hands_on=freed, answer=taken(after))
    if context.history is None:
        return Need(history=True)
    kinds = (TakeUpDue, StatementsDue, NegotiationDue, OfferDue)
    decision = search(after, context, [CancelTimer(one.__name__) for one in kinds])
    return replace(decision, hands_on=[*freed, *decision.hands_on])
