"""What each phase of a relief means for a loan's book.

Arrears and penalties never stand against a relief: those who are late are those who need it.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.ledger.domain import facts, revolving_reliefs
from services.ledger.domain.book import Book
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.facts import Fact
from services.ledger.domain.late_fees import charged_by
from services.ledger.domain.loan import Loan
from services.ledger.domain.phases import (
    EndMissing,
    InstalmentsMissing,
    NothingToChange,
    RateMissing,
    ReliefImpossible,
    ScheduleWanted,
    amount_of,
    ends_on,
)
from services.ledger.domain.provided import planned
from services.ledger.domain.rhythm import anchor
from services.ledger.domain.terms import Repayment, Terms
from services.ledger.domain.working import BEARING
from shared.events.parts import ReliefKind, ReliefPhase

_DAY = timedelta(days=1)
_MORE_PERIODS_MAX = 600

AT_ONCE = frozenset(
    {
        ReliefKind.DUE_DATE_MOVED,
        ReliefKind.DEFERRAL_INTEREST_FROZEN,
        ReliefKind.DEFERRAL_INTEREST_RUNNING,
        ReliefKind.LONGER_TERM,
        ReliefKind.INTEREST_ONLY,
        ReliefKind.RATE_REDUCTION,
    }
)
"""What is agreed shows in the schedule at once, though it works from its day on. Other phases wait for their
day.
"""
_MOVES_DUES = AT_ONCE - {ReliefKind.RATE_REDUCTION} | {
    ReliefKind.TOKEN_PAYMENTS,
    ReliefKind.LUMP_SUM_SETTLEMENT,
}


def facts_of(loan: Loan, phase: ReliefPhase, name: str, agreed_on: date) -> list[Fact]:
    """The facts that a phase means for the loan as it stands. Raises ReliefImpossible."""
    if phase.effective_on < loan.opened_on:
        raise ReliefImpossible(effective_on=phase.effective_on, opened_on=loan.opened_on)
    if loan.book.terms.repayment is Repayment.PROVIDED and phase.kind in _MOVES_DUES:
        raise ScheduleWanted(kind=phase.kind)
    since, made = min(agreed_on, phase.effective_on), list[Fact]()
    if loan.book.outstanding or loan.book.card is not None:
        of_card = revolving_reliefs.facts_of(loan, phase, name, since)
        made = list(_facts(loan, phase, name, since) if of_card is None else of_card)
    if not made:
        raise NothingToChange(kind=phase.kind)
    return made


def _facts(  # noqa: PLR0912  # a case for each kind
    loan: Loan, phase: ReliefPhase, name: str, agreed_on: date
) -> Iterator[Fact]:
    on, book = phase.effective_on, loan.book
    first = _first_due(book, on)
    match phase.kind:
        case ReliefKind.DUE_DATE_MOVED:
            until = ends_on(phase)
            if first is not None:
                yield facts.DueDateMoved(agreed_on, name, on, until)
        case ReliefKind.DEFERRAL_INTEREST_FROZEN:
            yield facts.InterestPause(agreed_on, f"{name}:interest", on, ends_on(phase))
            yield from _deferred(book, phase, f"{name}:due", agreed_on)
        case ReliefKind.DEFERRAL_INTEREST_RUNNING:
            yield from _deferred(book, phase, name, agreed_on)
        case ReliefKind.INSTALMENTS:
            yield from _instalments(loan, phase, name)
        case ReliefKind.LONGER_TERM:
            more = _more(book, ends_on(phase))
            if first is not None:
                yield facts.MorePeriods(agreed_on, name, first, more)
        case ReliefKind.ARREARS_CAPITALISED:
            yield facts.ReAmortise(on, name, arrears=True)
        case ReliefKind.INTEREST_ONLY:
            periods = _count(book, on, ends_on(phase))
            if first is not None and periods:
                yield facts.Grace(agreed_on, name, first, principal=periods)
        case ReliefKind.RATE_REDUCTION:
            if phase.rate is None:
                raise RateMissing
            yield facts.RateChange(agreed_on, name, phase.rate, on)
            if phase.ends_on is not None:
                yield facts.RateChange(agreed_on, f"{name}:end", book.annual_rate, phase.ends_on + _DAY)
        case ReliefKind.FEES_WAIVED:
            yield from _waivers(loan, phase, name)
        case ReliefKind.INTEREST_WAIVED:
            yield facts.InterestWaiver(on, name, amount_of(loan, phase))
        case ReliefKind.TOKEN_PAYMENTS:
            periods = _periods(book, on, ends_on(phase))
            if periods:
                yield facts.TokenPayments(on, name, amount_of(loan, phase), periods)
        case ReliefKind.PRINCIPAL_FORGIVEN:
            yield facts.Forgiveness(on, name, min(amount_of(loan, phase), book.balance))
        case ReliefKind.LUMP_SUM_SETTLEMENT:
            # What is left falls due a period later, or is forgiven once the sum was paid: `relief.complete`.
            yield _asked(loan.book.terms, on, name, [ends_on(phase)], [amount_of(loan, phase)])


def _open_dues(book: Book, on: date) -> list[date]:
    return [date.fromordinal(due) for due in book.dues if due >= on.toordinal()]


def _first_due(book: Book, on: date) -> date | None:
    return next(iter(_open_dues(book, on)), None)


def _count(book: Book, on: date, until: date) -> int:
    return sum(1 for due in _open_dues(book, on) if due <= until)


def _periods(book: Book, on: date, until: date) -> int:
    """How many instalments fall due by a day, were there always a next one."""
    count, last = _count(book, on, until), max(_open_dues(book, on), default=None)
    if last is None or last > until:
        return count
    return count + _beyond(book.terms, last, until)


def _beyond(terms: Terms, last: date, until: date) -> int:
    """How many due dates come after the last one, in the loan's rhythm, by a day."""
    day, more = anchor(terms, last), 0
    while (
        more < _MORE_PERIODS_MAX
        and due_date(last, terms.unit, terms.count, more + 1, day_of_month=day) <= until
    ):
        more += 1
    return more


def _deferred(book: Book, phase: ReliefPhase, name: str, agreed_on: date) -> Iterator[Fact]:
    """What falls due during the deferral falls due after it, in the loan's rhythm."""
    dues, end = _open_dues(book, phase.effective_on), ends_on(phase)
    # By the schedule's own date, though it be a closed day: so the rhythm stays.
    after = next((line.nominal_on for line in book.lines() if line.due_on > end), None)
    if dues and dues[0] <= end:
        yield facts.DueDateMoved(agreed_on, name, dues[0], after or end + _DAY)


def _more(book: Book, until: date) -> int:
    """How many instalments more, in the loan's rhythm, end it by a day."""
    last = max(line.nominal_on for line in book.lines() if line.kind in BEARING)
    more = _beyond(book.terms, last, until)
    if not more:
        raise EndMissing(ends_on=until, last_due_on=last)
    return more


def _instalments(loan: Loan, phase: ReliefPhase, name: str) -> Iterator[Fact]:
    """All that is unpaid, by the instalments that were agreed; what they leave falls due a period later."""
    if not phase.instalments:
        raise InstalmentsMissing
    new = planned(phase.instalments, loan.currency, phase.effective_on)
    if loan.book.terms.repayment is Repayment.PROVIDED:
        yield facts.ScheduleChange(phase.effective_on, name, new)
    else:
        amounts = [one.principal + one.interest + one.fees + one.penalty for one in new]
        yield _asked(loan.book.terms, phase.effective_on, name, [one.due_on for one in new], amounts)


def _asked(terms: Terms, on: date, name: str, dues: Sequence[date], amounts: Sequence[int]) -> Fact:
    return facts.ReAge(
        on, name, dues[0], terms.unit, terms.count, len(dues), dues=tuple(dues), levels=tuple(amounts)
    )


def _waivers(loan: Loan, phase: ReliefPhase, name: str) -> Iterator[Fact]:
    """The fees that were charged by then, and penalty interest: all, or the oldest up to an amount."""
    left = None if phase.amount is None else amount_of(loan, phase)
    for number, one in enumerate(loan.book.charges):
        part = one.amount if left is None else min(one.amount, left)
        if part > 0 and charged_by(one) <= phase.effective_on:
            left = None if left is None else left - part
            yield facts.FeeWaiver(phase.effective_on, f"{name}:{number}", one.reference, part)
    late = sum(loan.book.late_penalty)
    if late and left != 0:
        part = late if left is None else min(late, left)
        yield facts.InterestWaiver(phase.effective_on, f"{name}:penalty", part, penalty=True)
