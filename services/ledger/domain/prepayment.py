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
    how = w.terms.prepayment
    if not w.follows_balance:
        _cut(w, place + 1, beyond)
    elif how is Prepayment.REDUCE_INSTALMENT:
        relevel(w, place + 1)
    else:
        recompute(w, place + 1)
        if how is Prepayment.REDUCE_NEXT:
            _ask_less_next(w, place + 1, beyond)
    while how is Prepayment.REDUCE_TERM and len(w.dues) - 1 > place and _asks_nothing(w, len(w.dues) - 1):
        w.drop_last()


def _ask_less_next(w: Working, first: int, amount: int) -> None:
    """Let the next instalments ask for that much less principal, whose interest is known by now."""
    for k in range(first, len(w.dues)):
        part = min(amount, w.owed[PRINCIPAL][k] - w.paid[PRINCIPAL][k]) if w.kinds[k] in BEARING else 0
        if part > 0:
            w.levels[k] = max(w.levels[k] - part, 0)
            amount -= part
            recompute(w, k)


def _cut(w: Working, first: int, amount: int) -> None:
    """Take principal off the instalments from a place on, whose interest follows no balance: off the next,
    off the last ones, or off all alike.
    """
    how, owed, paid = w.terms.prepayment, w.owed[PRINCIPAL], w.paid[PRINCIPAL]
    rooms = [(k, owed[k] - paid[k]) for k in range(first, len(w.dues)) if w.kinds[k] in BEARING]
    room = sum(left for _, left in rooms)
    for k, left in rooms if how is Prepayment.REDUCE_NEXT else reversed(rooms):
        if not amount:
            return
        part = amount * left // room if how is Prepayment.REDUCE_INSTALMENT else min(left, amount)
        owed[k] -= part
        w.levels[k] = max(w.levels[k] - part, 0)
        amount, room = amount - part, room - left


def _asks_nothing(w: Working, place: int) -> bool:
    asked = any(column[place] for column in (*w.owed, *w.paid))
    return w.kinds[place] in BEARING and not asked
