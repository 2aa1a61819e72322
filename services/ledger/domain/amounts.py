"""What each instalment asks for: interest and principal, worked out from the balance and the level amounts.

What was paid of an instalment stays; the last one that is not settled takes what is left, so that a loan
closes exactly and none of its instalments is negative.
"""

from bisect import bisect_right
from fractions import Fraction

from services.ledger.domain.book import Kind
from services.ledger.domain.interest import (
    accrue_penalty,
    handed_on,
    rest_weight,
    rounded,
    run_to,
    scheduled_ahead,
)
from services.ledger.domain.rounding import Rounding, round_minor
from services.ledger.domain.terms import Prepayment, Repayment
from services.ledger.domain.working import BEARING, INTEREST, PRINCIPAL, Working


def catch_up(w: Working, day: int, *, due_only: bool = False) -> None:
    """Let interest run to a day and work out what that changes; with `due_only` not yet for the
    instalments to come.
    """
    since, first = w.run_on, bisect_right(w.dues, w.run_on)
    run_to(w, day)
    if w.follows_balance:
        recompute(w, first, bisect_right(w.dues, day) + 1 if due_only else None)
    if w.terms.penalty_rate and day > since:
        accrue_penalty(w, since, day)


def recompute(w: Working, first: int, until: int | None = None) -> None:
    """Work out the instalments from a place on, up to before another one where that is given."""
    closing, prepaid = _closing(w, first)
    k = min(first, closing) if closing >= 0 else first
    ahead, carry = scheduled_ahead(w, k), handed_on(w, k)
    until = len(w.dues) if until is None else min(until, len(w.dues))
    later = 0 if w.follows_balance else _paid_from(w, k)
    plain = w.terms.rounding is Rounding.HALF_EVEN and w.terms.repayment is not Repayment.FLAT and not later
    while k < until:
        if plain:
            k, ahead, carry = _untouched(w, k, until if k > closing else min(closing, until), ahead, carry)
            if k >= until:
                break
        later -= _paid_at(w, k) if later else 0
        ahead, carry = _work_out(w, k, ahead, carry, prepaid if k == closing else None, later)
        k += 1
    if carry > 0 and w.follows_balance and 0 <= closing < until:
        # The instalments after it are settled: what came up since belongs to the last one that is not.
        w.owed[INTEREST][closing] += carry


def _paid_at(w: Working, k: int) -> int:
    return w.paid[PRINCIPAL][k] - w.credited[k] if w.kinds[k] in BEARING else 0


def _paid_from(w: Working, first: int) -> int:
    """Principal that was paid of instalments from a place on: none before them may ask for it again."""
    return sum(_paid_at(w, k) for k in range(first, len(w.dues)))


def _untouched(w: Working, k: int, until: int, ahead: int, carry: int) -> tuple[int, int, int]:
    """Instalments to come of which nothing was paid: the same as `_work_out`, at a fifth of its price."""
    kinds, levels, weights, scales, starts = w.kinds, w.levels, w.weights, w.scales, w.starts
    interest, principal, carried = w.owed[INTEREST], w.owed[PRINCIPAL], w.carried
    interest_paid, principal_paid = w.paid[INTEREST], w.paid[PRINCIPAL]
    credited, reopened, settled, run_on = w.credited, w.reopened, w.settled, w.run_on
    if carry < 0:
        return k, ahead, carry  # more interest was paid than came up: none is asked for until it has
    while k < until:
        if (
            kinds[k]
            or principal_paid[k]
            or interest_paid[k]
            or credited[k]
            or reopened[k]
            or settled[k]
            or starts[k] < run_on
        ):
            break
        scale, level = scales[k], levels[k]
        earned, rest = divmod(ahead * weights[k], scale)
        rest += rest
        if rest > scale or (rest == scale and earned & 1):
            earned += 1
        earned += carry
        asked = earned if earned < level else level
        part = level - asked
        part = min(part, ahead)
        interest[k], principal[k] = asked, part
        carry = carried[k] = earned - asked
        ahead -= part
        k += 1
    return k, ahead, carry


def _work_out(
    w: Working, k: int, ahead: int, carry: int, prepaid: int | None, later: int = 0
) -> tuple[int, int]:
    """Work out one instalment: what is ahead of those after it, and the interest handed on to them.

    `prepaid` is given for the one that takes what is left; `later` is what was paid of those after it.
    """
    interest, principal = w.owed[INTEREST], w.owed[PRINCIPAL]
    paid, extra = w.paid[PRINCIPAL][k], w.credited[k]
    gone = paid if w.follows_balance else extra
    if w.kinds[k] not in BEARING:
        return ahead - principal[k] + gone, carry
    flat = w.terms.repayment is Repayment.FLAT and bool(w.balance or not w.follows_balance)
    exact = w.accrued[k] + (w.drawn if flat else ahead) * rest_weight(w, k)
    earned = rounded(exact, w.scales[k], w.terms.rounding) + carry
    reopened, interest_paid = w.reopened[k], w.paid[INTEREST][k]
    if prepaid is not None:
        asked = _rest_of_flat(w, k) if flat else earned
        part = ahead + gone - prepaid
    else:
        asked, part = _by_level(w, k, earned, paid, interest_paid - reopened)
    interest[k] = max(asked + reopened, interest_paid)
    w.carried[k] = earned - (interest[k] - reopened)
    principal[k] = part = max(min(part, ahead + gone - later), paid)
    return ahead - part + gone, w.carried[k]


def _by_level(w: Working, k: int, earned: int, paid: int, interest_paid: int) -> tuple[int, int]:
    """Interest and principal of an instalment that is not the last, by its level amount."""
    kind, level, extra = w.kinds[k], w.levels[k], w.credited[k]
    if w.follows_balance and w.settled[k]:
        return interest_paid, paid
    if kind == Kind.LEVEL:
        settles_next = w.follows_balance and w.terms.prepayment is Prepayment.NEXT_INSTALMENTS
        if settles_next and paid > max(level + extra - earned, 0):
            # Paid ahead of its time: interest that comes up later is asked for with the next instalment.
            return interest_paid, level + extra - interest_paid
        asked = max(min(earned, level), interest_paid)
        return asked, level + extra - asked
    return (0 if kind == Kind.SILENT else earned), level + extra


def _rest_of_flat(w: Working, closing: int) -> int:
    """Of flat interest, rounded as a whole, what the instalments before the last have not asked for."""
    places = [k for k, kind in enumerate(w.kinds) if kind in BEARING]
    exact = sum(
        (Fraction(w.accrued[k] + w.drawn * rest_weight(w, k), w.scales[k]) for k in places), Fraction(0)
    )
    asked = sum(w.owed[INTEREST][k] - w.reopened[k] for k in places if k != closing)
    return round_minor(exact, w.terms.rounding) - asked


def _closing(w: Working, first: int) -> tuple[int, int]:
    """The place of the instalment that takes what is left, and the principal that later ones were paid in
    advance.

    It may lie before `first`: past due, while those to come are paid already. -1 where there is none.
    """
    prepaid, last = 0, -1
    for k in range(len(w.dues) - 1, -1, -1):
        if w.kinds[k] in BEARING:
            if not w.settled[k]:
                return (k, prepaid) if k >= first or (last >= first and w.follows_balance) else (-1, 0)
            last = max(last, k)
            prepaid += 0 if w.follows_balance else w.paid[PRINCIPAL][k] - w.credited[k]
    return (-1 if w.follows_balance else last), 0
