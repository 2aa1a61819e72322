"""A plan as it is written from a chosen option, before anyone is asked."""

from datetime import date, datetime
from uuid import UUID

from services.hardship.domain.candidates import add_months
from services.hardship.domain.case_policy import CasePolicy
from services.hardship.domain.options import Choice, Option
from services.hardship.domain.plan import Plan, PlanPart, PlanPartDue, PlanStatus
from services.hardship.domain.settlements import until_of
from shared.errors import Refused
from shared.events.parts import ReliefKind
from shared.quick import replace


class NothingToAgree(Refused):
    """This option changes nothing: all is affordable as it is."""


def draft(
    plan_id: UUID, case_id: UUID, option: Option, policy: CasePolicy, today: date, now: datetime
) -> Plan:
    """The plan of an option: a part for each loan that it changes. Raises NothingToAgree."""
    changed = [one for one in option.choices if one.priced.candidate.phases]
    if not changed:
        raise NothingToAgree(option=option.name)
    watch = add_months(today, policy.watch_months)
    parts = tuple(_part(place + 1, one, watch, today) for place, one in enumerate(changed))
    return Plan(plan_id, case_id, option.name, parts, PlanStatus.REQUESTED, now)


def awaited(plan: Plan, policy: CasePolicy) -> frozenset[str]:
    """Lenders who must agree first, since what is asked of them is not granted at once."""
    return frozenset(
        part.lender for part in plan.parts if {phase.kind for phase in part.phases} - policy.granted_at_once
    )


def with_text(plan: Plan, language: str, text_hash: str, document: str) -> Plan:
    """The plan with its agreement."""
    return replace(plan, language=language, text_hash=text_hash, document=document)


def _part(number: int, choice: Choice, watch: date, today: date) -> PlanPart:
    position, candidate, after = choice.position, choice.priced.candidate, choice.priced.after
    until = until_of(candidate.phases, watch)
    if any(phase.kind is ReliefKind.INSTALMENTS for phase in candidate.phases):
        until = max((one.due_on for one in after.dues), default=until)
    lowered = any(phase.kind is ReliefKind.RATE_REDUCTION for phase in candidate.phases)
    return PlanPart(
        position.loan_id,
        position.lender,
        position.reference,
        number,
        position.currency,
        candidate.phases,
        until,
        before=position.before.price(today),
        after=after.price(today),
        former=tuple(PlanPartDue(*one) for one in position.before.dues if one.due_on >= today),
        shown=tuple(PlanPartDue(*one) for one in after.dues),
        returned=(ReliefKind.RATE_REDUCTION,) if lowered else (),
    )
