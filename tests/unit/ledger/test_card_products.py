"""What a card's product says of grace, late fees, caps and the order of payments."""

from datetime import date

import pytest

from services.ledger.domain.cost_cap import room
from services.ledger.domain.terms import Component
from services.ledger.domain.working import Working
from shared.events.ledger import PaymentMissed, PaymentMissedRetracted, StatementMade
from shared.events.loans import RateChanged
from tests.builders import an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import a_card, a_card_product, a_desk, drawn, made_here, paid

FEE = money("20.00")


def test_a_missed_minimum_payment_costs_its_late_fee_once_and_the_next_statement_asks_for_it() -> None:
    desk = made_here(late_fee=FEE)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 10))
    [missed] = desk.named(PaymentMissed)
    assert (missed.due_on, missed.late_fee) == (date(2026, 2, 4), FEE)
    desk.day(date(2026, 2, 16))
    statement = desk.named(StatementMade)[-1]
    assert statement.components is not None
    assert statement.components.penalty == FEE
    assert sum(desk.loan().book.owed[Component.PENALTY]) == 20_00


def test_a_payment_that_comes_to_light_takes_a_cards_late_fee_back() -> None:
    desk = made_here(late_fee=FEE)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 20))
    told = desk.take(paid("200.00", "2026-02-03"))
    assert PaymentMissedRetracted in map(type, told)
    assert sum(desk.loan().book.owed[Component.PENALTY]) == 0
    assert "penalty_income" not in desk.balances()


def test_a_core_that_makes_the_statements_charges_its_own_late_fees() -> None:
    desk = a_desk(a_card_product(statements="provided", late_fee=FEE))
    assert desk.loan().core_is_master
    assert desk.loan().rules.late_fee_minor == 20_00


@pytest.mark.parametrize(("working", "missed"), [(False, "2026-02-07"), (True, "2026-02-09")])
def test_grace_of_a_card_is_counted_in_working_days_where_its_product_says_so(
    working: bool, missed: str
) -> None:
    # The minimum payment falls due on Wednesday the fourth of February; the third working day is Monday.
    desk = made_here(grace_days=3, grace_working_days=working, calendar="weekends")
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 20))
    assert [str(one.grace_ended_on) for one in desk.named(PaymentMissed)] == [missed]


def test_interest_of_a_card_keeps_within_the_cap_together_with_its_fees() -> None:
    def charged(**terms: object) -> Desk:
        desk = made_here(late_fee=FEE, annual_rate="0.24", **terms)
        desk.take(drawn("1000.00", "2026-01-05"))
        desk.day(date(2026, 4, 16))
        return desk

    capped, free = charged(cost_cap_annual="0.24"), charged()
    for desk, within in ((capped, True), (free, False)):
        book = desk.loan().book
        asked = sum(sum(book.owed[one]) for one in (Component.PENALTY, Component.INTEREST))
        assert (asked <= 0.24 * book.lent / 365) is within
    assert room(Working(capped.loan().book)) >= 0
    last = capped.named(StatementMade)[-1]
    # What a statement told is what is owed: nothing of it is cut afterwards.
    assert last.balance.minor == capped.loan().book.outstanding


def test_a_cards_rate_above_the_cap_is_refused() -> None:
    desk = made_here(rate_cap="0.365")
    desk.take(an_event(RateChanged, annual_rate="0.37", effective_on="2026-02-01"))
    assert [held.split(" ")[1] for held in desk.held] == ["rate_above_cap"]
    desk = Desk()
    desk.take(a_card_product(rate_cap="0.365"), a_card(product="plastic", annual_rate="0.37"))
    assert [held.split(" ")[1] for held in desk.held] == ["rate_above_cap"]
