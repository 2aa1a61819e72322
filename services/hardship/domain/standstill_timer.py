"""The one timer of a standstill: at the beginning of the next day on which something of it is over, or is
answered by silence.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from services.hardship.domain.standstill import RequestStatus, Standstill, plus
from shared.decision import CancelTimer, SetTimer, TimerFired

TIMER = "StandstillDue"


class StandstillDue(TimerFired):
    """A day has begun on which a hold is over, or a request has had no answer."""


def timers(before: Standstill | None, after: Standstill) -> Sequence[SetTimer | CancelTimer]:
    """What of the timer changes with the state. Whoever has none set (`before` is None) gets one."""
    due = min(_days(after), default=None)
    if before is not None and (due, after.zone) == (min(_days(before), default=None), before.zone):
        return ()
    if due is None:
        return () if before is None else (CancelTimer(TIMER),)
    return (SetTimer(TIMER, due, zone=after.zone),)


def _days(state: Standstill) -> Iterator[date]:
    if state.gone:
        return
    for hold in state.holds:
        for one in hold.loans:
            if one.lifted_on is None and one.ends_on is not None:
                yield plus(one.ends_on, 1)
    for request in state.requests:
        if request.status is RequestStatus.OPEN:
            yield plus(request.decide_by, 1)
