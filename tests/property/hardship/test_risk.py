"""The committed models keep their promises: being later never lowers a risk, paying more never raises it."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.hardship.adapters.risk_model import Model, load
from services.hardship.domain.risk.assessing import Calibration
from services.hardship.domain.risk.facts import Account, Month
from services.hardship.domain.risk.features import ACCOUNT_FEATURES, of_account

SLACK = 1e-9
MONTHS = st.builds(Month, st.integers(-2, 8), st.integers(-5_000, 800_000), st.integers(0, 300_000))
ACCOUNTS = st.builds(
    Account,
    st.integers(10_000, 1_000_000),
    st.lists(MONTHS, min_size=3, max_size=6).map(tuple),
    st.sampled_from([1.0, 3.0, None]),
)
Ask = Callable[[Account], float]


@lru_cache
def model(name: str) -> Model:
    """A committed model."""
    return load(name, ACCOUNT_FEATURES)


def risk(account: Account) -> float:
    """The risk of missing the next payment."""
    found = model("card-misses")
    return found.calibration.probability(found.raw([of_account(account)])[0])


def cure(account: Account) -> float:
    """How probable it is that somebody late pays without help."""
    found = model("card-cures")
    return found.calibration.probability(found.raw([of_account(account)])[0])


def _later(account: Account) -> Account:
    """The same, a month more late now."""
    first = account.months[0]
    return replace(account, months=(first._replace(standing=max(first.standing + 1, 1)), *account.months[1:]))


def _paid_more(account: Account) -> Account:
    """The same, with more money last month; what it bought is looked at by itself."""
    first = account.months[0]
    return replace(account, months=(first._replace(paid=first.paid + 50_000), *account.months[1:]))


def broken(ask: Ask, account: Account, *, good: bool = False) -> list[str]:
    """The promises that an answer breaks."""
    sign = -1 if good else 1
    found = []
    if account.months[0].standing >= 0 and sign * ask(_later(account)) < sign * ask(account) - SLACK:
        found.append("later, and less at risk")
    if account.months[0].balance > 0 and sign * ask(_paid_more(account)) > sign * ask(account) + SLACK:
        found.append("paid more, and more at risk")
    return found


@settings(max_examples=150, deadline=None)
@given(ACCOUNTS)
def test_the_risk_keeps_its_promises(account: Account) -> None:
    assert broken(risk, account) == []


@settings(max_examples=150, deadline=None)
@given(ACCOUNTS)
def test_the_chance_of_a_cure_keeps_them_too(account: Account) -> None:
    assert broken(cure, account, good=True) == []


STEADY = Account(100_000, tuple(Month(0, 50_000, 5_000) for _ in range(6)), 1.0)


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (lambda one: -risk(one), "later, and less at risk"),
        (lambda one: Calibration(-1.0, 0.0).probability(risk(one)), "later, and less at risk"),
        (lambda one: one.months[0].paid / 1e6, "paid more, and more at risk"),
    ],
    ids=["turned round", "calibrated backwards", "paying is a risk"],
)
def test_a_model_that_breaks_a_promise_is_found_out(ask: Ask, fault: str) -> None:
    assert fault in broken(ask, STEADY)
