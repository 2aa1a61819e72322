"""The end of the credit record of a loan that has gone: its last month, and what is corrected afterwards."""

from datetime import time

from services.ledger.domain.consequences import SOON, TIMER
from services.ledger.domain.doubt import with_stale_record
from services.ledger.domain.loan import Loan
from services.ledger.domain.waiting import looks_again_on
from shared.decision import CancelTimer, Context, Decision, SetTimer
from shared.quick import replace


def looked_at_once(loan: Loan, context: Context) -> tuple[Loan, SetTimer | CancelTimer]:
    """The loan with its record made anew at once; one without a record is not looked at any more."""
    if loan.told.credit is None:
        return loan, CancelTimer(TIMER)
    due = replace(with_stale_record(loan), wakes_on=loan.today(context.now), waits_through=None)
    return due, SetTimer.at_instant(TIMER, context.now + SOON)


def in_doubt(before: Loan, decided: Decision[Loan], context: Context) -> Decision[Loan]:
    """The decision on what came to a loan that has gone; its record is looked at anew where that counts from
    a day on which it was here.
    """
    after, gone = decided.state, before.course.gone
    assert gone is not None, "asked of loans that have gone"
    new = (*after.added[len(before.added) :], *after.reversed[len(before.reversed) :])
    if not any(one.fact.value_on < gone.on for one in new) or after.told.credit is None:
        return decided
    due, timer = looked_at_once(after, context)
    return replace(decided, state=due, timers=(*decided.timers, timer))


def slept(loan: Loan, context: Context) -> tuple[Loan, list[SetTimer]]:
    """The loan until its record must be looked at again: when its month is over, or its days are reported."""
    credit, today = loan.told.credit, loan.today(context.now)
    wakes = None
    if credit is not None:
        wakes = credit.look_on
        if credit.waits_through is not None:
            wakes = looks_again_on(loan, credit.waits_through, today)
    waits = credit.waits_through if credit else None
    after = replace(loan, wakes_on=wakes, waits_through=waits)
    return after, [] if wakes is None else [SetTimer(TIMER, wakes, time(0), loan.zone)]
