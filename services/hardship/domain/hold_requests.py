"""Holds that platforms ask for: granted at once, or decided on by an officer."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.hardship.domain import holds
from services.hardship.domain.hold_policy import OnRequest
from services.hardship.domain.holds import Changed, decided, ended_by_death, place, policies, policy_of
from services.hardship.domain.standing_links import RequestedFor
from services.hardship.domain.standstill import (
    Hold,
    Request,
    RequestStatus,
    Standstill,
    new_loan,
    new_person,
)
from shared.decision import Context, Decision
from shared.errors import Conflict, NotFound
from shared.events.holds import HoldRefused
from shared.events.ids import name_id, person_id
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.servicing import HoldRequested
from shared.quick import replace

UNANSWERED = "unanswered"
"""Who decided on a request that nobody answered in time."""


class RequestUnknown(NotFound):
    """There is no such request for a hold, or it belongs to another lender."""


class RequestDecided(Conflict):
    """This request was granted or refused before."""


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """Place the hold that a platform asks for."""

    subject_id: UUID
    request_id: UUID


@dataclass(frozen=True, slots=True)
class RefuseRequest:
    """Do not place the hold that a platform asks for."""

    subject_id: UUID
    request_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class RequestTaken:
    """What became of a request."""

    request_id: UUID
    status: RequestStatus


def subject_of(event: HoldRequested) -> UUID:
    """Whose hold is asked for: a person's, or everyone's who is part of the loan."""
    if event.borrower_reference is None:
        return event.loan_id
    return person_id(event.lender, event.borrower_reference)


def request(state: Standstill | None, event: HoldRequested, context: Context) -> Decision[Standstill]:
    """A platform asks for a hold. By the policy of its reason it is placed at once, or an officer decides;
    meanwhile every service obeys it.
    """
    here = state
    if here is None:
        named = event.borrower_reference is not None
        here = new_person(subject_of(event)) if named else new_loan(event.loan_id)
    if here.loan is not None and here.loan.lender is None:
        here = replace(here, loan=replace(here.loan, lender=event.lender))
    return _take(state, here, event, context)


def request_for(state: Standstill | None, event: RequestedFor, context: Context) -> Decision[Standstill]:
    """The same, for a person who goes by another id now."""
    return _take(state, state or new_person(event.person_id), event.request, context)


def _take(
    before: Standstill | None, here: Standstill, event: HoldRequested, context: Context
) -> Decision[Standstill]:
    id_ = name_id("hold-request", f"{event.loan_id}\n{event.hold_reference}")
    if any(one.id == id_ for one in here.requests):
        return Decision(here)
    policy = policy_of(context, event.reason)
    asked = Request(
        id_,
        here.now_called(event.loan_id),
        event.lender,
        event.hold_reference,
        event.reason,
        event.freezes,
        event.starts_on,
        event.ends_on,
        event.disputed,
        here.today(context.now) + timedelta(days=policy.decide_days),
        context.now,
    )
    here = replace(here, requests=(*here.requests, asked))
    if policy.on_request is OnRequest.GRANT:
        return decided(before, _granted(here, asked, "policy", context))
    return decided(before, Changed(here))


def _granted(state: Standstill, asked: Request, by: str, context: Context) -> Changed:
    """The hold as it was asked for; what the policy of its reason freezes it freezes at least."""
    policy = policy_of(context, asked.reason)
    usual = policy.freezes if asked.disputed is None else policy.in_part
    freezes = usual if asked.freezes is None else _united(usual, asked.freezes)
    today = state.today(context.now)
    one = holds.held(
        policy,
        asked.loan_id,
        asked.starts_on,
        today,
        freezes=freezes,
        ends_on=asked.ends_on,
        disputed=asked.disputed if asked.reason is HoldReason.DISPUTE else None,
    )
    cause = f"request:{asked.id}"
    hold = Hold(
        holds.hold_id(cause),
        asked.reason,
        cause,
        context.now,
        policies(context).version,
        (one,),
        reference=asked.reference,
    )
    settled = replace(asked, status=RequestStatus.GRANTED, decided_by=by)
    changed = place(_with(state, settled), hold)
    return ended_by_death(changed, asked.reason, asked.starts_on)


def _united(one: Freezes, other: Freezes) -> Freezes:
    closed = {*one.purposes, *other.purposes}
    return Freezes(
        purposes=tuple(purpose for purpose in Purpose if purpose in closed),
        interest_and_fees=one.interest_and_fees or other.interest_and_fees,
        ageing=one.ageing or other.ageing,
    )


def grant(state: Standstill, command: GrantRequest, context: Context) -> Decision[Standstill]:
    """An officer grants it."""
    asked = _find(state, command.request_id, context)
    changed = _granted(state, asked, context.actor.subject, context)
    answer = RequestTaken(asked.id, RequestStatus.GRANTED)
    return decided(state, changed, answer)


def refuse(state: Standstill, command: RefuseRequest, context: Context) -> Decision[Standstill]:
    """An officer refuses it: what was obeyed meanwhile ends today, and stays frozen for those days."""
    asked = _find(state, command.request_id, context)
    settled = replace(asked, status=RequestStatus.REFUSED, decided_by=context.actor.subject)
    told = HoldRefused(
        loan_id=asked.loan_id,
        hold_reference=asked.reference,
        refused_on=state.today(context.now),
        reason=command.reason,
    )
    changed = Changed(_with(state, settled), (told,))
    return decided(state, changed, RequestTaken(asked.id, RequestStatus.REFUSED))


def grant_unanswered(state: Standstill, today: date, context: Context) -> Changed:
    """Requests that nobody decided on in time are granted: silence is no refusal."""
    changed = Changed(state)
    for one in state.requests:
        if one.status is RequestStatus.OPEN and one.decide_by < today:
            after, events = _granted(changed.state, one, UNANSWERED, context)
            changed = Changed(after, (*changed.events, *events))
    return changed


def _find(state: Standstill, id_: UUID, context: Context) -> Request:
    found = next((one for one in state.requests if one.id == id_), None)
    if found is None or not context.actor.may_act_for(found.lender):
        raise RequestUnknown(request_id=id_)
    if found.status is not RequestStatus.OPEN:
        raise RequestDecided(request_id=id_, status=found.status)
    return found


def _with(state: Standstill, changed: Request) -> Standstill:
    requests = tuple(changed if one.id == changed.id else one for one in state.requests)
    return replace(state, requests=requests)
