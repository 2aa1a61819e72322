"""What each kind of rule closes, and until when.

Every function answers one question: from this instant on, when is the contact first open by this rule? The
instant itself means open, None means that it never will be, as far as is known today.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.reminders.domain import counting
from services.reminders.domain.case import Case
from services.reminders.domain.contact import Contact, Notice, Purpose, Recipient
from services.reminders.domain.packs import (
    Answers,
    Cap,
    ConsentEnds,
    Content,
    Forbid,
    Freeze,
    Hours,
    IdentityFirst,
    KnownAddress,
    KnownPlace,
    NeedsRoute,
    OwnTimes,
    Represented,
    Rule,
    Stops,
    Wait,
    When,
    within,
)
from services.reminders.domain.person import ClosedTime, Hold, Route, Stop, StopKind
from services.reminders.domain.windows import (
    DAY,
    HORIZON,
    edge,
    have_common_hours,
    midnight,
    spans_of,
)
from shared.events.parts import HoldReason

NEVER_FROZEN = frozenset({Purpose.ANSWER, Purpose.STATUTORY_NOTICE})
"""A hold protects from being asked for money, not from being answered or told what the law wants told."""
OWN_PURPOSES = {
    HoldReason.PLAN: frozenset({Purpose.PLAN}),
    HoldReason.MEDIATION: frozenset({Purpose.MEDIATION}),
}
"""What a hold is about goes on: the plan's own reminders, the mediation's invitations."""


def next_open(rule: Rule, case: Case, at: datetime) -> datetime | None:
    """When the contact is first open by a rule, from an instant on; None: never."""
    opens = _KINDS[type(rule)](rule, case, at)
    # Most rules leave most contacts open; what follows only opens.
    if opens == at or not _in_force(rule, case, at):
        return at
    if rule.effective_to is not None:
        over = case.from_day(rule.effective_to + DAY, at)
        opens = over if opens is None else min(opens, over)
    for start, end in case.opened_spans(rule):
        opened = max(at, start)
        if opened < end:
            opens = opened if opens is None else min(opens, opened)
    return opens


def _in_force(rule: Rule, case: Case, at: datetime) -> bool:
    """Whether the rule binds on the day of `at`, wherever the person may be."""
    regions = case.person.regions
    if rule.regions and regions and not any(within(one, rule.regions) for one in regions):
        return False
    if rule.effective_from is not None and max(case.days(at)) < rule.effective_from:
        return False
    return rule.effective_to is None or min(case.days(at)) <= rule.effective_to


# -- hours ---------------------------------------------------------------------------------------------------


def _hours(rule: Hours, case: Case, at: datetime) -> datetime | None:
    latest = at
    for zone in case.clocks(rule.zone):
        day, opens = at.astimezone(zone).date(), None
        while opens is None and midnight(zone, day) < at + HORIZON:
            for start, end in spans_of(rule, zone, day, case.is_holiday(rule, day)):
                if at < end:
                    opens = max(start, at)
                    break
            day += DAY
        if opens is None:
            return None
        latest = max(latest, opens)
    return latest


def _known_place(rule: KnownPlace, case: Case, at: datetime) -> datetime | None:
    if not case.person.zones:
        return None
    if len(case.zones) == 1 or have_common_hours(rule.hours, case.zones, case.days(at)[0]):
        return at
    return None


def _own_times(_: OwnTimes, case: Case, at: datetime) -> datetime | None:
    latest = at
    for closed in case.person.closed_times:
        for zone in case.zones:
            today = at.astimezone(zone).date()
            for day in (today - DAY, today, today + DAY):
                start, end = _closed_span(closed, zone, day)
                if _starts_on(closed, day) and start <= at < end:
                    latest = max(latest, end)
    return latest


def _starts_on(closed: ClosedTime, day: date) -> bool:
    return day.weekday() in closed.days and (closed.ends_on is None or day <= closed.ends_on)


@lru_cache(maxsize=16_384)
def _closed_span(closed: ClosedTime, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """In doubt it begins early and ends late. Equal ends mean a whole day."""
    start, end = (one.hour * 60 + one.minute for one in (closed.start, closed.end))
    over_midnight = end <= start
    return (
        edge(zone, day, start, late=False),
        edge(zone, day + DAY, end, late=True) if over_midnight else edge(zone, day, end, late=True),
    )


# -- what the person closed, holds, representatives ----------------------------------------------------------


def _freeze(rule: Freeze, case: Case, at: datetime) -> datetime | None:
    latest = at
    for hold in case.person.holds:
        if case.contact.purpose in _frozen_by(rule, hold, case.contact):
            over = case.after_days(hold.starts_on, hold.ends_on, at)
            if over is None:
                return None
            latest = max(latest, over)
    return latest


def _frozen_by(rule: Freeze, hold: Hold, contact: Contact) -> frozenset[Purpose]:
    if hold.loans is not None and hold.loans.isdisjoint(contact.loans):
        return frozenset()
    if not hold.own and not rule.reaches_others:
        return frozenset()
    closed = rule.closes.get(hold.reason, frozenset()) | (hold.purposes if rule.stated else frozenset())
    return closed - NEVER_FROZEN - OWN_PURPOSES.get(hold.reason, frozenset())


def _stops(rule: Stops, case: Case, at: datetime) -> datetime | None:
    latest = at
    for stop in case.person.stops:
        if stop.kind not in rule.kinds or at < stop.received_at or not _reaches(stop, rule, case):
            continue
        if _excepted(rule, stop, case, at):
            continue
        if stop.in_writing or rule.spoken_days is None or stop.received_on is None:
            return None
        over = case.after_days(date.min, stop.received_on + timedelta(days=rule.spoken_days), at)
        assert over is not None, "it ends"
        latest = max(latest, over)
    return latest


def _reaches(stop: Stop, rule: Stops, case: Case) -> bool:
    contact = case.contact
    if stop.kind is StopKind.CHANNEL:
        return contact.channel in stop.channels
    if stop.kind is StopKind.ADDRESS:
        return contact.address == stop.address
    if stop.kind is StopKind.PLACE:
        return case.place is stop.place and case.place in rule.places
    return not stop.loans.isdisjoint(contact.loans)


def _excepted(rule: Stops, stop: Stop, case: Case, at: datetime) -> bool:
    """What may be sent in spite of a stop: some notices, and one reply to what came after it."""
    contact, reply = case.contact, case.reply_to
    if contact.purpose is Purpose.STATUTORY_NOTICE:
        return contact.notice in rule.except_notices or (rule.except_required and contact.channel_required)
    if reply is None or rule.answers_within is None or at >= reply.at + rule.answers_within:
        return False
    confirms = reply.id == stop.message and contact.notice is Notice.OPT_OUT_CONFIRMATION
    return reply.at > stop.received_at or (confirms and stop.kind is not StopKind.CEASE)


def _represented(rule: Represented, case: Case, at: datetime) -> datetime | None:
    latest = at
    if case.address is not None and case.address.owner is not Recipient.SELF:
        return at
    for one in case.person.representations:
        if one.by not in rule.by or at < one.since or (one.until is not None and one.until <= at):
            continue
        if one.loans is None or not one.loans.isdisjoint(case.contact.loans):
            if one.until is None:
                return None
            latest = max(latest, one.until)
    return latest


# -- whom, where, by what, with what -------------------------------------------------------------------------


def _forbid(rule: Forbid, case: Case, at: datetime) -> datetime | None:
    address = case.address
    # Without an address nothing says that it is not the place, or the person, that is forbidden.
    here = address is None or (case.place in rule.places and address.owner in rule.recipients)
    then = (
        rule.when is When.ALWAYS
        or (rule.when is When.VULNERABLE and case.person.vulnerable)
        or (rule.when is When.EMPLOYER_FORBIDS and address is not None and address.calls_forbidden)
    )
    return None if here and then else at


def _known_address(_: KnownAddress, case: Case, at: datetime) -> datetime | None:
    return at if case.address is not None and case.contact.channel in case.address.channels else None


def _identity_first(rule: IdentityFirst, case: Case, at: datetime) -> datetime | None:
    established = case.address is not None and case.address.established
    return at if established or case.contact.tells.isdisjoint(rule.tells) else None


def _needs_route(rule: NeedsRoute, case: Case, at: datetime) -> datetime | None:
    if case.address is None:
        return None
    own = [one for one in case.address.routes if one.collector == case.contact.collector]
    # A way may begin later, such as when the time to object to a lender's notice has passed.
    starts = sorted(case.from_day(one.on, at) for one in own)
    return next((start for start in (at, *starts) if _is_routed(rule, own, case.days(start))), None)


def _is_routed(rule: NeedsRoute, own: list[Route], days: tuple[date, ...]) -> bool:
    begun = [one for one in own if one.on <= min(days)]
    if not any(one.kind in rule.routes for one in begun):
        return False
    if rule.fresh_days is None:
        return True
    oldest = max(days) - timedelta(days=rule.fresh_days)
    return any(one.kind in rule.fresh_by and one.on >= oldest for one in begun)


def _consent_ends(_: ConsentEnds, case: Case, at: datetime) -> datetime | None:
    until = None if case.address is None else case.address.consented_until
    return None if until is not None and max(case.days(at)) > until else at


def _answers(rule: Answers, case: Case, at: datetime) -> datetime | None:
    return at if case.answered is not None and case.answers < rule.at_most else None


def _content(rule: Content, case: Case, at: datetime) -> datetime | None:
    contact = case.contact
    if rule.bare:
        stopped = any(one.message is not None and one.message == contact.answers for one in case.person.stops)
        wrong = stopped and contact.notice is not Notice.OPT_OUT_CONFIRMATION
        return None if wrong or (contact.notice in rule.bare and contact.tells) else at
    confirms = contact.notice is Notice.OPT_OUT_CONFIRMATION
    return at if confirms or rule.carries <= contact.carries else None


_KINDS: Mapping[type[Rule], Callable[[Any, Case, datetime], datetime | None]] = {
    Freeze: _freeze,
    Stops: _stops,
    Represented: _represented,
    Forbid: _forbid,
    KnownAddress: _known_address,
    IdentityFirst: _identity_first,
    NeedsRoute: _needs_route,
    ConsentEnds: _consent_ends,
    Answers: _answers,
    Content: _content,
    KnownPlace: _known_place,
    OwnTimes: _own_times,
    Wait: counting.wait,
    Cap: counting.cap,
    Hours: _hours,
}
RANK: Mapping[type[Rule], int] = {kind: rank for rank, kind in enumerate(_KINDS)}
"""Of several rules that close without end the one of the lowest rank is named: a hold before all."""
