"""Setting money against what is owed.

The borrower's own direction wins; what is disputed gets nothing; what is left is the borrower's credit.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date

from services.ledger.domain.amounts import catch_up, recompute
from services.ledger.domain.book import Kind, Why
from services.ledger.domain.cost_cap import CAUSE, keep_within
from services.ledger.domain.interest import interest_to_date, rounded
from services.ledger.domain.prepayment import lower_principal
from services.ledger.domain.rounding import Rounding
from services.ledger.domain.terms import Ahead, Allocation, Component, Order, Prepayment, Sweep
from services.ledger.domain.working import BEARING, CREDIT, FEES, INTEREST, PENALTY, PRINCIPAL, Working

_ALL = (PENALTY, FEES, INTEREST, PRINCIPAL)


class Money:
    """An amount on its way into the book: where it came from, how much is left of it."""

    __slots__ = ("cause", "left", "parts", "today", "value_on", "why")

    def __init__(self, cause: str, value_on: date, amount: int, why: Why) -> None:
        self.cause, self.value_on, self.left, self.why = cause, value_on, amount, why
        self.today = value_on.toordinal()
        self.parts = [0, 0, 0, 0]


def bring_to(w: Working, day: int, *, due_only: bool = False) -> None:
    """Bring a book to a day: interest has run, and a credit that waits for it has settled what fell due."""
    capped = w.terms.cost_cap is not None
    waits = w.credit > 0 and w.terms.allocation.ahead is Ahead.CREDIT
    # What is due and unpaid bears interest, or counts for the cap, from its own day on, whoever looks when.
    if waits or capped or w.terms.interest_compounds:
        for due in sorted({due for due in w.dues if w.run_on < due <= day}):
            catch_up(w, due)
            cap_cost(w)
            if waits:
                use_credit(w, "credit", date.fromordinal(due))
    catch_up(w, day, due_only=due_only)
    if capped:
        cap_cost(w)


def cap_cost(w: Working) -> None:
    """Keep within the cap on the cost; what that gives back settles what else is owed."""
    if keep_within(w):
        w.note_settled(w.run_on)
        use_credit(w, CAUSE, date.fromordinal(w.run_on))


def settle(w: Working, money: Money, rule: Allocation, direction: Iterable[int] | None = None) -> None:
    """Set money against the instalments by a rule; what nothing takes up is added to the borrower's credit.

    Interest must have run to the money's day.
    """
    kept = _kept_back(w, money)
    if direction is not None:
        kept += _directed(w, money, direction)
    _past_due_and_due(w, money, rule)
    _ahead(w, money, rule)
    money.left += kept
    if money.left:
        w.credit += money.left
        w.moved(money.cause, money.value_on, money.why, CREDIT, -money.left)
    w.note_settled(money.today)
    if w.follows_balance:
        recompute(w, bisect_right(w.dues, w.run_on))
        w.note_settled(money.today)


def room(w: Working, place: int, component: Component, today: int) -> int:
    """How much an instalment takes of a component today. Interest of days to come is not owed yet."""
    if component is FEES or component is PENALTY:
        open_fees = w.owed[component][place] - w.paid[component][place]
        return open_fees - _disputed_fees(w, place, component, today) if w.charges else open_fees
    paid = w.paid[component][place]
    if w.follows_balance and today < w.dues[place] and w.kinds[place] in BEARING:
        return _room_ahead(w, place, component) - paid
    return w.owed[component][place] - paid


def _room_ahead(w: Working, place: int, component: Component) -> int:
    """What a coming instalment of a loan with interest by actual balance takes in all: its interest up to
    today, and as principal the rest of its level amount.
    """
    if w.terms.whole_periods_only and w.starts[place] < w.run_on:
        return w.owed[component][place]
    whole = w.owed[INTEREST][place] + w.owed[PRINCIPAL][place]
    if w.kinds[place] == Kind.LEVEL and not w.terms.whole_periods_only:
        # Of the last instalment the level amount, though interest to come makes it end a little lower.
        whole = max(whole, w.levels[place] + w.credited[place] + w.reopened[place])
    to_date = interest_to_date(w, place) + w.reopened[place]
    interest = max(min(to_date, whole - w.paid[PRINCIPAL][place]), w.paid[INTEREST][place])
    if component is INTEREST:
        return interest
    return min(whole - interest, w.balance + w.paid[PRINCIPAL][place])


def _disputed_fees(w: Working, place: int, component: Component, today: int) -> int:
    if w.card is not None:
        return disputed_open_fees(w, component, today) if place == len(w.dues) - 1 else 0
    penalty, start, due = component is PENALTY, w.starts[place], w.dues[place]
    return sum(
        charge.amount
        for charge in w.charges
        if charge.disputed_until > today and charge.penalty == penalty and start < charge.due <= due
    )


def disputed_open_fees(w: Working, component: Component, today: int) -> int:
    """Of a card: fees under dispute, which no statement asks for."""
    penalty = component is PENALTY
    return sum(one.amount for one in w.charges if one.disputed_until > today and one.penalty == penalty)


def _kept_back(w: Working, money: Money) -> int:
    """What must not be set against anything, since so much of the loan is disputed."""
    disputed = w.disputed_on(money.today)
    if not disputed:
        return 0
    free = max(sum(map(sum, w.owed)) - sum(map(sum, w.paid)) - disputed, 0)
    kept = max(money.left - free, 0)
    money.left -= kept
    return kept


def _take(w: Working, money: Money, place: int, component: Component, most: int | None = None) -> int:
    """Settle as much of a component of an instalment as there is room and money for."""
    part = min(money.left if most is None else min(most, money.left), room(w, place, component, money.today))
    if part <= 0:
        return 0
    w.pay(place, component, part, money.today)
    w.moved(money.cause, money.value_on, money.why, component, -part, place)
    money.left -= part
    money.parts[component] += part
    return part


def _directed(w: Working, money: Money, direction: Iterable[int]) -> int:
    """Set money where the borrower wants it, the oldest instalment first. What finds no room there goes
    nowhere else: it is kept as the borrower's credit.
    """
    kept = 0
    for component, amount in zip(_ALL, direction, strict=True):
        left = min(amount, money.left - kept)
        for place in range(len(w.dues)):
            if left > 0:
                left -= _take(w, money, place, component, left)
        kept += left
    money.left -= kept
    return kept


def _past_due_and_due(w: Working, money: Money, rule: Allocation) -> None:
    first_due, first_ahead = bisect_left(w.dues, money.today), bisect_right(w.dues, money.today)
    _sweep(w, money, rule, range(first_due), rule.past_due)
    _sweep(w, money, rule, range(first_due, first_ahead), rule.due)
    if rule.fees_by_own_date and money.left:
        for component in rule.due:
            if component in (PENALTY, FEES):
                _fees_due(w, money, component, first_ahead)


def _fees_due(w: Working, money: Money, component: Component, first: int) -> None:
    """Fees whose own date has come, though their instalment's has not."""
    for place in range(first, len(w.dues)):
        start, due = w.starts[place], w.dues[place]
        come = sum(
            charge.amount
            for charge in w.charges
            if charge.penalty == (component is PENALTY) and start <= charge.due <= min(due, money.today)
        )
        _take(w, money, place, component, max(come - w.paid[component][place], 0))


def _sweep(w: Working, money: Money, rule: Allocation, places: Iterable[int], order: Order) -> None:
    if rule.sweep is Sweep.BY_INSTALMENT:
        for place in places:
            for component in order:
                if not money.left:
                    return
                _take(w, money, place, component)
        return
    for component in order:
        for place in places:
            if not money.left:
                return
            _take(w, money, place, component)


def _ahead(w: Working, money: Money, rule: Allocation) -> None:
    """What is left goes to instalments that are not due yet."""
    if not money.left or rule.ahead is Ahead.CREDIT:
        return
    if w.follows_balance:
        recompute(w, bisect_right(w.dues, w.run_on))
    if w.terms.prepayment is not Prepayment.NEXT_INSTALMENTS:
        _lower_principal(w, money)
    places = list(_open_ahead(w, money))
    if rule.ahead is Ahead.SPREAD:
        _spread(w, money, rule, places)
    else:
        nearest = {Ahead.LAST: 0, Ahead.NEXT_THEN_LAST: 1}.get(rule.ahead, len(places))
        _sweep(w, money, rule, places[:nearest] + places[nearest:][::-1], rule.in_advance)


def _lower_principal(w: Working, money: Money) -> None:
    place, part = lower_principal(w, money.today, money.left)
    if part:
        w.moved(money.cause, money.value_on, money.why, PRINCIPAL, -part, place)
        money.left -= part
        money.parts[PRINCIPAL] += part


def _open_ahead(w: Working, money: Money) -> Iterator[int]:
    for place in range(bisect_right(w.dues, money.today), len(w.dues)):
        if not w.settled[place]:
            yield place


def _spread(w: Working, money: Money, rule: Allocation, places: list[int]) -> None:
    """Equal parts for all instalments to come, component by component; what one cannot take goes round
    again.
    """
    while money.left > 0 and places:
        for component in rule.in_advance:
            part = rounded(money.left, len(places), Rounding.HALF_EVEN)
            rest = money.left - part * len(places)
            for place in places:
                _take(w, money, place, component, part + (rest if place == places[-1] else 0))
        places = [place for place in places if any(room(w, place, c, money.today) > 0 for c in _ALL)]


def use_credit(w: Working, cause: str, value_on: date, place: int | None = None) -> None:
    """Let the borrower's credit settle what has come to be owed: at one instalment, or where money goes by
    the terms.
    """
    if not w.credit:
        return
    money, so_far = Money(cause, value_on, w.credit, Why.CREDIT_USED), len(w.movements)
    w.credit = 0
    if place is not None:
        for component in w.terms.allocation.due:
            _take(w, money, place, component)
    settle(w, money, w.terms.allocation)
    # What comes back to the credit never left it: only what was used has moved.
    w.movements[so_far:] = [one for one in w.movements[so_far:] if one.component is not CREDIT]
    w.moved(cause, value_on, Why.CREDIT_USED, CREDIT, sum(money.parts))
