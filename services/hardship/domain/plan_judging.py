"""Judging how a plan is kept, as days pass: what is missed, and when it is negotiated anew or over."""

from datetime import date, timedelta
from uuid import UUID

from services.hardship.domain.cases import policy_of, reopen
from services.hardship.domain.person import Person
from services.hardship.domain.plan import IN_FORCE, DueStatus, Plan, PlanPart, PlanStatus
from services.hardship.domain.plan_course import is_covered, settled
from services.hardship.domain.proposals import former_case
from services.hardship.domain.telling import Telling
from shared.decision import Context
from shared.events.hardship import PlanBroken, PlanInstalmentMissed
from shared.quick import replace

DAY = timedelta(days=1)


def judging(person: Person, today: date) -> set[str]:
    """Lenders of whose loans an instalment is to be judged, or a plan's end, on a day."""
    return {
        part.lender
        for plan in person.plans
        if plan.status in IN_FORCE
        for part in plan.standing
        if (part.over_on or date.max) <= today
        or any((one.judged_on or date.max) <= today for one in part.dues)
    }


def put_off(person: Person, late: set[str], today: date) -> Person:
    """What cannot be judged today, since reports of payments are late, is judged tomorrow at the soonest."""

    def later(day: date | None) -> date | None:
        return day if day is None else max(day, today + DAY)

    def waiting(part: PlanPart) -> PlanPart:
        if part.lender not in late:
            return part
        dues = tuple(one._replace(judged_on=later(one.judged_on)) for one in part.dues)
        return replace(part, dues=dues, over_on=later(part.over_on))

    if not late:
        return person
    plans = (replace(one, parts=tuple(map(waiting, one.parts))) for one in person.plans)
    return replace(person, plans=tuple(plans))


def fall_due(person: Person, telling: Telling, context: Context) -> Person:
    """Instalments whose grace is over, and plans whose time is."""
    for plan in person.plans:
        if plan.status in IN_FORCE:
            person = _judged(person, plan, telling, context)
    return person


def _judged(person: Person, plan: Plan, telling: Telling, context: Context) -> Person:
    today, policy = person.today(context.now), policy_of(person, context)
    for part in plan.standing:
        for place, due in enumerate(part.dues):
            over = due.judged_on is not None and due.judged_on <= today
            if due.status is DueStatus.OPEN and due.reported and over:
                plan = _miss(person, plan, part.loan_id, place, telling)
    person = settled(person, plan, telling, context)
    found = person.plan(plan.id)
    assert found is not None, "it was there"
    plan = found
    row = _row(plan)
    ended = any(one.over_on is not None and one.over_on <= today for one in plan.standing)
    if plan.status in IN_FORCE and (len(row) >= policy.break_after_misses or (ended and _lacks(plan))):
        return _broken(person, plan, row, telling, context)
    if len(row) >= policy.reopen_after_misses:
        latest = max(due for _, due in row)
        cause = f"missed\n{plan.id}\n{latest.isoformat()}"
        loan_ids = sorted({loan_id for loan_id, _ in row})
        person = reopen(person, former_case(person, plan), loan_ids, cause, telling, context)
    if ended and plan.status in IN_FORCE:
        again_on = today + timedelta(days=policy.end_wait_days)
        person = person.with_plan(_looked_at(plan, today, again_on))
    return person


def _miss(person: Person, plan: Plan, loan_id: UUID, place: int, telling: Telling) -> Plan:
    part = plan.part_of(loan_id)
    assert part is not None, "asked for a part that is there"
    due = part.dues[place]
    wanted = sum(one.amount_minor for one in part.dues[: place + 1])
    unpaid = min(due.amount_minor, wanted - part.paid_minor)
    missed = due._replace(status=DueStatus.MISSED, judged_on=None)
    after = plan.with_part(replace(part, dues=(*part.dues[:place], missed, *part.dues[place + 1 :])))
    id_ = telling.tell(
        PlanInstalmentMissed(
            person_id=person.id,
            plan_id=plan.id,
            loan_id=loan_id,
            due_on=due.due_on,
            unpaid=part.money(unpaid),
            missed_in_a_row=max(len(_row(after)), 1),
        )
    )
    dues = (*part.dues[:place], missed._replace(event_id=id_), *part.dues[place + 1 :])
    return plan.with_part(replace(part, dues=dues))


def _row(plan: Plan) -> tuple[tuple[UUID, date], ...]:
    """Days in a row on which something was missed and is still unpaid, each with one loan of it: the newest
    ones that have been judged.
    """
    days: dict[date, tuple[UUID, bool]] = {}
    for part in plan.standing:
        for place, due in enumerate(part.dues):
            if due.status is DueStatus.OPEN:
                continue
            lacks = due.status is DueStatus.MISSED and not part.covered(place)
            if lacks or due.due_on not in days:
                days[due.due_on] = (part.loan_id, lacks)
    row: list[tuple[UUID, date]] = []
    for day in sorted(days, reverse=True):
        loan_id, lacks = days[day]
        if not lacks:
            break
        row.append((loan_id, day))
    return tuple(reversed(row))


def _lacks(plan: Plan) -> bool:
    """Whether something was missed, as the ledger says, and has not come since. What nobody has reported on
    does not count.
    """
    return any(one.missed and not is_covered(one) for one in plan.standing)


def _looked_at(plan: Plan, today: date, again_on: date) -> Plan:
    parts = tuple(
        replace(one, over_on=again_on) if one.over_on is not None and one.over_on <= today else one
        for one in plan.parts
    )
    return replace(plan, parts=parts)


def _broken(
    person: Person,
    plan: Plan,
    row: tuple[tuple[UUID, date], ...],
    telling: Telling,
    context: Context,
) -> Person:
    today = person.today(context.now)
    id_ = telling.tell(
        PlanBroken(person_id=person.id, plan_id=plan.id, broken_on=today, loan_ids=plan.loan_ids)
    )
    over = replace(plan, status=PlanStatus.BROKEN, broken_by=row, told_id=id_, over_on=today)
    return reopen(
        person.with_plan(over),
        former_case(person, plan),
        plan.loan_ids,
        f"broken\n{plan.id}\n{today.isoformat()}",
        telling,
        context,
    )
