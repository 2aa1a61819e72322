"""The level amount: what each instalment asks for so that all of them repay the loan."""

from decimal import Context, Decimal
from fractions import Fraction

from services.ledger.domain.amounts import recompute
from services.ledger.domain.book import Kind
from services.ledger.domain.interest import nominal_weight, scheduled_ahead
from services.ledger.domain.rounding import Rounding, round_minor, round_to_multiple
from services.ledger.domain.terms import Repayment
from services.ledger.domain.working import BEARING, INTEREST, PRINCIPAL, Working

_PRECISE = Context(prec=50)
"""Fifty digits are far more than a level amount of minor units needs to be rounded rightly."""
_ROUNDS = 10
"""Evening out moves the level amount at most so often; each time the last instalment comes nearer."""


def relevel(w: Working, first: int, reopen: bool = False) -> None:
    """Find the level amount anew for the instalments from a place on, and work them out.

    Those that are settled stay so, unless `reopen` says that they take part of what was drawn.
    """
    places = [k for k in range(first, len(w.dues)) if w.kinds[k] in BEARING]
    if not places:
        return
    levels = [k for k in places if w.kinds[k] == Kind.LEVEL]
    ahead = scheduled_ahead(w, first)
    if w.follows_balance:
        ahead += sum(w.paid[PRINCIPAL][k] - w.credited[k] for k in places)
    if not levels and w.terms.repayment is Repayment.EQUAL_PRINCIPAL:
        parts = places[_grace_left(w, places) :] or places[-1:]
        _level(w, parts, _rounded(w, Fraction(ahead, len(parts))), reopen)
    flat, level = w.terms.repayment is Repayment.FLAT, 0
    if levels:
        level = _rounded(w, _flat(w, levels, ahead) if flat else _annuity(w, levels, ahead))
        _level(w, levels, level, reopen)
    if reopen and all(w.settled[k] for k in places):
        w.settled[places[-1]] = 0
    recompute(w, first)
    if levels and w.terms.evens_out and not flat:
        _even_out(w, first, levels, level, reopen)


def _rounded(w: Working, exact: Decimal | Fraction | int) -> int:
    return round_to_multiple(exact, w.terms.instalment_multiple, Rounding.HALF_EVEN)


def _grace_left(w: Working, places: list[int]) -> int:
    done = sum(1 for k in range(places[0]) if w.kinds[k] in BEARING)
    return max(w.terms.principal_grace - done, 0)


def _level(w: Working, places: list[int], level: int, reopen: bool) -> None:
    """Set the level amount, except where more than that was paid already."""
    for k in places:
        if (reopen or not w.settled[k]) and level >= _paid(w, k):
            w.levels[k] = level
            w.settled[k] = 0


def _paid(w: Working, k: int) -> int:
    return w.paid[PRINCIPAL][k] + w.paid[INTEREST][k] - w.credited[k] - w.reopened[k]


def _annuity(w: Working, places: list[int], ahead: int) -> Decimal:
    """The amount that, paid at each of these due dates, repays `ahead` with interest: unrounded."""
    growth, sum_of_growth, nominal = Decimal(1), Decimal(0), w.terms.level_by_thirty_days
    for k in places:
        weight, scale = (w.weights[k], w.scales[k]) if not nominal else nominal_weight(w, k)
        factor = _PRECISE.add(1, _PRECISE.divide(weight, scale))
        growth = _PRECISE.multiply(growth, factor)
        sum_of_growth = _PRECISE.add(_PRECISE.multiply(sum_of_growth, factor), 1)
    return _PRECISE.divide(_PRECISE.multiply(ahead, growth), sum_of_growth)


def _flat(w: Working, places: list[int], ahead: int) -> Fraction:
    """Equal parts of the principal and of the interest on what was lent."""
    interest = sum((Fraction(w.drawn * w.weights[k], w.scales[k]) for k in places), Fraction(0))
    return (ahead + interest) / len(places)


def _even_out(w: Working, first: int, places: list[int], level: int, reopen: bool) -> None:
    """Move the level amount a little where rounding leaves the last instalment far from the others."""
    for _ in range(_ROUNDS):
        gap = _gap(w, places, level)
        if abs(gap) <= len(places) // 2:
            return
        moving = max(sum(1 for k in places if _paid(w, k) <= level), 1)
        moved = _rounded(w, level + round_minor(Fraction(gap, moving), Rounding.HALF_EVEN))
        if moved == level:
            return
        _level(w, places, moved, reopen)
        recompute(w, first)
        if abs(_gap(w, places, moved)) >= abs(gap):
            _level(w, places, level, reopen)
            recompute(w, first)
            return
        level = moved


def _gap(w: Working, places: list[int], level: int) -> int:
    """By how much the last of the open instalments is higher than the level."""
    last = next((k for k in reversed(places) if not w.settled[k]), places[0])
    part = w.owed[PRINCIPAL][last] + w.owed[INTEREST][last]
    return part - w.credited[last] - w.reopened[last] - level
