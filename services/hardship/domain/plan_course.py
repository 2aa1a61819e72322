"""How a plan is kept: what the ledger tells of its loans, and what follows for the plan.

What the plan asks for, from its acceptance on, is set against what was paid from then on, the oldest first:
so what was late before it never makes an instalment of the plan missed. A plan's instalment is missed only
once the ledger has said so (the lender's reports cover its day) and the plan's own grace in working days is
over too. A first miss is a question. More of them have the plan negotiated anew, and only then it is broken.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.hardship.domain.cases import policy_of, reopen
from services.hardship.domain.loan import LoanTold
from services.hardship.domain.moving import moved
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import decided
from services.hardship.domain.plan import (
    IN_FORCE,
    DueStatus,
    PartStatus,
    Plan,
    PlanDue,
    PlanPart,
    PlanStatus,
)
from services.hardship.domain.proposals import former_case
from services.hardship.domain.reference import Reference
from services.hardship.domain.telling import Telling
from services.hardship.domain.working_days import after_working_days
from shared.decision import Context, Decision
from shared.events.base import Event
from shared.events.hardship import (
    PlanActivated,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanInstalmentKept,
    PlanInstalmentKeptRetracted,
    PlanInstalmentMissedRetracted,
)
from shared.events.ledger import (
    LoanMoved,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    ReliefRefused,
    ScheduleRevised,
)
from shared.quick import replace

DAY = timedelta(days=1)
FOLLOWED = IN_FORCE | {PlanStatus.BROKEN, PlanStatus.COMPLETED}
"""A plan that is over by what was paid, or not, is looked at anew when that turns out to have been wrong."""


class PlanPartRefused(Event, topic="hardship-handed", key="person_id", version=1):
    """A part of a plan cannot be: nothing stands still for it any more. It never leaves this service."""

    person_id: UUID
    plan_id: UUID
    loan_ids: tuple[UUID, ...]


def follow(state: Person | None, told: LoanTold, context: Context) -> Decision[Person]:
    """What the ledger tells of a loan, for the plans that have a part of it."""
    person = state or Person(told.person_id)
    if isinstance(told.event, LoanMoved):
        return decided(state, moved(person, told.event))
    telling, after, hands_on = Telling(context), person, list[Event]()
    for plan in person.plans:
        part = plan.part_of(told.event.loan_id)
        if part is None or plan.status not in FOLLOWED:
            continue
        changed = _with(person, plan, part, told, context)
        if isinstance(told.event, ReliefRefused) and changed != part:
            after = _refused(after, plan.with_part(changed), changed, telling, context)
            hands_on.append(
                PlanPartRefused(person_id=person.id, plan_id=plan.id, loan_ids=(changed.loan_id,))
            )
        elif changed != part:
            after = settled(after, plan.with_part(changed), telling, context)
    return decided(state, after, telling.events, hands_on=hands_on)


def _with(  # noqa: PLR0911  # a case for each event
    person: Person, plan: Plan, part: PlanPart, told: LoanTold, context: Context
) -> PlanPart:
    """The part as the event leaves it."""
    match told.event:
        case ScheduleRevised() as revised:
            return _revised(person, plan, part, revised, context)
        case ReliefRefused() as refused if refused.plan.plan_id == plan.id:
            return replace(part, status=PartStatus.REFUSED, reason=refused.reason, dues=(), over_on=None)
        case PaymentApplied() | PaymentReallocated() as paid:
            return _paid(part, paid)
        case PaymentMissed() as missed:
            return _reported(person, part, missed, context)
        case PaymentMissedRetracted() as retracted:
            dues = [
                one._replace(reported=False, judged_on=None) if one.number == retracted.instalment else one
                for one in part.dues
            ]
            return replace(part, dues=tuple(dues))
        case LoanRepaid():
            return replace(part, repaid=True)
        case LoanRepaidRetracted():
            return replace(part, repaid=False)
    return part


def _paid(part: PlanPart, paid: PaymentApplied | PaymentReallocated) -> PlanPart:
    """Payments of before the plan count for what was late then, however they are set anew."""
    known = dict(part.payments)
    if isinstance(paid, PaymentReallocated) and paid.payment_id not in known:
        return part
    return part.with_payment(paid.payment_id, paid.applied.minor)


def _revised(
    person: Person, plan: Plan, part: PlanPart, event: ScheduleRevised, context: Context
) -> PlanPart:
    """The ledger's schedule says what the plan asks for: of what has not been judged yet, and is to come."""
    assert plan.accepted_on is not None, "a plan that is followed was accepted"
    named = event.plan
    confirms = named is not None and named.plan_id == plan.id
    if named is not None and not confirms:
        return part  # another plan's doing
    if part not in plan.standing or (not confirms and part.status is not PartStatus.CONFIRMED):
        return part
    kept = [one for one in part.dues if one.due_on < event.effective_on or one.status is not DueStatus.OPEN]
    judged = {one.number for one in kept}
    news = [
        PlanDue(one.due_on, one.amount.minor, one.number)
        for one in event.instalments
        if plan.accepted_on <= one.due_on <= part.until and one.number not in judged and one.amount.minor
    ]
    wait = timedelta(days=policy_of(person, context).end_wait_days)
    over_on = part.until + DAY if not (kept or news) else part.until + wait
    return replace(
        part,
        status=PartStatus.CONFIRMED,
        currency=part.currency or next((one.amount.currency for one in event.instalments), ""),
        dues=tuple(sorted((*kept, *news), key=lambda one: one.due_on)),
        over_on=over_on if plan.status in IN_FORCE else part.over_on,
    )


def _reported(person: Person, part: PlanPart, missed: PaymentMissed, context: Context) -> PlanPart:
    reference: Reference = context.reference
    grace = policy_of(person, context).grace_working_days
    judged_on = after_working_days(missed.due_on, grace, person.country, reference.closed_days) + DAY

    def marked(one: PlanDue) -> PlanDue:
        mine = one.due_on == missed.due_on and one.status is DueStatus.OPEN
        if not mine:
            return one
        return one._replace(number=missed.instalment, reported=True, judged_on=judged_on)

    return replace(part, dues=tuple(map(marked, part.dues)))


def _refused(person: Person, plan: Plan, part: PlanPart, telling: Telling, context: Context) -> Person:
    """A part cannot be: its loan is looked at anew, and the others stand."""
    person = person.with_plan(plan)
    if not plan.standing:
        over = replace(plan, status=PlanStatus.REFUSED, over_on=person.today(context.now))
        person = person.with_plan(over)
    else:
        person = settled(person, plan, telling, context)
    cause = f"refused\n{plan.id}\n{part.part}"
    return reopen(person, former_case(person, plan), [part.loan_id], cause, telling, context)


# -- what follows --------------------------------------------------------------------------------------------


def settled(person: Person, plan: Plan, telling: Telling, context: Context) -> Person:
    """The person once all has been told that follows from what is known of a plan."""
    for part in plan.standing:
        plan = plan.with_part(_kept(person, plan, part, telling, context))
    plan = _active(person, plan, telling, context)
    plan = _not_over_after_all(person, plan, telling)
    if plan.status is PlanStatus.ACTIVE and _is_complete(plan, person.today(context.now)):
        plan = _completed(person, plan, telling, context)
    return person.with_plan(plan)


def _kept(person: Person, plan: Plan, part: PlanPart, telling: Telling, context: Context) -> PlanPart:
    """The part whose instalments are kept, or not after all, as far as what was paid goes."""
    today = person.today(context.now)
    dues = []
    for place, due in enumerate(part.dues):
        names = {"person_id": person.id, "plan_id": plan.id, "loan_id": part.loan_id, "due_on": due.due_on}
        dues.append(_as_paid(due, part.covered(place), names, today, telling))
    return replace(part, dues=tuple(dues))


def _as_paid(due: PlanDue, covered: bool, names: Mapping[str, Any], today: date, telling: Telling) -> PlanDue:
    now = due
    if now.status is DueStatus.MISSED and not now.reported:
        telling.tell(PlanInstalmentMissedRetracted(**names, missed_event_id=now.event_id))
        now = now._replace(status=DueStatus.OPEN, event_id=None)
    if now.status is DueStatus.OPEN and covered:
        id_ = telling.tell(PlanInstalmentKept(**names, kept_on=today))
        return now._replace(status=DueStatus.KEPT, event_id=id_, reported=False, judged_on=None)
    if now.status is DueStatus.KEPT and not covered:
        telling.tell(PlanInstalmentKeptRetracted(**names, kept_event_id=now.event_id))
        return now._replace(status=DueStatus.OPEN, event_id=None)
    return now


def _active(person: Person, plan: Plan, telling: Telling, context: Context) -> Plan:
    confirmed = all(one.status is PartStatus.CONFIRMED for one in plan.standing)
    if plan.status is not PlanStatus.ACCEPTED or not confirmed:
        return plan
    today = person.today(context.now)
    telling.tell(
        PlanActivated(person_id=person.id, plan_id=plan.id, loan_ids=plan.loan_ids, activated_on=today)
    )
    return replace(plan, status=PlanStatus.ACTIVE, activated_on=today)


def _not_over_after_all(person: Person, plan: Plan, telling: Telling) -> Plan:
    """A plan runs on if what broke it was paid in time, or what completed it was not paid; not once another
    one has taken its place.
    """
    if plan.over_on is not None and any(_succeeds(one, plan) for one in person.plans):
        return plan
    names = {"person_id": person.id, "plan_id": plan.id, "loan_ids": plan.loan_ids}
    if plan.status is PlanStatus.BROKEN and plan.broken_by:
        missed = {(part.loan_id, due.due_on) for part in plan.standing for due in part.missed}
        if not missed.issuperset(plan.broken_by):
            assert plan.told_id is not None, "a broken plan was told"
            telling.tell(PlanBrokenRetracted(**names, broken_event_id=plan.told_id))
            return replace(plan, status=PlanStatus.ACTIVE, broken_by=(), told_id=None, over_on=None)
    if plan.status is PlanStatus.COMPLETED and any(not is_covered(one) for one in plan.standing):
        assert plan.told_id is not None, "a completed plan was told"
        telling.tell(PlanCompletedRetracted(**names, completed_event_id=plan.told_id))
        return replace(plan, status=PlanStatus.ACTIVE, told_id=None, over_on=None)
    return plan


def _succeeds(other: Plan, plan: Plan) -> bool:
    """Whether another plan was agreed for one of these loans once this one was over."""
    if other.id == plan.id or other.status not in FOLLOWED or other.accepted_on is None:
        return False
    assert plan.over_on is not None, "it is over"
    return other.accepted_on >= plan.over_on and not set(other.loan_ids).isdisjoint(plan.loan_ids)


def is_covered(part: PlanPart) -> bool:
    """Whether all that the part asks for is paid."""
    return not part.dues or part.covered(len(part.dues) - 1)


def _is_complete(plan: Plan, today: date) -> bool:
    """All that was asked for is paid; where nothing was, its time is over."""
    return all(one.repaid or (is_covered(one) if one.dues else today > one.until) for one in plan.standing)


def _completed(person: Person, plan: Plan, telling: Telling, context: Context) -> Plan:
    today = person.today(context.now)
    id_ = telling.tell(
        PlanCompleted(person_id=person.id, plan_id=plan.id, completed_on=today, loan_ids=plan.loan_ids)
    )
    return replace(plan, status=PlanStatus.COMPLETED, told_id=id_, over_on=today)
