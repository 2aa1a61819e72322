"""Days on which interest, fees and days past due stand still. What a pause spares is never asked for."""

from bisect import bisect_right

from services.ledger.domain.allocation import bring_to
from services.ledger.domain.amounts import recompute
from services.ledger.domain.facts import AgeingPause, InterestPause
from services.ledger.domain.interest import spared_interest, weigh
from services.ledger.domain.working import FOREVER, Working


def pause_interest(w: Working, fact: InterestPause) -> None:
    """Charge no interest for some days, and never later: the instalments stay, the last one gets smaller.

    On arrears alone: what was past due at its start bears none, all else goes on as ever.
    """
    since = fact.starts_on.toordinal()
    until = fact.ends_on.toordinal() + 1 if fact.ends_on else FOREVER
    today = min(fact.value_on.toordinal(), since)
    bring_to(w, today)
    if fact.fees or fact.arrears_only:
        w.held = (*w.held, (since, until, fact.arrears_only))
    if not fact.arrears_only:
        pause(w, since, until)
    elif w.terms.rests_by_period:
        _spare_running(w, since)
    w.note_settled(today)


def _spare_running(w: Working, since: int) -> None:
    """Where interest rests by period, that of the running one was noted as a whole when it began."""
    place = bisect_right(w.dues, since)
    if place < len(w.dues) and w.starts[place] < w.run_on and w.weights[place]:
        w.accrued[place] -= spared_interest(w, place, since, w.dues[place])
        recompute(w, place)


def pause(w: Working, since: int, until: int) -> None:
    """No interest from a day to before another one."""
    first = bisect_right(w.dues, since)
    before = w.weights[first] if first < len(w.dues) else 0
    w.pauses = (*w.pauses, (since, until))
    weigh(w, first)
    if w.terms.rests_by_period and before and w.starts[first] < w.run_on:
        # The interest of the running period was noted as a whole when it began.
        w.accrued[first] = w.accrued[first] * w.weights[first] // before
    recompute(w, first)


def pause_ageing(w: Working, fact: AgeingPause) -> None:
    """Let days not count as days past due."""
    since = fact.value_on.toordinal()
    until = fact.ends_on.toordinal() + 1 if fact.ends_on else FOREVER
    bring_to(w, since)
    w.note_settled(since)
    w.ageing_pauses = (*w.ageing_pauses, (since, until, since - 1 if fact.arrears_only else FOREVER))
