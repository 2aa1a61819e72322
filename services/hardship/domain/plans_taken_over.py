"""Plans that come with loans from another system and are being kept: from the cut-over on they are kept or
missed, broken or completed here, so that what was promised for their end is given.
"""

from datetime import date, timedelta

from services.hardship.domain.cases import policy_of
from services.hardship.domain.holds_taken_over import keepers
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import decided
from services.hardship.domain.plan import PartStatus, Plan, PlanDue, PlanPart, PlanStatus
from services.hardship.domain.standing_links import PlanCameFor
from shared.decision import Context, Decision
from shared.events.takeover import LoanMigrated
from shared.quick import replace

NO_END_STATED = date(9999, 1, 1)
"""Where the ledger computes the schedule, nobody says what the plan asks for: it ends when all is repaid."""


def take_over(state: Person | None, event: LoanMigrated, context: Context) -> Decision[Person]:
    """The borrower keeps a plan already. Nothing is told: it was agreed elsewhere."""
    (keeper,) = keepers(event)
    return _taken_over(state or Person(keeper), event, context)


def take_over_for(state: Person | None, event: PlanCameFor, context: Context) -> Decision[Person]:
    """The same, for a person who goes by another id now."""
    return _taken_over(state or Person(event.person_id), event.loan, context)


def _taken_over(person: Person, event: LoanMigrated, context: Context) -> Decision[Person]:
    running = event.plan
    assert running is not None, "only a plan has somebody who keeps it"
    id_ = event.plan_id(running)
    plan = person.plan(id_) or Plan(
        id_,
        case_id=None,
        option="taken_over",
        parts=(),
        status=PlanStatus.ACTIVE,
        made_at=context.now,
        accepted_on=running.accepted_on,
        activated_on=running.accepted_on,
    )
    if plan.part_of(event.loan_id) is not None:
        return Decision(person)
    part = _part(person, event, len(plan.parts) + 1, context)
    return decided(person, person.with_plan(replace(plan, parts=(*plan.parts, part))))


def _part(person: Person, event: LoanMigrated, number: int, context: Context) -> PlanPart:
    running = event.plan
    assert running is not None, "only a plan has parts"
    dues = tuple(PlanDue(one.due_on, one.amount.minor, one.number) for one in event.instalments)
    until = max((one.due_on for one in dues), default=NO_END_STATED)
    wait = timedelta(days=policy_of(person, context).end_wait_days)
    forgiven = running.forgiven_on_completion
    return PlanPart(
        event.loan_id,
        event.lender,
        event.loan_reference,
        number,
        event.currency or "",
        running.phases,
        until,
        forgiven_minor=forgiven.minor if forgiven is not None else 0,
        status=PartStatus.CONFIRMED,
        dues=dues,
        over_on=until + wait if dues else None,
    )
