"""A loan's credit record: made from its days, told where it has changed, corrected where it was wrong.

A loan without schemes costs nothing. One that is paid in time costs a look at its instalments when its day
comes; only what was late, relieved, disputed or corrected is made from the whole file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.ledger.domain.agreements import LoanPlan
from services.ledger.domain.credit_record import eba, metro2, pbc, record
from services.ledger.domain.credit_record.carried import (
    Carried,
    Day,
    PlanOn,
    carry,
    code_of,
    months_of,
    opening,
    retold,
)
from services.ledger.domain.credit_record.china import WATCH_MONTHS
from services.ledger.domain.credit_record.eba import Measure
from services.ledger.domain.credit_record.record import HISTORY, MONTHLY, StatusChange
from services.ledger.domain.credit_record.standing import (
    Deferral,
    DeferralKind,
    Dispute,
    Ending,
    PlanKind,
    month_of,
)
from services.ledger.domain.credit_record.standing import Standing as CreditStanding
from services.ledger.domain.credit_record.told import CreditTold, MonthReported
from services.ledger.domain.due_dates import add_months
from services.ledger.domain.facts import Departure, PassedOn, Payment
from services.ledger.domain.loan import Entry, History, Loan
from services.ledger.domain.recording import facts_of, opened_with
from services.ledger.domain.replay import replay
from services.ledger.domain.standing import Standing, standing
from services.ledger.domain.timeline import Point, walk
from services.ledger.domain.waiting import is_answered
from shared.decision import Context, Need
from shared.events.base import Event
from shared.events.parts import HoldReason, ReliefKind
from shared.quick import replace

_DAY = timedelta(days=1)
_DEFERRALS = (ReliefKind.DEFERRAL_INTEREST_FROZEN, ReliefKind.DEFERRAL_INTEREST_RUNNING)
_LESS_IS_DUE = (*_DEFERRALS, ReliefKind.TOKEN_PAYMENTS, ReliefKind.INTEREST_ONLY)
_ASKS_LESS_OFTEN = (ReliefKind.INSTALMENTS, ReliefKind.TOKEN_PAYMENTS, ReliefKind.LUMP_SUM_SETTLEMENT)
Codes = tuple[str, ...]


def report(loan: Loan, context: Context, complete_through: date | None) -> tuple[Loan, list[Event]] | Need:
    """The loan with its record brought to today, and what of it is told.

    Nothing is told while reports are awaited that may prove it wrong, or while nothing may be demanded.
    """
    told, today = loan.told.credit, loan.today(context.now)
    if not loan.rules.credit_schemes or (told is not None and told.carried.ended and not told.stale):
        return loan, []
    now, gone = standing(loan, today), loan.course.gone
    if gone is not None and context.history is None:
        return Need(history=True)
    went = None if gone is None else _as_it_went(loan, context.history)
    if gone is None or went is None:
        waits, answered = _waits(told, now, complete_through), is_answered(loan, today)
    else:
        waits, answered = _waits(told, went, complete_through), True
    if waits is not None or not answered:
        before = told or CreditTold(opening(loan.opened_on))
        stale = before.stale or not answered
        return _with(loan, replace(before, stale=stale, look_on=None, waits_through=waits)), []
    anew = told is None or told.stale or told.carried.through >= today
    start = opening(loan.opened_on) if told is None or anew else told.carried
    days: Iterable[Day]
    making = _Making(loan, start)
    if _undisturbed(loan, start, now, anew=anew):
        days = _quiet_days(start, now, told)
    elif context.history is None:
        return Need(history=True)
    else:
        whose, file = (loan, context.history) if gone is None else _as_here(loan, context.history)
        points = walk(whose, file, start.through + _DAY, today, making.stops)
        days = (_day(loan, point, went) for point in points)
    for day in days:
        making.take(day)
    return making.told(told, today, now)


def _with(loan: Loan, credit: CreditTold) -> Loan:
    return replace(loan, told=replace(loan.told, credit=credit))


def _waits(told: CreditTold | None, now: Standing, complete_through: date | None) -> date | None:
    """The day through which reports must be complete: the oldest unpaid due date, and the end of a month that
    the loan went into late.
    """
    oldest = now.oldest_unpaid_due_on
    if oldest is None:
        return None
    last = month_of(now.on) - _DAY
    closes = oldest < last and (told is None or told.carried.closed != month_of(last))
    needed = last if closes else oldest
    return needed if complete_through is None or complete_through < needed else None


def _undisturbed(loan: Loan, start: Carried, now: Standing, *, anew: bool) -> bool:
    """Whether the loan was paid in time on each day since: then the book tells all that there is to know."""
    book, since = loan.book, start.through
    if not start.calm or now.oldest_unpaid_due_on or not book.outstanding or book.charged_off or book.closed:
        return False
    past = any(anew or (one.ended_on or since) >= since for one in loan.agreements.past)
    placed = any(anew or (one.recalled_on or since) >= since for one in loan.course.placements)
    if loan.agreements.plan is not None or past or placed or book.ageing_pauses:
        return False
    until = [until for _, until in book.disputed] + [one.disputed_until for one in book.charges]
    if any(anew or day > since.toordinal() for day in until if day):
        return False
    late = (
        row.paid_off_on is None or row.paid_off_on > row.due_on
        for row in now.rows
        if row.amount_minor and since <= row.due_on < now.on
    )
    return not any(late)


def _quiet_days(start: Carried, now: Standing, told: CreditTold | None) -> Iterator[Day]:
    """The days of a loan that was paid in time: the ends of its months, and today."""
    due_in = {month_of(row.due_on) for row in now.rows if row.amount_minor}
    days = {now.on, *_month_ends(start.through + _DAY, now.on)}
    if told is not None and start.through < told.carried.through <= now.on:
        days.add(told.carried.through)
    owed = sum(row.amount_minor for row in now.rows if row.paid_off_on is None)
    for on in sorted(days):
        yield Day(on, owed_minor=owed, due_this_month=month_of(on) in due_in, dispute=start.dispute)


def _month_ends(from_on: date, through: date) -> Iterator[date]:
    end = add_months(month_of(from_on), 1) - _DAY
    while end <= through:
        yield end
        end = add_months(month_of(end), 2) - _DAY


def _as_it_went(loan: Loan, history: History) -> Standing:
    """How a loan that has gone stood on the day on which it went, had it stayed."""
    gone = loan.course.gone
    assert gone is not None, "asked of loans that have gone"
    here, file = _as_here(loan, history)
    those = [fact for fact in facts_of(here, file) if not isinstance(fact, Departure)]
    return standing(replace(loan, book=replay(opened_with(loan, history), those, gone.on)), gone.on)


def _as_here(loan: Loan, history: History) -> tuple[Loan, History]:
    """A loan that has gone with its file, in which money that was passed on, and counts from a day on which
    the loan was here, had been paid here.
    """
    gone = loan.course.gone
    assert gone is not None, "asked of loans that have gone"
    paid = [
        Payment(fact.value_on, fact.reference, fact.amount)
        if isinstance(fact, PassedOn) and fact.value_on < gone.on
        else fact
        for fact in facts_of(loan, history)
    ]
    return replace(loan, added=(), reversed=()), history._replace(entries=tuple(map(Entry, paid)))


def _day(loan: Loan, point: Point, went: Standing | None) -> Day:
    """A point of the loan's days as credit records look at it; `went` is how it stood as it went elsewhere.
    By a lender who sold it it is shown as late as it was then; who replaced it by a new loan was paid.
    """
    on, now, ending, gone = point.on, point.now, point.ending, loan.course.gone
    if gone is not None and went is not None and on >= gone.on:
        sold = gone.lender != loan.lender
        ending = Ending.TRANSFERRED if sold else Ending.REPLACED
        now = replace(went, on=on) if sold else now
    plan = plan_on(loan, on)
    due_in = any(row.amount_minor and month_of(row.due_on) == month_of(on) for row in now.rows)
    ended = Dispute.ENDED if point.was_disputed else Dispute.NONE
    return Day(
        on,
        days_past_due=now.days_past_due,
        missed=sum(1 for row in now.rows if row.due_on < now.on and row.is_open(now.on)),
        owed_minor=point.book.outstanding,
        arrears_minor=now.arrears_minor,
        due_this_month=due_in,
        ending=ending,
        written_off=bool(point.book.charged_off),
        dispute=Dispute.OPEN if point.dispute else ended,
        plan=None if plan is None else _plan(plan, point),
        deferral=_deferral(plan, point),
        in_collection=any(one.collects(on) for one in loan.course.placements),
    )


def plan_on(loan: Loan, on: date) -> LoanPlan | None:
    """The plan that is kept at the end of a day."""
    agreed = loan.agreements
    every = agreed.past if agreed.plan is None else (*agreed.past, agreed.plan)
    return max((one for one in every if one.is_kept(on)), key=lambda one: one.accepted_on, default=None)


def _plan(plan: LoanPlan, point: Point) -> PlanOn:
    kinds = {one.kind for one in plan.granted}
    changes = kinds - {ReliefKind.FEES_WAIVED}
    modified = changes - set(_ASKS_LESS_OFTEN)
    ends = [one.ends_on for one in plan.granted if one.kind in _LESS_IS_DUE and one.ends_on is not None]
    dues = [date.fromordinal(due) for due in point.book.dues if due > plan.accepted_on.toordinal()]
    return PlanOn(
        plan.plan_id,
        PlanKind.MODIFIED if modified else PlanKind.PARTIAL_PAYMENT,
        (dues[0] if dues else point.on) if changes else None,
        Measure(max(ends, default=None), plan.diminished) if changes else None,
    )


def _deferral(plan: LoanPlan | None, point: Point) -> Deferral | None:
    pause = point.pause
    if pause is not None and pause.reason == HoldReason.DISASTER.value:
        return Deferral(DeferralKind.DISASTER, (pause.ends_on or point.on) + _DAY)
    for one in plan.granted if plan else ():
        if one.kind in _DEFERRALS and one.ends_on and one.effective_on <= point.on <= one.ends_on:
            return Deferral(DeferralKind.FORBEARANCE, one.ends_on + _DAY)
    return None


@dataclass
class _Making:
    """A record in the making: what it carries, and its codes at the end of each month and of each day."""

    loan: Loan
    carried: Carried
    standing: CreditStanding | None = None
    by_day: dict[date, Codes] = field(default_factory=dict)
    by_month: dict[date, Codes] = field(default_factory=dict)

    @property
    def schemes(self) -> Sequence[str]:
        return self.loan.rules.credit_schemes

    def take(self, day: Day) -> None:
        closed = self.carried.closed
        self.carried, self.standing = carry(self.carried, day, in_euro=self.loan.currency == "EUR")
        self.by_day[day.on] = codes = self._codes(self.standing)
        if self.carried.closed != closed:
            self.by_month[month_of(day.on)] = codes

    def _codes(self, at: CreditStanding) -> Codes:
        return tuple("" if one == HISTORY else record.SCHEMES[one](at).code for one in self.schemes)

    def stops(self, point: Point) -> Iterator[date]:
        """The further days on which the record may turn, as it stands after a day."""
        on = point.on
        yield next(_month_ends(on + _DAY, date.max))
        told = self.loan.told.credit
        if told is not None:
            yield told.carried.through
        if (review_on := eba.next_review_on(self.carried.exposure, on)) is not None:
            yield review_on
        yield from _days_of_plans(self.loan)
        yield from _days_of_placements(self.loan)
        if point.now.days_past_due:
            yield from _turns_on(self.schemes, on, point.now.days_past_due)

    def told(self, before: CreditTold | None, today: date, now: Standing) -> tuple[Loan, list[Event]]:
        """The loan with this record, and what is to be told of it."""
        assert self.standing is not None, "a record is made of a day at least"
        fresh = before is None or not before.codes
        old = opening(self.loan.opened_on) if before is None or fresh else before.carried
        wrong = [] if fresh else retold(old, self.carried)
        codes = list(self.by_day[self.standing.as_of])
        events: list[StatusChange] = []
        for place, scheme in enumerate(self.schemes):
            was = "" if before is None or fresh else before.codes[place]
            if scheme == HISTORY:
                events += self._history(old, wrong)
            elif scheme == MONTHLY:
                events += self._months(old, wrong, was, fresh=fresh)
                codes[place] = (
                    "" if self.carried.closed is None else code_of(self.carried, self.carried.closed)
                )
            elif codes[place] != was:
                then = None if fresh else self.by_day.get(old.through)
                corrects = then is not None and then[place] != was
                rule = record.SCHEMES[scheme](self.standing).rule.id
                events.append(StatusChange(scheme, was, codes[place], rule, today, corrects))
        rows, month_codes = self._rows(old, wrong, before.month_codes if before else ())
        credit = CreditTold(self.carried, tuple(codes), month_codes, look_on=self._look_on(now, codes))
        after = replace(_with(self.loan, credit), reported=(*self.loan.reported, *rows))
        return after, [one.event(self.loan.id) for one in events]

    def _history(self, old: Carried, wrong: Sequence[date]) -> Iterator[StatusChange]:
        """The history is told where months in it were told otherwise: another month alone is no news."""
        assert self.standing is not None, "a record is made of a day at least"
        on = self.standing.as_of
        now = replace(self.standing, months=months_of(self.carried, on))
        former = {month.first_on: month for month in months_of(old, on)}
        months = tuple(former[one.first_on] if one.first_on in wrong else one for one in now.months)
        was, is_ = metro2.history(replace(now, months=months)), metro2.history(now)
        if was.code != is_.code:
            yield StatusChange(HISTORY, was.code, is_.code, is_.rule.id, on, True)

    def _months(
        self, old: Carried, wrong: Sequence[date], was: str, *, fresh: bool
    ) -> Iterator[StatusChange]:
        """Months that prove wrong, each as a correction, then those that are over since."""
        for month in wrong:
            before, after = code_of(old, month), code_of(self.carried, month)
            if before != after:
                yield _month_change(month, before, after, correction=True)
                was = after if month == old.closed else was
        closed = sorted(month for month in self.by_month if old.closed is None or month > old.closed)
        for month in closed[-1:] if fresh else closed:
            code = code_of(self.carried, month)
            if code != was:
                yield _month_change(month, was, code)
            was = code

    def _rows(self, old: Carried, wrong: Sequence[date], last: Codes) -> tuple[list[MonthReported], Codes]:
        """What goes into the record's table: months that differ from the one before as it was reported, and
        corrected ones.
        """
        rows = [self._row(month, correction=True) for month in wrong if month in self.by_month]
        for month in sorted(self.by_month):
            if old.closed is not None and month <= old.closed:
                continue
            if self.by_month[month] != last:
                rows.append(self._row(month))
                last = self.by_month[month]
        return rows, last

    def _row(self, month: date, *, correction: bool = False) -> MonthReported:
        pairs = zip(self.schemes, self.by_month[month], strict=True)
        return MonthReported(month, tuple(one for one in pairs if one[0] != HISTORY), correction)

    def _look_on(self, now: Standing, codes: Sequence[str]) -> date | None:
        """The day on which the record must be looked at, should nothing happen before."""
        on = now.on
        if self.carried.ended:
            return None
        month_over = next(_month_ends(on, date.max)) + _DAY
        if self.carried.calm:
            month = month_of(on)
            due = any(row.amount_minor and month_of(row.due_on) == month for row in now.rows)
            told = dict(zip(self.schemes, codes, strict=True)).get(MONTHLY)
            expected = "N" if due and month != month_of(self.loan.opened_on) else "*"
            return None if told is None or told == expected else month_over
        agreed = (*_days_of_plans(self.loan), *_days_of_placements(self.loan))
        days = [month_over, *agreed, *_turns_on(self.schemes, on, now.days_past_due)]
        if (review_on := eba.next_review_on(self.carried.exposure, on)) is not None:
            days.append(review_on)
        if self.carried.restructuring is not None:
            days.append(add_months(self.carried.restructuring.first_due_on, WATCH_MONTHS))
        return min(day for day in days if day > on)


def _days_of_plans(loan: Loan) -> Iterator[date]:
    agreed = loan.agreements
    for plan in agreed.past if agreed.plan is None else (*agreed.past, agreed.plan):
        yield plan.accepted_on
        if plan.ended_on is not None:
            yield plan.ended_on
        for one in plan.granted:
            yield one.effective_on
            if one.ends_on is not None:
                yield one.ends_on + _DAY


def _days_of_placements(loan: Loan) -> Iterator[date]:
    for one in loan.course.placements:
        yield one.placed_on
        if one.recalled_on is not None:
            yield one.recalled_on


def _turns_on(schemes: Iterable[str], on: date, days: int) -> Iterator[date]:
    """The days on which a loan that is so late turns to another code, if its ageing goes on."""
    return (on + timedelta(days=first - days) for first in record.first_days(schemes) if first > days)


def _month_change(month: date, before: str, after: str, *, correction: bool = False) -> StatusChange:
    rule = pbc.rule_of(after).id
    return StatusChange(MONTHLY, before, after, rule, add_months(month, 1) - _DAY, correction)
