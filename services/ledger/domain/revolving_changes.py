"""What is agreed for a revolving loan and changes what its statements ask for, as steps of the book."""

from datetime import date

from services.ledger.domain import fees
from services.ledger.domain.allocation import bring_to, use_credit
from services.ledger.domain.book import Kind, Why
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.facts import (
    Dispute,
    DueDateMoved,
    LowerMinimum,
    ReAge,
    ReAmortise,
    ScheduleChange,
)
from services.ledger.domain.revolving import ASKED_IN_ORDER, card_of, hand_back, shift
from services.ledger.domain.terms import Planned
from services.ledger.domain.working import FEES, INTEREST, PENALTY, Working


def defer(w: Working, fact: DueDateMoved) -> None:
    """What falls due from a day to before another one falls due on that one, statements to come included."""
    since, until = fact.due_on.toordinal(), fact.new_due_on.toordinal()
    bring_to(w, min(fact.value_on.toordinal(), since))
    card = card_of(w)
    w.card = card._replace(deferred=(*card.deferred, (since, until)))
    for k, due in enumerate(w.dues):
        if since <= due < until:
            w.dues[k] = until


def lower(w: Working, fact: LowerMinimum) -> None:
    """Ask for less in a stretch of days: by statements to come, and by those that are not yet due."""
    since, until = fact.starts_on.toordinal(), fact.ends_on.toordinal()
    today = min(fact.value_on.toordinal(), since)
    bring_to(w, today)
    card, most = card_of(w), -1 if fact.amount is None else fact.amount
    w.card = card._replace(lowered=(*card.lowered, (since, until, most)))
    for k, kind in enumerate(w.kinds):
        if kind == Kind.MINIMUM and since <= w.dues[k] <= until:
            costs = sum(w.owed[c][k] - w.paid[c][k] for c in (INTEREST, FEES, PENALTY))
            hand_back(w, [k], max(w.unpaid(k) - (costs if most < 0 else most), 0))
    w.note_settled(today)


def capitalise(w: Working, fact: ReAmortise) -> None:
    """Nothing is past due any more: it is part of the balance, of which statements to come ask for a part."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    hand_back(w, [k for k, due in enumerate(w.dues) if due <= today])
    w.note_settled(today)


def convert(w: Working, fact: ScheduleChange) -> None:
    """All that is unpaid is paid by instalments that were agreed. What they ask for beyond it is their price;
    what they leave stays in the balance.
    """
    _convert(w, fact.value_on, fact.reference, fact.instalments)


def spread(w: Working, fact: ReAge) -> None:
    """All that is unpaid is paid by equal instalments, without a price."""
    bring_to(w, fact.value_on.toordinal())
    unpaid = sum(w.unpaid(k) for k in range(len(w.dues))) - _price_to_come(w, fact.value_on.toordinal())
    part, rest = divmod(unpaid, fact.instalments)
    equal = tuple(
        Planned(due_date(fact.first_due, fact.unit, fact.every, n), part + (1 if n < rest else 0))
        for n in range(fact.instalments)
    )
    _convert(w, fact.value_on, fact.reference, equal)


def _convert(w: Working, value_on: date, reference: str, instalments: tuple[Planned, ...]) -> None:
    today = value_on.toordinal()
    bring_to(w, today)
    dropped = _drop_price_to_come(w, today)
    hand_back(w, range(len(w.dues) - 1))
    amounts = [one.principal + one.interest + one.fees + one.penalty for one in instalments]
    whole, unpaid = sum(amounts), w.unpaid(len(w.dues) - 1)
    price = max(whole - unpaid, 0) if unpaid else 0
    w.moved(reference, value_on, Why.CHARGED, INTEREST, price - dropped)
    passed = given = 0
    for one, amount in zip(instalments, amounts, strict=True):
        # Of what has passed so far, so that the parts add up to the whole.
        passed += amount
        part = price * passed // whole - given if price else 0
        given += part
        _add(w, max(one.due_on.toordinal(), today), amount - part, part)
    w.re_aged = today
    w.note_settled(today)
    use_credit(w, reference, value_on)


def _add(w: Working, due: int, amount: int, price: int) -> None:
    last = len(w.dues) - 1
    place = next(k for k in range(last + 1) if w.dues[k] > due)
    w.insert(place, w.dues[place - 1] if place else due, due, Kind.FIXED)
    for component in ASKED_IN_ORDER:
        part = min(amount, w.owed[component][-1] - w.paid[component][-1])
        shift(w, last + 1, place, component, part)
        amount -= part
    w.owed[INTEREST][place] += price
    w.carried[place] = price


def _price_to_come(w: Working, today: int) -> int:
    """What instalments that were agreed before cost from now on: it is not owed yet."""
    return sum(_price_at(w, k) for k, due in enumerate(w.dues) if due > today)


def _price_at(w: Working, place: int) -> int:
    return min(w.carried[place], w.owed[INTEREST][place] - w.paid[INTEREST][place])


def _drop_price_to_come(w: Working, today: int) -> int:
    dropped = 0
    for k, due in enumerate(w.dues):
        if due > today and (part := _price_at(w, k)):
            w.owed[INTEREST][k] -= part
            w.carried[k] -= part
            dropped += part
    return dropped


def dispute(w: Working, fact: Dispute) -> None:
    """Set a fee, an amount or all of it under dispute; no statement asks for a fee that is disputed."""
    fees.dispute(w, fact)
    for one in w.charges:
        if fact.fee is not None and one.reference == fact.fee:
            component = PENALTY if one.penalty else FEES
            place = fees.asked_at(w, one.due)
            part = min(one.amount, w.owed[component][place] - w.paid[component][place])
            shift(w, place, len(w.dues) - 1, component, part)
    w.note_settled(fact.value_on.toordinal())
