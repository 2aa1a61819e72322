"""A book that begins with what a loan was taken over with from another system."""

from services.ledger.domain.book import Billed, Charge, Kind, Why
from services.ledger.domain.interest import earned_interest, lay_out, scale, weigh
from services.ledger.domain.levels import relevel
from services.ledger.domain.opening_balances import StatementTaken, TakenOver
from services.ledger.domain.plan import build
from services.ledger.domain.revolving import ASKED_IN_ORDER, card_of, shift
from services.ledger.domain.terms import Planned, Repayment
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
    _note_taken_over(w, fact)


def take_over_card(w: Working, fact: TakenOver) -> None:
    """Begin with a card's opening balances: minimum payments that are past due, the last statement with what
    of its minimum payment is still to fall due, and what no statement has asked for.
    """
    last = fact.statement
    w.owed[PENALTY][-1], w.owed[FEES][-1], w.owed[INTEREST][-1] = fact.costs
    w.owe(len(w.dues) - 1, PRINCIPAL, fact.principal)
    w.drawn += fact.principal + sum(one.principal for one in fact.past_due)
    today = fact.value_on.toordinal()
    for component, amount in ((PENALTY, fact.costs[0]), (FEES, fact.costs[1])):
        if amount:
            name = charge_name(None, penalty=component is PENALTY)
            w.charges = (*w.charges, Charge(name, today, amount, penalty=component is PENALTY))
    billed = []
    if last is not None:
        days = (last.due_on - last.issued_on).days
        for place, planned in enumerate(fact.past_due):
            _take_over_minimum(w, place, planned, planned.due_on.toordinal() - days)
            if planned.due_on < last.due_on:
                asked = sum(w.unpaid(k) for k in range(place + 1))
                name, due = f"{fact.reference}:{place + 1}", planned.due_on.toordinal()
                billed.append(Billed(name, due - days, due, asked, asked, 0, 0, due - days))
        billed.append(_take_over_last(w, fact, last))
        w.starts[-1] = last.issued_on.toordinal() + 1
        w.accrued[-1] = fact.accrued * w.scales[-1]
    w.card = card_of(w)._replace(statements=tuple(billed))
    w.credit += fact.credit
    _note_taken_over(w, fact)


def _take_over_minimum(w: Working, place: int, planned: Planned, issued: int) -> None:
    owed = (planned.penalty, planned.fees, planned.interest, planned.principal)
    w.insert(place, issued, planned.due_on.toordinal(), Kind.MINIMUM, owed=owed)
    w.balance += planned.principal
    for component in (PENALTY, FEES):
        if owed[component]:
            name = charge_name(place, penalty=component is PENALTY)
            w.charges = (*w.charges, Charge(name, issued, owed[component], penalty=component is PENALTY))


def _take_over_last(w: Working, fact: TakenOver, last: StatementTaken) -> Billed:
    """The last statement. What of its minimum payment has fallen due is there already."""
    issued, due = last.issued_on.toordinal(), last.due_on.toordinal()
    if not fact.past_due or fact.past_due[-1].due_on < last.due_on:
        place, left = len(w.dues) - 1, last.minimum_unpaid
        w.insert(place, issued, due, Kind.MINIMUM)
        for component in ASKED_IN_ORDER:
            part = min(left, w.owed[component][-1])
            shift(w, len(w.dues) - 1, place, component, part)
            left -= part
    else:
        w.starts[len(w.dues) - 2] = issued
    cleared = 0
    if not last.unpaid:
        cleared = last.cleared_on.toordinal() if last.cleared_on else min(due, fact.value_on.toordinal())
    name = f"{fact.reference}:last"
    return Billed(name, issued, due, last.balance, last.minimum, 0, last.unpaid, cleared)


def _note_taken_over(w: Working, fact: TakenOver) -> None:
    today = fact.value_on.toordinal()
    for component in OWED:
        w.moved(fact.reference, fact.value_on, Why.TAKEN_OVER, component, _owed(w, component, today))
    w.moved(fact.reference, fact.value_on, Why.TAKEN_OVER, CREDIT, -fact.credit)
    w.note_settled(today)


def charge_name(place: int | None, *, penalty: bool) -> str:
    """How a fee that was taken over is called, so that it can be waived: `fee:takeover-1` belongs to the
    first instalment that was past due, `fee:takeover-1-penalty` is its penalty; `fee:takeover` is what a card
    owed of fees that were not past due.
    """
    of = "" if place is None else f"-{place + 1}"
    return f"fee:takeover{of}{'-penalty' if penalty else ''}"


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
    # Fees in the schedule to come are owed as they fall due.
    to_come = (one.amount for one in w.charges if one.due > today and one.penalty == (component == PENALTY))
    return sum(w.owed[component]) - sum(to_come)
