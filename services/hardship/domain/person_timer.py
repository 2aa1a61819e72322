"""The one timer of a person: at the beginning of the next day on which something of theirs falls due."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.hardship.domain.case import CaseStatus
from services.hardship.domain.person import Person
from services.hardship.domain.plan import IN_FORCE, DueStatus, Plan, PlanStatus
from shared.decision import CancelTimer, Decision, SetTimer, TimerFired
from shared.events.base import Event

TIMER = "PersonDue"
DAY = timedelta(days=1)


class PersonDue(TimerFired):
    """A day has begun on which a proposal is over, an instalment's grace, a case or a plan."""


def decided(
    before: Person | None,
    after: Person,
    events: Sequence[Event] = (),
    *,
    answer: object = None,
    hands_on: Sequence[Event] = (),
) -> Decision[Person]:
    """The decision for a changed person, with the timer that it needs now."""
    return Decision(after, events, timers(before, after), answer=answer, hands_on=hands_on)


def timers(before: Person | None, after: Person) -> Sequence[SetTimer | CancelTimer]:
    """What of the timer changes with the state."""
    due, former = next_day(after), None if before is None else next_day(before)
    if due is None:
        return () if former is None else (CancelTimer(TIMER),)
    if before is not None and (due, after.zone) == (former, before.zone):
        return ()
    return (SetTimer(TIMER, due, zone=after.zone),)


def next_day(person: Person) -> date | None:
    """The first day on which something is to be done."""
    return None if person.gone else min(_days(person), default=None)


def _days(person: Person) -> Iterator[date]:
    for case in person.cases:
        if case.status is CaseStatus.OPEN and case.idle_on is not None:
            yield case.idle_on
        if case.status is CaseStatus.REFUSED and case.appeal_by is not None:
            yield case.appeal_by + DAY
    for plan in person.plans:
        if plan.status is PlanStatus.PROPOSED and plan.expires_on is not None:
            yield plan.expires_on + DAY
        if plan.status in IN_FORCE:
            yield from _days_of(plan)


def _days_of(plan: Plan) -> Iterator[date]:
    for part in plan.standing:
        if part.over_on is not None:
            yield part.over_on
        yield from (
            one.judged_on
            for one in part.dues
            if one.status is DueStatus.OPEN and one.reported and one.judged_on is not None
        )
