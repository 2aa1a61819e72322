"""The course of a case: opened, consented to, given to a mediator, and over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.mediation.domain import mediators
from services.mediation.domain.case import PENDING, Case, Consent, Offer, OfferStatus, Seat, Service
from services.mediation.domain.deadlines import (
    CONSENT_DAYS,
    MEDIATOR_DAYS,
    NEGOTIATION_DAYS,
    SEARCH_AGAIN_DAYS,
    STATEMENT_DAYS,
    TAKE_UP_DAYS,
    ending,
    last_day,
)
from services.mediation.domain.machine import Move, Stage, may
from services.mediation.domain.messages import (
    CaseEnded,
    CaseForgotten,
    CasePersonChanged,
    CaseWanted,
    MediatorAsked,
    MediatorFound,
    MediatorLost,
    MediatorReleased,
)
from services.mediation.domain.seats import seated, side_of
from shared.decision import CancelTimer, Context, Decision, Need, SetTimer, TimerFired
from shared.errors import Conflict
from shared.events.base import Event
from shared.events.ids import name_id
from shared.events.mediation import (
    MediationClosed,
    MediationDeclined,
    MediationOpened,
    MediatorAppointed,
    Side,
)


class AlreadyConsented(Conflict):
    """You have said already that you take part; to leave, withdraw."""


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


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """A side says whether it takes part."""

    case_id: UUID
    agreed: bool


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


@dataclass(frozen=True, slots=True)
class BeginNegotiation:
    """The mediator has heard enough."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A side leaves."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The mediator sees no agreement."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """How a case stands after a command."""

    case_id: UUID
    stage: Stage
    version: int


TIMERS = (AnswerDue, SearchDue, TakeUpDue, StatementsDue, NegotiationDue, OfferDue, PlanDue)


def taken(case: Case) -> Taken:
    """The answer to a command."""
    return Taken(case.id, case.stage, case.version)


# -- from the request to both sides' consent ---------------------------------------------------------------


def open_case(state: Case | None, event: CaseWanted, context: Context) -> Decision[Case]:
    """Open it and ask both sides. A side that asked for it itself has said that it takes part."""
    if state is not None:
        return Decision(state)
    now = context.now
    answer_by = last_day(now, CONSENT_DAYS)
    case = Case(
        id=event.case_id,
        person_id=event.person_id,
        sealed_for=event.person_id,
        lender=event.lender,
        loan_ids=event.loan_ids,
        asked_by=event.asked_by,
        opened_at=now,
        answer_by=answer_by,
        languages=event.languages,
        tied=event.tied,
        request_id=event.request_id,
        consents=() if event.consented is None else (Consent(event.consented, now),),
    )
    opened = MediationOpened(
        case_id=case.id,
        person_id=case.person_id,
        lender=case.lender,
        loan_ids=case.loan_ids,
        opened_at=now,
        asked_by=case.asked_by,
        answer_by=answer_by,
        request_id=case.request_id,
    )
    return Decision(case, [opened], [ending(AnswerDue, answer_by)])


def consent(state: Case, command: GiveConsent, context: Context) -> Decision[Case] | Need:
    """A side takes part, or does not. With both, a mediator is looked for.

    Raises NotFound, NotYourPart, MoveForbidden, AlreadyConsented.
    """
    side = side_of(state, context.actor)
    if not command.agreed:
        state.after(Move.DECLINE)
        return _declined(state, side, "refused", context)
    consents = (*state.consents, Consent(side, context.now))
    case = state.after(Move.CONSENT, consents=consents)
    if state.has_consented(side):
        raise AlreadyConsented(side=side.value)
    if not all(case.has_consented(one) for one in Side):
        return Decision(case, answer=taken(case))
    if context.history is None:
        return Need(history=True)
    both = state.after(Move.BOTH_CONSENT, consents=consents)
    return search(both, context, [CancelTimer(AnswerDue.__name__)])


def consent_overdue(state: Case, timer: AnswerDue, context: Context) -> Decision[Case]:
    """Whoever has not answered does not take part."""
    if not may(state.stage, Move.DECLINE):
        return Decision(state)
    silent = next(one for one in Side if not state.has_consented(one))
    return _declined(state, silent, "no_answer", context)


def _declined(case: Case, side: Side, reason: str, context: Context) -> Decision[Case]:
    told = MediationDeclined(
        case_id=case.id, person_id=case.person_id, side=side, reason=reason, declined_at=context.now
    )
    return close(case, Move.DECLINE, "declined", context, [told])


# -- the mediator ------------------------------------------------------------------------------------------


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
    last = replace(state.services[-1], took_up_at=context.now) if state.services else None
    case = state.after(move, services=(*state.services[:-1], last) if last else ())
    timers: list[SetTimer | CancelTimer] = [CancelTimer(TakeUpDue.__name__)]
    if move is Move.TAKE_UP:
        timers.append(ending(StatementsDue, last_day(context.now, STATEMENT_DAYS)))
    else:
        timers.append(_negotiation_ends(context))
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
    offers = _lapsed(case, context)
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


# -- from statements to negotiations, and the end ----------------------------------------------------------


def negotiate(state: Case, command: BeginNegotiation, context: Context) -> Decision[Case]:
    """Go on to offers. Raises NotFound, NotYourPart, MoveForbidden."""
    seated(state, context.actor, Seat.MEDIATOR)
    return negotiating(state, context)


def statements_over(state: Case, timer: StatementsDue, context: Context) -> Decision[Case]:
    """Whoever has not stated their view may still do so while there are negotiations."""
    if not may(state.stage, Move.NEGOTIATE):
        return Decision(state)
    return negotiating(state, context)


def negotiating(case: Case, context: Context) -> Decision[Case]:
    """The case as it goes on to offers. Raises MoveForbidden."""
    after = case.after(Move.NEGOTIATE, stated_at=context.now)
    over = CancelTimer(StatementsDue.__name__)
    return Decision(after, timers=[over, _negotiation_ends(context)], answer=taken(after))


def _negotiation_ends(context: Context) -> SetTimer:
    return ending(NegotiationDue, last_day(context.now, NEGOTIATION_DAYS))


def no_agreement(state: Case, timer: NegotiationDue, context: Context) -> Decision[Case]:
    """Time is up without an agreement."""
    if not may(state.stage, Move.GIVE_UP):
        return Decision(state)
    return close(state, Move.GIVE_UP, "no_agreement", context)


def give_up(state: Case, command: GiveUp, context: Context) -> Decision[Case]:
    """The mediator ends it without an agreement. Raises NotFound, NotYourPart, MoveForbidden."""
    seated(state, context.actor, Seat.MEDIATOR)
    return close(state, Move.GIVE_UP, "no_agreement", context)


def withdraw(state: Case, command: Withdraw, context: Context) -> Decision[Case]:
    """A side leaves, at any time until both have agreed. Raises NotFound, NotYourPart, MoveForbidden."""
    side_of(state, context.actor)
    return close(state, Move.WITHDRAW, "withdrawn", context)


def forget(state: Case, event: CaseForgotten, context: Context) -> Decision[Case]:
    """The person is forgotten: nothing that was said remains, and the case is over."""
    blank = replace(state, contents=(), languages=(), tied=(), forgotten=True)
    if not state.is_open:
        return Decision(replace(blank, version=state.version + 1))
    return close(blank, Move.FORGET, "person_erased", context)


def change_person(state: Case, event: CasePersonChanged, context: Context) -> Decision[Case]:
    """The person was found to be another, who takes their seat."""
    tied = tuple(dict.fromkeys((*state.tied, event.person_id)))
    return Decision(replace(state, person_id=event.person_id, tied=tied, version=state.version + 1))


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
        offers=_lapsed(case, context),
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


def _lapsed(case: Case, context: Context) -> tuple[Offer, ...]:
    return tuple(
        replace(one, status=OfferStatus.EXPIRED, ended_at=context.now) if one.status in PENDING else one
        for one in case.offers
    )
