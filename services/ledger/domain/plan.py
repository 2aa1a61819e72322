"""Schedules: the instalments of a loan, laid out and drawn upon."""

from bisect import bisect_left, bisect_right
from datetime import date

from services.ledger.domain.allocation import bring_to
from services.ledger.domain.book import Charge, Kind, Why
from services.ledger.domain.due_dates import due_date, next_due
from services.ledger.domain.facts import Draw
from services.ledger.domain.interest import lay_out, weigh
from services.ledger.domain.levels import relevel
from services.ledger.domain.rhythm import fall_due, nominal_on
from services.ledger.domain.rounding import Rounding, round_to_multiple
from services.ledger.domain.terms import Planned, Repayment, Terms
from services.ledger.domain.working import BEARING, FEES, INTEREST, PENALTY, PRINCIPAL, Working


def draw(w: Working, fact: Draw) -> None:
    """Pay an amount out: part of it falls due at once where the terms ask for a down payment, the rest
    with the instalments to come.
    """
    today = fact.value_on.toordinal()
    bring_to(w, today)
    w.moved(fact.reference, fact.value_on, Why.DRAWN, PRINCIPAL, fact.amount)
    if w.terms.repayment is Repayment.PROVIDED:
        return
    w.drawn += fact.amount
    if w.last_regular() < 0:
        build(w, fact.value_on)
    w.balance += fact.amount
    _down_payment(w, fact, today)
    if not any(w.kinds[k] in BEARING for k in range(reached(w, today), len(w.dues))):
        _reopen(w, today)
    relevel(w, reached(w, today), reopen=True)


def build(w: Working, from_on: date) -> None:
    """Lay out the regular instalments, as yet without amounts."""
    terms = w.terms
    opened = terms.first_due is not None and terms.opened_on <= from_on
    start = (terms.opened_on if opened else from_on).toordinal()
    w.make_room(terms.instalments)
    for k in range(terms.instalments):
        w.starts[k], w.dues[k], w.kinds[k] = start, start, _kind(terms, k)
        fall_due(w, k, _due(terms, from_on, k))
        # A due date that was moved off a closed day leaves its period a whole one.
        lay_out(w, k, regular=k > 0 or start == _due(terms, from_on, -1).toordinal())
        start = w.dues[k]
    tidy_extra(w)
    weigh(w)


def tidy_extra(w: Working) -> None:
    """Keep the extra instalment after the last regular one."""
    last = w.last_regular()
    if last + 1 < len(w.dues):
        w.starts[last + 1] = w.dues[last]
        w.dues[last + 1] = max(w.dues[last + 1], w.dues[last])


def _reopen(w: Working, today: int) -> None:
    """Money drawn when no instalment is to come falls due with a new one, on the next date of the loan's
    rhythm.
    """
    place, terms = w.last_regular() + 1, w.terms
    due = next_due(nominal_on(w, place - 1), terms.unit, terms.count, date.fromordinal(today))
    start = max(w.dues[place - 1], min(today, due.toordinal()))
    w.insert(place, start, start, _kind(terms, terms.instalments - 1))
    fall_due(w, place, due, after=date.fromordinal(today))
    tidy_extra(w)
    lay_out(w, place, regular=False)
    weigh(w, place)


def _due(terms: Terms, from_on: date, k: int) -> date:
    """The due date of the instalment at a place; the one before the first is a regular period earlier."""
    if terms.first_due is None:
        return due_date(from_on, terms.unit, terms.count, k + 1)
    return due_date(terms.first_due, terms.unit, terms.count, k, day_of_month=terms.day_of_month)


def _kind(terms: Terms, k: int) -> Kind:
    last = k == terms.instalments - 1
    if k < terms.interest_grace or (terms.repayment is Repayment.BULLET and not last):
        return Kind.SILENT
    levelled = terms.repayment in (Repayment.ANNUITY, Repayment.FLAT)
    if levelled and k >= terms.principal_grace:
        return Kind.LEVEL
    return Kind.PRINCIPAL


def provide(w: Working, instalments: tuple[Planned, ...], from_on: date) -> None:
    """Take a provided schedule as it is: its instalments follow those that stay."""
    first, start = len(w.dues), w.dues[-1] if w.dues else from_on.toordinal()
    dues = [one.due_on.toordinal() for one in instalments]
    w.make_room(len(dues), first)
    w.starts[first:], w.dues[first:] = [start, *dues][: len(dues)], dues
    w.kinds[first:] = [Kind.FIXED] * len(dues)
    w.owed[PENALTY][first:] = [one.penalty for one in instalments]
    w.owed[FEES][first:] = [one.fees for one in instalments]
    w.owed[INTEREST][first:] = [one.interest for one in instalments]
    w.owed[PRINCIPAL][first:] = principal = [one.principal for one in instalments]
    w.balance += sum(principal)
    w.drawn += sum(principal)
    planned = [
        Charge(planned_charge(one.due_on, penalty=penalty), due, amount, penalty, planned=True)
        for one, due in zip(instalments, dues, strict=True)
        for penalty, amount in ((True, one.penalty), (False, one.fees))
        if amount
    ]
    w.charges = (*w.charges, *planned)


def planned_charge(due_on: date, *, penalty: bool) -> str:
    """How a fee in a provided schedule is called, so that it can be waived: `fee:planned-2026-03-01` falls
    due with the instalment of that day, `fee:planned-2026-03-01-penalty` is its penalty.
    """
    return f"fee:planned-{due_on}{'-penalty' if penalty else ''}"


def reached(w: Working, today: int) -> int:
    """The place of the first instalment over which a draw of today is spread."""
    if w.terms.same_day_joins:
        first = bisect_left(w.dues, today)
        while first < len(w.dues) and w.kinds[first] == Kind.DOWN_PAYMENT:
            first += 1
        return first
    return bisect_right(w.dues, today)


def _down_payment(w: Working, fact: Draw, today: int) -> None:
    rate = w.terms.down_payment_rate
    if not rate:
        return
    amount = round_to_multiple(fact.amount * rate, w.terms.instalment_multiple, Rounding.HALF_EVEN)
    same_day = w.terms.same_day_joins
    place = bisect_left(w.dues, today) if same_day else bisect_right(w.dues, today)
    while same_day and place < len(w.dues) and w.dues[place] == today and w.kinds[place] == Kind.DOWN_PAYMENT:
        place += 1
    w.insert(place, today, today, Kind.DOWN_PAYMENT, owed=(0, 0, 0, amount))
