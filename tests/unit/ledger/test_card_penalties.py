"""Cards whose statements the ledger makes: due dates on closed days, penalties on what is past due."""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.business_days import WEEKENDS, DueDateRule
from services.ledger.domain.revolving import statement_due_on
from services.ledger.domain.terms import CardTerms, Repayment, Terms
from shared.events.ledger import PaymentMissed, StatementMade
from shared.events.parts import Freezes, HoldReason
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import a_card_product, a_desk, drawn, dues, issued, made_here, paid, statements
from tests.unit.ledger.test_holds import a_hold

PENALTY = {"penalty_rate": "0.365", "annual_rate": "0"}
"""A tenth of a percent a day, and no interest beside it."""


def penalties(desk: Desk) -> list[int]:
    """Penalties that are asked for, by place."""
    return [line.owed[0] for line in desk.loan().book.lines()]


def due(rule: str, made_on: str, due_days: int = 20, statement_on: str = "2026-01-15") -> str:
    first = date.fromisoformat(statement_on)
    terms = Terms(
        "CNY",
        Repayment.REVOLVING,
        date(2026, 1, 1),
        due_date_rule=DueDateRule(rule),
        calendar=WEEKENDS.text,
        card=CardTerms(1, made=True, first_on=first, day_of_month=first.day, due_days=due_days),
    )
    return str(statement_due_on(terms, date.fromisoformat(made_on)))[5:]


@pytest.mark.parametrize(
    ("rule", "made_on", "falls"),
    [
        # 20 days after 18 January 2026 is a Saturday.
        ("none", "2026-01-18", "02-07"),
        ("following", "2026-01-18", "02-09"),
        ("preceding", "2026-01-18", "02-06"),
        ("modified_following", "2026-01-18", "02-09"),
        # 31 January 2026 is a Saturday.
        ("modified_following", "2026-01-11", "01-30"),
        ("following", "2026-01-16", "02-05"),
    ],
)
def test_a_minimum_payment_falls_due_off_closed_days_by_the_products_rule(
    rule: str, made_on: str, falls: str
) -> None:
    assert due(rule, made_on) == falls


def test_a_due_date_moves_neither_onto_the_next_statement_nor_back_to_its_own() -> None:
    # A month of 28 days: 27 days after Sunday 1 February is the last day before the next statement.
    assert due("following", "2026-02-01", 27, "2026-01-01") == "02-27"
    # Made on a Friday, due on the Saturday after it.
    assert due("preceding", "2026-01-16", 1) == "01-19"


def test_the_due_date_that_is_told_is_the_one_that_counts() -> None:
    desk = made_here(statement_day=18, due_date_rule="following", calendar="weekends")
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 19))
    assert [one.due_on for one in desk.named(StatementMade)] == [date(2026, 2, 9)]
    desk.day(date(2026, 2, 9))
    assert dues(desk) == [("2026-02-09", 100_00)]
    assert not desk.named(PaymentMissed)
    desk.take(paid("1000.00", "2026-02-09"))
    desk.day(date(2026, 2, 19))
    assert statements(desk)[0].paid_in_full


def test_a_rule_without_a_calendar_is_refused_and_a_cores_dates_are_its_own() -> None:
    desk = Desk()
    desk.take(a_card_product(due_date_rule="following"))
    assert "calendar_missing" in desk.held[0]
    core = a_desk(
        a_card_product(statements="provided", due_date_rule="following", calendar="weekends", **PENALTY)
    )
    core.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-18"))
    core.day(date(2026, 3, 1))
    assert dues(core) == [("2026-02-07", 100_00)]


def test_the_principal_of_a_minimum_that_is_past_due_bears_penalties_until_it_is_paid() -> None:
    desk = made_here(**PENALTY)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 14))
    assert dues(desk) == [("2026-02-04", 100_00)]
    desk.take(paid("50.00", "2026-02-14"))
    # Ten days on 100.00; the payment lowers principal first.
    assert penalties(desk) == [1_00]
    desk.day(date(2026, 2, 25))
    desk.take(paid("51.50", "2026-02-24"))
    assert penalties(desk)[0] == 1_50
    assert dues(desk)[0] == ("2026-02-04", 0)
    assert desk.balances()["penalty_income"] == -1_50


def test_the_next_statement_asks_for_penalties_so_far_with_what_is_past_due() -> None:
    desk = made_here(**PENALTY)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 16))
    made = desk.named(StatementMade)[-1]
    # Twelve days, through the statement's own, of 100.00; a tenth of the principal beside it.
    assert made.past_due.minor == 100_00 + 1_20
    assert made.minimum_payment.minor == made.past_due.minor + 100_00


def test_nothing_bears_penalties_that_is_paid_in_time_or_not_asked_for() -> None:
    desk = made_here(**PENALTY)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 3))
    desk.take(paid("100.00", "2026-02-03"))
    desk.day(date(2026, 3, 1))
    assert penalties(desk) == [0, 0]


def test_days_of_a_hold_bear_no_penalties() -> None:
    desk = made_here(**PENALTY)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 3))
    desk.take(a_hold(Freezes(interest_and_fees=True), "2026-02-06", "2026-02-10", reason=HoldReason.ILLNESS))
    desk.day(date(2026, 2, 14))
    desk.take(paid("200.00", "2026-02-14"))
    assert penalties(desk)[0] == 50


@pytest.mark.parametrize(("cap", "asked"), [("0.365", 0), ("0.73", 1_00), ("0.4", 10)])
def test_interest_and_penalties_together_keep_within_the_cap_on_the_cost(cap: str, asked: int) -> None:
    terms: dict[str, Any] = {"penalty_rate": "0.365", "annual_rate": "0.365", "cost_cap_annual": cap}
    desk = made_here(**terms)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 14))
    desk.take(paid("1.00", "2026-02-14"))
    assert penalties(desk) == [asked]
