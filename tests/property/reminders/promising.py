"""Lives of promises, and what must become of them whatever the order in which things came to be known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st

from services.reminders.domain import promises as real
from services.reminders.domain.promises import Broken, Kept, Outcome, Payment, Promises, Standing, TakenBack
from shared.money import Money

START = date(2026, 1, 5)
LOANS = (UUID(int=1), UUID(int=2))
END = START + timedelta(days=120)

Settle = Callable[[Promises, date], tuple[Promises, tuple[Outcome, ...]]]


class Disagreement(AssertionError):
    """What was told of promises is not what follows from the facts."""


@dataclass(frozen=True)
class Fact:
    """A payment as the ledger tells of it; a reversed one is told first, and then that it is nothing."""

    payment: Payment
    reversed: bool = False


@dataclass(frozen=True)
class Life:
    """Promises in the order in which they were made, and payments in the order in which they were told."""

    promised: tuple[tuple[UUID, int, int, int], ...]
    """Loan, sum, day made and days ahead."""
    facts: tuple[Fact, ...]


_PROMISES = st.lists(
    st.tuples(st.sampled_from(LOANS), st.integers(1, 6), st.integers(0, 40), st.integers(0, 30)), max_size=4
)
_FACTS = st.lists(
    st.tuples(st.sampled_from(LOANS), st.integers(1, 6), st.integers(0, 90), st.booleans()), max_size=8
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any life of two loans."""
    facts = tuple(
        Fact(Payment(UUID(int=100 + number), loan, START + timedelta(days=day), Money(amount, "EUR")), gone)
        for number, (loan, amount, day, gone) in enumerate(draw(_FACTS))
    )
    return Life(tuple(sorted(draw(_PROMISES), key=lambda one: one[2])), facts)


def told(life: Life, order: Sequence[int], settle: Settle, step: int) -> list[tuple[int, str]]:
    """What the last word on each promise is when payments come to be known in this order, from day to day,
    and promises are looked at every `step` days.

    Raises Disagreement where something is taken back that was not told, or told twice.
    """
    promises, standing = Promises(), dict[UUID, str]()
    waiting = [life.facts[place] for place in order]
    for day in range(121):
        today = START + timedelta(days=day)
        for number, (loan, amount, made, ahead) in enumerate(life.promised):
            if made == day:
                due_on = today + timedelta(days=ahead)
                promises = real.make(
                    promises,
                    UUID(int=10 + number),
                    loan,
                    Money(amount, "EUR"),
                    due_on,
                    today,
                    real.grace_end(due_on, ()),
                )
        if day % 15 == 14 and waiting:
            promises = _hear(promises, waiting.pop(0))
        if day == 120:
            for fact in waiting:
                promises = _hear(promises, fact)
        if day % step == 0:
            promises, outcomes = settle(promises, today)
            for outcome in outcomes:
                _keep(standing, outcome)
                if not isinstance(outcome, TakenBack):
                    promises = real.note(promises, outcome.promise.id, UUID(int=day))
    return sorted((one.int, what) for one, what in standing.items())


def _hear(promises: Promises, fact: Fact) -> Promises:
    promises = real.pay(promises, fact.payment)
    return real.change_payment(promises, fact.payment.id, Money(0, "EUR")) if fact.reversed else promises


def _keep(standing: dict[UUID, str], outcome: Outcome) -> None:
    id_ = outcome.promise.id
    if isinstance(outcome, TakenBack):
        if standing.pop(id_, None) != outcome.was.value:
            raise Disagreement(f"{outcome} takes back what was not told")
        return
    if id_ in standing:
        raise Disagreement(f"{outcome} comes on top of {standing[id_]}")
    standing[id_] = (Standing.KEPT if isinstance(outcome, Kept) else Standing.BROKEN).value
    if isinstance(outcome, Broken) and outcome.missing.minor <= 0:
        raise Disagreement(f"{outcome} misses nothing")


def by_facts(life: Life) -> list[tuple[int, str]]:
    """The same straight from the facts, unit by unit of all payments that stand: each goes to the promise
    that ends first of those that still can use it, or to none. Raises Unclear.
    """
    made: dict[UUID, tuple[UUID, int, date, date]] = {}
    for number, (loan, amount, day, ahead) in enumerate(life.promised):
        made_on, due_on = START + timedelta(days=day), START + timedelta(days=day + ahead)
        end = real.grace_end(due_on, ())
        for other, _, since, until in made.values():
            # Replaced, if it was open: whether it was is what `told` finds out, so such lives are left out.
            if (other, until) == (loan, end) and since <= made_on:
                raise Unclear
        made[UUID(int=10 + number)] = (loan, amount, made_on, end)
    units = [
        fact.payment
        for fact in sorted(life.facts, key=lambda one: (one.payment.value_on, one.payment.id.int))
        if not fact.reversed
        for _ in range(fact.payment.amount.minor)
    ]
    got = dict.fromkeys(made, 0)
    for unit in units:
        open_ = [
            id_
            for id_, (loan, amount, since, until) in made.items()
            if loan == unit.loan_id and since <= unit.value_on <= until and got[id_] < amount
        ]
        if open_:
            got[min(open_, key=lambda id_: (made[id_][3], made[id_][2], id_.int))] += 1
    return sorted(
        (id_.int, "kept" if got[id_] == amount else "broken") for id_, (_, amount, _, _) in made.items()
    )


class Unclear(Exception):
    """A life in which one promise may have replaced another."""
