"""Money that comes before it is due and lowers the principal at once."""

from bisect import bisect_right

from services.ledger.domain.amounts import recompute
from services.ledger.domain.levels import relevel
from services.ledger.domain.terms import Prepayment
from services.ledger.domain.working import BEARING, PRINCIPAL, Working


def lower_principal(w: Working, today: int, most: int) -> tuple[int, int]:
    """Pay up to `most` of the principal that is not due yet: the instalment that takes it, and how much.

    That is the instalment due today, or else the next one. What it takes beyond its own part makes those
    after it smaller, or fewer, as the terms say.
    """
    place = _place(w, today)
    if place < 0:
        return -1, 0
    owed, paid = w.owed[PRINCIPAL], w.paid[PRINCIPAL]
    to_come = sum(owed[k] - paid[k] for k in range(place, len(w.dues)) if w.kinds[k] in BEARING)
    part = min(most, to_come)
    if part > 0:
        w.pay(place, PRINCIPAL, part, today)
        if (beyond := paid[place] - owed[place]) > 0:
            owed[place] += beyond
            _lower_later(w, place, beyond)
    return place, part


def _place(w: Working, today: int) -> int:
    first = bisect_right(w.dues, today)
    due_today = (k for k in range(first - 1, -1, -1) if w.dues[k] == today and w.kinds[k] in BEARING)
    to_come = (k for k in range(first, len(w.dues)) if w.kinds[k] in BEARING)
    return next(due_today, next(to_come, -1))


def _lower_later(w: Working, place: int, beyond: int) -> None:
    fewer = w.terms.prepayment is Prepayment.REDUCE_TERM
    if not w.follows_balance:
        _cut(w, place + 1, beyond, fewer)
    elif fewer:
        recompute(w, place + 1)
    else:
        relevel(w, place + 1)
    while fewer and _asks_nothing(w, len(w.dues) - 1) and len(w.dues) - 1 > place:
        w.drop_last()


def _cut(w: Working, first: int, amount: int, fewer: bool) -> None:
    """Take principal off the instalments from a place on, whose interest follows no balance: off all alike,
    or off the last ones.
    """
    owed, paid = w.owed[PRINCIPAL], w.paid[PRINCIPAL]
    rooms = [(k, owed[k] - paid[k]) for k in range(first, len(w.dues)) if w.kinds[k] in BEARING]
    room = sum(left for _, left in rooms)
    for k, left in reversed(rooms):
        if not amount:
            return
        part = min(left, amount) if fewer else amount * left // room
        owed[k] -= part
        w.levels[k] = max(w.levels[k] - part, 0)
        amount, room = amount - part, room - left


def _asks_nothing(w: Working, place: int) -> bool:
    asked = any(column[place] for column in (*w.owed, *w.paid))
    return w.kinds[place] in BEARING and not asked
