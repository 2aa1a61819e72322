"""Holds: placed, changed, reviewed, lifted, and over on their last day. One event for each loan.

What is done twice is done once, and a hold that is over for a loan never begins again for it: what freezes
anew is a new hold.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.hardship.domain.hold_policy import HoldPolicies, ReasonPolicy
from services.hardship.domain.standstill import HeldLoan, Hold, LinkedLoan, Standstill, plus
from services.hardship.domain.standstill_timer import timers
from shared.decision import Context, Decision
from shared.errors import Conflict, NotFound, Refused
from shared.events.base import Event
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import name_id
from shared.events.parts import Freezes, HoldReason
from shared.money import Money
from shared.quick import replace

AWAY_DAYS_MAX = 365
"""Notice of a hold may come late or early, but a start further away is a slip of the pen."""


class HoldUnknown(NotFound):
    """There is no such hold, or it is not yours to see."""


class PersonUnknown(NotFound):
    """There is no such person or loan, or none of its loans is yours to see."""


class LoanNotTheirs(NotFound):
    """There is no such loan, it is not one of the person's, or it belongs to another lender."""


class HoldOver(Conflict):
    """The hold is over for these loans; place a new one."""


class StartsTooFarAway(Refused):
    """A hold may begin in the past or later, but not more than a year from today."""


class Changed(NamedTuple):
    """A state after something, and what is told of it."""

    state: Standstill
    events: tuple[Event, ...] = ()


def decided(before: Standstill | None, changed: Changed, answer: object = None) -> Decision[Standstill]:
    """The decision for a changed state, with the timer that it needs now."""
    return Decision(changed.state, changed.events, timers(before, changed.state), answer=answer)


def policies(context: Context) -> HoldPolicies:
    """By what is decided."""
    found: HoldPolicies = context.reference.holds
    return found


def policy_of(context: Context, reason: HoldReason) -> ReasonPolicy:
    """What a reason brings with it."""
    return policies(context).reasons[reason]


def hold_id(cause: str) -> UUID:
    """The id of the hold that follows from something: the same cause gives the same hold."""
    return name_id("hold", cause)


# -- what holds consist of -----------------------------------------------------------------------------------


def held(
    policy: ReasonPolicy,
    loan_id: UUID,
    starts_on: date,
    today: date,
    *,
    freezes: Freezes | None = None,
    ends_on: date | None = None,
    disputed: Money | None = None,
) -> HeldLoan:
    """A loan as a reason's policy holds it, unless something else is said."""
    usual = policy.freezes if disputed is None else policy.in_part
    ends = ends_on or policy.ends_on(starts_on)
    review = policy.review_on(max(starts_on, today))
    return HeldLoan(
        loan_id,
        freezes or usual,
        starts_on,
        ends,
        review if ends is None or review <= ends else None,
        disputed=disputed,
    )


def place(state: Standstill, hold: Hold) -> Changed:
    """A hold is in force; of one that is there already, for the loans that are new to it."""
    known = state.hold(hold.id)
    new = [one for one in hold.loans if known is None or known.on(one.loan_id) is None]
    after = hold if known is None else replace(known, loans=(*known.loans, *new))
    if not new:
        return Changed(state)
    return Changed(state.with_hold(after), tuple(_placed(state, after, one) for one in new))


def change(state: Standstill, hold: Hold, changes: Iterable[HeldLoan]) -> Changed:
    """A hold stands otherwise now for these loans; where nothing differs, nothing is told."""
    events = []
    for one in changes:
        if one == hold.on(one.loan_id):
            continue
        hold, told = _told_anew(state, hold, one)
        events.append(told)
    return Changed(state.with_hold(hold) if events else state, tuple(events))


def tell_anew(state: Standstill, hold: Hold) -> Changed:
    """Tell a hold as it stands, since it is somebody else's than was told: a person goes by another id."""
    events = []
    for one in hold.loans:
        if one.lifted_on is None:
            hold, told = _told_anew(state, hold, one)
            events.append(told)
    return Changed(state.with_hold(hold), tuple(events))


def _told_anew(state: Standstill, hold: Hold, one: HeldLoan) -> tuple[Hold, HoldChanged]:
    raised = replace(one, revision=one.revision + 1)
    hold = hold.with_loan(raised)
    stated = dict(_placed(state, hold, raised))
    return hold, HoldChanged(**stated, revision=raised.revision)


def lift(state: Standstill, hold: Hold, lifted_on: date, loan_ids: Collection[UUID] | None = None) -> Changed:
    """A hold is over from a day on, for some of its loans or all; never later than its stated end says."""
    events = []
    for one in hold.loans:
        if one.lifted_on is not None or (loan_ids is not None and one.loan_id not in loan_ids):
            continue
        on = lifted_on if one.ends_on is None else min(lifted_on, plus(one.ends_on, 1))
        hold = hold.with_loan(replace(one, lifted_on=on))
        events.append(
            HoldLifted(loan_id=one.loan_id, hold_id=hold.id, person_id=state.person_id, lifted_on=on)
        )
    if loan_ids is None and hold.all_loans:
        hold = replace(hold, all_loans=False)
        return Changed(state.with_hold(hold), tuple(events))
    return Changed(state.with_hold(hold) if events else state, tuple(events))


def lift_cause(state: Standstill, cause: str, lifted_on: date) -> Changed:
    """What followed from something is over with it."""
    found = state.hold_of(cause)
    return Changed(state) if found is None else lift(state, found, lifted_on)


def join_new_loan(state: Standstill, loan: LinkedLoan, context: Context) -> Changed:
    """A loan came to the person's: holds on all of their loans reach it, where their reason says so."""
    today = state.today(context.now)
    events: list[Event] = []
    for hold in state.holds:
        policy = policy_of(context, hold.reason)
        pattern = next((one for one in hold.loans if one.covers(today)), None)
        if not hold.all_loans or not policy.new_loans_join or hold.on(loan.loan_id) is not None:
            continue
        if hold.loans and pattern is None:
            continue
        one = (
            held(policy, loan.loan_id, today, today)
            if pattern is None
            else replace(
                pattern,
                loan_id=loan.loan_id,
                starts_on=max(today, pattern.starts_on),
                revision=0,
                noticed_on=None,
            )
        )
        state, more = place(state, replace(hold, loans=(*hold.loans, one)))
        events += more
    return Changed(state, tuple(events))


def _placed(state: Standstill, hold: Hold, one: HeldLoan) -> HoldPlaced:
    return HoldPlaced(
        loan_id=one.loan_id,
        hold_id=hold.id,
        person_id=state.person_id,
        reason=hold.reason,
        freezes=one.freezes,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        review_on=one.review_on,
        hold_reference=hold.reference,
        disputed=one.disputed,
        arrears_only=one.arrears_only,
    )


# -- who may ask for what ------------------------------------------------------------------------------------


def loans_asked(state: Standstill, loan_ids: Sequence[UUID], context: Context) -> tuple[UUID, ...]:
    """The loans that a command is for, as they are called today: those named, or all that the person owes
    and the actor may see. Raises PersonUnknown and LoanNotTheirs.
    """
    seen = [one for one in state.known_loans() if state.concerns(one, context.actor)]
    if not seen and not state.seen_by(context.actor):
        raise PersonUnknown(id=state.id)
    named = tuple(dict.fromkeys(state.now_called(one) for one in loan_ids))
    if strange := [one for one in named if one not in seen]:
        raise LoanNotTheirs(loan_id=strange[0])
    return named or tuple(one for one in state.owed_loans() if one in seen)


def find_hold(
    state: Standstill, id_: UUID, loan_ids: Sequence[UUID], context: Context
) -> tuple[Hold, list[HeldLoan]]:
    """A hold and those of its loans that are the actor's business. Raises HoldUnknown, LoanNotTheirs."""
    hold = state.hold(id_)
    mine = [one for one in hold.loans if state.concerns(one.loan_id, context.actor)] if hold else []
    if hold is None or not mine:
        raise HoldUnknown(hold_id=id_)
    named = [state.now_called(one) for one in loan_ids]
    if strange := [one for one in named if one not in [held_loan.loan_id for held_loan in mine]]:
        raise LoanNotTheirs(loan_id=strange[0])
    return hold, [one for one in mine if not named or one.loan_id in named]


def check_start(starts_on: date, today: date) -> None:
    """Raises StartsTooFarAway."""
    if abs((today - starts_on).days) > AWAY_DAYS_MAX:
        raise StartsTooFarAway(starts_on=starts_on, today=today)


def ended_by_death(changed: Changed, reason: HoldReason, died_on: date) -> Changed:
    """A moratorium ends with the person's death (SI 2020/1311, regs 26 and 32). The day itself is protected,
    and the hold for the death is there already.
    """
    if reason is not HoldReason.DEATH:
        return changed
    state, events = changed
    for one in state.moratoria:
        if one.ended_on is not None:
            continue
        hold = state.hold(one.hold_id)
        state = state.with_moratorium(replace(one, ended_on=died_on, end_reason="death"))
        if hold is not None:
            state, more = lift(state, hold, plus(died_on, 1))
            events = (*events, *more)
    return Changed(state, events)
