"""Interest, exact until it is rounded: whole numbers over a scale that all parts of a period share.

The weight of a stretch of days is the interest on one minor unit, in units of the period's scale. A weight
times a balance, added up over a period and divided by the scale, is its interest; only that is rounded, as
the terms say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from services.ledger.domain.book import Kind
from services.ledger.domain.day_count import DayCount, is_additive, year_fraction
from services.ledger.domain.due_dates import add_months
from services.ledger.domain.rounding import Rounding, round_minor
from services.ledger.domain.terms import Measure, Repayment
from services.ledger.domain.working import BEARING, FEES, INTEREST, PENALTY, PRINCIPAL, Working
from shared.events.loans import PeriodUnit

YEAR = 1_603_080
"""The parts of a year that stretches of days are counted in: divisible by 360, 365 and 366."""
_RATE = 10**12
_TOP = 11 * _RATE
_NOMINAL_DAYS = {PeriodUnit.DAY: 1, PeriodUnit.WEEK: 7, PeriodUnit.MONTH: 30}
LATE_SCALE = _RATE * YEAR
"""The units that exact interest is kept in where no period is laid out: on what is late, and of a card."""


def rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """A ratio as a whole number of minor units."""
    if rounding is not Rounding.HALF_EVEN:
        return round_minor(Fraction(numerator, denominator), rounding)
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + 1 if twice > denominator or (twice == denominator and whole & 1) else whole


def scale(w: Working, place: int) -> int:
    """What interest of an instalment's period is counted in."""
    return _RATE * YEAR * w.spans[place]


@lru_cache(maxsize=65_536)
def _by_days(day_count: DayCount, start: int, end: int) -> int:
    fraction = year_fraction(day_count, date.fromordinal(start), date.fromordinal(end))
    return int(fraction * YEAR)


def _days_of(day_count: DayCount, base: int, start: int, end: int) -> int:
    """As much of a year as a stretch adds to what lies between `base` and it: so that parts add up to the
    whole under every day count.
    """
    if base == start or is_additive(day_count):
        return _by_days(day_count, start, end)
    return _by_days(day_count, base, end) - _by_days(day_count, base, start)


def _part_of_year(w: Working, place: int, start: int, end: int) -> int:
    """The part of a year from `start` to before `end`, in units of the period's scale, without the rate."""
    terms = w.terms
    if terms.measure is Measure.DAYS:
        return _days_of(terms.day_count, w.starts[place], start, end)
    if terms.unit is PeriodUnit.MONTH:
        return YEAR // 12 * w.parts[place] * (end - start)
    return YEAR // (365 if terms.day_count is DayCount.ACT_365F else 360) * (end - start)


def lay_out(w: Working, place: int, regular: bool) -> None:
    """Note how many months an instalment's period is, where interest counts by them."""
    if w.terms.measure is Measure.DAYS or w.terms.unit is not PeriodUnit.MONTH:
        return
    start, due = w.starts[place], w.dues[place]
    months, of = (w.terms.count, 1) if regular else _months_between(start, due)
    w.parts[place], w.spans[place] = months, of * max(due - start, 1)


def _months_between(start: int, due: int) -> tuple[int, int]:
    """Whole months and a part of the next one, as a ratio: days of that month over all its days."""
    since, until = date.fromordinal(start), date.fromordinal(due)
    whole = (until.year - since.year) * 12 + until.month - since.month
    if add_months(since, whole) > until:
        whole -= 1
    reached = add_months(since, whole).toordinal()
    days = add_months(since, whole + 1).toordinal() - reached
    return whole * days + due - reached, days


def weight(w: Working, place: int, start: int, end: int) -> int:
    """The interest on one minor unit from `start` to before `end`, by the rates that held, without pauses."""
    if start >= end:
        return 0
    rates = w.rates
    if len(rates) == 1 and not w.pauses:
        return rates[0][1] * _part_of_year(w, place, start, end)
    return sum(
        _rate_on(w, low) * _part_of_year(w, place, low, high) for low, high in _stretches(w, start, end)
    )


def weigh(w: Working, first: int = 0) -> None:
    """Work out the weights of whole periods anew, after dates, rates or pauses have changed."""
    free = w.terms.interest_free
    regular = 0
    for k, kind in enumerate(w.kinds):
        if kind not in BEARING:
            continue
        regular += 1
        if k >= first:
            w.scales[k] = scale(w, k)
            w.weights[k] = 0 if regular <= free else weight(w, k, w.starts[k], w.dues[k])


def nominal_weight(w: Working, place: int) -> tuple[int, int]:
    """The weight of an instalment's period, and its scale, as if every month had thirty of 365 days."""
    days = _NOMINAL_DAYS[w.terms.unit] * w.terms.count
    return (_rate_on(w, w.starts[place]) * days if w.weights[place] else 0), 365 * _RATE


def rest_weight(w: Working, place: int) -> int:
    """The weight of what is left of an instalment's period from the day that interest has run to."""
    start, run_on = w.starts[place], w.run_on
    if start >= run_on or not w.weights[place]:
        return w.weights[place]
    if w.terms.rests_by_period:
        return 0
    return weight(w, place, run_on, w.dues[place])


def scheduled_ahead(w: Working, first: int) -> int:
    """The principal that the schedule supposes to be left when all instalments before a place are paid."""
    owed, paid, credited = w.owed[PRINCIPAL], w.paid[PRINCIPAL], w.credited
    if w.follows_balance:
        extra = len(w.dues) - 1 if w.dues and w.kinds[-1] == Kind.EXTRA else len(w.dues)
        beyond = sum(owed[k] - paid[k] for k in range(max(extra, first), len(w.dues)))
        return w.balance - beyond - sum(owed[k] - paid[k] for k in range(first))
    return w.drawn - sum(owed[k] - credited[k] for k in range(first))


def _bearing(w: Working, place: int) -> int:
    """The principal that bears interest in an instalment's period, as of the day that interest has run to."""
    if w.terms.repayment is Repayment.FLAT:
        return w.drawn if w.balance or not w.follows_balance else 0
    if w.follows_balance and w.terms.past_due_bears_interest:
        return w.balance + (_unpaid_interest(w) if w.terms.interest_compounds else 0)
    return scheduled_ahead(w, bisect_right(w.dues, w.run_on, hi=place))


def _unpaid_interest(w: Working) -> int:
    """Interest that is past due, which bears interest itself where the product says so."""
    due = bisect_right(w.dues, w.run_on)
    return sum(w.owed[INTEREST][:due]) - sum(w.paid[INTEREST][:due])


def run_to(w: Working, day: int) -> None:
    """Let interest run to a day: exact interest of the days gone by is kept with the period they lie in."""
    if day <= w.run_on:
        return
    w.lent += w.balance * (day - w.run_on)
    if w.bears and w.card is not None:
        _accrue_open(w, day)
    elif w.bears:
        for place in range(bisect_right(w.dues, w.run_on), len(w.dues)):
            start = w.starts[place]
            if start >= day:
                break
            if w.kinds[place] in BEARING and start <= w.run_on:
                _accrue(w, place, min(day, w.dues[place]))
                if w.run_on == day:
                    break
    w.run_on = day


def accrue_penalty(w: Working, since: int, day: int) -> None:
    """Penalty interest on principal that is past due, instalment by instalment, over some days; none while
    interest pauses. What fell due in between must be worked out already.
    """
    principal, paid = w.owed[PRINCIPAL], w.paid[PRINCIPAL]
    for k in range(bisect_left(w.dues, day)):
        unpaid = principal[k] - paid[k]
        if unpaid > 0:
            w.late_accrued[k] += unpaid * _late_weight(w, k, max(since, w.dues[k]), day)
            now = rounded(w.late_accrued[k], LATE_SCALE, w.terms.rounding)
            w.owed[PENALTY][k] += now - w.late_penalty[k]
            w.late_penalty[k] = now


def _late_weight(w: Working, k: int, start: int, end: int) -> int:
    terms, due, total = w.terms, w.dues[k], 0
    spared = [(since, until) for since, until, arrears_only in w.held if arrears_only and due < since]
    for low, high in _stretches(w, start, end, spared):
        rate = int((terms.penalty_rate or 0) * _RATE)
        if terms.cost_cap is not None:
            rate = max(min(rate, int(terms.cost_cap * _RATE) - _rate_on(w, low)), 0)
        total += rate * _days_of(terms.day_count, due, low, high)
    return total


def _stretches(
    w: Working, start: int, end: int, spared: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[int, int]]:
    """The parts of a stretch of days in which one rate holds and nothing pauses."""
    pauses = (*w.pauses, *spared)
    cuts = {start, end}
    cuts.update(since for since, _ in w.rates if start < since < end)
    cuts.update(cut for pause in pauses for cut in pause if start < cut < end)
    for low, high in pairwise(sorted(cuts)):
        if not any(since <= low < until for since, until in pauses):
            yield low, high


def spared_interest(w: Working, place: int, start: int, end: int) -> int:
    """Interest of some days of an instalment's period that holds on arrears alone forbid: on the principal
    that was past due when each of them started, as far as it still is. In units of the period's scale.
    """
    held = [one[:2] for one in w.held if one[2] and one[0] < end and one[1] > start]
    if not held or not w.follows_balance or not w.terms.past_due_bears_interest:
        return 0
    if w.terms.repayment is Repayment.FLAT:
        return 0
    total = 0
    cuts = {start, end, *(cut for one in held for cut in one if start < cut < end)}
    for low, high in pairwise(sorted(cuts)):
        began = max((since for since, until in held if since <= low < until), default=None)
        if began is not None:
            total += _past_due_principal(w, began) * weight(w, place, low, high)
    return total


def _past_due_principal(w: Working, day: int) -> int:
    places = range(bisect_left(w.dues, day))
    return sum(w.owed[PRINCIPAL][k] - w.paid[PRINCIPAL][k] for k in places)


def _rate_on(w: Working, day: int) -> int:
    return w.rates[bisect_right(w.rates, (day, _TOP)) - 1][1]


def _accrue(w: Working, place: int, until: int) -> None:
    if w.weights[place]:
        if not w.terms.rests_by_period:
            w.accrued[place] += _bearing(w, place) * weight(w, place, w.run_on, until)
            if w.held:
                w.accrued[place] -= spared_interest(w, place, w.run_on, until)
        elif w.run_on == w.starts[place]:
            w.accrued[place] += _bearing(w, place) * w.weights[place]
            if w.held:
                w.accrued[place] -= spared_interest(w, place, w.run_on, w.dues[place])
    w.run_on = until


def _accrue_open(w: Working, day: int) -> None:
    """On what a card's borrower owed at the end of each day; the platform's core counts its own interest."""
    terms, place = w.terms.card, len(w.dues) - 1
    if terms is None or not terms.made:
        return
    parts = (FEES, INTEREST, PRINCIPAL) if terms.compounds else (PRINCIPAL,)
    bearing = sum(sum(w.owed[component]) - sum(w.paid[component]) for component in parts)
    if Kind.FIXED in w.kinds:  # what was agreed to be paid in instalments has its own price
        agreed = [k for k, kind in enumerate(w.kinds) if kind == Kind.FIXED]
        bearing -= sum(w.owed[component][k] - w.paid[component][k] for component in parts for k in agreed)
    w.accrued[place] += bearing * weight(w, place, w.run_on, day)


def interest_to_date(w: Working, place: int) -> int:
    """Interest of an instalment's period up to the day that interest has run to, rounded, with what was
    handed on.
    """
    before = bearing_before(w, place)
    handed = 0
    if before >= 0:
        # What was paid of it just now is not asked for a second time.
        asked = max(w.owed[INTEREST][before], w.paid[INTEREST][before]) - w.reopened[before]
        past = w.dues[before] <= w.run_on
        handed = w.carried[before] if past else max(interest_to_date(w, before) - asked, 0)
    return rounded(w.accrued[place], w.scales[place], w.terms.rounding) + handed


def handed_on(w: Working, place: int) -> int:
    """Interest that the instalment before a place hands on to it."""
    before = bearing_before(w, place)
    return w.carried[before] if before >= 0 else 0


def bearing_before(w: Working, place: int) -> int:
    return next((k for k in range(place - 1, -1, -1) if w.kinds[k] in BEARING), -1)


def earned_interest(w: Working, day: int) -> int:
    """All interest that the days before `day` have earned, rounded period by period.

    A card's is earned when a statement charges it: before, a payment in time may still make it none. What
    instalments cost that were agreed for a card is earned as they fall due.
    """
    if w.card is not None:
        to_come = sum(min(w.carried[k], w.owed[INTEREST][k]) for k, due in enumerate(w.dues) if due > day)
        return sum(w.owed[INTEREST]) - sum(w.reopened) - to_come
    total = waiting = 0
    for k, kind in enumerate(w.kinds):
        if w.dues[k] <= day:
            total += w.owed[INTEREST][k] - w.reopened[k]
            waiting = w.carried[k] if kind in BEARING else waiting
        elif kind in BEARING and (w.starts[k] < day or w.accrued[k]):
            return total + _earned_of(w, k, day) - _asked_before(w)
    return total + waiting - _asked_before(w)


def _asked_before(w: Working) -> int:
    """Interest that later instalments hand on, and that an earlier one asks for already: while they are
    settled and it is not, what comes up since its due date is owed with it.
    """
    last = bearing_before(w, len(w.dues))
    if last < 0 or not w.follows_balance or not w.settled[last]:
        return 0
    return w.carried[last] if any(not w.settled[k] for k in range(last) if w.kinds[k] in BEARING) else 0


def _earned_of(w: Working, k: int, day: int) -> int:
    """What a running period has earned before a day, with what was handed on to it."""
    asked, start = w.owed[INTEREST][k] - w.reopened[k], w.starts[k]
    if w.terms.earns_evenly:
        return rounded(asked * (day - start), w.dues[k] - start, w.terms.rounding)
    if w.terms.rests_by_period:
        so_far = weight(w, k, start, day)
        return rounded(asked * so_far, w.weights[k], w.terms.rounding) if so_far else 0
    if not w.weights[k]:
        return handed_on(w, k)
    running, flat = start <= w.run_on, w.terms.repayment is Repayment.FLAT
    principal = _bearing(w, k) if running or flat else scheduled_ahead(w, k)
    exact = w.accrued[k] + principal * weight(w, k, max(w.run_on, start), day)
    if running and w.held:
        exact -= spared_interest(w, k, max(w.run_on, start), day)
    return rounded(exact, w.scales[k], w.terms.rounding) + handed_on(w, k)
