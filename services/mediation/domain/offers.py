"""Offers: priced and held against what the person can pay before anyone sees them; answered; settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain.appointing import search
from services.mediation.domain.case import Answer, Case, Offer, OfferStatus, Outlook, Seat
from services.mediation.domain.closing import (
    NegotiationDue,
    OfferDue,
    PlanDue,
    close,
    negotiation_ends,
    taken,
)
from services.mediation.domain.deadlines import (
    OFFER_DAYS,
    PLAN_DAYS,
    ending,
    last_day,
)
from services.mediation.domain.machine import Move, may, moved
from services.mediation.domain.messages import SettlementFailed, SettlementInForce, SettlementNoted
from services.mediation.domain.pricing import PricedLoan, figures_of, outcome_of, outlook_of
from services.mediation.domain.seats import seated, side_of
from shared.decision import Actor, CancelTimer, Context, Decision, Need, SetTimer
from shared.errors import Conflict, NotFound, Refused, StateChanged
from shared.events.base import Event
from shared.events.hardship import PlanLoan
from shared.events.ids import name_id
from shared.events.mediation import OfferAnswered, OfferMade, SettlementReached, Side, plan_of_settlement
from shared.events.parts import ReliefKind
from shared.money import Money
from shared.quick import replace

_SIDES = {Seat.BORROWER: Side.BORROWER, Seat.LENDER: Side.LENDER}
OFFERS_MAX = 50
NOT_IN_TIME = "not_in_time"
"""Why a settlement failed of which nothing was heard."""


class OfferUnknown(NotFound):
    """There is no such offer, or it is not for you to see."""


class OfferPending(Conflict):
    """Another offer waits for an answer: answer it, or let its maker withdraw it."""


class OfferOver(Conflict):
    """The offer is not open any more."""


class AlreadyAnswered(Conflict):
    """You have answered this offer; who makes an offer has accepted it."""


class NoMoreOffers(Conflict):
    """The case has had as many offers as it can hold."""


class OtherLoans(Refused):
    """An offer is about loans of the case, each of them once."""


class Unaffordable(Refused):
    """The person could not pay this: what would fall due in a month is more than what they can spare."""


class OfferOutdated(Conflict):
    """The loan has changed: what was offered cannot be had any more. A new offer has to be made."""


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Offer reliefs for loans of the case."""

    case_id: UUID
    offer_id: UUID
    loans: tuple[PlanLoan, ...]
    priced: tuple[PricedLoan, ...]
    """Loan by loan in their order; empty where the offer could not be made when it was looked at."""
    capacity: Money | None
    """What the person can pay in a month; None: hardship does not know."""


@dataclass(frozen=True, slots=True)
class ConfirmOffer:
    """The mediator has looked at an offer of which nobody knew whether it can be afforded."""

    case_id: UUID
    offer_id: UUID
    confirmed: bool


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """Say yes or no. `priced` is what the ledger says of it now; for a no, nothing."""

    case_id: UUID
    offer_id: UUID
    accepted: bool
    priced: tuple[PricedLoan, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """Take an offer back."""

    case_id: UUID
    offer_id: UUID


def _doubt(loans: Sequence[PlanLoan], after: Outlook, capacity: Money | None) -> str:
    """Why the mediator has to look before the sides do. Raises Unaffordable."""
    if capacity is None or capacity.currency != after.monthly.currency:
        return "capacity_unknown"
    if after.monthly.minor <= capacity.minor:
        return ""
    # A sum paid once comes from elsewhere than a month's income: whether it is there, the mediator asks.
    if any(phase.kind is ReliefKind.LUMP_SUM_SETTLEMENT for one in loans for phase in one.phases):
        return "lump_sum"
    # What the person can spare is not told: the lender may be the one who offers.
    raise Unaffordable(monthly=str(after.monthly))


# -- made, looked at, withdrawn ----------------------------------------------------------------------------


def admit(case: Case, loans: Sequence[UUID], actor: Actor) -> Seat:
    """As what somebody may make an offer about these loans now.

    Raises NotFound, NotYourPart, MoveForbidden, OfferPending, NoMoreOffers, OtherLoans.
    """
    seat = seated(case, actor, Seat.BORROWER, Seat.LENDER, Seat.MEDIATOR)
    moved(case.stage, Move.OFFER)
    if case.pending_offer is not None:
        raise OfferPending(case_id=case.id)
    if len(case.offers) >= OFFERS_MAX:
        raise NoMoreOffers(at_most=OFFERS_MAX)
    if len(set(loans)) != len(loans) or not set(loans) <= set(case.loan_ids):
        raise OtherLoans(case_id=case.id)
    return seat


def make(state: Case, command: MakeOffer, context: Context) -> Decision[Case]:
    """Lay an offer before both sides, or before the mediator first.

    Raises NotFound, NotYourPart, MoveForbidden, OfferPending, NoMoreOffers, OtherLoans, ReliefNotPossible,
    Unaffordable.
    """
    seat = admit(state, [one.loan_id for one in command.loans], context.actor)
    if [one.loan_id for one in command.priced] != [one.loan_id for one in command.loans]:
        raise StateChanged(case_id=state.id)
    figures = figures_of(command.priced)
    after = outlook_of([outcome_of(one) for one in command.priced])
    doubt = _doubt(command.loans, after, command.capacity)
    offer = Offer(
        id=command.offer_id,
        by=seat,
        loans=command.loans,
        figures=figures,
        after=after,
        capacity=command.capacity,
        doubt=doubt,
        status=OfferStatus.UNCONFIRMED,
        made_at=context.now,
        answer_by=last_day(context.now, OFFER_DAYS),
    )
    # A mediator who offers it has looked already.
    if not doubt or seat is Seat.MEDIATOR:
        return _show(state, Move.OFFER, offer, context)
    case = state.after(Move.OFFER, offers=state.with_offer(offer))
    return Decision(case, timers=[ending(OfferDue, offer.answer_by)], answer=taken(case))


def confirm(state: Case, command: ConfirmOffer, context: Context) -> Decision[Case]:
    """The mediator lets the sides see it, or not. Raises NotFound, NotYourPart, OfferUnknown, OfferOver."""
    seated(state, context.actor, Seat.MEDIATOR)
    offer = _known(state, command.offer_id)
    if offer.status is not OfferStatus.UNCONFIRMED:
        raise OfferOver(status=offer.status.value)
    if command.confirmed:
        answer_by = last_day(context.now, OFFER_DAYS)
        return _show(state, Move.OFFER, replace(offer, answer_by=answer_by), context)
    return _end(state, offer, OfferStatus.DECLINED, context)


def withdraw_offer(state: Case, command: WithdrawOffer, context: Context) -> Decision[Case]:
    """Its maker takes it back, as long as it waits. Raises NotFound, NotYourPart, OfferUnknown, OfferOver."""
    seat = seated(state, context.actor, Seat.BORROWER, Seat.LENDER, Seat.MEDIATOR)
    offer = _known(state, command.offer_id)
    if offer.by is not seat:
        raise OfferUnknown(offer_id=offer.id)
    if offer is not state.pending_offer:
        raise OfferOver(status=offer.status.value)
    return _end(state, offer, OfferStatus.WITHDRAWN, context)


def offer_overdue(state: Case, timer: OfferDue, context: Context) -> Decision[Case]:
    """Silence is no consent: the offer is over."""
    offer = state.pending_offer
    if offer is None or not may(state.stage, Move.LAPSE):
        return Decision(state)
    return _end(state, offer, OfferStatus.EXPIRED, context)


def _show(case: Case, move: Move, offer: Offer, context: Context) -> Decision[Case]:
    """Who makes an offer has accepted it; a mediator accepts for nobody."""
    answers = (Answer(_SIDES[offer.by], True, context.now),) if offer.by in _SIDES else ()
    shown = replace(offer, status=OfferStatus.OPEN, shown_at=context.now, answers=answers)
    after = case.after(move, offers=case.with_offer(shown))
    told = OfferMade(
        case_id=case.id,
        person_id=case.person_id,
        offer_id=offer.id,
        by=offer.by.value,
        made_at=context.now,
        answer_by=shown.answer_by,
    )
    return Decision(after, [told], [ending(OfferDue, shown.answer_by)], answer=taken(after))


def _end(case: Case, offer: Offer, status: OfferStatus, context: Context) -> Decision[Case]:
    ended = replace(offer, status=status, ended_at=context.now)
    after = case.after(Move.LAPSE, offers=case.with_offer(ended))
    return Decision(after, timers=[CancelTimer(OfferDue.__name__)], answer=taken(after))


def _known(case: Case, offer_id: UUID) -> Offer:
    offer = case.offer(offer_id)
    if offer is None:
        raise OfferUnknown(offer_id=offer_id)
    return offer


# -- answered, settled -------------------------------------------------------------------------------------


def may_answer(case: Case, offer_id: UUID, actor: Actor) -> tuple[Side, Offer]:
    """Which side may answer the offer now.

    Raises NotFound, NotYourPart, MoveForbidden, OfferUnknown, OfferOver, AlreadyAnswered.
    """
    side = side_of(case, actor)
    offer = _known(case, offer_id)
    if offer.shown_at is None:
        raise OfferUnknown(offer_id=offer_id)
    moved(case.stage, Move.ANSWER)
    if offer.status is not OfferStatus.OPEN:
        raise OfferOver(status=offer.status.value)
    if offer.accepted_by(side):
        raise AlreadyAnswered(side=side.value)
    return side, offer


def answer(state: Case, command: AnswerOffer, context: Context) -> Decision[Case]:
    """A side answers. With both it is settled; with one no it is over.

    Raises as `may_answer` does, and OfferOutdated.
    """
    side, offer = may_answer(state, command.offer_id, context.actor)
    answered = replace(offer, answers=(*offer.answers, Answer(side, command.accepted, context.now)))
    told = OfferAnswered(
        case_id=state.id,
        person_id=state.person_id,
        offer_id=offer.id,
        side=side,
        accepted=command.accepted,
        answered_at=context.now,
    )
    if not command.accepted:
        ended = _end(state, answered, OfferStatus.DECLINED, context)
        return replace(ended, events=[told])
    _check_current(offer, command.priced)
    case = state.after(Move.ANSWER, offers=state.with_offer(answered))
    if all(answered.accepted_by(one) for one in Side):
        return _settle(case, answered, told, context)
    return Decision(case, [told], answer=taken(case))


def _check_current(offer: Offer, priced: Sequence[PricedLoan]) -> None:
    """Nobody agrees to more than what they saw: the price is asked for anew with each yes."""
    if {one.loan_id for one in priced} != {one.loan_id for one in offer.loans}:
        raise OfferOutdated(offer_id=offer.id)
    refused = next((one for one in priced if one.after is None), None)
    if refused is not None:
        raise OfferOutdated(offer_id=offer.id, loan_id=refused.loan_id, reason=refused.refused)
    now = outlook_of([outcome_of(one) for one in priced])
    if now.monthly.minor > offer.after.monthly.minor:
        raise OfferOutdated(offer_id=offer.id, monthly=str(now.monthly), offered=str(offer.after.monthly))


def _settle(case: Case, offer: Offer, told: Event, context: Context) -> Decision[Case]:
    settlement_id = name_id("settlement", f"{case.id}\n{offer.id}")
    accepted = replace(offer, status=OfferStatus.ACCEPTED, ended_at=context.now)
    after = case.after(Move.SETTLE, offers=case.with_offer(accepted), settlement_id=settlement_id)
    reached = SettlementReached(
        case_id=case.id,
        person_id=case.person_id,
        settlement_id=settlement_id,
        offer_id=offer.id,
        lender=case.lender,
        loans=offer.loans,
        settled_at=context.now,
    )
    timers: list[SetTimer | CancelTimer] = [CancelTimer(one.__name__) for one in (OfferDue, NegotiationDue)]
    timers.append(ending(PlanDue, last_day(context.now, PLAN_DAYS)))
    noted = SettlementNoted(plan_id=plan_of_settlement(settlement_id), case_id=case.id)
    return Decision(after, [told, reached], timers, hands_on=[noted], answer=taken(after))


# -- in force, or not --------------------------------------------------------------------------------------


def in_force(state: Case, event: SettlementInForce, context: Context) -> Decision[Case]:
    """The plan runs: the case is over."""
    if not _is_of(state, event.plan_id) or not may(state.stage, Move.APPLY):
        return Decision(state)
    return close(state, Move.APPLY, "settled", context)


def failed(state: Case, event: SettlementFailed, context: Context) -> Decision[Case] | Need:
    """The plan cannot run: the sides go on from where they were."""
    if not _is_of(state, event.plan_id) or not may(state.stage, Move.REOPEN):
        return Decision(state)
    return _reopen(state, event.reason, context)


def plan_overdue(state: Case, timer: PlanDue, context: Context) -> Decision[Case] | Need:
    """What was settled is not in force after all this time."""
    return _reopen(state, NOT_IN_TIME, context) if may(state.stage, Move.REOPEN) else Decision(state)


def _is_of(case: Case, plan_id: UUID) -> bool:
    return case.settlement_id is not None and plan_of_settlement(case.settlement_id) == plan_id


def _reopen(case: Case, reason: str, context: Context) -> Decision[Case] | Need:
    offers = tuple(
        replace(one, status=OfferStatus.NOT_APPLIED, reason=reason)
        if one.status is OfferStatus.ACCEPTED
        else one
        for one in case.offers
    )
    cancelled = CancelTimer(PlanDue.__name__)
    if case.mediator_id is not None:
        after = case.after(Move.REOPEN, offers=offers, settlement_id=None)
        return Decision(after, timers=[cancelled, negotiation_ends(context)])
    if context.history is None:
        return Need(history=True)
    unled = case.after(Move.REOPEN_UNLED, offers=offers, settlement_id=None)
    return search(unled, context, [cancelled])
