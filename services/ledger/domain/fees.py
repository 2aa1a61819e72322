"""Fees and penalties: to which instalment they belong, and what a waiver gives back."""

from bisect import bisect_left, bisect_right

from services.ledger.domain.allocation import bring_to, use_credit
from services.ledger.domain.book import Charge, Kind, Why
from services.ledger.domain.cost_cap import room
from services.ledger.domain.facts import Dispute, Fee, FeeWaiver
from services.ledger.domain.terms import Component
from services.ledger.domain.working import CREDIT, FEES, FOREVER, PENALTY, Working


def charge(w: Working, fact: Fee) -> None:
    """Charge a fee: it is owed with the instalment in whose period it falls due, as far as a cap on the cost
    leaves room for it.

    One that was charged while a hold forbids it is never owed (SI 2020/1311, reg. 7(6): not later either).
    """
    bring_to(w, fact.value_on.toordinal())
    if _forbidden(w, fact):
        return
    due, component = fact.due_on.toordinal(), PENALTY if fact.penalty else FEES
    amount = fact.amount if w.terms.cost_cap is None else max(min(fact.amount, room(w)), 0)
    w.charges = (*w.charges, Charge(fact.reference, due, amount, fact.penalty))
    if w.dues:
        place = place_of(w, due)
        w.owe(place, component, amount)
        w.moved(fact.reference, fact.value_on, Why.CHARGED, component, amount, place)
        w.note_settled(fact.value_on.toordinal())
        use_credit(w, fact.reference, fact.value_on)


def _forbidden(w: Working, fact: Fee) -> bool:
    """A hold on arrears alone forbids penalties; which other fees are for the arrears nobody says."""
    day = fact.value_on.toordinal()
    return any(
        since <= day < until and (fact.penalty or not arrears_only) for since, until, arrears_only in w.held
    )


def place_of(w: Working, due: int, joins: bool = True) -> int:
    """The place of the instalment that what falls due on a day belongs to; a new one after the last, if
    need be.

    An instalment's period begins the day after the one before it fell due; the first regular one takes
    what is earlier. A card's next statement asks for it.
    """
    if w.card is not None:
        return len(w.dues) - 1
    last = w.last_regular()
    if last < 0 or due > w.dues[last]:
        return _extra(w, last, due)
    place = bisect_left(w.dues, due)
    if not joins:
        place = bisect_right(w.dues, due, hi=last)
    while place < last and w.kinds[place] == Kind.DOWN_PAYMENT:
        place += 1
    return place


def _extra(w: Working, last: int, due: int) -> int:
    if last + 1 == len(w.dues):
        w.insert(last + 1, w.dues[last] if last >= 0 else due, due, Kind.EXTRA)
    w.dues[last + 1] = max(w.dues[last + 1], due)
    return last + 1


def replace_charges(w: Working) -> None:
    """Put all fees to the instalments that they belong to now that the due dates have changed."""
    for component in (PENALTY, FEES):
        paid = sum(w.paid[component])
        for k in range(len(w.dues)):
            w.owed[component][k] = w.late_penalty[k] if component is PENALTY else 0
            w.paid[component][k] = 0
        for one in w.charges:
            if one.penalty == (component is PENALTY):
                w.owed[component][place_of(w, one.due)] += one.amount
        for k, owed in enumerate(w.owed[component]):
            w.paid[component][k] = part = min(paid, owed)
            paid -= part


def waive(w: Working, fact: FeeWaiver) -> None:
    """Waive a fee, in whole or in part. What was paid of it becomes the borrower's credit, which settles
    what else is due.

    A waiver of a fee that is not known, or of more than is left of it, waives what there is.
    """
    bring_to(w, fact.value_on.toordinal())
    kept: list[Charge] = []
    for one in w.charges:
        if one.reference != fact.fee:
            kept.append(one)
            continue
        part, component = min(fact.amount, one.amount), PENALTY if one.penalty else FEES
        kept.append(one._replace(amount=one.amount - part))
        _take_off(w, fact, asked_at(w, one.due), component, part)
    w.charges = tuple(kept)
    w.note_settled(fact.value_on.toordinal())
    use_credit(w, fact.reference, fact.value_on)


def asked_at(w: Working, due: int) -> int:
    """The place of what asks for a fee: of a card the statement of its day or the next one."""
    if w.card is None:
        return place_of(w, due)
    asked = (k for k, kind in enumerate(w.kinds) if kind == Kind.MINIMUM and w.starts[k] >= due)
    return next(asked, len(w.dues) - 1)


def _take_off(w: Working, fact: FeeWaiver, place: int, component: Component, amount: int) -> None:
    """Take an amount off a component: where it fell due, or, where a re-ageing has moved it, from what
    asks for it.
    """
    for k in (place, *range(len(w.dues) - 1, -1, -1)):
        part = min(amount, w.owed[component][k] - (w.late_penalty[k] if component is PENALTY else 0))
        if part > 0:
            amount -= part
            w.owe(k, component, -part)
            w.moved(fact.reference, fact.value_on, Why.WAIVED, component, -part, k)
            _give_back(w, fact, k, component)


def _give_back(w: Working, fact: FeeWaiver, place: int, component: Component) -> None:
    back = w.paid[component][place] - w.owed[component][place]
    if back > 0:
        w.paid[component][place] -= back
        w.credit += back
        w.moved(fact.reference, fact.value_on, Why.WAIVED, component, back, place)
        w.moved(fact.reference, fact.value_on, Why.WAIVED, CREDIT, -back)


def dispute(w: Working, fact: Dispute) -> None:
    """Set a fee, an amount or all of the loan under dispute until it ends."""
    bring_to(w, fact.value_on.toordinal())
    until = fact.ended_on.toordinal() if fact.ended_on else FOREVER
    if fact.fee is not None:
        w.charges = tuple(
            one._replace(disputed_until=until) if one.reference == fact.fee else one for one in w.charges
        )
    else:
        amount = fact.amount if fact.amount is not None else 10**18
        w.disputed = (*w.disputed, (amount, until))
