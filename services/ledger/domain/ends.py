"""What a loan's book is after the whole debt was called due, or after the loan has gone."""

from services.ledger.domain.allocation import bring_to
from services.ledger.domain.book import Why
from services.ledger.domain.changes import call_all_due
from services.ledger.domain.facts import Acceleration, Departure, PassedOn
from services.ledger.domain.working import CREDIT, OWED, Working


def accelerate(w: Working, fact: Acceleration) -> None:
    """Call the whole debt due."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    call_all_due(w, today)
    w.note_settled(today)


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
