"""One cap on the yearly rate for all products of a lender, from the settings of the installation."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.domain.product_terms import RateAboveCap
from services.ledger.settings import rate_caps_of
from shared.events.base import Event
from shared.events.loans import RateChanged
from tests.builders import an_event
from tests.unit.ledger.desk import REFERENCE, Desk
from tests.unit.ledger.plastic import a_card, a_card_product
from tests.unit.ledger.takeovers import a_computed
from tests.unit.ledger.test_holds import a_product, a_term_loan

CAPPED = replace(REFERENCE, rate_caps={"acme": Decimal("0.24"), "birch": Decimal("0.1")})


def held(*events: Event) -> list[str]:
    desk = Desk(reference=CAPPED)
    desk.take(*events)
    return [one.split(" ")[1] for one in desk.held]


def test_a_product_above_its_lenders_cap_is_refused_and_one_at_it_is_not() -> None:
    assert held(a_product(annual_rate=Decimal("0.25"))) == [RateAboveCap.code]
    assert held(a_product(annual_rate=Decimal("0.24"))) == []
    assert held(a_card_product(annual_rate=Decimal("0.25"))) == [RateAboveCap.code]


def test_another_lenders_cap_is_its_own() -> None:
    assert held(a_product(annual_rate=Decimal("0.24"))) == []
    other = a_product(annual_rate=Decimal("0.24")).model_copy(update={"lender": "birch"})
    assert held(other) == [RateAboveCap.code]
    free = a_product(annual_rate=Decimal("0.9")).model_copy(update={"lender": "cedar"})
    assert held(free) == []


@pytest.mark.parametrize(
    "loan",
    [
        a_term_loan(annual_rate="0.25"),
        a_computed(annual_rate="0.25"),
        a_card(product="plastic", annual_rate="0.25"),
    ],
    ids=["opened", "taken over", "card"],
)
def test_a_loan_above_its_lenders_cap_is_refused(loan: Event) -> None:
    low: dict[str, Any] = {"annual_rate": Decimal("0.1")}
    assert held(a_product(**low), a_card_product(**low), loan) == [RateAboveCap.code]


def test_a_rate_that_changes_stays_below_the_lower_of_both_caps() -> None:
    changed = an_event(RateChanged, annual_rate="0.21", effective_on="2026-12-01")
    low: dict[str, Any] = {"annual_rate": Decimal("0.1")}
    assert held(a_product(**low), a_term_loan(), changed) == []
    assert held(a_product(**low, rate_cap=Decimal("0.2")), a_term_loan(), changed) == [RateAboveCap.code]
    above = changed.model_copy(update={"annual_rate": Decimal("0.25")})
    assert held(a_product(**low, rate_cap=Decimal("0.3")), a_term_loan(), above) == [RateAboveCap.code]


def test_a_loan_keeps_the_cap_with_which_it_came() -> None:
    desk = Desk()
    product, loan = a_product(annual_rate=Decimal("0.1")), a_term_loan(annual_rate="0.3")
    desk.take(product, loan)
    desk.reference = CAPPED
    changed = an_event(RateChanged, annual_rate="0.29", effective_on="2026-12-01")
    desk.take(product, loan, changed)
    assert desk.held == []


def test_caps_are_read_from_one_setting() -> None:
    assert rate_caps_of("") == {}
    assert rate_caps_of("acme=0.24, birch=0.36,") == {"acme": Decimal("0.24"), "birch": Decimal("0.36")}
    for text in ("acme", "acme=", "acme=x", "=0.1", "acme=-0.1", "acme=11", "acme=NaN"):
        with pytest.raises(ValueError, match="rate_caps"):
            rate_caps_of(text)
