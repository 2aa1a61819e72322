"""The cap on the yearly cost: interest, penalties and fees together, on the principal outstanding.

It holds on every day that a book is brought to, measured by what was lent and for how long: actual days over
365, rounded down. So it holds for those as well who repay tomorrow, and whatever comes to light later.
Interest and penalty interest keep below it by their rates; where a day count, rounding or a flat rate would
take the sum above it, the newest part is not asked for, and what was paid of it is the borrower's credit. A
fee counts as far as there is room. What the platform's core asks for in a provided schedule is not touched.
"""

from bisect import bisect_right
from datetime import date
from fractions import Fraction

from services.ledger.domain.book import Book, Kind, Why
from services.ledger.domain.interest import earned_interest
from services.ledger.domain.terms import Repayment
from services.ledger.domain.working import BEARING, CREDIT, FEES, INTEREST, PENALTY, Working
from shared.errors import Refused

DAYS_OF_YEAR = 365
CAUSE = "cost_cap"
"""What the cap gives back to the borrower is called so in the journal."""


class CostAboveCap(Refused):
    """The loan's flat interest costs more, as a yearly percentage of what is outstanding, than its product
    allows. Lower its rate.
    """


def room(w: Working) -> int:
    """How much more may be charged on the day that interest has run to; below zero: so much too much."""
    running = earned_interest(w, w.run_on) - sum(w.owed[INTEREST][k] - w.reopened[k] for k in range(_due(w)))
    return _limit(w) - _asked(w) - max(running, 0)


def keep_within(w: Working) -> bool:
    """Ask for no more interest and penalty interest than the cap leaves, the newest part first; whether there
    was too much. Interest must have run to the day.
    """
    card = w.terms.card
    if w.terms.cost_cap is None or w.terms.repayment is Repayment.PROVIDED or (card and not card.made):
        return False
    too_much = excess = _asked(w) - _limit(w)
    credit = w.credit
    # Of a loan that is repaid the interest of days to come, paid in advance, counts as well.
    last = len(w.dues) if not w.balance else _due(w)
    for k in range(last - 1, -1, -1):
        if excess <= 0:
            break
        excess -= _cut_interest(w, k, excess)
        excess -= _cut_penalty(w, k, excess)
    w.moved(CAUSE, date.fromordinal(w.run_on), Why.CAPPED, CREDIT, credit - w.credit)
    return too_much > 0


def check_planned_cost(book: Book) -> None:
    """Raises CostAboveCap for flat interest that is above the cap as the schedule stands. Of other loans the
    rate tells.
    """
    terms = book.terms
    if terms.cost_cap is None or terms.repayment is not Repayment.FLAT or not terms.annual_rate:
        return
    ahead, on_balance = book.balance, Fraction(0)
    for k, principal in enumerate(book.owed[3]):
        on_balance += Fraction(ahead * book.weights[k], book.scales[k])
        ahead -= principal
    asked = sum(book.owed[INTEREST]) - len(book.dues)  # less what rounding may add
    if asked * Fraction(terms.annual_rate) > on_balance * Fraction(terms.cost_cap):
        raise CostAboveCap(annual_rate=terms.annual_rate, cost_cap=terms.cost_cap)


def _limit(w: Working) -> int:
    assert w.terms.cost_cap is not None, "asked for loans with a cap only"
    return int(w.terms.cost_cap * w.lent / DAYS_OF_YEAR)


def _due(w: Working) -> int:
    """How many places' interest is asked for: of a card all, which a statement has charged."""
    return len(w.dues) if w.card is not None else bisect_right(w.dues, w.run_on)


def _asked(w: Working) -> int:
    """All interest, penalties and fees asked for so far; of a loan that is repaid, all that was paid."""
    due = _due(w)
    if w.terms.repayment is Repayment.PROVIDED:
        latest = w.dues[due - 1] if due else 0
        apart = (one for one in w.charges if not one.reopened and not one.planned)
        coming = sum(one.amount for one in apart if one.due > latest)
        return coming + sum(sum(w.owed[component][:due]) for component in (PENALTY, FEES, INTEREST))
    charged = sum(w.owed[PENALTY]) + sum(w.owed[FEES])
    ahead = w.reopened[due:] if w.balance else w.paid[INTEREST][due:]
    return charged + sum(w.owed[INTEREST][:due]) + sum(ahead)


def _cut_interest(w: Working, k: int, most: int) -> int:
    part = min(most, w.owed[INTEREST][k])
    w.owed[INTEREST][k] -= part
    if w.kinds[k] in BEARING:
        # Where interest is worked out anew later, the part must not come back, nor become principal.
        w.accrued[k] -= part * w.scales[k]
        w.levels[k] -= part if w.kinds[k] == Kind.LEVEL else 0
    w.reopened[k] = min(w.reopened[k], w.owed[INTEREST][k])
    back = max(w.paid[INTEREST][k] - w.owed[INTEREST][k], 0)
    w.paid[INTEREST][k] -= back
    w.credit += back
    w.moved(CAUSE, date.fromordinal(w.run_on), Why.CAPPED, INTEREST, back, k)
    return part


def _cut_penalty(w: Working, k: int, most: int) -> int:
    """Of penalty interest what is unpaid. It runs on: what does not fit today may fit on a later day."""
    part = max(min(most, w.late_penalty[k], w.owed[PENALTY][k] - w.paid[PENALTY][k]), 0)
    w.owed[PENALTY][k] -= part
    w.late_penalty[k] -= part
    return part
