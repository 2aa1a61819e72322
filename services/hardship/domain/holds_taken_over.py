"""What comes with a loan from another system: holds that run, and a plan that is being kept."""

from collections.abc import Sequence
from uuid import UUID

from services.hardship.domain.hold_causes import begin
from services.hardship.domain.holds import Changed, decided, policies, policy_of
from services.hardship.domain.standing_links import PlanCameFor
from services.hardship.domain.standstill import (
    OWES,
    HeldLoan,
    Hold,
    LoanFacts,
    Standstill,
    new_loan,
    new_person,
)
from shared.decision import Context, Decision
from shared.events.ids import person_id
from shared.events.parts import HoldReason, PartyRole
from shared.events.takeover import LoanMigrated, RunningHold
from shared.quick import replace


def keepers(event: LoanMigrated) -> Sequence[UUID]:
    """Who keeps the plan that came with a loan: its borrower, else the first who owes it. Nobody where there
    is no plan, or where nobody is named.
    """
    owing = [one for one in event.parties if one.role in OWES]
    first = sorted(owing, key=lambda one: one.role is not PartyRole.BORROWER)[:1]
    return [person_id(event.lender, one.borrower_reference) for one in first if event.plan is not None]


def take_over_plan(state: Standstill | None, event: LoanMigrated, context: Context) -> Decision[Standstill]:
    """A plan from elsewhere closes demands while it is kept, like one that was agreed here. That is told,
    since nobody else says so.
    """
    (keeper,) = keepers(event)
    return _closing(state, state or new_person(keeper), event, context)


def take_over_plan_for(
    state: Standstill | None, event: PlanCameFor, context: Context
) -> Decision[Standstill]:
    """The same, for a person who goes by another id now."""
    return _closing(state, state or new_person(event.person_id), event.loan, context)


def _closing(
    state: Standstill | None, here: Standstill, event: LoanMigrated, context: Context
) -> Decision[Standstill]:
    assert event.plan is not None, "only a plan has somebody who keeps it"
    cause = f"plan:{event.plan_id(event.plan)}"
    made = begin(here, HoldReason.PLAN, cause, (event.loan_id,), event.cut_over_on, context)
    return decided(state, made)


def take_over(state: Standstill | None, event: LoanMigrated, context: Context) -> Decision[Standstill]:
    """A loan came with holds that run: they are kept under the ids that the ledger gave them, and nothing is
    told anew. Each is reviewed as its reason's policy says, from the cut-over on.

    A plan that came with it, where nobody is named who keeps it, closes demands for all.
    """
    here = state or new_loan(event.loan_id)
    facts = here.loan or LoanFacts()
    here = replace(here, loan=replace(facts, lender=event.lender, opened_on=event.opened_on))
    for running in event.holds:
        if here.hold(event.hold_id(running)) is None:
            here = here.with_hold(_running(event, running, context))
    if event.plan is None or keepers(event):
        return decided(state, Changed(here))
    cause = f"migrated:plan:{event.plan.plan_reference}"
    changed = begin(here, HoldReason.PLAN, cause, (event.loan_id,), event.cut_over_on, context)
    return decided(state, changed)


def _running(event: LoanMigrated, running: RunningHold, context: Context) -> Hold:
    review_on = policy_of(context, running.reason).review_on(event.cut_over_on)
    one = HeldLoan(
        event.loan_id,
        running.freezes,
        running.starts_on,
        running.ends_on,
        review_on if running.ends_on is None or review_on <= running.ends_on else None,
        disputed=running.disputed,
    )
    return Hold(
        event.hold_id(running),
        running.reason,
        f"migrated:{running.hold_reference}",
        context.now,
        policies(context).version,
        (one,),
        reference=running.hold_reference,
    )
