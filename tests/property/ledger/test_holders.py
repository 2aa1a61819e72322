"""Lenders' parts of a shared loan: for any history and any sales of shares, nothing is lost between them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import holders, journal
from services.ledger.domain.export import Side, Transaction
from services.ledger.domain.facts import Draw, Fact, Fee, Payment
from services.ledger.domain.holders import Shared, by_holder, parts_of
from services.ledger.domain.journal import STANDING, Account
from services.ledger.domain.replay import earned, replay
from services.ledger.domain.shares import Holding, split
from services.ledger.domain.terms import Repayment, Terms
from shared.money import Money
from tests.property.ledger.histories import OPENED, histories

AT = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = OPENED, OPENED + timedelta(days=500)
NAMES = ("anna", "bo", "chen", "dora", "emil")


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Holding, ...]:
    """Shares from the opening or a later day on, and some sales."""
    days = draw(st.sets(st.integers(0, 320), max_size=3))
    return tuple(draw(_holding(OPENED + timedelta(days=day))) for day in sorted(days))


@st.composite
def _holding(draw: st.DrawFn, since: date) -> Holding:
    cuts = draw(st.lists(st.integers(1, 9_999), unique=True, max_size=4))
    edges = [0, *sorted(cuts), 10_000]
    shares = tuple(Decimal(high - low).scaleb(-4) for low, high in pairwise(edges))
    names = draw(st.permutations(NAMES))
    return Holding(since, tuple(names[: len(shares)]), shares)


def _shared(held: Sequence[Holding]) -> Shared:
    return Shared("acme", "L-1", "CNY", tuple(held), (AT,) * len(held))


def _posted(terms: Terms, facts: Sequence[Fact]) -> list[Transaction]:
    """What the journal says of such a loan."""
    book = replay(terms, facts, LAST)
    income = journal.income("earned", LAST, (0, 0, 0), earned(book, LAST))
    every = journal.postings(journal.entries(book.movements), income)
    every = tuple(sorted(every, key=lambda one: (one.value_on, one.cause, one.account)))
    return [
        Transaction(
            "acme", "L-1", cause, on, AT, tuple(Side(one.account, Money(one.minor, "CNY")) for one in those)
        )
        for (on, cause), those in groupby(every, key=lambda one: (one.value_on, one.cause))
    ]


def _sums(shared: Shared, posted: Sequence[Transaction], through: date) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for one in posted:
        if one.value_on <= through:
            since = shared.at(one.value_on).since
            for account, amount, _ in one.sides:
                sums[account, None if since == date.min else since] += amount.minor
    return sums


def _totals(posted: Sequence[Transaction], key: Callable[[Side], Any]) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for one in posted:
        for side in one.sides:
            sums[key(side)] += side.amount.minor
    return {name: minor for name, minor in sums.items() if minor}


def parts_add_up(terms: Terms, facts: Sequence[Fact], held: Sequence[Holding], on: date) -> None:
    """Parts make up the accounts, each holder's add up to zero, and nobody is a unit off."""
    shared, posted = _shared(held), _posted(terms, facts)
    sums = _sums(shared, posted, on)
    parts = parts_of(shared, sums, on)
    known = [one for one in posted if one.value_on <= on]
    by_account: dict[Account, int] = defaultdict(int)
    for accounts in parts.values():
        assert sum(accounts.values()) == 0
        for account, minor in accounts.items():
            by_account[account] += minor
    assert {a: m for a, m in by_account.items() if m} == _totals(known, lambda side: side.account)
    segments = len({since for _, since in sums})
    for holder, accounts in parts.items():
        for account in set(Account) - {Account.BETWEEN_HOLDERS}:
            off = abs(accounts.get(account, 0) - _exact(shared, sums, account, holder, on))
            assert off < (1 if account in STANDING else segments)


def _exact(shared: Shared, sums: dict[Any, int], account: Account, holder: str, on: date) -> Fraction:
    exact = Fraction(0)
    for (which, since), minor in sums.items():
        if which is account:
            held = shared.at(on if account in STANDING else since or date.min)
            exact += minor * Fraction(dict(zip(held.holders, held.shares, strict=True)).get(holder, 0))
    return exact


def the_journal_leads_there(
    terms: Terms, facts: Sequence[Fact], held: Sequence[Holding], cut: date, end: date
) -> None:
    """The journal of a period by holder takes what was theirs before it to what is theirs after it."""
    shared, posted = _shared(held), _posted(terms, facts)
    eve = cut - timedelta(days=1)
    period = [one for one in posted if cut <= one.value_on <= end]
    divided = list(by_holder(shared, _sums(shared, posted, eve), period, cut, end))
    for one in divided:
        assert not _totals([one], lambda side: side.holder)
    same = [one for one in divided if not one.cause.startswith("shares:")]
    for whole, shared_out in zip(period, same, strict=True):
        assert _totals([whole], lambda s: s.account) == _totals([shared_out], lambda s: s.account)
    moved = _totals(divided, lambda side: (side.holder, side.account))
    before, after = (parts_of(shared, _sums(shared, posted, day), day) for day in (eve, end))
    for holder in {*before, *after, "acme"}:
        for account in Account:
            was, now = (parts.get(holder, {}).get(account, 0) for parts in (before, after))
            assert now - was == moved.get((holder, account), 0), (holder, account)


DAYS = st.integers(0, 400).map(lambda days: OPENED + timedelta(days=days))
SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(histories(), holdings(), DAYS)
def test_holders_parts_add_up_to_the_loans_accounts_on_any_day(
    history: tuple[Terms, list[Fact]], held: tuple[Holding, ...], on: date
) -> None:
    parts_add_up(*history, held, on)


@SETTINGS
@given(histories(), holdings(), DAYS, DAYS)
def test_the_journal_by_holder_leads_from_what_was_theirs_to_what_is(
    history: tuple[Terms, list[Fact]], held: tuple[Holding, ...], one: date, other: date
) -> None:
    the_journal_leads_there(*history, held, min(one, other), max(one, other))


THIRDS = (Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334"))
SOLD = (
    Holding(OPENED, ("anna", "bo", "chen"), THIRDS),
    Holding(OPENED + timedelta(days=50), ("anna", "dora"), (Decimal("0.3333"), Decimal("0.6667"))),
)
PLAIN = Terms("CNY", Repayment.ANNUITY, OPENED, instalments=6, annual_rate=Decimal("0.12"))
PAID: list[Fact] = [
    Draw(OPENED, "00", 100_01),
    *(Payment(OPENED + timedelta(days=30 * n), f"{n:02}", 10_01) for n in range(1, 5)),
    Fee(OPENED + timedelta(days=40), "fee", 1_01, OPENED + timedelta(days=40)),
]


def test_the_planted_case_holds_without_the_fault() -> None:
    parts_add_up(PLAIN, PAID, SOLD, LAST)
    the_journal_leads_there(PLAIN, PAID, SOLD, OPENED, LAST)


def test_parts_that_are_rounded_each_for_itself_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded(amount: int, by: Sequence[Decimal]) -> tuple[int, ...]:
        return tuple(round(share * amount) for share in by)

    monkeypatch.setattr(holders, "split", rounded)
    with pytest.raises(AssertionError):
        parts_add_up(PLAIN, PAID, SOLD, LAST)


def test_a_sale_that_hands_nothing_over_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "_handed_over", lambda *_: iter(()))
    with pytest.raises(AssertionError):
        the_journal_leads_there(PLAIN, PAID, SOLD, OPENED, LAST)


def test_payments_split_each_for_itself_are_found_to_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "split_running", lambda _, amount, by: split(amount, by))
    with pytest.raises(AssertionError):
        the_journal_leads_there(PLAIN, PAID, SOLD, OPENED, LAST)
