"""Holds that come and go with something else: mediation, somebody who speaks for the person, a court action,
signs of danger, a case that is looked at, a plan that is kept.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.hardship.domain import holds
from services.hardship.domain.holds import (
    Changed,
    change,
    decided,
    lift,
    lift_cause,
    place,
    policies,
    policy_of,
)
from services.hardship.domain.standstill import Hold, Standstill, new_loan, new_person, plus
from shared.decision import Context, Decision, Wait
from shared.events.base import Event
from shared.events.care import CrisisSignalled
from shared.events.hardship import (
    AppealDecided,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    PlanAccepted,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanReplaced,
    PlanWithdrawn,
)
from shared.events.mediation import MediationClosed, MediationOpened, SettlementReached
from shared.events.parts import HoldReason
from shared.events.reminders import RepresentationStated
from shared.events.servicing import LegalActionEnded, LegalActionStarted
from shared.money import Money
from shared.quick import replace


def begin(
    state: Standstill,
    reason: HoldReason,
    cause: str,
    loan_ids: Sequence[UUID],
    starts_on: date,
    context: Context,
    *,
    again: bool = False,
    disputed: Money | None = None,
) -> Changed:
    """Place the hold that follows from something, for these loans or (none named) all that the person owes.

    Told twice, it is the same hold. Where it was over and the cause is there `again` (a plan that was not
    broken after all), it is another one.
    """
    policy, today = policy_of(context, reason), state.today(context.now)
    named = dict.fromkeys(state.now_called(one) for one in loan_ids)
    before = state.hold_of(cause)
    if before is not None and again and all(one.lifted_on is not None for one in before.loans):
        before = None
    made = tuple(
        holds.held(policy, one, starts_on, today, disputed=disputed) for one in named or state.owed_loans()
    )
    if before is not None:
        return place(state, replace(before, loans=made))
    turn = sum(one.cause == cause for one in state.holds)
    id_ = holds.hold_id(f"{cause}\n{turn}" if turn else cause)
    hold = Hold(id_, reason, cause, context.now, policies(context).version, made, all_loans=not named)
    return place(state, hold) if made else Changed(state.with_hold(hold))


def _over(state: Standstill, cause: str, on: date, context: Context) -> Decision[Standstill] | Wait:
    if state.hold_of(cause) is None:
        return Wait(f"no hold follows from {cause} yet")
    return decided(state, lift_cause(state, cause, on))


# -- mediation, representation, danger -----------------------------------------------------------------------


def open_mediation(
    state: Standstill | None, event: MediationOpened, context: Context
) -> Decision[Standstill]:
    """What is open between the two rests while a neutral third party looks at it."""
    here = state or new_person(event.person_id)
    on = here.today(event.opened_at)
    changed = begin(here, HoldReason.MEDIATION, f"mediation:{event.case_id}", event.loan_ids, on, context)
    return decided(state, changed)


def end_mediation(
    state: Standstill, event: MediationClosed | SettlementReached, context: Context
) -> Decision[Standstill] | Wait:
    """Mediation is over, with or without a settlement."""
    at = event.closed_at if isinstance(event, MediationClosed) else event.settled_at
    return _over(state, f"mediation:{event.case_id}", state.today(at), context)


def state_representation(
    state: Standstill | None, event: RepresentationStated, context: Context
) -> Decision[Standstill]:
    """Somebody speaks for the person: nothing is demanded of the person directly."""
    here = state or new_person(event.person_id)
    cause = f"representation:{event.person_id}:{event.by}"
    changed = begin(
        here,
        HoldReason.REPRESENTATION,
        cause,
        event.loan_ids,
        here.today(event.stated_at),
        context,
        again=True,
    )
    return decided(state, changed)


def signal_crisis(state: Standstill | None, event: CrisisSignalled, context: Context) -> Decision[Standstill]:
    """Signs of danger to the person's life: all stands still, until somebody has called and says so."""
    here = state or new_person(event.person_id)
    on = here.today(event.signalled_at)
    changed = begin(here, HoldReason.CRISIS_TREATMENT, f"crisis:{event.signal_id}", (), on, context)
    return decided(state, changed)


# -- courts --------------------------------------------------------------------------------------------------


def start_action(
    state: Standstill | None, event: LegalActionStarted, context: Context
) -> Decision[Standstill]:
    """What a court decides is not asked for by other ways: of everyone who is part of the loan."""
    here = state or new_loan(event.loan_id)
    cause = _action(here, event.action_reference)
    changed = begin(here, HoldReason.LEGAL_ACTION, cause, (event.loan_id,), event.started_on, context)
    return decided(state, changed)


def end_action(state: Standstill, event: LegalActionEnded, context: Context) -> Decision[Standstill] | Wait:
    """The court is done with it; the day itself still counts."""
    cause = _action(state, event.action_reference)
    return _over(state, cause, plus(event.ended_on, 1), context)


def _action(state: Standstill, reference: str) -> str:
    """What a court action is called, also of a loan that came from another lender."""
    known = [one.cause for one in state.holds if one.cause.startswith("action:")]
    ours = [one for one in known if one.split(":", 2)[2] == reference]
    return ours[-1] if ours else f"action:{state.id}:{reference}"


# -- cases and plans -----------------------------------------------------------------------------------------


def open_case(state: Standstill | None, event: HardshipOpened, context: Context) -> Decision[Standstill]:
    """Nothing is demanded while somebody looks for what the person can pay."""
    here = state or new_person(event.person_id)
    on = here.today(event.opened_at)
    changed = begin(here, HoldReason.PLAN, f"case:{event.case_id}", event.loan_ids, on, context)
    return decided(state, changed)


def refuse_case(state: Standstill, event: HardshipRefused, context: Context) -> Decision[Standstill]:
    """No relief is granted; as long as the person may appeal, nothing is demanded either."""
    found = state.hold_of(f"case:{event.case_id}")
    if found is None:
        return Decision(state)
    running = [one for one in found.loans if one.lifted_on is None]
    ends = [replace(one, ends_on=event.appeal_by, review_on=None) for one in running]
    return decided(state, change(state, found, ends))


def decide_case_appeal(state: Standstill, event: AppealDecided, context: Context) -> Decision[Standstill]:
    """The refusal stands, and the hold ends; or the case is open again, and so is the hold."""
    cause, on = f"case:{event.case_id}", state.today(event.decided_at)
    found = state.hold_of(cause)
    if found is None:
        return Decision(state)
    if event.upheld:
        return decided(state, lift(state, found, on))
    review_on = policy_of(context, HoldReason.PLAN).review_on(on)
    running = [one for one in found.loans if one.lifted_on is None]
    if running:
        opened = [replace(one, ends_on=None, review_on=review_on) for one in running]
        return decided(state, change(state, found, opened))
    loan_ids = [one.loan_id for one in found.loans]
    changed = begin(state, HoldReason.PLAN, cause, loan_ids, on, context, again=True)
    return decided(state, changed)


def close_case(state: Standstill, event: HardshipClosed, context: Context) -> Decision[Standstill]:
    """The case is over: a plan, if one came of it, has a hold of its own."""
    changed = lift_cause(state, f"case:{event.case_id}", event.closed_on)
    return decided(state, changed)


def accept_plan(state: Standstill | None, event: PlanAccepted, context: Context) -> Decision[Standstill]:
    """While a plan is kept, nobody demands what it has put off. A moratorium is not over by it: its adviser
    is asked whether the plan is the solution that ends it (SI 2020/1311, reg. 27).
    """
    here = state or new_person(event.person_id)
    loan_ids = [one.loan_id for one in event.loans]
    here, events = begin(here, HoldReason.PLAN, f"plan:{event.plan_id}", loan_ids, event.accepted_on, context)
    today = here.today(context.now)
    for hold in here.holds:
        if hold.reason is HoldReason.BREATHING_SPACE:
            named = [one for one in hold.loans if one.loan_id in loan_ids and one.covers(today)]
            here, more = change(here, hold, [replace(one, review_on=today) for one in named])
            events = (*events, *more)
    return decided(state, Changed(here, events))


PlanOver = PlanBroken | PlanCompleted | PlanWithdrawn | PlanReplaced
PlanOn = PlanBrokenRetracted | PlanCompletedRetracted


def end_plan(state: Standstill, event: PlanOver, context: Context) -> Decision[Standstill]:
    """The plan is no longer kept, for these loans: so its hold is over for them."""
    found = state.hold_of(f"plan:{event.plan_id}")
    if found is None:
        return Decision(state)
    loan_ids = {state.now_called(one) for one in event.loan_ids}
    return decided(state, lift(state, found, _over_on(state, event, context), loan_ids))


def resume_plan(state: Standstill, event: PlanOn, context: Context) -> Decision[Standstill]:
    """The plan runs on after all: nothing is demanded again."""
    on = state.today(context.now)
    cause = f"plan:{event.plan_id}"
    changed = begin(state, HoldReason.PLAN, cause, event.loan_ids, on, context, again=True)
    return decided(state, changed)


def _over_on(state: Standstill, event: PlanOver, context: Context) -> date:
    if isinstance(event, PlanBroken):
        return event.broken_on
    if isinstance(event, PlanCompleted):
        return event.completed_on
    return event.withdrawn_on if isinstance(event, PlanWithdrawn) else state.today(context.now)


OBEYED: tuple[type[Event], ...] = (
    HardshipOpened,
    HardshipRefused,
    AppealDecided,
    HardshipClosed,
    PlanAccepted,
    PlanBroken,
    PlanCompleted,
    PlanWithdrawn,
    PlanReplaced,
    PlanBrokenRetracted,
    PlanCompletedRetracted,
)
"""What this very service tells of cases and plans, and obeys in the same transaction."""
