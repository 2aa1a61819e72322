"""Holds as officers place, change, review and lift them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.hardship.domain.holds import (
    Changed,
    HoldOver,
    LoanNotTheirs,
    change,
    check_start,
    decided,
    ended_by_death,
    find_hold,
    held,
    hold_id,
    lift,
    loans_asked,
    place,
    policies,
    policy_of,
)
from services.hardship.domain.standstill import HeldLoan, Hold, Standstill
from shared.decision import Context, Decision
from shared.errors import Refused, StateChanged
from shared.events.parts import Freezes, HoldReason
from shared.quick import replace

NOT_BY_HAND = frozenset({HoldReason.BREATHING_SPACE, HoldReason.DISPUTE, HoldReason.COMPLAINT})
"""Reasons whose holds are not placed by hand: something else is filed, and they follow."""
FOLLOWS = ("dispute:", "complaint:", "breathing:", "mediation:", "plan:", "case:")
"""Causes whose holds last as long as they do, and are not lifted by hand."""


class EndsBeforeStart(Refused):
    """A hold ends on its first day or later, and is reviewed before it ends."""


class ReasonHasItsOwnWay(Refused):
    """This hold follows from something else (a dispute, a case …): file that, or end it."""


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Place a hold by hand. What is missing follows from the policy of its reason."""

    subject_id: UUID
    loan_ids: tuple[UUID, ...]
    reason: HoldReason
    freezes: Freezes | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeHold:
    """State a hold anew for some of its loans (none named: all that the actor may change)."""

    subject_id: UUID
    hold_id: UUID
    expected_revision: int
    """The highest among those loans when it was read."""
    loan_ids: tuple[UUID, ...] = ()
    freezes: Freezes | None = None
    ends_on: date | None = None
    open_ended: bool = False
    """It has no stated end any more."""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class LiftHold:
    """End a hold for some of its loans (none named: all that the actor may change)."""

    subject_id: UUID
    hold_id: UUID
    loan_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewHold:
    """Somebody has looked at a hold: it goes on."""

    subject_id: UUID
    hold_id: UUID
    next_review_on: date | None = None


@dataclass(frozen=True, slots=True)
class HoldTaken:
    """The answer to whoever placed or changed a hold."""

    hold_id: UUID
    loan_ids: tuple[UUID, ...]


def place_hold(state: Standstill, command: PlaceHold, context: Context) -> Decision[Standstill]:
    """Place a hold that an officer decided on."""
    loan_ids = loans_asked(state, command.loan_ids, context)
    if command.reason in NOT_BY_HAND:
        raise ReasonHasItsOwnWay(reason=command.reason)
    today = state.today(context.now)
    starts_on = command.starts_on or today
    check_start(starts_on, today)
    policy = policy_of(context, command.reason)
    made = []
    for loan_id in loan_ids:
        one = held(policy, loan_id, starts_on, today, freezes=command.freezes, ends_on=command.ends_on)
        made.append(_checked(replace(one, review_on=command.review_on or one.review_on)))
    cause = f"officer:{context.cause}"
    whole = not command.loan_ids and context.actor.lenders is None and state.loan is None
    hold = Hold(
        hold_id(cause),
        command.reason,
        cause,
        context.now,
        policies(context).version,
        tuple(made),
        all_loans=whole,
    )
    if not made and not whole:
        raise LoanNotTheirs(id=state.id)
    changed = place(state, hold) if made else Changed(state.with_hold(hold))
    changed = ended_by_death(changed, command.reason, starts_on)
    return decided(state, changed, HoldTaken(hold.id, loan_ids))


def change_hold(state: Standstill, command: ChangeHold, context: Context) -> Decision[Standstill]:
    """State a hold anew, as an officer decided. What it froze before counts as it is stated now."""
    hold, mine = find_hold(state, command.hold_id, command.loan_ids, context)
    if hold.cause.startswith("breathing:"):
        raise ReasonHasItsOwnWay(reason=hold.reason)
    today = state.today(context.now)
    running = [one for one in mine if one.covers(today)]
    if not running:
        raise HoldOver(hold_id=hold.id)
    if max(one.revision for one in running) != command.expected_revision:
        raise StateChanged(hold_id=hold.id, expected=command.expected_revision)
    changes = []
    for one in running:
        ends_on = None if command.open_ended else command.ends_on or one.ends_on
        review_on = command.review_on or one.review_on
        if ends_on is not None and review_on is not None and review_on > ends_on:
            review_on = None if command.review_on is None else review_on
        if ends_on is None and review_on is None:
            review_on = policy_of(context, hold.reason).review_on(today)
        freezes = command.freezes or one.freezes
        changes.append(_checked(replace(one, freezes=freezes, ends_on=ends_on, review_on=review_on)))
    changed = change(state, hold, changes)
    answer = HoldTaken(hold.id, tuple(one.loan_id for one in running))
    return decided(state, changed, answer)


def lift_hold(state: Standstill, command: LiftHold, context: Context) -> Decision[Standstill]:
    """End a hold today, as an officer decided: from today on it freezes nothing."""
    hold, mine = find_hold(state, command.hold_id, command.loan_ids, context)
    if hold.cause.startswith(FOLLOWS):
        raise ReasonHasItsOwnWay(reason=hold.reason)
    today = state.today(context.now)
    running = [one.loan_id for one in mine if one.covers(today)]
    if not running:
        raise HoldOver(hold_id=hold.id)
    every = {one.loan_id for one in hold.loans if one.covers(today)} == set(running)
    changed = lift(state, hold, today, None if every else running)
    return decided(state, changed, HoldTaken(hold.id, tuple(running)))


def review_hold(state: Standstill, command: ReviewHold, context: Context) -> Decision[Standstill]:
    """Somebody has looked and it goes on: the next look is by the policy, or on the day named."""
    hold, mine = find_hold(state, command.hold_id, (), context)
    today = state.today(context.now)
    running = [one for one in mine if one.covers(today)]
    if not running:
        raise HoldOver(hold_id=hold.id)
    by_policy = policy_of(context, hold.reason).review_on(today)
    changes = []
    for one in running:
        if command.next_review_on is not None:
            changes.append(_checked(replace(one, review_on=command.next_review_on)))
        else:
            in_time = one.ends_on is None or by_policy <= one.ends_on
            changes.append(replace(one, review_on=by_policy if in_time else None))
    changed = change(state, hold, changes)
    answer = HoldTaken(hold.id, tuple(one.loan_id for one in running))
    return decided(state, changed, answer)


def _checked(one: HeldLoan) -> HeldLoan:
    if one.ends_on is not None and one.ends_on < one.starts_on:
        raise EndsBeforeStart(starts_on=one.starts_on, ends_on=one.ends_on)
    if one.review_on is not None and one.ends_on is not None and one.review_on > one.ends_on:
        raise EndsBeforeStart(review_on=one.review_on, ends_on=one.ends_on)
    return one
