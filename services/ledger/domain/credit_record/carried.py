"""What a credit record carries from one day to the next: a fold over the days of a loan.

Made anew from the loan's whole file it comes out the same as carried on day by day: that is what makes a
correction a correction, and not a second opinion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain.credit_record import eba, metro2, pbc
from services.ledger.domain.credit_record.china import WATCH_MONTHS
from services.ledger.domain.credit_record.eba import Measure, Observation, is_material
from services.ledger.domain.credit_record.standing import (
    Deferral,
    Dispute,
    Ending,
    Exposure,
    Month,
    Plan,
    PlanKind,
    Restructuring,
    Shown,
    Standing,
    contract_days,
    month_end,
    month_of,
)
from services.ledger.domain.due_dates import add_months
from shared.quick import replace

_DAY = timedelta(days=1)
_UNMARKED = Exposure()
_PAID = "N"
"""The People's Bank's code of a month that was paid in full and in time."""


class PlanOn(NamedTuple):
    """An agreed plan that is kept on a day."""

    plan_id: UUID
    kind: PlanKind = PlanKind.PARTIAL_PAYMENT
    first_due_on: date | None = None
    """The first instalment after the change of terms; None where the plan changes none."""
    measure: Measure | None = None
    """As European rules see it; None where the plan grants nothing."""


class Day(NamedTuple):
    """How a loan stands at the end of a day, by its book and what was agreed. Amounts are minor units."""

    on: date
    days_past_due: int = 0
    missed: int = 0
    """Instalments past due and unpaid."""
    owed_minor: int = 0
    arrears_minor: int = 0
    due_this_month: bool = True
    ending: Ending | None = None
    written_off: bool = False
    dispute: Dispute = Dispute.NONE
    plan: PlanOn | None = None
    deferral: Deferral | None = None
    in_collection: bool = False


class MonthTold(NamedTuple):
    """A month as it goes into the record, with its code in the People's Bank's."""

    month: Month
    code: str


class PlanShown(NamedTuple):
    """The plan that is kept, and the best that was shown since it began: it is never shown worse."""

    plan_id: UUID
    days: int
    current: bool = False
    """Nothing was shown as past due at least once, since nothing had to be paid."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A loan's record through a day. Of its months only those are kept that were anything but paid."""

    opened_on: date
    through: date
    months: tuple[MonthTold, ...] = ()
    """The newest first, no older than the history reaches."""
    closed: date | None = None
    """The first day of the last month that is in the record."""
    exposure: Exposure = _UNMARKED
    restructuring: Restructuring | None = None
    plan: PlanShown | None = None
    dispute: Dispute = Dispute.NONE
    ended: bool = False
    """The month in which it came to an end is in the record: nothing follows."""
    calm: bool = True
    """Nothing was past due, and nothing else was shown that another day or a payment could change."""

    @property
    def was_late(self) -> bool:
        """Whether a month is in the record at whose end something was past due."""
        return any(told.month.days_past_due or told.month.missed for told in self.months)


def opening(opened_on: date) -> Carried:
    """The record of a loan of which no day was looked at yet."""
    return Carried(opened_on, opened_on - _DAY)


def carry(before: Carried, seen: Day, *, in_euro: bool = False) -> tuple[Carried, Standing]:
    """The record a day on, and the loan's standing on it, from which each scheme takes its code.

    To be given the days on which anything changes, days 31 and 91 past due, every month's last day and
    `eba.next_review_on`.
    """
    begun = _begun(before, seen)
    restructuring = _restructured(before, seen) if begun else before.restructuring
    plan, shown = _shown(before, seen)
    standing = Standing(
        as_of=seen.on,
        opened_on=before.opened_on,
        days_past_due=seen.days_past_due,
        owed_minor=seen.owed_minor,
        arrears_minor=seen.arrears_minor,
        missed_now=seen.missed,
        months=months_of(before, seen.on),
        due_this_month=seen.due_this_month,
        ending=seen.ending,
        written_off=seen.written_off,
        in_collection=seen.in_collection,
        plan=plan,
        deferral=seen.deferral,
        dispute=seen.dispute,
        restructuring=restructuring,
    )
    observation = Observation(
        seen.on,
        contract_days(standing),
        material=not in_euro or is_material(seen.arrears_minor, seen.owed_minor),
        measure=seen.plan.measure if begun and seen.plan else None,
    )
    standing = replace(standing, exposure=eba.observe(before.exposure, observation))
    after = replace(
        before,
        through=seen.on,
        exposure=standing.exposure,
        restructuring=restructuring,
        plan=shown,
        dispute=seen.dispute,
        calm=_is_calm(seen, standing),
    )
    return _closed(after, seen, standing), standing


def months_of(carried: Carried, on: date) -> tuple[Month, ...]:
    """All months in the record, as far as the history that is told on a day reaches, newest first."""
    if carried.closed is None:
        return ()
    kept = {told.month.first_on: told.month for told in carried.months}
    return tuple(kept.get(first_on, Month(first_on)) for first_on in months_told(carried, on))


def months_told(carried: Carried, on: date) -> list[date]:
    """The first days of the months in the record that the history told on a day reaches, newest first."""
    if carried.closed is None:
        return []
    oldest = max(month_of(carried.opened_on), add_months(month_of(on), -metro2.HISTORY_MONTHS))
    span = (carried.closed.year - oldest.year) * 12 + carried.closed.month - oldest.month
    return [add_months(carried.closed, -back) for back in range(span + 1)]


def code_of(carried: Carried, first_on: date) -> str:
    """The People's Bank's code of a month in the record."""
    return next((told.code for told in carried.months if told.month.first_on == first_on), _PAID)


def retold(old: Carried, new: Carried) -> list[date]:
    """The months that two records both have and tell differently, the oldest first."""
    if old.closed is None or new.closed is None:
        return []
    before, after = _by_month(old.months), _by_month(new.months)
    both = min(old.closed, new.closed)
    since = add_months(max(old.closed, new.closed), 1 - metro2.HISTORY_MONTHS)
    differing = (month for month in before.keys() | after.keys() if before.get(month) != after.get(month))
    return sorted(month for month in differing if since <= month <= both)


def _by_month(months: Iterable[MonthTold]) -> dict[date, MonthTold]:
    return {told.month.first_on: told for told in months}


def _begun(before: Carried, seen: Day) -> bool:
    """Whether a plan has begun on the day."""
    if seen.plan is None:
        return False
    return before.plan is None or before.plan.plan_id != seen.plan.plan_id


def _restructured(before: Carried, seen: Day) -> Restructuring | None:
    assert seen.plan is not None, "only a plan changes terms"
    if seen.plan.first_due_on is None:
        return before.restructuring
    again = before.restructuring is not None and seen.on < add_months(
        before.restructuring.first_due_on, WATCH_MONTHS
    )
    return Restructuring(seen.plan.first_due_on, again)


def _shown(before: Carried, seen: Day) -> tuple[Plan | None, PlanShown | None]:
    """The plan as schemes look at it: while it is kept, what was shown once is the worst that is shown."""
    if seen.plan is None:
        return None, None
    known = before.plan if before.plan is not None and before.plan.plan_id == seen.plan.plan_id else None
    days = seen.days_past_due if known is None else min(known.days, seen.days_past_due)
    current = seen.deferral is not None or (known is not None and known.current)
    plan = Plan(days, shown=Shown.CURRENT if current else Shown.FROZEN, kind=seen.plan.kind)
    return plan, PlanShown(seen.plan.plan_id, days, current)


def _is_calm(seen: Day, standing: Standing) -> bool:
    changed = standing.restructuring
    watched = changed is not None and seen.on < add_months(changed.first_due_on, WATCH_MONTHS)
    quiet = seen.plan is None and seen.deferral is None and seen.dispute is not Dispute.OPEN
    going_on = seen.ending is None and not seen.written_off and not seen.in_collection
    return quiet and going_on and not watched and not seen.days_past_due and standing.exposure == _UNMARKED


def _closed(carried: Carried, seen: Day, standing: Standing) -> Carried:
    month = month_of(seen.on)
    last_day = (seen.on + _DAY).day == 1
    if carried.ended:
        # Money that went back may have opened it again.
        return replace(carried, ended=seen.ending is not None)
    if not last_day or carried.closed == month:
        return carried
    told = MonthTold(month_end(standing), pbc.code(standing).code)
    reach = add_months(month, 1 - metro2.HISTORY_MONTHS)
    kept = tuple(one for one in carried.months if one.month.first_on >= reach)
    plain = told == MonthTold(Month(month), _PAID)
    return replace(
        carried,
        months=kept if plain else (told, *kept),
        closed=month,
        ended=seen.ending is not None,
    )
