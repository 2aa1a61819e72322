"""Breathing space: the two moratoria of the Debt Respite Scheme of England and Wales (SI 2020/1311).

Days are counted with the first as day 1. What falls under it is never asked for later: interest, fees and
penalties of its days are not put off but barred (reg. 7). Arrears go on ageing in credit records.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.hardship.domain import holds
from services.hardship.domain.hold_policy import MoratoriumPolicy
from services.hardship.domain.holds import (
    HoldOver,
    decided,
    find_hold,
    loans_asked,
    place,
    policies,
    policy_of,
)
from services.hardship.domain.standstill import (
    HeldLoan,
    Hold,
    Moratorium,
    MoratoriumKind,
    Standstill,
    plus,
)
from shared.decision import Context, Decision, Key, Need
from shared.errors import Conflict, NotFound, Refused
from shared.events.parts import HoldReason
from shared.quick import replace


class NotInTerritory(Refused):
    """This is a law of England and Wales; the moratorium of Scotland freezes neither contact nor interest."""


class MoratoriumRunning(Conflict):
    """The person is in a moratorium already; debts that are found later are added to it."""


class TooSoonAfterLast(Refused):
    """A standard moratorium is possible once an earlier one ended more than twelve months before."""


class DebtExcluded(Refused):
    """Debts of this kind are not under the moratorium (reg. 5)."""


class DebtTooYoung(Refused):
    """Only what was owed when the person applied is under the moratorium (reg. 5)."""


class MoratoriumUnknown(NotFound):
    """The person is in no such moratorium, or in none that is yours to see."""


class BeforeItBegan(Refused):
    """This day lies before the moratorium began."""


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt as the notice names it."""

    loan_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class EnterMoratorium:
    """The register has a moratorium for the person."""

    subject_id: UUID
    kind: MoratoriumKind
    register_reference: str
    territory: str
    adviser: str
    applied_on: date
    starts_on: date
    debts: tuple[Debt, ...]


@dataclass(frozen=True, slots=True)
class AddDebt:
    """A debt was found later: it is protected from when the moratorium takes effect for it (reg. 15)."""

    subject_id: UUID
    hold_id: UUID
    debt: Debt
    effective_on: date


@dataclass(frozen=True, slots=True)
class MoratoriumTaken:
    """The answer: how the moratorium stands now."""

    hold_id: UUID
    ends_on: date | None


class Clocks(NamedTuple):
    """The days that count for one debt, each the last on which something may be done."""

    ask_review_by: date
    decide_review_by: date
    ask_court_by: date


def clocks(one: HeldLoan, policy: MoratoriumPolicy) -> Clocks:
    """Of a debt, from the day on which the moratorium took effect for it; that day counts."""
    last = [policy.ask_review_days, policy.decide_review_days, policy.court_days]
    return Clocks(*(plus(one.starts_on, days - 1) for days in last))


def midway(moratorium: Moratorium, policy: MoratoriumPolicy) -> tuple[date, date] | None:
    """From which day through which the adviser looks at it; None: nobody does (crisis)."""
    if moratorium.kind is not MoratoriumKind.STANDARD:
        return None
    first, last = policy.midway_from_day, policy.midway_to_day
    return plus(moratorium.starts_on, first - 1), plus(moratorium.starts_on, last - 1)


def cause_of(register_reference: str) -> str:
    """What the hold of a moratorium follows from."""
    return f"breathing:{register_reference}"


def enter(state: Standstill, command: EnterMoratorium, context: Context) -> Decision[Standstill] | Need:
    """The person enters a moratorium, for these debts. Notice may come later than its start: the amounts are
    barred from the start on, whatever was done before the notice is marked by it.

    Told again, by another creditor of the same person, it is the same moratorium with more debts.
    """
    asked = loans_asked(state, [one.loan_id for one in command.debts], context)
    keys = [Key(Standstill.__name__, one) for one in asked]
    if any(key not in context.others for key in keys):
        return Need(keys=keys)
    policy, today = policies(context).moratorium, state.today(context.now)
    if command.territory not in policy.territories or (state.region or command.territory) not in {
        *policy.territories,
        "GB",
    }:
        raise NotInTerritory(territory=command.territory, person=state.region)
    _owed_then(command.debts, command.applied_on, state, context)
    id_ = holds.hold_id(f"{cause_of(command.register_reference)}\n{state.id}")
    known = state.moratorium(id_)
    if known is None:
        _possible(state, command, policy, today)
        known = Moratorium(
            id_,
            command.kind,
            command.register_reference,
            command.adviser,
            command.applied_on,
            command.starts_on,
        )
    elif known.ended_on is not None:
        raise HoldOver(hold_id=id_)
    hold = _hold(state, known, command.debts, known.starts_on, context)
    changed = place(state.with_moratorium(known), hold)
    return decided(state, changed, taken(changed.state, id_))


def _possible(state: Standstill, command: EnterMoratorium, policy: MoratoriumPolicy, today: date) -> None:
    if command.starts_on < command.applied_on:
        raise BeforeItBegan(applied_on=command.applied_on, starts_on=command.starts_on)
    holds.check_start(command.starts_on, today)
    standard = MoratoriumKind.STANDARD
    for one in state.moratoria:
        # One for a mental health crisis is always possible, however often (reg. 30).
        if one.kind is standard and command.kind is not standard:
            continue
        over = last_day(state, one)
        if over is None or over >= command.starts_on:
            raise MoratoriumRunning(hold_id=one.hold_id)
        if command.kind is standard and one.kind is standard:
            possible_from = plus(_months_after(over, policy.months_between), 1)
            if command.applied_on < possible_from:
                raise TooSoonAfterLast(last_ended_on=over, possible_from=possible_from)


def last_day(state: Standstill, moratorium: Moratorium) -> date | None:
    """The last day of a moratorium, past or to come; None: it has no stated end yet."""
    if moratorium.ended_on is not None:
        return moratorium.ended_on
    hold = state.hold(moratorium.hold_id)
    ends = [one.ends_on for one in hold.loans if one.lifted_on is None] if hold is not None else []
    return max((one for one in ends if one is not None), default=None) if None not in ends else None


def _months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(day.year + years, date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _owed_then(debts: Iterable[Debt], applied_on: date, state: Standstill, context: Context) -> None:
    policy = policies(context).moratorium
    for one in debts:
        if one.kind in policy.excluded_debts:
            raise DebtExcluded(loan_id=one.loan_id, kind=one.kind)
        loan: Standstill | None = context.others.get(Key(Standstill.__name__, state.now_called(one.loan_id)))
        opened_on = loan.loan.opened_on if loan is not None and loan.loan is not None else None
        if opened_on is not None and opened_on > applied_on:
            raise DebtTooYoung(loan_id=one.loan_id, opened_on=opened_on, applied_on=applied_on)


def _hold(
    state: Standstill, moratorium: Moratorium, debts: Sequence[Debt], starts_on: date, context: Context
) -> Hold:
    policy, today = policies(context), state.today(context.now)
    known = state.hold(moratorium.hold_id)
    made = []
    for debt in debts:
        secured = debt.kind in policy.moratorium.secured_debts
        made.append(
            HeldLoan(
                state.now_called(debt.loan_id),
                policy_of(context, HoldReason.BREATHING_SPACE).freezes,
                starts_on,
                ends(moratorium, policy.moratorium),
                _review(moratorium, policy.moratorium, today),
                arrears_only=secured,
                noticed_on=today if today > starts_on else None,
            )
        )
    if known is not None:
        return replace(known, loans=tuple(made))
    return Hold(
        moratorium.hold_id,
        HoldReason.BREATHING_SPACE,
        cause_of(moratorium.register_reference),
        context.now,
        policy.version,
        tuple(made),
    )


def ends(moratorium: Moratorium, policy: MoratoriumPolicy) -> date | None:
    """Its last day, as the law has it; None: nobody can say yet (crisis treatment goes on)."""
    if moratorium.kind is MoratoriumKind.STANDARD:
        return plus(moratorium.starts_on, policy.days - 1)
    if moratorium.treatment_stopped_on is None:
        return None
    return plus(moratorium.treatment_stopped_on, policy.crisis_days_after - 1)


def _review(moratorium: Moratorium, policy: MoratoriumPolicy, today: date) -> date | None:
    looked = midway(moratorium, policy)
    if looked is not None:
        return looked[0] if moratorium.midway_done_on is None else None
    if moratorium.treatment_stopped_on is not None:
        return None
    return plus(max(moratorium.starts_on, today), policy.crisis_review_days)


def add_debt(state: Standstill, command: AddDebt, context: Context) -> Decision[Standstill] | Need:
    """A debt that was owed at the start and is found later: protected from a day of its own, with clocks of
    its own, to the end that the moratorium has.
    """
    (loan_id,) = loans_asked(state, [command.debt.loan_id], context)
    key = Key(Standstill.__name__, loan_id)
    if key not in context.others:
        return Need(keys=[key])
    moratorium = running(state, command.hold_id, context)
    if command.effective_on < moratorium.starts_on:
        raise BeforeItBegan(starts_on=moratorium.starts_on, effective_on=command.effective_on)
    holds.check_start(command.effective_on, state.today(context.now))
    _owed_then([command.debt], moratorium.applied_on, state, context)
    hold = _hold(state, moratorium, [command.debt], command.effective_on, context)
    changed = place(state, hold)
    return decided(state, changed, taken(changed.state, command.hold_id))


def running(state: Standstill, hold_id: UUID, context: Context) -> Moratorium:
    """A moratorium that is not over. Raises HoldUnknown, MoratoriumUnknown, HoldOver."""
    find_hold(state, hold_id, (), context)
    found = state.moratorium(hold_id)
    if found is None:
        raise MoratoriumUnknown(hold_id=hold_id)
    if found.ended_on is not None:
        raise HoldOver(hold_id=hold_id)
    return found


def taken(state: Standstill, hold_id: UUID) -> MoratoriumTaken:
    """The answer for a moratorium as it is now."""
    found = state.moratorium(hold_id)
    assert found is not None, "it was entered"
    return MoratoriumTaken(hold_id, last_day(state, found))
