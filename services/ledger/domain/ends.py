"""What a loan's book is after the whole debt was called due, or after the loan has gone."""

from services.ledger.domain.allocation import bring_to, use_credit
from services.ledger.domain.book import Kind, Why
from services.ledger.domain.changes import call_all_due
from services.ledger.domain.facts import Acceleration, Departure, PassedOn
from services.ledger.domain.revolving import shift
from services.ledger.domain.working import CREDIT, OWED, Working


def accelerate(w: Working, fact: Acceleration) -> None:
    """Call the whole debt due."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    if w.card is None:
        call_all_due(w, today)
    else:
        _call_card_due(w, today)
    w.note_settled(today)
    use_credit(w, fact.reference, fact.value_on)


def _call_card_due(w: Working, today: int) -> None:
    """What statements ask for later, and what none has asked for yet, falls due today."""
    last = len(w.dues) - 1
    for k in range(last):
        w.dues[k] = min(w.dues[k], today)
    w.insert(last, today, today, Kind.FIXED)
    for component in OWED:
        shift(w, last + 1, last, component, w.owed[component][-1] - w.paid[component][-1])


def depart(w: Working, fact: Departure) -> None:
    """Nothing is owed here any more."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    for component in OWED:
        for k in range(len(w.dues)):
            left = w.owed[component][k] - w.paid[component][k]
            w.owe(k, component, -left)
            w.moved(fact.reference, fact.value_on, Why.GONE, component, -left, k)
    if fact.with_credit:
        w.moved(fact.reference, fact.value_on, Why.GONE, CREDIT, w.credit)
        w.credit = 0
    w.closed = today
    w.note_settled(today)


def pass_on(w: Working, fact: PassedOn) -> None:
    """What was passed on changes nothing of what is owed here."""
