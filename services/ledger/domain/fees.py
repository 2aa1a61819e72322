"""Fees and penalties: to which instalment they belong, and what a waiver gives back."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

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


class Fees(NamedTuple):
    """What some instalments ask for and have been paid of penalties and of fees."""

    owed: tuple[int, int]
    paid: tuple[int, int]


def fees_from(w: Working, first: int) -> Fees:
    """Those of the instalments from a place on."""
    owed, paid = ((sum(side[PENALTY][first:]), sum(side[FEES][first:])) for side in (w.owed, w.paid))
    return Fees(owed, paid)


def replace_charges(w: Working, first: int, fees: Fees) -> None:
    """Put the fees of the instalments from a place on to those that they belong to now that the due dates
    have changed. No more is owed than before: what was forgiven of a fee stays forgiven, and what a
    re-ageing has moved stays with the first of them.
    """
    for component, owed, paid in zip((PENALTY, FEES), fees.owed, fees.paid, strict=True):
        for k in range(first, len(w.dues)):
            w.owed[component][k] = w.late_penalty[k] if component is PENALTY else 0
        for one in w.charges:
            if one.penalty == (component is PENALTY) and (place := place_of(w, one.due)) >= first:
                w.owed[component][place] += one.amount
        more = owed - sum(w.owed[component][first:])
        w.owed[component][first] += max(more, 0)
        _ask_less(w, first, component, max(-more, 0))
        left = paid
        for k in range(first, len(w.dues)):
            w.paid[component][k] = part = min(left, w.owed[component][k])
            left -= part


def _ask_less(w: Working, first: int, component: Component, amount: int) -> None:
    """Take an amount off what is owed, from the last instalment back."""
    for k in range(len(w.dues) - 1, first - 1, -1):
        part = min(amount, w.owed[component][k])
        w.owed[component][k] -= part
        amount -= part


def owe_what_was_charged(w: Working) -> None:
    """With the first draw there are instalments for the fees that were charged before it."""
    penalties = sum(one.amount for one in w.charges if one.penalty)
    fees = sum(one.amount for one in w.charges) - penalties
    replace_charges(w, 0, Fees((penalties, fees), fees_from(w, 0).paid))


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
        taken = _take_off(w, fact, asked_at(w, one.due), component, part)
        kept.append(one._replace(amount=one.amount - taken))
    w.charges = tuple(kept)
    w.note_settled(fact.value_on.toordinal())
    use_credit(w, fact.reference, fact.value_on)


def asked_at(w: Working, due: int) -> int:
    """The place of what asks for a fee: of a card the statement of its day or the next one."""
    if w.card is None:
        return place_of(w, due)
    asked = (k for k, kind in enumerate(w.kinds) if kind == Kind.MINIMUM and w.starts[k] >= due)
    return next(asked, len(w.dues) - 1)


def _take_off(w: Working, fact: FeeWaiver, place: int, component: Component, amount: int) -> int:
    """Take an amount off a component: where it fell due, or, where a re-ageing has moved it, from what
    asks for it. How much could be: what was forgiven before is waived no more.
    """
    left = amount
    for k in (place, *range(len(w.dues) - 1, -1, -1)):
        part = min(left, w.owed[component][k] - (w.late_penalty[k] if component is PENALTY else 0))
        if part > 0:
            left -= part
            w.owe(k, component, -part)
            w.moved(fact.reference, fact.value_on, Why.WAIVED, component, -part, k)
            _give_back(w, fact, k, component)
    return amount - left


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
