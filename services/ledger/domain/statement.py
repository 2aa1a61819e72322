"""A loan's statement: how it stood at the beginning, what happened, where each payment went, how it stands
now.

It is made from the loan's facts up to a day, as they are known now: a payment that was reported late stands
on its value date, one that was taken back stays, marked. Amounts are minor units of the loan's currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from services.ledger.domain.ageing import CountedFrom, Explanation
from services.ledger.domain.book import MONEY_IN, Book, Kind, Line, Movement, Why
from services.ledger.domain.facts import (
    Chargeback,
    Credit,
    CreditRefund,
    Draw,
    Fact,
    Fee,
    FeeWaiver,
    Forgiveness,
    InterestWaiver,
    Payment,
    TakenOver,
)
from services.ledger.domain.loan import Entry, History, Loan
from services.ledger.domain.replay import replay, to_pay_off
from services.ledger.domain.standing import explain_lateness
from services.ledger.domain.terms import Component, Terms
from services.ledger.domain.wording import NOT_OWED, credit_used, fell_due, in_words, kept_within_cap
from shared.quick import replace

_DAY = timedelta(days=1)
_MONEY = (Draw, Fee, FeeWaiver, Payment, Credit, Chargeback, CreditRefund, InterestWaiver, Forgiveness)
"""Facts whose amount is money that came, went, or is owed more or less."""


class Standing(NamedTuple):
    """How the loan stood at the end of a day."""

    on: date
    principal: int
    """Owed, due or not."""
    past_due: int
    """Unpaid after its due date."""
    to_pay_off: int
    """What a payment on that day would have to be so that nothing is owed any more."""
    credit: int
    """It belongs to the borrower."""


class Parts(NamedTuple):
    """Where an amount went."""

    penalty: int = 0
    fees: int = 0
    interest: int = 0
    principal: int = 0
    credit: int = 0
    """Left over, the borrower's."""
    instalments: tuple[int, ...] = ()
    """The numbers of those that it was set against."""


class Happened(NamedTuple):
    """One line: something that happened on a value date."""

    value_on: date
    kind: str
    text: str
    reference: str | None = None
    amount: int | None = None
    went: Parts | None = None
    reversed_on: date | None = None
    """It was taken back on that day, and counts no more."""
    reversal: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A loan from one day through another."""

    opened_on: date | None
    """When the money was paid out; None where the system that had the loan before did not say."""
    taken_over_on: date | None
    """When it was taken over from that system, where it was."""
    before: Standing
    """At the end of the day before the statement begins; nothing is owed before the opening."""
    after: Standing
    lines: tuple[Happened, ...]
    unpaid: tuple[Line, ...]
    """Instalments of which something is unpaid, due or still to come."""
    lateness: Explanation
    bucket: str


def statement(loan: Loan, history: History, from_on: date, as_of: date) -> Statement:
    """The loan's statement from a day on through another one, which is not before it."""
    assert from_on <= as_of, "a statement ends no earlier than it begins"
    terms = loan.book.terms
    terms = replace(terms, provided=history.provided or terms.provided)
    counting = [one.fact for one in history.entries if one.reversed_on is None]
    book = replay(terms, counting, as_of)
    then = replace(loan, book=replace(book, movements=()))
    lateness, bucket = explain_lateness(then, as_of)
    taken_over = next((fact for fact in counting if isinstance(fact, TakenOver)), None)
    return Statement(
        opened_on=taken_over.opened_on if taken_over else terms.opened_on,
        taken_over_on=taken_over.value_on if taken_over else None,
        before=_before(terms, counting, from_on),
        after=_standing(book, as_of),
        lines=tuple(_lines(loan, history.entries, book, from_on, as_of)),
        unpaid=tuple(line for line in book.lines() if line.unpaid > 0),
        lateness=lateness,
        bucket=bucket,
    )


def _before(terms: Terms, counting: Sequence[Fact], from_on: date) -> Standing:
    if from_on <= terms.opened_on:
        return Standing(from_on, 0, 0, 0, 0)
    eve = from_on - _DAY
    return _standing(replay(terms, counting, eve), eve)


def _standing(book: Book, on: date) -> Standing:
    owed = to_pay_off(book, on) if book.outstanding or book.balance else 0
    return Standing(on, book.balance, book.arrears(on), owed, book.credit)


def _lines(
    loan: Loan, entries: Iterable[Entry], book: Book, from_on: date, as_of: date
) -> Iterator[Happened]:
    went, charged = _went(book.movements), _charged(book)
    lines = [_of_fact(loan, one, went, charged) for one in entries]
    lines += [_of_due(loan, line) for line in book.lines() if sum(line.owed)]
    lines += _of_credit(loan, book.movements)
    within = (line for line in lines if from_on <= line.value_on <= as_of)
    return iter(sorted(within, key=lambda line: (line.value_on, line.reference or "")))


def _of_fact(loan: Loan, entry: Entry, went: dict[str, Parts], charged: Mapping[str, int]) -> Happened:
    fact, words = entry.fact, in_words(entry.fact, loan.money)
    counts = entry.reversed_on is None
    if counts and isinstance(fact, Fee) and (owed := charged.get(fact.reference, 0)) < fact.amount:
        capped = fact._replace(amount=owed)
        within_cap = in_words(capped, loan.money) + kept_within_cap(loan.money(fact.amount))
        fact, words = capped, within_cap if fact.reference in charged else words + NOT_OWED
    return Happened(
        value_on=fact.value_on,
        kind=type(fact).__name__,
        text=words,
        reference=fact.reference,
        amount=fact.amount if isinstance(fact, _MONEY) else None,
        went=went.get(fact.reference) if counts else None,
        reversed_on=entry.reversed_on,
        reversal=entry.reversal,
    )


def _of_due(loan: Loan, line: Line) -> Happened:
    owed = sum(line.owed)
    what = CountedFrom.MINIMUM_PAYMENT if line.kind is Kind.MINIMUM else CountedFrom.INSTALMENT
    text = fell_due(line.number, loan.money(owed), what)
    return Happened(line.due_on, "InstalmentDue", text, amount=owed)


def _of_credit(loan: Loan, movements: Iterable[Movement]) -> Iterator[Happened]:
    """The borrower's credit is used when something falls due; that is no fact of its own."""
    by_cause: dict[tuple[date, str], list[Movement]] = defaultdict(list)
    for one in movements:
        if one.why is Why.CREDIT_USED and one.component is not Component.CREDIT:
            by_cause[one.value_on, one.cause].append(one)
    for (value_on, _), those in by_cause.items():
        parts = _parts(those)
        amount = sum(parts[:4])
        if amount > 0:
            yield Happened(value_on, "CreditUsed", credit_used(loan.money(amount)), amount=amount, went=parts)


def _went(movements: Iterable[Movement]) -> dict[str, Parts]:
    by_cause: dict[str, list[Movement]] = defaultdict(list)
    for one in movements:
        if one.why in MONEY_IN:
            by_cause[one.cause].append(one)
    return {cause: _parts(those) for cause, those in by_cause.items()}


def _charged(book: Book) -> Mapping[str, int]:
    """What each fee came to: less than was asked for where a cap on the cost left no room; one that a hold
    forbids is not among them.
    """
    sums = {one.reference: 0 for one in book.charges}
    for one in book.movements:
        if one.why is Why.CHARGED:
            sums[one.cause] = sums.get(one.cause, 0) + one.amount
    return sums


def _parts(movements: Iterable[Movement]) -> Parts:
    sums: dict[Component, int] = defaultdict(int)
    numbers = set()
    for one in movements:
        sums[one.component] -= one.amount
        if one.instalment >= 0:
            numbers.add(one.instalment + 1)
    penalty, fees, interest, principal, credit = (sums[component] for component in Component)
    return Parts(penalty, fees, interest, principal, credit, tuple(sorted(numbers)))
