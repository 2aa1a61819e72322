"""The course of a case: opened, consented to, negotiated, and over."""

from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain.appointing import search
from services.mediation.domain.case import Case, Consent, Seat
from services.mediation.domain.closing import (
    AnswerDue,
    NegotiationDue,
    StatementsDue,
    close,
    negotiation_ends,
    taken,
)
from services.mediation.domain.deadlines import CONSENT_DAYS, ending, last_day
from services.mediation.domain.machine import Move, may
from services.mediation.domain.messages import CaseForgotten, CasePersonChanged, CaseWanted
from services.mediation.domain.seats import seated, side_of
from shared.decision import CancelTimer, Context, Decision, Need
from shared.errors import Conflict
from shared.events.mediation import MediationDeclined, MediationOpened, Side
from shared.quick import replace


class AlreadyConsented(Conflict):
    """You have said already that you take part; to leave, withdraw."""


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """A side says whether it takes part."""

    case_id: UUID
    agreed: bool


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
    return Decision(after, timers=[over, negotiation_ends(context)], answer=taken(after))


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
    offers = tuple(replace(one, capacity=None) for one in state.offers)
    blank = replace(state, contents=(), offers=offers, languages=(), tied=(), forgotten=True)
    if not state.is_open:
        return Decision(replace(blank, version=state.version + 1))
    return close(blank, Move.FORGET, "person_erased", context)


def change_person(state: Case, event: CasePersonChanged, context: Context) -> Decision[Case]:
    """The person was found to be another, who takes their seat."""
    tied = tuple(dict.fromkeys((*state.tied, event.person_id)))
    return Decision(replace(state, person_id=event.person_id, tied=tied, version=state.version + 1))
