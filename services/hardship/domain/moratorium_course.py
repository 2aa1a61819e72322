"""How a breathing space goes on and ends: treatment that stops, reviews, cancellation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.hardship.domain.holds import Changed, change, decided, find_hold, lift, policies
from services.hardship.domain.moratorium import BeforeItBegan, clocks, ends, running, taken
from services.hardship.domain.standstill import DAY, MoratoriumKind, Standstill
from shared.decision import Context, Decision
from shared.errors import Conflict, Refused
from shared.quick import replace

EXPIRED = "expired"


class NotOfThisKind(Refused):
    """Only a standard moratorium is reviewed midway, and only one for a crisis ends with a treatment."""


class TooLateForReview(Refused):
    """A creditor may ask for a review of its debt once, in the first twenty days (reg. 17)."""


class NoReviewAsked(Conflict):
    """No review of this debt was asked for, or it is decided."""


@dataclass(frozen=True, slots=True)
class StopTreatment:
    """Crisis treatment has ended."""

    subject_id: UUID
    hold_id: UUID
    stopped_on: date


@dataclass(frozen=True, slots=True)
class ReviewMidway:
    """The adviser has looked at a standard moratorium midway: it goes on, or it ends (reg. 27)."""

    subject_id: UUID
    hold_id: UUID
    goes_on: bool
    ends_on: date | None = None
    reason: str = "midway_review"


@dataclass(frozen=True, slots=True)
class CancelMoratorium:
    """The moratorium ends before its time, for all or some debts: cancelled, or a solution was found."""

    subject_id: UUID
    hold_id: UUID
    effective_on: date
    reason: str
    loan_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class AskReview:
    """A creditor asks the adviser to look at the moratorium for its debt again (reg. 17)."""

    subject_id: UUID
    hold_id: UUID
    loan_id: UUID


@dataclass(frozen=True, slots=True)
class DecideReview:
    """What the adviser decided: the debt stays under the moratorium, or not (reg. 18)."""

    subject_id: UUID
    hold_id: UUID
    loan_id: UUID
    stays: bool


def stop_treatment(state: Standstill, command: StopTreatment, context: Context) -> Decision[Standstill]:
    """Treatment has stopped: protection lasts thirty days more, the day itself included (reg. 32)."""
    moratorium = running(state, command.hold_id, context)
    if moratorium.kind is not MoratoriumKind.CRISIS:
        raise NotOfThisKind(kind=moratorium.kind)
    if command.stopped_on < moratorium.starts_on:
        raise BeforeItBegan(starts_on=moratorium.starts_on, stopped_on=command.stopped_on)
    after = replace(moratorium, treatment_stopped_on=command.stopped_on)
    ends_on = ends(after, policies(context).moratorium)
    hold = state.hold(command.hold_id)
    assert hold is not None, "a moratorium has a hold"
    going = [replace(one, ends_on=ends_on, review_on=None) for one in hold.loans if one.lifted_on is None]
    changed = change(state.with_moratorium(after), hold, going)
    return decided(state, changed, taken(changed.state, hold.id))


def review_midway(state: Standstill, command: ReviewMidway, context: Context) -> Decision[Standstill]:
    """The adviser has looked: it goes on to its end, or it ends (reg. 27)."""
    moratorium = running(state, command.hold_id, context)
    if moratorium.kind is not MoratoriumKind.STANDARD:
        raise NotOfThisKind(kind=moratorium.kind)
    today = state.today(context.now)
    looked = state.with_moratorium(replace(moratorium, midway_done_on=today))
    if not command.goes_on:
        ended = CancelMoratorium(state.id, command.hold_id, command.ends_on or today, command.reason)
        return cancel(looked, ended, context)
    hold = state.hold(command.hold_id)
    assert hold is not None, "a moratorium has a hold"
    going = [replace(one, review_on=None) for one in hold.loans if one.lifted_on is None]
    changed = change(looked, hold, going)
    return decided(state, changed, taken(changed.state, hold.id))


def cancel(state: Standstill, command: CancelMoratorium, context: Context) -> Decision[Standstill]:
    """It ends: from the effective day on nothing is frozen by it. What it barred until then stays barred.

    An actor of some lenders ends it for their debts; it is over when it is for all.
    """
    moratorium = running(state, command.hold_id, context)
    hold, mine = find_hold(state, command.hold_id, command.loan_ids, context)
    if command.effective_on < moratorium.starts_on:
        raise BeforeItBegan(starts_on=moratorium.starts_on, effective_on=command.effective_on)
    ids = [one.loan_id for one in mine if one.lifted_on is None]
    after, events = lift(state, hold, command.effective_on, ids)
    left = after.hold(hold.id)
    assert left is not None, "it was there"
    if all(one.lifted_on is not None for one in left.loans):
        last = command.effective_on - DAY
        after = after.with_moratorium(replace(moratorium, ended_on=last, end_reason=command.reason))
    return decided(state, Changed(after, events), taken(after, hold.id))


def ended_by_time(state: Standstill) -> Standstill:
    """Moratoria whose holds are over are over."""
    for one in state.moratoria:
        hold = state.hold(one.hold_id)
        if one.ended_on is None and hold is not None and all(held.lifted_on for held in hold.loans):
            last = max(held.lifted_on for held in hold.loans if held.lifted_on is not None)
            state = state.with_moratorium(replace(one, ended_on=last - DAY, end_reason=EXPIRED))
    return state


def ask_review(state: Standstill, command: AskReview, context: Context) -> Decision[Standstill]:
    """A creditor asks, in time: the moratorium goes on while the adviser looks (reg. 17)."""
    hold, (one,) = find_hold(state, command.hold_id, [command.loan_id], context)
    running(state, command.hold_id, context)
    days = clocks(one, policies(context).moratorium)
    today = state.today(context.now)
    if today > days.ask_review_by or one.review_asked_on is not None:
        raise TooLateForReview(loan_id=one.loan_id, last=days.ask_review_by)
    asked = state.with_hold(
        hold.with_loan(replace(one, review_asked_on=today, review_decide_by=days.decide_review_by))
    )
    return decided(state, Changed(asked), taken(asked, hold.id))


def decide_review(state: Standstill, command: DecideReview, context: Context) -> Decision[Standstill]:
    """The adviser's decision on a debt: it stays, or the moratorium ends for it today (reg. 18)."""
    hold, (one,) = find_hold(state, command.hold_id, [command.loan_id], context)
    running(state, command.hold_id, context)
    if one.review_decide_by is None:
        raise NoReviewAsked(loan_id=one.loan_id)
    today = state.today(context.now)
    if not command.stays:
        ended = CancelMoratorium(state.id, hold.id, today, "creditor_review", (one.loan_id,))
        return cancel(state, ended, context)
    stays = state.with_hold(hold.with_loan(replace(one, review_decide_by=None)))
    return decided(state, Changed(stays), taken(stays, hold.id))
