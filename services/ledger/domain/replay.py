"""The loan as a fold over its facts: `replay` folds all of them, `add` folds one more with the very same
step.

So both agree by construction; where a fact belongs before one that the book has seen already, `add` says so.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.ledger.domain import (
    changes,
    cost_cap,
    ends,
    fees,
    pauses,
    plan,
    re_ageing,
    revolving,
    revolving_changes,
    taking_over,
)
from services.ledger.domain.allocation import Money, bring_to, cap_cost, settle, use_credit
from services.ledger.domain.amounts import recompute
from services.ledger.domain.book import Book, Charge, Settled, Why
from services.ledger.domain.facts import (
    Acceleration,
    AgeingPause,
    Chargeback,
    ChargeOff,
    Closing,
    Credit,
    CreditRefund,
    Departure,
    Dispute,
    Draw,
    DueDateMoved,
    Fact,
    Fee,
    FeeWaiver,
    Forgiveness,
    Grace,
    InterestPause,
    InterestWaiver,
    Key,
    LimitChange,
    LowerMinimum,
    MorePeriods,
    PassedOn,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    ScheduleChange,
    Statement,
    TakenOver,
    TokenPayments,
    key_of,
)
from services.ledger.domain.interest import earned_interest
from services.ledger.domain.terms import PRINCIPAL_FIRST, Allocation, Component, Repayment, Terms
from services.ledger.domain.working import CREDIT, INTEREST, OWED, PENALTY, PRINCIPAL, Working, empty

REFUND = "refund"
"""The kind of credit by which a card's purchase is given back."""


@dataclass(frozen=True, slots=True)
class ReplayNeeded:
    """The fact belongs before others that the book has seen: the book must be made anew from all facts."""

    fact: Fact


def replay(terms: Terms, facts: Iterable[Fact], through: date | None = None) -> Book:
    """The book after all facts up to a day (all there are, without one), brought to the end of that day."""
    w = _opened(terms)
    for key, fact in sorted((key_of(fact, terms), fact) for fact in facts):
        if through is None or key[0] <= through.toordinal():
            _step(w, fact, key)
    if through is not None:
        _bring(w, through)
    return w.book()


def replay_both(terms: Terms, one: Iterable[Fact], other: Iterable[Fact]) -> tuple[Book, Book]:
    """The books after either of two files: what they have in common at their beginning is folded once."""
    first, second = (sorted((key_of(fact, terms), fact) for fact in facts) for facts in (one, other))
    alike = 0
    for (key, fact), (key_there, fact_there) in zip(first, second, strict=False):
        if key != key_there or fact is not fact_there:
            break
        alike += 1
    w = _opened(terms)
    for key, fact in first[:alike]:
        _step(w, fact, key)
    begun = w.book()
    books = []
    for rest in (first[alike:], second[alike:]):
        w = Working(begun)
        w.movements = list(begun.movements)
        for key, fact in rest:
            _step(w, fact, key)
        books.append(w.book())
    return books[0], books[1]


def add(book: Book, fact: Fact) -> Book | ReplayNeeded:
    """The book one fact on."""
    key = key_of(fact, book.terms)
    if isinstance(fact, Draw) and (drawn_late := revolving.draw_late(book, fact, key)) is not None:
        return drawn_late
    if book.last is not None and key <= book.last:
        return ReplayNeeded(fact)
    if key[0] < book.run_on and book.run_on > book.terms.opened_on.toordinal():
        return ReplayNeeded(fact)
    w = Working(book)
    _step(w, fact, key)
    return w.book()


def advance(book: Book, through: date) -> Book:
    """The book at the end of a day: interest has run to it, what fell due by then is due."""
    w = Working(book)
    _bring(w, through)
    return w.book()


def earned(book: Book, through: date) -> tuple[int, int, int]:
    """What the lender has earned by the end of a day: penalties and fees that fell due by then, interest
    of the days gone by. Income is posted as the difference from what was posted before.
    """
    day = through.toordinal()
    due = [one for one in book.charges if one.due <= day and not one.reopened]
    penalty = sum(one.amount for one in due if one.penalty) + sum(book.late_penalty)
    charged = sum(one.amount for one in due if not one.penalty)
    return (penalty, charged, earned_interest(Working(book), day))


def cost_room(book: Book, through: date) -> int | None:
    """How much more may be charged by the end of a day under the terms' cap on the yearly cost, interest,
    penalties and fees together, measured by what was lent and for how long (actual days over 365). None
    where there is no cap.
    """
    if book.terms.cost_cap is None:
        return None
    w = Working(book)
    _bring(w, through)
    return max(cost_cap.room(w), 0)


def to_pay_off(book: Book, on: date) -> int:
    """What a payment on a day must be so that nothing is owed any more."""
    w = Working(book)
    money = Money("", on, 10**17, Why.PAID)
    bring_to(w, money.today)
    before, paid = w.credit, money.left
    settle(w, money, w.terms.allocation_for("payoff"))
    # What the cap on the cost gives back need not be paid first.
    cost_cap.keep_within(w)
    given_back = w.credit - before - (paid - sum(money.parts))
    return sum(money.parts) - given_back


def _opened(terms: Terms) -> Working:
    w = Working(empty(terms))
    if terms.repayment is Repayment.PROVIDED:
        plan.provide(w, terms.provided, terms.opened_on)
    elif terms.repayment is Repayment.REVOLVING:
        revolving.open_card(w)
    return w


def _bring(w: Working, through: date) -> None:
    today = through.toordinal()
    if today <= w.seen and today <= w.run_on:
        return
    if w.card is not None:
        revolving.watch_before(w, today)
        revolving.watch(w, today)
    w.seen = max(w.seen, today)
    bring_to(w, today)
    w.note_settled(today)


def _step(w: Working, fact: Fact, key: Key) -> None:
    if w.card is None:
        _STEPS[type(fact)](w, fact)
    else:
        _step_of_card(w, fact, key[0])
    if w.terms.cost_cap is not None:
        cap_cost(w)
    w.last, w.seen = key, max(w.seen, key[0])


def _step_of_card(w: Working, fact: Fact, day: int) -> None:
    revolving.watch_before(w, day)
    revolving.note_firm(w, fact, day)
    so_far = len(w.movements)
    (_OF_CARDS.get(type(fact)) or _STEPS[type(fact)])(w, fact)
    revolving.watch(w, day)
    if not isinstance(fact, Statement):
        revolving.note_cleared(w, w.movements[so_far:], day)


def _money(w: Working, fact: Payment | Credit, why: Why) -> Money:
    bring_to(w, fact.value_on.toordinal(), due_only=True)
    return Money(fact.reference, fact.value_on, fact.amount, why)


def _pay(w: Working, fact: Payment) -> None:
    money = _money(w, fact, Why.PAID)
    settle(w, money, _rule(w, fact.kind, money.today), fact.direction)
    penalty, charged, interest, principal = money.parts
    w.payments = (*w.payments, Settled(fact.reference, (penalty, charged, interest, principal)))


def _credit(w: Working, fact: Credit) -> None:
    given_back = w.card is not None and fact.kind == REFUND
    money = _money(w, fact, Why.GIVEN_BACK if given_back else Why.CREDITED)
    settle(w, money, _rule(w, fact.kind, money.today))
    penalty, charged, interest, principal = money.parts
    w.payments = (*w.payments, Settled(fact.reference, (penalty, charged, interest, principal)))


def _rule(w: Working, kind: str, today: int) -> Allocation:
    rule, after = w.terms.allocation_for(kind), w.terms.principal_first_after_days
    if after is None:
        return rule
    oldest = next((due for k, due in enumerate(w.dues) if not w.settled[k]), today)
    return PRINCIPAL_FIRST if today - oldest >= after else rule


def _charge_back(w: Working, fact: Chargeback) -> None:
    today = fact.value_on.toordinal()
    bring_to(w, today)
    if w.credit >= fact.amount and w.terms.chargeback_order == (PRINCIPAL,):
        w.credit -= fact.amount
        w.moved(fact.reference, fact.value_on, Why.CHARGED_BACK, CREDIT, fact.amount)
        return
    place = fees.place_of(w, today, joins=w.terms.same_day_joins)
    for component, part in _charged_back_parts(w, fact):
        w.owe(place, component, part)
        if component is PRINCIPAL:
            w.credited[place] += part
        elif component is INTEREST:
            w.reopened[place] += part
        else:
            again = Charge(fact.reference, w.dues[place], part, component is PENALTY, reopened=True)
            w.charges = (*w.charges, again)
        w.settled[place] = 0
        w.moved(fact.reference, fact.value_on, Why.CHARGED_BACK, component, part, place)
    if w.follows_balance:
        recompute(w, bisect_right(w.dues, today))
    w.note_settled(today)
    use_credit(w, fact.reference, fact.value_on, place)


def _charged_back_parts(w: Working, fact: Chargeback) -> list[tuple[Component, int]]:
    """By component, as far as the payment had gone there; what is left of the amount is principal."""
    went = next((one.parts for one in w.payments if one.reference == fact.payment), (0, 0, 0, 0))
    back, left = [0, 0, 0, 0], fact.amount
    for component in w.terms.chargeback_order:
        back[component] = min(left, went[component])
        left -= back[component]
    back[PRINCIPAL] += left
    penalty, charged, interest, principal = (was - part for was, part in zip(went, back, strict=True))
    w.payments = tuple(
        one._replace(parts=(penalty, charged, interest, max(principal, 0)))
        if one.reference == fact.payment
        else one
        for one in w.payments
    )
    return [(component, back[component]) for component in OWED if back[component]]


def _refund_credit(w: Working, fact: CreditRefund) -> None:
    today = fact.value_on.toordinal()
    bring_to(w, today)
    if w.credit >= fact.amount:
        w.credit -= fact.amount
        w.moved(fact.reference, fact.value_on, Why.REFUNDED, CREDIT, fact.amount)
        return
    place = fees.place_of(w, today, joins=w.terms.same_day_joins)
    w.owe(place, PRINCIPAL, fact.amount)
    w.credited[place] += fact.amount
    w.settled[place] = 0
    w.moved(fact.reference, fact.value_on, Why.REFUNDED, PRINCIPAL, fact.amount, place)
    if w.follows_balance:
        recompute(w, bisect_right(w.dues, today))
    w.note_settled(today)
    use_credit(w, fact.reference, fact.value_on, place)


def _draw(w: Working, fact: Draw) -> None:
    undrawn = w.last_regular() < 0
    plan.draw(w, fact)
    if undrawn and w.charges:
        fees.owe_what_was_charged(w)
    w.note_settled(fact.value_on.toordinal())
    use_credit(w, fact.reference, fact.value_on)


_STEPS: dict[type, Callable[[Working, Any], None]] = {
    Draw: _draw,
    TakenOver: taking_over.take_over,
    ScheduleChange: changes.change_schedule,
    RateChange: changes.change_rate,
    InterestPause: pauses.pause_interest,
    AgeingPause: pauses.pause_ageing,
    DueDateMoved: changes.move_due_date,
    MorePeriods: changes.add_periods,
    Grace: changes.grant_grace,
    TokenPayments: changes.ask_less,
    Fee: fees.charge,
    FeeWaiver: fees.waive,
    Dispute: fees.dispute,
    Payment: _pay,
    Credit: _credit,
    Chargeback: _charge_back,
    CreditRefund: _refund_credit,
    InterestWaiver: changes.waive_interest,
    Forgiveness: changes.forgive,
    ReAge: re_ageing.re_age,
    ReAmortise: re_ageing.re_amortise,
    ChargeOff: changes.charge_off,
    Acceleration: ends.accelerate,
    Departure: ends.depart,
    PassedOn: ends.pass_on,
    Closing: changes.close,
}
"""What each kind of fact does. `replay` and `add` know no other way."""
_OF_CARDS: dict[type, Callable[[Working, Any], None]] = {
    Draw: revolving.draw,
    TakenOver: taking_over.take_over_card,
    Statement: revolving.state,
    LimitChange: revolving.change_limit,
    LowerMinimum: revolving_changes.lower,
    ScheduleChange: revolving_changes.convert,
    ReAge: revolving_changes.spread,
    ReAmortise: revolving_changes.capitalise,
    DueDateMoved: revolving_changes.defer,
    Dispute: revolving_changes.dispute,
}
"""What is otherwise with revolving loans."""
