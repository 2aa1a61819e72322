"""Spreading anew what is unpaid: all of it, or what is past due. What had been earned of it stays earned."""

from bisect import bisect_right
from datetime import date
from fractions import Fraction

from services.ledger.domain.allocation import bring_to
from services.ledger.domain.amounts import recompute
from services.ledger.domain.book import Kind, Why
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.facts import ReAge, ReAmortise
from services.ledger.domain.interest import LATE_SCALE, interest_to_date, lay_out, weigh
from services.ledger.domain.levels import relevel
from services.ledger.domain.rhythm import fall_due
from services.ledger.domain.rounding import Rounding, round_to_multiple
from services.ledger.domain.working import BEARING, FEES, INTEREST, OWED, PENALTY, PRINCIPAL, Working


def re_age(w: Working, fact: ReAge) -> None:
    """Spread all unpaid principal anew. Unpaid interest and fees go to the first new instalments: nothing
    stays past due, and no interest is ever charged on them.
    """
    today = fact.value_on.toordinal()
    bring_to(w, today)
    if not any(_unpaid(w, one, k) for one in OWED for k in range(len(w.dues))):
        return
    principal = sum(w.owed[PRINCIPAL]) - sum(w.paid[PRINCIPAL])
    charged = [sum(w.owed[one]) - sum(w.paid[one]) for one in (PENALTY, FEES)]
    past = sum(_unpaid(w, INTEREST, k) for k in range(bisect_right(w.dues, today)))
    penalties = sum(w.late_penalty)
    running, ran = _empty_out(w, today)
    penalties -= sum(w.late_penalty)
    first = len(w.dues)
    start = w.dues[-1] if w.dues and not ran else today
    _lay_out(w, fact, first, start, bears=bool(principal))
    w.moved(fact.reference, fact.value_on, Why.MOVED, PRINCIPAL, principal)
    w.balance += principal
    w.re_aged = today
    weigh(w, first)
    _owe_anew(w, fact, first, (charged[PENALTY], charged[FEES], past))
    # Fees that had not fallen due fall due with the new instalments, whatever schedule follows.
    w.charges = tuple(
        one._replace(due=w.dues[first], planned=False) if one.due > today else one for one in w.charges
    )
    w.late_penalty[first], w.late_accrued[first] = penalties, penalties * LATE_SCALE
    if principal:
        w.accrued[first] += running * w.scales[first]
    else:
        w.owed[INTEREST][first] += running
    if fact.levels:
        recompute(w, first)
        _without_rest(w, first)
    else:
        relevel(w, first)
    w.note_settled(today)


def _unpaid(w: Working, component: int, k: int) -> int:
    return w.owed[component][k] - w.paid[component][k]


def _lay_out(w: Working, fact: ReAge, first: int, start: int, *, bears: bool) -> None:
    kind = Kind.LEVEL if fact.levels else next((k for k in w.kinds if k in BEARING), Kind.LEVEL)
    if not bears:
        kind = Kind.FIXED
    dues = list(fact.dues) or [
        due_date(fact.first_due, fact.unit, fact.every, index) for index in range(fact.instalments)
    ]
    if fact.levels:
        dues.append(due_date(dues[-1], fact.unit, fact.every, 1))
    for index, on in enumerate(dues):
        w.insert(first + index, start, start, Kind(kind))
        fall_due(w, first + index, max(on, date.fromordinal(start)), agreed=index == 0 or bool(fact.levels))
        lay_out(w, first + index, regular=index > 0 and not fact.levels)
        start = w.dues[first + index]


def _owe_anew(w: Working, fact: ReAge, first: int, unpaid: tuple[int, int, int]) -> None:
    """Let what was unpaid besides principal fall due with the new instalments: with the first, or as far as
    each of the agreed amounts goes.
    """
    room = list(fact.levels) if fact.levels else [sum(unpaid)]
    last = first + len(room) - (0 if fact.levels else 1)
    for component, amount in zip((PENALTY, FEES, INTEREST), unpaid, strict=True):
        left = amount
        for index, free in enumerate(room):
            part = min(left, free)
            _add(w, first + index, component, part)
            room[index] -= part
            left -= part
        _add(w, last, component, left)
    for index, level in enumerate(room if fact.levels else ()):
        w.levels[first + index] = level


def _add(w: Working, k: int, component: int, part: int) -> None:
    w.owed[component][k] += part
    if component == INTEREST:
        w.reopened[k] += part


def _without_rest(w: Working, first: int) -> None:
    """Where the agreed amounts cover all there is, nothing is left for the instalment after them."""
    last = len(w.dues) - 1
    if last > first and not any(column[last] for column in w.owed):
        w.drop_last()


def _empty_out(w: Working, today: int) -> tuple[int, bool]:
    """Ask for no more of the instalments so far than was paid of them; those to come go. The unpaid interest
    of the running period, and whether that period went as well.
    """
    running, ran = 0, False
    place = bisect_right(w.dues, today)
    if place < len(w.dues) and w.kinds[place] in BEARING and w.starts[place] <= today:
        running = max(interest_to_date(w, place) - w.paid[INTEREST][place], 0)
    while w.dues and w.dues[-1] > today and not any(column[-1] for column in w.paid):
        ran = ran or (w.starts[-1] <= today and w.kinds[-1] in BEARING)
        w.balance -= w.owed[PRINCIPAL][-1]
        w.drawn += w.credited[-1]
        w.drop_last()
    for k in range(len(w.dues)):
        # What it had earned it has earned, though it is asked for elsewhere now.
        past = w.dues[k] <= today
        w.reopened[k] -= _unpaid(w, INTEREST, k) if past else 0
        for component in (PENALTY, FEES, INTEREST, PRINCIPAL):
            w.owe(k, component, -_unpaid(w, component, k))
        w.kinds[k] = Kind.FIXED
        w.late_penalty[k] = min(w.late_penalty[k], w.paid[PENALTY][k])
        w.late_accrued[k] = w.late_penalty[k] * LATE_SCALE
        if w.dues[k] > today:
            w.starts[k], w.dues[k], w.shifted[k] = min(w.starts[k], today), today, 0
    return running, ran


def re_amortise(w: Working, fact: ReAmortise) -> None:
    """Spread principal that is past due, or due today, over the instalments to come; or all arrears."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    first = bisect_right(w.dues, today)
    places = [k for k in range(first, len(w.dues)) if w.kinds[k] != Kind.EXTRA]
    if not places:
        return
    moved = 0
    for k in range(first):
        part = _unpaid(w, PRINCIPAL, k)
        w.owed[PRINCIPAL][k] -= part
        moved += part
    w.moved(fact.reference, fact.value_on, Why.MOVED, PRINCIPAL, moved)
    for k, share in zip(places, _shares(w, moved, len(places)), strict=True):
        w.owed[PRINCIPAL][k] += share
        w.levels[k] += share
    if fact.arrears:
        _move_costs(w, first, places)
    w.note_settled(today)


def _move_costs(w: Working, first: int, places: list[int]) -> None:
    """Interest, fees and penalties that are past due fall due with the instalments to come."""
    interest = sum(_unpaid(w, INTEREST, k) for k in range(first))
    for k in range(first):
        part = _unpaid(w, INTEREST, k)
        w.owed[INTEREST][k] -= part
        w.reopened[k] -= part
        _move_charges(w, k, places[0])
    for k, share in zip(places, _shares(w, interest, len(places)), strict=True):
        _add(w, k, INTEREST, share)


def _move_charges(w: Working, k: int, target: int) -> None:
    """Fees and penalties that are unpaid fall due with another instalment."""
    late = max(w.late_penalty[k] - w.paid[PENALTY][k], 0)
    for component in (PENALTY, FEES):
        part = _unpaid(w, component, k)
        w.owed[component][k] -= part
        w.owed[component][target] += part
    w.late_penalty[k] -= late
    w.late_accrued[k] = w.late_penalty[k] * LATE_SCALE
    w.late_penalty[target] += late
    w.late_accrued[target] += late * LATE_SCALE


def move_costs(w: Working, k: int, target: int) -> None:
    """What an instalment asks for beside its own interest and principal, and is unpaid, falls due with a
    later one: fees, penalties, and interest of earlier days.
    """
    earlier = min(max(w.reopened[k], 0), max(_unpaid(w, INTEREST, k), 0))
    for column in (w.reopened, w.owed[INTEREST]):
        column[k] -= earlier
        column[target] += earlier
    _move_charges(w, k, target)


def _shares(w: Working, amount: int, parts: int) -> list[int]:
    """Equal parts by the terms' multiple; the last one takes what is left."""
    each = round_to_multiple(Fraction(amount, parts), w.terms.instalment_multiple, Rounding.HALF_EVEN)
    return [each] * (parts - 1) + [amount - each * (parts - 1)]
