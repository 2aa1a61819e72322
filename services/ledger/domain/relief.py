"""Reliefs: how the ledger applies a plan, and what becomes of it when it is broken or completed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.ledger.domain import core_holds
from services.ledger.domain.agreements import Granted, Instruction, LoanPlan
from services.ledger.domain.consequences import settle
from services.ledger.domain.doubt import with_due_told_anew, with_stale_record
from services.ledger.domain.loan import Loan
from services.ledger.domain.outlook import own_rate, present_value
from services.ledger.domain.payments import revised
from services.ledger.domain.phases import CannotReturn
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.relief_facts import AT_ONCE, facts_of
from services.ledger.domain.relief_limits import check_deferrals, check_term, counted
from shared.decision import Context, Decision, Need, Wait
from shared.errors import DomainError
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.ids import name_id
from shared.events.ledger import ReliefInstructed, ReliefRefused
from shared.events.parts import PlanPart, ReliefKind, ReliefPhase
from shared.events.servicing import ReliefApplied, ReliefRejected
from shared.quick import replace

RETURNABLE = frozenset(
    {
        ReliefKind.RATE_REDUCTION,
        ReliefKind.FEES_WAIVED,
        ReliefKind.INTEREST_WAIVED,
        ReliefKind.PRINCIPAL_FORGIVEN,
    }
)
"""What a plan may take back should it be broken."""


def accept(loan: Loan, event: PlanAccepted, context: Context) -> Decision[Loan] | Need:
    """Apply the loan's part of a plan whole, or say why it cannot be. Where the platform's core is master,
    instruct it.
    """
    mine = next(one for one in event.loans if one.loan_id == loan.id)
    known = loan.agreements.plan
    if event.plan_id in loan.agreements.ended or (known is not None and known.plan_id == event.plan_id):
        return Decision(loan)
    plan = PlanPart(plan_id=event.plan_id, part=mine.part)
    try:
        check_deferrals(loan, mine.phases)
        agreed = _agreed(loan, plan, mine, event.accepted_on)
        if loan.core_is_master:
            return _instruct(loan, plan, mine, agreed, context)
        applied = apply(loan, agreed, mine.phases, context)
        if not isinstance(applied, Need):
            check_term(loan, applied, mine.phases)
            foreseen = with_what_is_coming(applied, context)
    except DomainError as refused:
        return settle(loan, context, [ReliefRefused(loan_id=loan.id, plan=plan, reason=refused.code)])
    if isinstance(applied, Need):
        return applied
    if isinstance(foreseen, Need):
        return foreseen
    news = [revised(foreseen, event.accepted_on, "plan", plan)]
    return settle(with_due_told_anew(loan, applied), context, news)


def _agreed(loan: Loan, plan: PlanPart, mine: PlanLoan, accepted_on: date) -> LoanPlan:
    """The plan with its terms for this loan. Raises CurrencyDiffers, CannotReturn."""
    forgiven = mine.forgiven_on_completion
    if forgiven is not None and forgiven.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=forgiven.currency)
    if not RETURNABLE.issuperset(mine.returned_on_break):
        raise CannotReturn(returned_on_break=", ".join(mine.returned_on_break))
    return LoanPlan(
        plan.plan_id,
        plan.part,
        accepted_on,
        forgiven_minor=forgiven.minor if forgiven else 0,
        granted=tuple(Granted(one.kind, one.effective_on, one.ends_on) for one in mine.phases),
        returned=mine.returned_on_break,
    )


def apply(loan: Loan, plan: LoanPlan, phases: Sequence[ReliefPhase], context: Context) -> Loan | Need:
    """The loan with what takes effect by today; the rest is kept for its day. Raises what a phase lacks."""
    today, after, coming = loan.today(context.now), loan, []
    for place, phase in enumerate(phases):
        if phase.effective_on > today and phase.kind not in AT_ONCE:
            # What can never be applied is refused before anyone relies on it.
            facts_of(after, phase, "tried", plan.accepted_on)
            coming.append((place, phase))
            continue
        changed = _take_effect(after, plan.plan_id, place, phase, plan.accepted_on, context)
        if isinstance(changed, Need):
            return changed
        after = changed
    return _keeping(loan, after, plan._replace(coming=tuple(coming)), phases, today)


def _keeping(before: Loan, after: Loan, plan: LoanPlan, phases: Sequence[ReliefPhase], today: date) -> Loan:
    """The loan with this plan in force; another one that was in force is over."""
    kept = plan._replace(diminished=_diminished(before, after, today))
    agreed, former = after.agreements, after.agreements.plan
    past = agreed.past if former is None else (*agreed.past, over(former, plan.accepted_on))
    ended = agreed.ended if former is None else (*agreed.ended, former.plan_id)
    agreements = agreed._replace(plan=kept, instruction=None, past=past, ended=ended)
    agreements = counted(agreements, phases)
    return with_stale_record(replace(after, agreements=agreements, version=after.version + 1))


def over(plan: LoanPlan, on: date) -> LoanPlan:
    """The plan as one that is over from a day on."""
    return plan._replace(coming=(), ended_on=on)


def _diminished(before: Loan, after: Loan, today: date) -> bool:
    """Whether the loan has lost more than 1 % of its worth; asked only where European marks are reported."""
    if "eba" not in before.rules.credit_schemes:
        return False
    rate = own_rate(before.book)
    was, is_ = (present_value(one.book, today, rate) for one in (before, after))
    return is_ * 100 < was * 99


def _take_effect(
    loan: Loan, plan_id: UUID, place: int, phase: ReliefPhase, agreed_on: date, context: Context
) -> Loan | Need:
    for fact in facts_of(loan, phase, f"plan:{plan_id}:{place}", agreed_on):
        recorded = record(loan, fact, context)
        if isinstance(recorded, Need):
            return recorded
        if isinstance(recorded, Recorded):
            loan = recorded.loan
    return loan


def with_what_is_coming(loan: Loan, context: Context) -> Loan | Need:
    """The loan as its plan will have made it: what is told of a plan is all of it, also what waits for its
    day.
    """
    plan, after = loan.agreements.plan, loan
    for place, phase in plan.coming if plan is not None else ():
        assert plan is not None, "it has phases"
        changed = _take_effect(after, plan.plan_id, place, phase, plan.accepted_on, context)
        if isinstance(changed, Need):
            return changed
        after = changed
    return after


def next_phase(loan: Loan, context: Context) -> Loan | Need:
    """The loan once the phases whose day has come have taken effect."""
    plan, today = loan.agreements.plan, loan.today(context.now)
    if plan is None or not any(phase.effective_on <= today for _, phase in plan.coming):
        return loan
    after = loan
    for place, phase in plan.coming:
        if phase.effective_on <= today:
            changed = _take_effect(after, plan.plan_id, place, phase, plan.accepted_on, context)
            if isinstance(changed, Need):
                return changed
            after = changed
    left = tuple(one for one in plan.coming if one[1].effective_on > today)
    return replace(after, agreements=after.agreements._replace(plan=plan._replace(coming=left)))


def _instruct(
    loan: Loan, plan: PlanPart, mine: PlanLoan, agreed: LoanPlan, context: Context
) -> Decision[Loan]:
    id_ = name_id("instruction", f"{loan.id}\n{plan.plan_id}\n{plan.part}")
    told = Instruction(
        id_,
        plan.plan_id,
        plan.part,
        mine.phases,
        agreed.accepted_on,
        agreed.forgiven_minor,
        agreed.returned,
    )
    if loan.agreements.instruction == told:
        return Decision(loan)
    after = replace(loan, agreements=loan.agreements._replace(instruction=told), version=loan.version + 1)
    instructed = ReliefInstructed(loan_id=loan.id, instruction_id=id_, phases=mine.phases, plan=plan)
    return settle(after, context, [instructed])


def confirm(loan: Loan, event: ReliefApplied, context: Context) -> Decision[Loan] | Need | Wait:
    """The core has done what it was told: its schedule holds where it sent one, else the phases as agreed."""
    told = loan.agreements.instruction
    if told is None or told.instruction_id != event.instruction_id:
        return core_holds.confirm(loan, event, context)
    assert told.plan_id is not None, "only plans are instructed"
    plan = PlanPart(plan_id=told.plan_id, part=told.part)
    agreed = LoanPlan(
        told.plan_id,
        told.part,
        told.instructed_on,
        forgiven_minor=told.forgiven_minor,
        granted=tuple(Granted(one.kind, one.effective_on, one.ends_on) for one in told.phases),
        returned=told.returned,
    )
    if event.instalments:
        changed = core_holds.with_schedule(loan, event, f"plan:{told.plan_id}", context)
        if isinstance(changed, Need):
            return changed
        after: Loan | Need = _keeping(loan, changed, agreed, told.phases, loan.today(context.now))
    else:
        after = apply(loan, agreed, told.phases, context)
    if isinstance(after, Need):
        return after
    foreseen = with_what_is_coming(after, context)
    if isinstance(foreseen, Need):
        return foreseen
    news = [revised(foreseen, event.applied_on, "plan", plan)]
    return settle(with_due_told_anew(loan, after), context, news)


def reject(loan: Loan, event: ReliefRejected, context: Context) -> Decision[Loan]:
    """The core refuses: the plan's part falls, and hardship is told."""
    told = loan.agreements.instruction
    if told is None or told.instruction_id != event.instruction_id or told.plan_id is None:
        return core_holds.reject(loan, event, context)
    plan = PlanPart(plan_id=told.plan_id, part=told.part)
    after = replace(loan, agreements=loan.agreements._replace(instruction=None), version=loan.version + 1)
    return settle(after, context, [ReliefRefused(loan_id=loan.id, plan=plan, reason=event.reason)])
