"""What was settled before a mediator, made a plan; and how long a plan asks for anything."""

from datetime import date

from services.hardship.domain.candidates import add_months
from services.hardship.domain.case_ends import end
from services.hardship.domain.cases import policy_of
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import decided
from services.hardship.domain.plan import Plan, PlanPart, PlanStatus
from services.hardship.domain.proposals import agree
from services.hardship.domain.telling import Telling
from shared.decision import Context, Decision
from shared.events.hardship import PlanLoan
from shared.events.ids import name_id
from shared.events.mediation import SettlementReached
from shared.events.parts import ReliefKind, ReliefPhase

_TO_THE_END = frozenset({ReliefKind.LONGER_TERM, ReliefKind.INSTALMENTS})


def settle(state: Person | None, event: SettlementReached, context: Context) -> Decision[Person]:
    """Both sides have agreed before a mediator: that is a plan, without anybody being asked again."""
    person = state or Person(event.person_id)
    plan_id = name_id("plan", f"settlement\n{event.settlement_id}")
    if person.plan(plan_id) is not None:
        return Decision(person)
    today = person.today(event.settled_at)
    watch = add_months(today, policy_of(person, context).watch_months)
    parts = tuple(_settled(person, event, one, watch) for one in event.loans)
    case = person.open_case_over(tuple(one.loan_id for one in parts))
    plan = Plan(
        plan_id,
        case.id if case is not None else None,
        "settlement",
        parts,
        PlanStatus.ACCEPTED,
        context.now,
    )
    telling = Telling(context)
    after, _ = agree(person, plan, today, telling, context)
    if case is not None:
        after, _ = end(after, case, "settled", telling, context)
    return decided(person, after, telling.events)


def _settled(person: Person, event: SettlementReached, one: PlanLoan, watch: date) -> PlanPart:
    known = person.loan(one.loan_id)
    forgiven = one.forgiven_on_completion
    amounts = [phase.amount for phase in one.phases if phase.amount is not None]
    amounts += [each.amount for phase in one.phases for each in phase.instalments]
    currency = forgiven.currency if forgiven else next((each.currency for each in amounts), "")
    return PlanPart(
        one.loan_id,
        known.lender if known is not None else event.lender,
        known.reference if known is not None else "",
        one.part,
        currency,
        one.phases,
        until_of(one.phases, watch),
        forgiven_minor=forgiven.minor if forgiven else 0,
        returned=one.returned_on_break,
    )


def until_of(phases: tuple[ReliefPhase, ...], watch: date) -> date:
    """The last day of what phases ask for. A change that has no end of its own is looked at for a while."""
    agreed = [one.due_on for phase in phases for one in phase.instalments]
    ends = [phase.ends_on for phase in phases if phase.ends_on and phase.kind not in _TO_THE_END]
    return max((*agreed, *ends), default=watch)
