"""The end of a plan: broken, withdrawn from, or kept to its end. Its terms say what is taken back and what is
forgiven. What was told to be its end and was none is undone.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from services.ledger.domain import facts
from services.ledger.domain.agreements import LoanPlan, PlanEnd
from services.ledger.domain.consequences import settle
from services.ledger.domain.doubt import with_due_told_anew, with_stale_record
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import revised
from services.ledger.domain.recording import exchange, facts_of
from services.ledger.domain.relief import next_phase, over, with_what_is_coming
from shared.decision import Context, Decision, Need
from shared.events.base import Event
from shared.events.hardship import (
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanWithdrawn,
)
from shared.events.parts import PlanPart, ReliefKind
from shared.quick import replace

Decide = Callable[[Loan, Any, Context], Decision[Loan] | Need]
WITHDRAWN = "plan_withdrawn"
_AGAIN = "~"


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
    return _ended(loan, plan, event.withdrawn_on, gone, [], WITHDRAWN, context)


def complete(loan: Loan, event: PlanCompleted, context: Context) -> Decision[Loan] | Need:
    """The plan was kept to its end: what was to be forgiven is; with a settlement all that is left."""
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    on, new = event.completed_on, list[Fact]()
    if _settles(plan) and loan.book.outstanding:
        new.append(facts.Closing(on, _name(plan, "settled")))
    elif plan.forgiven_minor and loan.book.balance:
        amount = min(plan.forgiven_minor, loan.book.balance)
        new.append(facts.Forgiveness(on, _name(plan, "forgiven"), amount))
    return _ended(loan, plan, on, [], new, "plan_completed", context)


def resume(
    loan: Loan, event: PlanBrokenRetracted | PlanCompletedRetracted, context: Context
) -> Decision[Loan] | Need:
    """The plan was not over after all: what its end took back holds again, what it brought is taken back, and
    what was to come comes. Not where another plan has taken its place.
    """
    agreed = loan.agreements
    plan = next((one for one in reversed(agreed.past) if one.plan_id == event.plan_id), None)
    if agreed.plan is not None or plan is None or plan.end is None or plan.ended_on is None:
        return Decision(loan)
    if context.history is None:
        return Need(history=True)
    every = {one.fact.reference: one.fact for one in (*context.history.entries, *loan.added)}
    # The file keeps what was taken back under its name: what holds again needs another.
    again = [every[name]._replace(reference=f"{name}{_AGAIN}") for name in plan.end.undone]
    agreements = agreed._replace(
        plan=plan._replace(ended_on=None, end=None, coming=plan.end.coming, resumed=plan.resumed + 1),
        past=tuple(one for one in agreed.past if one is not plan),
        ended=tuple(one for one in agreed.ended if one != plan.plan_id),
    )
    anew = with_stale_record(replace(loan, agreements=agreements, version=loan.version + 1))
    resumed = exchange(anew, plan.end.done, again, context)
    after = resumed if isinstance(resumed, Need) else next_phase(resumed, context)
    if isinstance(after, Need):
        return after
    foreseen = with_what_is_coming(after, context)
    if isinstance(foreseen, Need):
        return foreseen
    part = PlanPart(plan_id=plan.plan_id, part=plan.part)
    return settle(after, context, [revised(foreseen, plan.ended_on, "plan_resumed", part)])


def _ended(
    loan: Loan, plan: LoanPlan, on: date, gone: list[str], new: list[Fact], cause: str, context: Context
) -> Decision[Loan] | Need:
    agreed = loan.agreements
    end = PlanEnd(tuple(gone), tuple(one.reference for one in new), plan.coming)
    past = over(plan, on)._replace(end=None if cause == WITHDRAWN else end)
    agreements = agreed._replace(plan=None, past=(*agreed.past, past), ended=(*agreed.ended, plan.plan_id))
    after = with_stale_record(replace(loan, agreements=agreements, version=loan.version + 1))
    if not gone and not new:
        return settle(after, context)
    exchanged = exchange(after, gone, new, context)
    if isinstance(exchanged, Need):
        return exchanged
    part = PlanPart(plan_id=plan.plan_id, part=plan.part)
    events: list[Event] = [revised(exchanged, on, cause, part)]
    return settle(with_due_told_anew(loan, exchanged), context, events)


def _settles(plan: LoanPlan) -> bool:
    return any(one.kind is ReliefKind.LUMP_SUM_SETTLEMENT for one in plan.granted)


def _place(fact: Fact, plan: LoanPlan) -> int | None:
    """The place of the phase that a fact follows from; None where it follows from none of this plan."""
    before, _, rest = fact.reference.partition(f"plan:{plan.plan_id}:")
    place = rest.split(":")[0].rstrip(_AGAIN)
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
    yield facts.RateChange(broken_on, _name(plan, "returned"), rate, broken_on)


def _name(plan: LoanPlan, what: str) -> str:
    """The reference of what the end of a plan brings: another one each time that it ends."""
    return f"plan:{plan.plan_id}:{what}{_AGAIN * plan.resumed}"


ENDS: Mapping[type[Event], Decide] = {
    PlanBroken: break_off,
    PlanWithdrawn: withdraw,
    PlanCompleted: complete,
    PlanBrokenRetracted: resume,
    PlanCompletedRetracted: resume,
}
"""How a loan obeys each of what is told of a plan's end."""
