"""A loan's days, one after another, from its whole file: how it stood at the end of each day that matters."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.ledger.domain.book import Book, Why
from services.ledger.domain.credit_record.standing import Ending
from services.ledger.domain.facts import AgeingPause, Closing, Dispute, Fact, Forgiveness, key_of
from services.ledger.domain.loan import History, Loan
from services.ledger.domain.recording import facts_of, opened_with
from services.ledger.domain.replay import ReplayNeeded, add, replay
from services.ledger.domain.standing import Standing, standing
from services.ledger.domain.terms import Component
from shared.quick import replace

_DAY = timedelta(days=1)


class Point(NamedTuple):
    """A loan at the end of a day, by the facts that count through it."""

    on: date
    book: Book
    now: Standing
    ending: Ending | None = None
    dispute: bool = False
    """Something of it is disputed."""
    was_disputed: bool = False
    pause: AgeingPause | None = None
    """The pause of its ageing that the day lies in, where one does."""


Stops = Callable[[Point], Iterable[date]]


def walk(loan: Loan, history: History, from_on: date, through: date, stops: Stops) -> Iterator[Point]:
    """The loan from a day through another one: on the first, the last, whenever a fact counts from, something
    falls due, or a pause begins or is over, and on the days that `stops` names after each.
    """
    terms = opened_with(loan, history)
    every = sorted((key_of(fact, terms)[0], key_of(fact, terms), fact) for fact in facts_of(loan, history))
    first = from_on.toordinal()
    known = [fact for day, _, fact in every if day < first]
    coming = [(date.fromordinal(day), fact) for day, _, fact in every if day >= first]
    book = replay(terms, known)
    given_up = _given_up(known, book)
    on = from_on
    while on <= through:
        while coming and coming[0][0] <= on:
            _, fact = coming.pop(0)
            after = add(book, fact)
            assert not isinstance(after, ReplayNeeded), "facts come in their order"
            book = after
            known.append(fact)
            given_up = _given_up([fact], book) or given_up
        point = _point(loan, on, book, known, given_up)
        yield point
        days = [*_turns(point, known), *stops(point), *(day for day, _ in coming[:1]), through]
        on = min((day for day in days if day > on), default=through + _DAY)


def _point(loan: Loan, on: date, book: Book, known: list[Fact], given_up: Ending | None) -> Point:
    then = replace(loan, book=replace(book, movements=()))
    disputes = [fact for fact in known if isinstance(fact, Dispute)]
    paused = (fact for fact in known if isinstance(fact, AgeingPause) and _covers(fact, on))
    return Point(
        on,
        then.book,
        standing(then, on),
        (given_up or Ending.REPAID) if _is_over(book) else None,
        any(one.ended_on is None or on < one.ended_on for one in disputes),
        bool(disputes),
        next(paused, None),
    )


def _is_over(book: Book) -> bool:
    """Whether nothing is owed any more; a card on which nothing is owed goes on until it is closed."""
    return bool(book.dues) and not book.outstanding and (book.card is None or bool(book.closed))


def _covers(pause: AgeingPause, on: date) -> bool:
    return pause.value_on <= on and (pause.ends_on is None or on <= pause.ends_on)


def _given_up(facts: Iterable[Fact], book: Book) -> Ending | None:
    """How the loan ends, if it does, where principal was given up: with a plan, or by its lender alone."""
    found = None
    for fact in facts:
        if isinstance(fact, Forgiveness):
            found = Ending.SETTLED
        elif isinstance(fact, Closing) and any(
            one.why is Why.FORGIVEN and one.component is Component.PRINCIPAL and one.cause == fact.reference
            for one in book.movements
        ):
            found = Ending.SETTLED if fact.reference.startswith("plan:") else Ending.FORGIVEN
    return found


def _turns(point: Point, known: list[Fact]) -> Iterator[date]:
    """Days after the point on which it stands otherwise without any further fact."""
    for row in point.now.rows:
        if row.due_on >= point.on and row.paid_off_on is None:
            yield row.due_on + _DAY
            break
    for fact in known:
        if isinstance(fact, AgeingPause) and fact.ends_on is not None:
            yield fact.ends_on + _DAY
        elif isinstance(fact, Dispute) and fact.ended_on is not None:
            yield fact.ended_on
