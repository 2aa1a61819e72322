"""Reliefs: what each phase of a plan means for a loan's book, what it costs, and how the ledger applies it.

Arrears and penalties never stand against a relief: those who are late are those who need it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from services.ledger.domain import facts, freezes
from services.ledger.domain.agreements import Granted, Instruction, LoanPlan
from services.ledger.domain.book import Book
from services.ledger.domain.consequences import settle
from services.ledger.domain.doubt import with_stale_record
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.outlook import own_rate, present_value
from services.ledger.domain.payments import revised
from services.ledger.domain.provided import planned
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.terms import Repayment
from shared.decision import Context, Decision, Need, Wait
from shared.errors import DomainError, Refused
from shared.events.base import Event
from shared.events.hardship import PlanAccepted, PlanBroken, PlanCompleted, PlanLoan
from shared.events.ids import name_id
from shared.events.ledger import ReliefInstructed, ReliefRefused
from shared.events.parts import PlanPart, ReliefKind, ReliefPhase
from shared.events.servicing import ReliefApplied, ReliefRejected

_DAY = timedelta(days=1)


class ReliefImpossible(Refused):
    """The loan cannot be changed so."""


class AmountMissing(ReliefImpossible):
    """This kind of relief states an amount, in the loan's currency and above zero."""


class EndMissing(ReliefImpossible):
    """This kind of relief states the day on which it ends, after the one on which it begins."""


class RateMissing(ReliefImpossible):
    """A rate reduction states the rate."""


class InstalmentsMissing(ReliefImpossible):
    """This kind of relief states the instalments."""


class ScheduleWanted(ReliefImpossible):
    """The platform provides this loan's schedule: what falls due when is changed by sending the new one."""


class NothingToChange(ReliefImpossible):
    """No instalment is left that the relief could change."""


AT_ONCE = frozenset(
    {
        ReliefKind.DUE_DATE_MOVED,
        ReliefKind.DEFERRAL_INTEREST_FROZEN,
        ReliefKind.DEFERRAL_INTEREST_RUNNING,
        ReliefKind.LONGER_TERM,
        ReliefKind.INTEREST_ONLY,
        ReliefKind.RATE_REDUCTION,
        ReliefKind.LUMP_SUM_SETTLEMENT,
    }
)
"""What is agreed shows in the schedule at once, though it works from its day on. Other phases wait for their
day.
"""


_MOVES_DUES = AT_ONCE - {ReliefKind.RATE_REDUCTION} | {ReliefKind.TOKEN_PAYMENTS}


def facts_of(loan: Loan, phase: ReliefPhase, name: str, agreed_on: date) -> list[Fact]:
    """The facts that a phase means for the loan as it stands. Raises ReliefImpossible."""
    if phase.effective_on < loan.opened_on:
        raise ReliefImpossible(effective_on=phase.effective_on, opened_on=loan.opened_on)
    if loan.book.terms.repayment is Repayment.PROVIDED and phase.kind in _MOVES_DUES:
        raise ScheduleWanted(kind=phase.kind)
    made = list(_facts(loan, phase, name, min(agreed_on, phase.effective_on)))
    if not made:
        raise NothingToChange(kind=phase.kind)
    return made


def _facts(  # noqa: PLR0912  # a case for each kind
    loan: Loan, phase: ReliefPhase, name: str, agreed_on: date
) -> Iterator[Fact]:
    on, book = phase.effective_on, loan.book
    match phase.kind:
        case ReliefKind.DUE_DATE_MOVED:
            yield facts.DueDateMoved(agreed_on, name, on, _end(phase))
        case ReliefKind.DEFERRAL_INTEREST_FROZEN:
            yield facts.InterestPause(agreed_on, f"{name}:interest", on, _end(phase))
            yield from _deferred(book, phase, f"{name}:due", agreed_on)
        case ReliefKind.DEFERRAL_INTEREST_RUNNING:
            yield from _deferred(book, phase, name, agreed_on)
        case ReliefKind.INSTALMENTS:
            yield from _instalments(loan, phase, name)
        case ReliefKind.LONGER_TERM:
            first = _first_due(book, on)
            if first is not None:
                yield facts.MorePeriods(agreed_on, name, first, _more(book, _end(phase)))
        case ReliefKind.ARREARS_CAPITALISED:
            yield facts.ReAmortise(on, name)
        case ReliefKind.INTEREST_ONLY:
            first = _first_due(book, on)
            if first is not None:
                yield facts.Grace(agreed_on, name, first, principal=_count(book, on, _end(phase)))
        case ReliefKind.RATE_REDUCTION:
            if phase.rate is None:
                raise RateMissing
            yield facts.RateChange(agreed_on, name, phase.rate, on)
            if phase.ends_on is not None:
                yield facts.RateChange(agreed_on, f"{name}:end", book.annual_rate, phase.ends_on + _DAY)
        case ReliefKind.FEES_WAIVED:
            yield from _waivers(loan, phase, name)
        case ReliefKind.INTEREST_WAIVED:
            yield facts.InterestWaiver(on, name, _amount(loan, phase))
        case ReliefKind.TOKEN_PAYMENTS:
            periods = _count(book, on, _end(phase))
            if periods:
                yield facts.TokenPayments(on, name, _amount(loan, phase), periods)
        case ReliefKind.PRINCIPAL_FORGIVEN:
            yield facts.Forgiveness(on, name, min(_amount(loan, phase), book.balance))
        case ReliefKind.LUMP_SUM_SETTLEMENT:
            # One instalment of the sum; the rest is forgiven once it was paid (`forgiven_on_completion`).
            yield facts.DueDateMoved(agreed_on, name, _first_due(book, on) or on, _end(phase))


def _end(phase: ReliefPhase) -> date:
    if phase.ends_on is None or phase.ends_on < phase.effective_on:
        raise EndMissing(kind=phase.kind, effective_on=phase.effective_on)
    return phase.ends_on


def _amount(loan: Loan, phase: ReliefPhase) -> int:
    if phase.amount is None or phase.amount.currency != loan.currency or phase.amount.minor <= 0:
        raise AmountMissing(kind=phase.kind, currency=loan.currency)
    return phase.amount.minor


def _open_dues(book: Book, on: date) -> list[date]:
    return [date.fromordinal(due) for due in book.dues if due >= on.toordinal()]


def _first_due(book: Book, on: date) -> date | None:
    return next(iter(_open_dues(book, on)), None)


def _count(book: Book, on: date, until: date) -> int:
    return sum(1 for due in _open_dues(book, on) if due <= until)


def _deferred(book: Book, phase: ReliefPhase, name: str, agreed_on: date) -> Iterator[Fact]:
    """What falls due during the deferral falls due after it, in the loan's rhythm."""
    dues, end = _open_dues(book, phase.effective_on), _end(phase)
    after = next((due for due in dues if due > end), None)
    if dues and dues[0] <= end:
        yield facts.DueDateMoved(agreed_on, name, dues[0], after or end + _DAY)


def _more(book: Book, until: date) -> int:
    """How many instalments more end the loan by a day, one for each month."""
    last = date.fromordinal(max(book.dues))
    more = (until.year - last.year) * 12 + until.month - last.month
    if more <= 0:
        raise EndMissing(ends_on=until, last_due_on=last)
    return more


def _instalments(loan: Loan, phase: ReliefPhase, name: str) -> Iterator[Fact]:
    """All that is unpaid, by the instalments that were agreed."""
    if not phase.instalments:
        raise InstalmentsMissing
    new = planned(phase.instalments, loan.currency, phase.effective_on)
    terms = loan.book.terms
    if terms.repayment is Repayment.PROVIDED:
        yield facts.ScheduleChange(phase.effective_on, name, new)
    else:
        yield facts.ReAge(phase.effective_on, name, new[0].due_on, terms.unit, terms.count, len(new))


def _waivers(loan: Loan, phase: ReliefPhase, name: str) -> Iterator[Fact]:
    """The fees that were charged by then, all of them or the oldest up to an amount."""
    left = None if phase.amount is None else _amount(loan, phase)
    for number, one in enumerate(loan.book.charges):
        part = one.amount if left is None else min(one.amount, left)
        if part > 0 and one.due <= phase.effective_on.toordinal():
            left = None if left is None else left - part
            yield facts.FeeWaiver(phase.effective_on, f"{name}:{number}", one.reference, part)


def accept(loan: Loan, event: PlanAccepted, context: Context) -> Decision[Loan] | Need:
    """Apply the loan's part of a plan whole, or say why it cannot be. Where the platform's core is master,
    instruct it.
    """
    mine = next(one for one in event.loans if one.loan_id == loan.id)
    known = loan.agreements.plan
    if event.plan_id in loan.agreements.ended or (known is not None and known.plan_id == event.plan_id):
        return Decision(loan)
    plan = PlanPart(plan_id=event.plan_id, part=mine.part)
    if loan.core_is_master:
        return _instruct(loan, plan, mine, event.accepted_on, context)
    try:
        applied = apply(loan, plan, mine.phases, event.accepted_on, context)
    except DomainError as refused:
        return settle(loan, context, [ReliefRefused(loan_id=loan.id, plan=plan, reason=refused.code)])
    if isinstance(applied, Need):
        return applied
    kept = applied.agreements.plan
    assert kept is not None, "applying a plan keeps it"
    forgiven = mine.forgiven_on_completion
    kept = kept._replace(forgiven_minor=forgiven.minor if forgiven else 0)
    after = replace(applied, agreements=applied.agreements._replace(plan=kept))
    return settle(after, context, [revised(after, event.accepted_on, "plan", plan)])


def apply(
    loan: Loan, plan: PlanPart, phases: Sequence[ReliefPhase], accepted_on: date, context: Context
) -> Loan | Need:
    """The loan with what takes effect by today; the rest is kept for its day. Raises what a phase lacks."""
    today, after, coming = loan.today(context.now), loan, []
    for place, phase in enumerate(phases):
        if phase.effective_on > today and phase.kind not in AT_ONCE:
            facts_of(
                after, phase, "tried", accepted_on
            )  # what can never be applied is refused before anyone relies on it
            coming.append((place, phase))
            continue
        changed = _take_effect(after, plan.plan_id, place, phase, accepted_on, context)
        if isinstance(changed, Need):
            return changed
        after = changed
    return _keeping(loan, after, LoanPlan(plan.plan_id, plan.part, accepted_on, tuple(coming)), phases, today)


def _keeping(before: Loan, after: Loan, plan: LoanPlan, phases: Sequence[ReliefPhase], today: date) -> Loan:
    """The loan with this plan in force; another one that was in force is over."""
    granted = tuple(Granted(one.kind, one.effective_on, one.ends_on) for one in phases)
    kept = plan._replace(granted=granted, diminished=_diminished(before, after, today))
    agreed, over = after.agreements, after.agreements.plan
    past = agreed.past if over is None else (*agreed.past, _over(over, plan.accepted_on))
    ended = agreed.ended if over is None else (*agreed.ended, over.plan_id)
    agreements = agreed._replace(plan=kept, instruction=None, past=past, ended=ended)
    return with_stale_record(replace(after, agreements=agreements, version=after.version + 1))


def _over(plan: LoanPlan, on: date) -> LoanPlan:
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
    loan: Loan, plan: PlanPart, mine: PlanLoan, accepted_on: date, context: Context
) -> Decision[Loan]:
    told = _instruction(loan, plan, mine.phases, accepted_on)
    if loan.agreements.instruction == told:
        return Decision(loan)
    after = replace(loan, agreements=loan.agreements._replace(instruction=told), version=loan.version + 1)
    instructed = ReliefInstructed(
        loan_id=loan.id, instruction_id=told.instruction_id, phases=mine.phases, plan=plan
    )
    return settle(after, context, [instructed])


def _instruction(loan: Loan, plan: PlanPart, phases: tuple[ReliefPhase, ...], on: date) -> Instruction:
    id_ = name_id("instruction", f"{loan.id}\n{plan.plan_id}\n{plan.part}")
    return Instruction(id_, plan.plan_id, plan.part, phases, on)


def confirm(loan: Loan, event: ReliefApplied, context: Context) -> Decision[Loan] | Need | Wait:
    """The core has done what it was told: its schedule holds where it sent one, else the phases as agreed."""
    told = loan.agreements.instruction
    if told is None or told.instruction_id != event.instruction_id:
        return freezes.confirm(loan, event, context)
    assert told.plan_id is not None, "only plans are instructed"
    plan = PlanPart(plan_id=told.plan_id, part=told.part)
    if event.instalments:
        new = planned(event.instalments, loan.currency, event.applied_on)
        fact = facts.ScheduleChange(event.applied_on, f"plan:{told.plan_id}", new)
        recorded = record(loan, fact, context)
        if isinstance(recorded, Need):
            return recorded
        changed = recorded.loan if recorded else loan
        kept = LoanPlan(told.plan_id, told.part, told.instructed_on)
        today = loan.today(context.now)
        after: Loan | Need = _keeping(loan, changed, kept, told.phases, today)
    else:
        after = apply(loan, plan, told.phases, told.instructed_on, context)
    if isinstance(after, Need):
        return after
    return settle(after, context, [revised(after, event.applied_on, "plan", plan)])


def reject(loan: Loan, event: ReliefRejected, context: Context) -> Decision[Loan]:
    """The core refuses: the plan's part falls, and hardship is told."""
    told = loan.agreements.instruction
    if told is None or told.instruction_id != event.instruction_id or told.plan_id is None:
        return freezes.reject(loan, event, context)
    plan = PlanPart(plan_id=told.plan_id, part=told.part)
    after = replace(loan, agreements=loan.agreements._replace(instruction=None), version=loan.version + 1)
    return settle(after, context, [ReliefRefused(loan_id=loan.id, plan=plan, reason=event.reason)])


def break_off(loan: Loan, event: PlanBroken, context: Context) -> Decision[Loan]:
    """The plan is over. What it granted stands, what was still to come does not come."""
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    return settle(_without_plan(loan, plan, event.broken_on), context)


def _without_plan(loan: Loan, plan: LoanPlan, on: date) -> Loan:
    agreed = loan.agreements
    agreements = agreed._replace(
        plan=None, past=(*agreed.past, _over(plan, on)), ended=(*agreed.ended, plan.plan_id)
    )
    return with_stale_record(replace(loan, agreements=agreements, version=loan.version + 1))


def complete(loan: Loan, event: PlanCompleted, context: Context) -> Decision[Loan] | Need:
    """The plan was kept to its end: what was to be forgiven then is forgiven."""
    plan = loan.agreements.plan
    if plan is None or plan.plan_id != event.plan_id:
        return Decision(loan)
    events: list[Event] = []
    after = _without_plan(loan, plan, event.completed_on)
    if plan.forgiven_minor and loan.book.balance:
        forgiven = min(plan.forgiven_minor, loan.book.balance)
        fact = facts.Forgiveness(event.completed_on, f"plan:{plan.plan_id}:forgiven", forgiven)
        recorded = record(after, fact, context)
        if isinstance(recorded, Need):
            return recorded
        if recorded is not None:
            after = recorded.loan
        done = PlanPart(plan_id=plan.plan_id, part=plan.part)
        events.append(revised(after, event.completed_on, "plan_completed", done))
    return settle(after, context, events)
