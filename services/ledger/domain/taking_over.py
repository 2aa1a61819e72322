"""A book that begins with what a loan was taken over with from another system."""

from services.ledger.domain.book import Charge, Kind, Why
from services.ledger.domain.facts import TakenOver
from services.ledger.domain.interest import earned_interest, lay_out, scale, weigh
from services.ledger.domain.levels import relevel
from services.ledger.domain.plan import build
from services.ledger.domain.terms import Repayment
from services.ledger.domain.working import CREDIT, FEES, INTEREST, OWED, PENALTY, PRINCIPAL, Working


def take_over(w: Working, fact: TakenOver) -> None:
    """Begin with opening balances: what is past due, instalment by instalment, then what is still to come.

    Nothing of it was paid out or earned here: the journal has it against opening balances.
    """
    if w.terms.repayment is not Repayment.PROVIDED and w.terms.instalments:
        _to_come(w, fact)
    for place, planned in enumerate(fact.past_due):
        due, owed = planned.due_on.toordinal(), (planned.penalty, planned.fees, planned.interest)
        start = min(due, w.terms.opened_on.toordinal())
        w.insert(place, start, due, Kind.FIXED, owed=(*owed, planned.principal))
        w.balance += planned.principal
        w.drawn += planned.principal
        for component in (PENALTY, FEES):
            if owed[component]:
                name = charge_name(place, penalty=component is PENALTY)
                charge = Charge(name, due, owed[component], penalty=component is PENALTY)
                w.charges = (*w.charges, charge)
    w.credit += fact.credit
    today = fact.value_on.toordinal()
    for component in OWED:
        w.moved(fact.reference, fact.value_on, Why.TAKEN_OVER, component, _owed(w, component, today))
    w.moved(fact.reference, fact.value_on, Why.TAKEN_OVER, CREDIT, -fact.credit)
    w.note_settled(today)


def charge_name(place: int, *, penalty: bool) -> str:
    """How a fee that was taken over is called, so that it can be waived: `fee:takeover-1` belongs to the
    first instalment that was past due, `fee:takeover-1-penalty` is its penalty.
    """
    return f"fee:takeover-{place + 1}{'-penalty' if penalty else ''}"


def _to_come(w: Working, fact: TakenOver) -> None:
    """The instalments to come, worked out from the principal, the running one with its whole period."""
    build(w, fact.value_on)
    w.drawn += fact.principal
    w.balance += fact.principal
    if fact.runs_since is not None:
        w.starts[0] = fact.runs_since.toordinal()
        lay_out(w, 0, regular=True)
        weigh(w)
    w.run_on = fact.value_on.toordinal()
    w.accrued[0] = fact.accrued * scale(w, 0)
    relevel(w, 0, reopen=True)


def _owed(w: Working, component: int, today: int) -> int:
    if component == INTEREST:
        return earned_interest(w, today)
    if component == PRINCIPAL:
        return w.balance
    return sum(w.owed[component])
