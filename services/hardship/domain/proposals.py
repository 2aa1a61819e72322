"""Plans from the choice to the agreement: requested, proposed, answered, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from services.hardship.domain.candidates import DEFERRALS, add_months
from services.hardship.domain.case import Case
from services.hardship.domain.case_ends import end
from services.hardship.domain.cases import opened, policy_of, reopen, touched
from services.hardship.domain.person import LightRelief, Person, plan_of
from services.hardship.domain.person_timer import decided
from services.hardship.domain.plan import IN_FORCE, WAITING, PartStatus, Plan, PlanPart, PlanStatus
from services.hardship.domain.telling import Telling
from shared.decision import Context, Decision, Role
from shared.errors import Conflict, Forbidden, Refused
from shared.events.hardship import (
    PlanAccepted,
    PlanDeclined,
    PlanExpired,
    PlanLoan,
    PlanProposed,
    PlanReplaced,
    PlanRequested,
    PlanWithdrawn,
)
from shared.events.parts import ReliefKind
from shared.quick import replace

DECIDERS = frozenset({Role.HARDSHIP_OFFICER, Role.ADMINISTRATOR})
DAY = timedelta(days=1)


class NotLight(Refused):
    """A light relief moves one due day by few days, or defers for one month; more needs a statement."""


class LightReliefsUsedUp(Refused):
    """So many light reliefs were granted within twelve months already: a statement shows what else helps."""


class NotProposed(Conflict):
    """There is no proposal to answer: it is not made yet, or it is over."""


class TextDiffers(Refused):
    """This is not the text that was shown: whoever accepts must have seen what they accept."""


class CostChanged(Conflict):
    """What is owed has changed since the plan was priced. Ask for it again, and look at it anew."""


class TooLateToWithdraw(Refused):
    """The time to think better of it is over. A plan that does not fit any more can be negotiated anew."""


class NotInForce(Conflict):
    """The plan is not in force."""


class NothingToApprove(Conflict):
    """The plan does not wait for anybody's approval, or not for yours."""


class NotYoursToAnswer(Forbidden):
    """Only the person answers a proposal."""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The person has chosen an option; it came priced. `awaits` are the lenders who must agree first."""

    person_id: UUID
    plan: Plan
    awaits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    """A lender agrees to what is not granted at once."""

    person_id: UUID
    plan_id: UUID


@dataclass(frozen=True, slots=True)
class TakeLightRelief:
    """A due day moved by few days, or one deferral, without a statement."""

    person_id: UUID
    plan: Plan


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """The person accepts the text that they were shown, or declines. `totals` is what each loan would cost
    now, as the ledger has just said.
    """

    person_id: UUID
    plan_id: UUID
    accepted: bool
    text_hash: str = ""
    totals: Mapping[UUID, int] | None = None
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawPlan:
    """The person has thought better of it."""

    person_id: UUID
    plan_id: UUID


class PlanTaken(NamedTuple):
    """The answer to what was asked of a plan."""

    plan_id: UUID
    person_id: UUID
    status: PlanStatus
    text_hash: str | None


# -- asking and proposing ------------------------------------------------------------------------------------


def request(person: Person, command: RequestPlan, context: Context) -> Decision[Person]:
    """The choice is noted; what needs nobody's approval is proposed at once. A proposal of the same case
    that nobody has answered makes room.
    """
    plan = command.plan
    assert plan.case_id is not None, "a plan that is asked for belongs to a case"
    case = opened(person, plan.case_id, context)
    telling = Telling(context)
    for other in person.plans:
        if other.case_id == case.id and other.status in WAITING:
            person = _replaced(person, other, plan.id, other.loan_ids, telling, context)
    telling.tell(PlanRequested(person_id=person.id, plan_id=plan.id, case_id=case.id, loan_ids=plan.loan_ids))
    awaits = command.awaits
    if context.actor.role in DECIDERS:
        awaits = frozenset(one for one in awaits if not context.actor.may_act_for(one))
    asked = replace(plan, awaits=awaits)
    after = person.with_case(touched(person, case, context))
    return _proposed_if_ready(after, asked, telling, context)


def approve(person: Person, command: ApprovePlan, context: Context) -> Decision[Person]:
    """A lender agrees; once all have whom it takes, the plan is proposed."""
    plan = plan_of(person, command.plan_id, context.actor)
    mine = frozenset(one for one in plan.awaits if context.actor.may_act_for(one))
    if plan.status is not PlanStatus.REQUESTED or not mine:
        raise NothingToApprove(plan_id=plan.id, status=plan.status)
    return _proposed_if_ready(person, replace(plan, awaits=plan.awaits - mine), Telling(context), context)


def _proposed_if_ready(person: Person, plan: Plan, telling: Telling, context: Context) -> Decision[Person]:
    if plan.awaits:
        after = replace(plan, status=PlanStatus.REQUESTED)
    else:
        assert plan.case_id is not None, "a proposal belongs to a case"
        assert plan.text_hash is not None, "a proposal has a text"
        days = timedelta(days=policy_of(person, context).proposal_days)
        expires_on = person.today(context.now) + days
        after = replace(plan, status=PlanStatus.PROPOSED, expires_on=expires_on)
        telling.tell(
            PlanProposed(
                person_id=person.id,
                plan_id=plan.id,
                case_id=plan.case_id,
                loan_ids=plan.loan_ids,
                expires_on=expires_on,
                text_hash=plan.text_hash,
            )
        )
    return _decided(person, after, telling)


def take_light(person: Person, command: TakeLightRelief, context: Context) -> Decision[Person]:
    """A light relief is agreed in one step: who asks for it has accepted it. The case goes on for the loans
    that have none.
    """
    plan = command.plan
    assert plan.case_id is not None, "a light relief belongs to a case"
    case = opened(person, plan.case_id, context)
    policy, today = policy_of(person, context), person.today(context.now)
    since = add_months(today, -12)
    for part in plan.parts:
        if not _is_light(part, policy.light_days_max, today):
            raise NotLight(loan_id=part.loan_id, days_max=policy.light_days_max)
        granted = [
            one for one in person.light_reliefs if one.loan_id == part.loan_id and one.granted_on > since
        ]
        if len(granted) >= policy.light_per_year_max:
            raise LightReliefsUsedUp(loan_id=part.loan_id, per_year_max=policy.light_per_year_max)
    before, telling = person, Telling(context)
    news = tuple(LightRelief(part.loan_id, today) for part in plan.parts)
    person = replace(person, light_reliefs=(*person.light_reliefs, *news))
    person, agreed = agree(person, plan, today, telling, context)
    if set(case.loan_ids) <= set(plan.loan_ids):
        person, _ = end(person, case, "light_relief", telling, context)
    return decided(before, person, telling.events, answer=_taken(person, agreed))


def _is_light(part: PlanPart, days_max: int, today: date) -> bool:
    if len(part.phases) != 1:
        return False
    (phase,) = part.phases
    if phase.kind in DEFERRALS:
        return phase.ends_on is not None and phase.ends_on <= add_months(today, 1)
    first = min((one.due_on for one in part.former), default=None)
    if phase.kind is not ReliefKind.DUE_DATE_MOVED or phase.ends_on is None or first is None:
        return False
    return phase.ends_on - first <= timedelta(days=days_max)


# -- answering -----------------------------------------------------------------------------------------------


def answer(person: Person, command: AnswerPlan, context: Context) -> Decision[Person]:
    """The person accepts or declines. Silence is neither."""
    plan = plan_of(person, command.plan_id, context.actor) if not command.by_link else None
    plan = plan or person.plan(command.plan_id)
    today = person.today(context.now)
    if plan is None or plan.status is not PlanStatus.PROPOSED or plan.expires_on is None:
        raise NotProposed(plan_id=command.plan_id, status=plan.status if plan else None)
    if not command.by_link and context.actor.role not in (Role.BORROWER, Role.ADMINISTRATOR):
        raise NotYoursToAnswer(plan_id=plan.id)
    telling = Telling(context)
    if not command.accepted:
        telling.tell(PlanDeclined(person_id=person.id, plan_id=plan.id, declined_at=context.now))
        return _decided(person, replace(plan, status=PlanStatus.DECLINED), telling)
    if today > plan.expires_on:
        raise NotProposed(plan_id=plan.id, expired_on=plan.expires_on)
    if command.text_hash != plan.text_hash:
        raise TextDiffers(plan_id=plan.id)
    for part in plan.parts:
        now = (command.totals or {}).get(part.loan_id)
        if part.after is not None and now is not None and now > part.after.total:
            raise CostChanged(loan_id=part.loan_id)
    before = person
    person, agreed = agree(person, plan, today, telling, context)
    case = person.case(plan.case_id) if plan.case_id else None
    if case is not None and case.is_open:
        person, _ = end(person, case, "plan", telling, context)
    return decided(before, person, telling.events, answer=_taken(person, agreed))


def agree(person: Person, plan: Plan, on: date, telling: Telling, context: Context) -> tuple[Person, Plan]:
    """Both sides have agreed: the ledger is told, and plans that it takes the place of are over."""
    agreed = replace(
        plan,
        status=PlanStatus.ACCEPTED,
        accepted_on=on,
        cooling_off_until=on + timedelta(days=policy_of(person, context).cooling_off_days),
        expires_on=None,
    )
    for other in person.plans:
        shared = tuple(one for one in other.loan_ids if one in plan.loan_ids)
        if other.id != plan.id and other.status in IN_FORCE and shared:
            person = _replaced(person, other, plan.id, shared, telling, context)
    telling.tell(
        PlanAccepted(
            person_id=person.id,
            plan_id=plan.id,
            accepted_on=on,
            loans=tuple(map(_told, plan.parts)),
        )
    )
    return person.with_plan(agreed), agreed


def _told(part: PlanPart) -> PlanLoan:
    return PlanLoan(
        loan_id=part.loan_id,
        part=part.part,
        phases=part.phases,
        forgiven_on_completion=part.money(part.forgiven_minor) if part.forgiven_minor else None,
        returned_on_break=part.returned,
    )


def _replaced(
    person: Person, plan: Plan, by: UUID, loan_ids: tuple[UUID, ...], telling: Telling, context: Context
) -> Person:
    """For these loans the plan is over; it goes on for the others that it has."""
    telling.tell(PlanReplaced(person_id=person.id, plan_id=plan.id, by=by, loan_ids=loan_ids))
    parts = tuple(
        replace(one, status=PartStatus.REPLACED) if one.loan_id in loan_ids else one for one in plan.parts
    )
    left = replace(plan, parts=parts)
    if not left.standing:
        left = replace(plan, status=PlanStatus.REPLACED, over_on=person.today(context.now))
    return person.with_plan(left)


def withdraw(person: Person, command: WithdrawPlan, context: Context) -> Decision[Person]:
    """While they may think better of it, the plan is undone, and the case is open again."""
    plan = plan_of(person, command.plan_id, context.actor)
    if plan.status not in IN_FORCE or plan.cooling_off_until is None:
        raise NotInForce(plan_id=plan.id, status=plan.status)
    today = person.today(context.now)
    if today > plan.cooling_off_until:
        raise TooLateToWithdraw(until=plan.cooling_off_until)
    telling = Telling(context)
    telling.tell(
        PlanWithdrawn(person_id=person.id, plan_id=plan.id, withdrawn_on=today, loan_ids=plan.loan_ids)
    )
    over = replace(plan, status=PlanStatus.WITHDRAWN, over_on=today)
    after = reopen(
        person.with_plan(over),
        former_case(person, plan),
        plan.loan_ids,
        f"withdrawn\n{plan.id}",
        telling,
        context,
    )
    return decided(person, after, telling.events, answer=_taken(after, over))


def former_case(person: Person, plan: Plan) -> Case | None:
    """The case that a plan came from."""
    return person.case(plan.case_id) if plan.case_id else None


def expire(person: Person, telling: Telling, context: Context) -> Person:
    """Proposals that nobody has answered are over; their cases stay open."""
    today = person.today(context.now)
    for plan in person.plans:
        if plan.status is PlanStatus.PROPOSED and plan.expires_on is not None and plan.expires_on < today:
            telling.tell(PlanExpired(person_id=person.id, plan_id=plan.id, expired_on=plan.expires_on + DAY))
            person = person.with_plan(replace(plan, status=PlanStatus.EXPIRED, over_on=today))
    return person


def _decided(person: Person, plan: Plan, telling: Telling) -> Decision[Person]:
    after = person.with_plan(plan)
    return decided(person, after, telling.events, answer=_taken(after, plan))


def _taken(person: Person, plan: Plan) -> PlanTaken:
    return PlanTaken(plan.id, person.id, plan.status, plan.text_hash)
