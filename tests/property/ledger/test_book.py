"""Whatever happens to a loan, in whatever order it is told: its book adds up, and is the same."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.book import MONEY_IN, Book
from services.ledger.domain.facts import Credit, Dispute, Draw, Fact, Payment, key_of
from services.ledger.domain.replay import ReplayNeeded, add, advance, replay
from services.ledger.domain.terms import Component, Terms
from tests.property.ledger.histories import OPENED, card_histories, histories

Replay = Callable[[Terms, Iterable[Fact]], Book]
Add = Callable[[Book, Fact], Book | ReplayNeeded]


Histories = st.SearchStrategy[tuple[Terms, list[Fact]]]
OF_LOANS: Histories = histories()
OF_CARDS: Histories = card_histories()
OF_PURCHASES: Histories = card_histories(among=["purchase", "purchase", "purchase", "statement"])
"""Mostly in the wrong order, which costs no replay."""
BOTH = pytest.mark.parametrize("among", [OF_LOANS, OF_CARDS], ids=["loans", "cards"])


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def money_is_conserved(replaying: Replay, examples: int = 100, among: Histories = OF_LOANS) -> None:
    """Every payment went somewhere, to the last unit; credit and balance are the sums of what moved."""

    @_settings(examples)
    @given(among)
    def holds(history: tuple[Terms, list[Fact]]) -> None:
        terms, facts = history
        book = replaying(terms, facts)
        moved = book.movements
        for fact in facts:
            if isinstance(fact, Payment | Credit):
                mine = [one for one in moved if one.cause == fact.reference]
                went = sum(one.amount for one in mine if one.why in MONEY_IN)
                assert -went == fact.amount
        assert book.credit == -sum(one.amount for one in moved if one.component is Component.CREDIT)
        assert book.balance == sum(book.owed[3]) - sum(book.paid[3])

    holds()


def no_part_is_negative_or_overpaid(
    replaying: Replay, examples: int = 100, among: Histories = OF_LOANS
) -> None:
    """No instalment is below zero, none is paid more than it asks for, and due dates rise."""

    @_settings(examples)
    @given(among)
    def holds(history: tuple[Terms, list[Fact]]) -> None:
        book = replaying(*history)
        assert book.credit >= 0
        assert list(book.dues) == sorted(book.dues)
        for owed, paid in zip(book.owed, book.paid, strict=True):
            assert all(0 <= part <= whole for part, whole in zip(paid, owed, strict=True))

    holds()


def allocation_is_complete(replaying: Replay, examples: int = 100, among: Histories = OF_LOANS) -> None:
    """There is a credit only where nothing that is due is unpaid; a dispute or a direction apart."""

    @_settings(examples)
    @given(among)
    def holds(history: tuple[Terms, list[Fact]]) -> None:
        terms, facts = history
        held = any(isinstance(one, Dispute) or (isinstance(one, Payment) and one.direction) for one in facts)
        if held:
            return
        book = replaying(terms, facts)
        book = advance(book, date.fromordinal(book.seen))
        due = [k for k, on in enumerate(book.dues) if on <= book.seen]
        assert not book.credit or not any(book.unpaid(k) for k in due)

    holds()


def increment_is_replay(adding: Add, examples: int = 100, among: Histories = OF_LOANS) -> None:
    """Told one by one, in any order and with closings in between, the book comes out as by replay."""

    @_settings(examples)
    @given(among, st.lists(st.integers(0, 400), max_size=3))
    def holds(history: tuple[Terms, list[Fact]], closings: list[int]) -> None:
        terms, facts = history
        days = {OPENED + timedelta(days=n) for n in closings}
        book, told = replay(terms, []), []
        for fact in facts:
            told.append(fact)
            for day in sorted(days):
                if book.last is not None and book.last[0] <= day.toordinal() < key_of(fact, terms)[0]:
                    book = advance(book, day)
            after = adding(book, fact)
            book = replay(terms, told) if isinstance(after, ReplayNeeded) else after
        end = date.max if not facts else max(date.fromordinal(key_of(one, terms)[0]) for one in facts)
        assert advance(book, end) == advance(replay(terms, facts), end)

    holds()


def _spends_credit_twice(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, credit=2 * book.credit)


def _forgets_the_last_movement(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, movements=book.movements[:-1])


def _sets_credit_against_the_last_instalment(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    penalty, fees, interest, principal = book.paid
    paid = (
        penalty,
        fees,
        interest,
        (*principal[:-1], principal[-1] + book.credit) if principal else principal,
    )
    return replace(book, paid=paid)


def _gives_back_more_interest_than_there_was(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    penalty, fees, interest, principal = book.owed
    return replace(book, owed=(penalty, fees, tuple(part - 1 for part in interest), principal))


def _keeps_money_back(terms: Terms, facts: Iterable[Fact]) -> Book:
    return replay(terms, [Dispute(OPENED, "0"), *facts])


def _leaves_the_credit_lying(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    penalty, fees, interest, principal = book.paid
    return replace(
        book, credit=sum(fees) + sum(penalty), paid=(penalty, tuple(0 for _ in fees), interest, principal)
    )


def _adds_late_news_at_the_end(book: Book, fact: Fact) -> Book | ReplayNeeded:
    return add(replace(book, last=None, run_on=0) if book.last else book, fact)


def _lets_late_purchases_bear_nothing(book: Book, fact: Fact) -> Book | ReplayNeeded:
    after = add(book, fact)
    late = isinstance(fact, Draw) and book.last is not None and key_of(fact, book.terms) < book.last
    return replace(after, accrued=book.accrued) if late and isinstance(after, Book) else after


def _forgets_what_was_lent(book: Book, fact: Fact) -> Book | ReplayNeeded:
    after = add(book, fact)
    return after if isinstance(after, ReplayNeeded) else replace(after, lent=0)


@BOTH
def test_money_is_conserved(among: Histories) -> None:
    money_is_conserved(replay, among=among)


@BOTH
def test_no_part_of_an_instalment_is_negative_or_overpaid(among: Histories) -> None:
    no_part_is_negative_or_overpaid(replay, among=among)


@BOTH
def test_no_money_is_kept_back_while_something_is_due(among: Histories) -> None:
    allocation_is_complete(replay, among=among)


@BOTH
def test_a_book_told_fact_by_fact_is_the_book_replayed(among: Histories) -> None:
    increment_is_replay(add, among=among)


def test_purchases_told_in_any_order_make_the_book_of_a_replay() -> None:
    increment_is_replay(add, among=OF_PURCHASES)


@pytest.mark.parametrize("fault", [_spends_credit_twice, _forgets_the_last_movement])
def test_money_that_gets_lost_is_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        money_is_conserved(fault)


@pytest.mark.parametrize(
    "fault", [_sets_credit_against_the_last_instalment, _gives_back_more_interest_than_there_was]
)
def test_an_instalment_that_is_overpaid_or_negative_is_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        no_part_is_negative_or_overpaid(fault)


@pytest.mark.parametrize("fault", [_keeps_money_back, _leaves_the_credit_lying])
def test_money_that_is_kept_back_while_something_is_due_is_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        allocation_is_complete(fault, examples=400)


def test_late_purchases_that_bear_no_interest_are_noticed() -> None:
    with pytest.raises(AssertionError):
        increment_is_replay(_lets_late_purchases_bear_nothing, examples=400, among=OF_PURCHASES)


@pytest.mark.parametrize("fault", [_adds_late_news_at_the_end, _forgets_what_was_lent])
def test_an_increment_that_is_no_replay_is_noticed(fault: Add) -> None:
    with pytest.raises(AssertionError):
        increment_is_replay(fault)


@pytest.mark.long
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize(
    "holds",
    [money_is_conserved, no_part_is_negative_or_overpaid, allocation_is_complete, increment_is_replay],
)
@BOTH
def test_ten_thousand_histories_come_out_right(holds: Callable[..., None], among: Histories) -> None:
    holds(add if holds is increment_is_replay else replay, examples=10_000, among=among)
