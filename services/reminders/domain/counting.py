"""How caps and waits count what was done: by which key, in which unit, over which days."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from uuid import UUID

from services.reminders.domain.case import Case, Count
from services.reminders.domain.history import OPENED_BITS, Record, Unit
from services.reminders.domain.packs import Cap, CountedBy, Span, Wait
from services.reminders.domain.person import ConsentKind
from services.reminders.domain.windows import DAY


@lru_cache(maxsize=1_024)
def _masks(rule: Cap | Wait) -> tuple[int, int]:
    return rule.masks()


@lru_cache(maxsize=1_024)
def _opened_mask(rule: Cap) -> int:
    return sum(OPENED_BITS[kind] for kind in rule.opened_by)


def cap(rule: Cap, case: Case, at: datetime) -> datetime | None:
    """When a cap has room for one more, from an instant on."""
    if case.place not in rule.places or (rule.asked_only and not case.consents):
        return at
    if rule.span is Span.ROLLING:
        return _rolling_cap(rule, case, at)
    opens = at
    for day in set(case.days(at)):
        first, after = _period(rule.span, day)
        for found in _found(rule, case, first, after):
            if len(found) >= rule.at_most:
                opens = case.from_day(after, opens)
    return opens


def _rolling_cap(rule: Cap, case: Case, at: datetime) -> datetime:
    opens, days = at, timedelta(days=rule.days)
    for found in _found(rule, case, min(case.days(at)) - days + DAY, date.max):
        if len(found) >= rule.at_most:
            # Once the oldest of those that fill the cap has left the window, there is room for one.
            last = sorted((one.last_on for one in found), reverse=True)[rule.at_most - 1]
            opens = case.from_day(last + days, opens)
    return opens


def _period(span: Span, day: date) -> tuple[date, date]:
    """The first day of the calendar's day, week or month, and the first day after it."""
    if span is Span.DAY:
        return day, day + DAY
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _found(rule: Cap, case: Case, first: date, after: date) -> Iterator[list[Record]]:
    """The records that a cap counts from a day on and before another, for each thing that it counts by."""
    unit, rejected = _masks(rule)
    since = first - 2 * DAY
    counted = []
    for record in case.window:
        traits = record.traits
        if traits & unit and not traits & rejected:
            if record.last_on < since:
                break
            if first <= record.last_on and record.first_on < after and not _opened(rule, record):
                counted.append(record)
    for belongs in _keys(rule.counted_by, case):
        found = counted if belongs is None else [one for one in counted if belongs(one)]
        _note(rule, case, found)
        yield found


def _opened(rule: Cap, record: Record) -> bool:
    """Whether a record does not count, because the borrower had opened its time as this rule allows."""
    if rule.asked_only:
        return not record.traits & OPENED_BITS[ConsentKind.ASKED]
    if not record.traits & _opened_mask(rule):
        return False
    return rule.consent_days is None or record.consent_day <= rule.consent_days


def _keys(counted_by: CountedBy, case: Case, talk: bool = False) -> Iterator[Callable[[Record], bool] | None]:
    """For each thing that is counted by itself: whether a record belongs to it, None where all do. With
    `talk` what was talked about counts too.
    """
    contact = case.contact
    if counted_by is CountedBy.PERSON:
        yield None
    elif counted_by is CountedBy.LENDER:
        yield lambda record: record.lender == contact.lender
    elif counted_by is CountedBy.ADDRESS:
        yield lambda record: record.address == contact.address
    else:
        for loan in case.loans:
            yield partial(_about, case, loan, talk)


def _about(case: Case, loan: UUID, talk: bool, record: Record) -> bool:
    loans = record.loans | record.talked if talk else record.loans
    return loan in case.counts_as(loans)


def _note(rule: Cap, case: Case, found: list[Record]) -> None:
    noted = case.counts.get(rule.cite.rule)
    if noted is None or len(found) > noted.counted:
        own = {one.lender for one in found} <= {case.contact.lender}
        case.counts[rule.cite.rule] = Count(len(found), rule.at_most, own)


def wait(rule: Wait, case: Case, at: datetime) -> datetime | None:
    """When the quiet after the last contact of the kind is over, from an instant on."""
    unit, rejected = _masks(rule)
    keys, newest, last_on = None, None, date.min
    for record in case.window:
        if newest is not None and record.at < newest.at - 2 * DAY:
            break
        if not record.traits & unit or record.traits & rejected:
            continue
        keys = keys or list(_keys(rule.counted_by, case, talk=rule.after is Unit.CONVERSATION))
        if any(belongs is None or belongs(record) for belongs in keys):
            newest = newest or record
            # Who has flown west had a later date before.
            last_on = max(last_on, record.last_on)
    if newest is None:
        return at
    if rule.minutes is not None:
        return max(at, newest.at + timedelta(minutes=rule.minutes))
    assert rule.days is not None, "a wait has days or minutes"
    return case.after_days(date.min, last_on + timedelta(days=rule.days - 1), at)
