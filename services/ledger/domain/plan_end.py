"""The end of a plan: broken, withdrawn from, or kept to its end. Its terms say what is taken back and what is
forgiven.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.ledger.domain import facts
from services.ledger.domain.agreements import LoanPlan
from services.ledger.domain.consequences import settle
from services.ledger.domain.doubt import with_stale_record
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import revised
from services.ledger.domain.recording import exchange, facts_of
from services.ledger.domain.relief import over
from shared.decision import Context, Decision, Need
from shared.events.base import Event
from shared.events.hardship import PlanBroken, PlanCompleted, PlanWithdrawn
from shared.events.parts import PlanPart, ReliefKind


def break_off(loan: Loan, event: PlanBroken, context: Context) -> Decision[Loan] | Need:
    """The plan is over. What it granted so far stands, but for what its terms take back; what was still to
    come does not come.
    """
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    if context.history is None:
        return Need(history=True)
    every = facts_of(loan, context.history)
    gone = [one.reference for one in every if _is_taken_back(one, plan, event.broken_on)]
    new = list(_former_rates(loan, every, plan, event.broken_on))
    return _ended(loan, plan, event.broken_on, gone, new, "plan_broken", context)


def withdraw(loan: Loan, event: PlanWithdrawn, context: Context) -> Decision[Loan] | Need:
    """The borrower has thought better of it while they might: all that the plan has changed is undone."""
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    if context.history is None:
        return Need(history=True)
    gone = [one.reference for one in facts_of(loan, context.history) if _is_of(one, plan)]
    return _ended(loan, plan, event.withdrawn_on, gone, [], "plan_withdrawn", context)


def complete(loan: Loan, event: PlanCompleted, context: Context) -> Decision[Loan] | Need:
    """The plan was kept to its end: what was to be forgiven is; with a settlement all that is left."""
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    on, new = event.completed_on, list[Fact]()
    if _settles(plan) and loan.book.outstanding:
        new.append(facts.Closing(on, f"plan:{plan.plan_id}:settled"))
    elif plan.forgiven_minor and loan.book.balance:
        amount = min(plan.forgiven_minor, loan.book.balance)
        new.append(facts.Forgiveness(on, f"plan:{plan.plan_id}:forgiven", amount))
    return _ended(loan, plan, on, [], new, "plan_completed", context)


def _ended(
    loan: Loan, plan: LoanPlan, on: date, gone: list[str], new: list[Fact], cause: str, context: Context
) -> Decision[Loan] | Need:
    agreed = loan.agreements
    agreements = agreed._replace(
        plan=None, past=(*agreed.past, over(plan, on)), ended=(*agreed.ended, plan.plan_id)
    )
    after = with_stale_record(replace(loan, agreements=agreements, version=loan.version + 1))
    if not gone and not new:
        return settle(after, context)
    exchanged = exchange(after, gone, new, context)
    if isinstance(exchanged, Need):
        return exchanged
    part = PlanPart(plan_id=plan.plan_id, part=plan.part)
    events: list[Event] = [revised(exchanged, on, cause, part)]
    return settle(exchanged, context, events)


def _settles(plan: LoanPlan) -> bool:
    return any(one.kind is ReliefKind.LUMP_SUM_SETTLEMENT for one in plan.granted)


def _place(fact: Fact, plan: LoanPlan) -> int | None:
    """The place of the phase that a fact follows from; None where it follows from none of this plan."""
    before, _, rest = fact.reference.partition(f"plan:{plan.plan_id}:")
    place = rest.split(":")[0]
    return int(place) if not before and place.isdigit() else None


def _is_of(fact: Fact, plan: LoanPlan) -> bool:
    """Whether a fact follows from the plan."""
    return fact.reference.startswith(f"plan:{plan.plan_id}:")


def _is_taken_back(fact: Fact, plan: LoanPlan, broken_on: date) -> bool:
    place = _place(fact, plan)
    if place is None:
        return False
    granted = plan.granted[place]
    if granted.effective_on > broken_on:
        return True
    if isinstance(fact, facts.RateChange):
        # Its end, should the rate end with the plan, or what the end would change.
        return granted.kind in plan.returned and fact.effective_on > broken_on
    return granted.kind in plan.returned


def _former_rates(loan: Loan, every: list[Fact], plan: LoanPlan, broken_on: date) -> Iterator[Fact]:
    """The rate that would hold without the plan, from the day on which it was broken."""
    lowered = [
        one
        for place, one in enumerate(plan.granted)
        if one.kind is ReliefKind.RATE_REDUCTION
        and one.kind in plan.returned
        and one.effective_on <= broken_on
        and (one.ends_on is None or broken_on <= one.ends_on)
    ]
    if not lowered:
        return
    others = [one for one in every if isinstance(one, facts.RateChange) and _place(one, plan) is None]
    held = [one for one in others if one.effective_on <= broken_on]
    rate = max(held, key=lambda one: one.effective_on).annual_rate if held else loan.book.terms.annual_rate
    yield facts.RateChange(broken_on, f"plan:{plan.plan_id}:returned", rate, broken_on)
