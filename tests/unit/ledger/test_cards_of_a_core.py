"""Cards whose statements the platform's core makes: their minimum payments fall due, nothing is asked twice,
and where the core says that something else is owed, that is told and changes nothing.
"""

from datetime import date
from typing import Any

import pytest

from shared.events.ledger import (
    ArrearsCured,
    BalanceDiffers,
    DelinquencyChanged,
    InstalmentDueSoon,
    LoanRepaid,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    StatementMade,
)
from shared.events.loans import BalanceReported, FeeCharged, LoanClosed
from shared.events.parts import Components
from tests.builders import a_loan, a_reversal, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import (
    a_card,
    a_card_product,
    a_desk,
    drawn,
    dues,
    given_back,
    issued,
    made_here,
    paid,
    statements,
)


def test_a_card_is_opened_with_its_limit_and_owes_nothing() -> None:
    desk = a_desk()
    book = desk.loan().book
    assert (book.outstanding, book.balance, list(book.lines())) == (0, 0, [])
    assert desk.postings == []
    assert not desk.named(LoanRepaid)


def test_the_minimum_payment_of_a_statement_falls_due_and_the_rest_does_not() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"))
    (told,) = desk.take(issued("1000.00", "100.00", "2026-01-15"))
    assert told == StatementMade(
        loan_id=desk.loan().id,
        statement_reference="S-2026-01-15",
        by_ledger=False,
        issued_on="2026-01-15",
        due_on="2026-02-04",
        balance=money("1000.00"),
        minimum_payment=money("100.00"),
        past_due=money("0.00"),
        interest=money("0.00"),
        components=Components(principal=money("1000.00")),
    )
    assert dues(desk) == [("2026-02-04", 100_00)]
    assert (desk.loan().book.outstanding, desk.loan().open_due_on) == (1_000_00, date(2026, 2, 4))
    assert desk.balances() == {"principal": 1_000_00, "disbursed": -1_000_00}


def test_a_minimum_payment_is_told_of_before_it_falls_due_and_once_it_is_missed() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    desk.day(date(2026, 2, 4))
    (soon,) = desk.named(InstalmentDueSoon)
    assert (soon.instalment, soon.unpaid) == (1, money("100.00"))
    desk.day(date(2026, 2, 20))
    (missed,) = desk.named(PaymentMissed)
    assert (missed.instalment, missed.due_on, missed.unpaid) == (1, date(2026, 2, 4), money("100.00"))
    (changed,) = desk.named(DelinquencyChanged)
    assert (changed.after.stage, changed.after.arrears) == ("M1", money("100.00"))


def test_an_unpaid_minimum_rolls_into_the_next_one_and_ages_from_the_oldest() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    desk.day(date(2026, 2, 15))
    told = desk.take(issued("1000.00", "190.00", "2026-02-15"))
    made = next(one for one in told if isinstance(one, StatementMade))
    assert (made.minimum_payment, made.past_due) == (money("190.00"), money("100.00"))
    assert dues(desk) == [("2026-02-04", 100_00), ("2026-03-07", 90_00)]
    desk.day(date(2026, 3, 10))
    assert [(one.instalment, one.unpaid) for one in desk.named(PaymentMissed)] == [
        (1, money("100.00")),
        (2, money("90.00")),
    ]
    assert desk.named(DelinquencyChanged)[-1].after.oldest_unpaid_due_on == date(2026, 2, 4)
    assert desk.named(DelinquencyChanged)[-1].after.stage == "M2"
    # The rolled minimum pays both, the oldest first, and what is more lowers the balance.
    desk.take(paid("200.00", "2026-03-10"))
    assert dues(desk) == [("2026-02-04", 0), ("2026-03-07", 0)]
    assert desk.loan().book.outstanding == 800_00
    assert desk.named(ArrearsCured)[-1].cured_on == date(2026, 3, 10)


def test_where_a_core_states_what_is_past_due_apart_the_minimum_is_added() -> None:
    desk = a_desk(a_card_product(statements="provided", minimum_has_past_due=False))
    desk.take(
        drawn("1000.00", "2026-01-05"),
        issued("1000.00", "100.00", "2026-01-15"),
        issued("1000.00", "90.00", "2026-02-15"),
    )
    assert dues(desk) == [("2026-02-04", 100_00), ("2026-03-07", 90_00)]
    assert statements(desk)[1].minimum == 190_00


def test_a_statement_that_asks_for_less_than_what_is_past_due_asks_for_no_more() -> None:
    desk = a_desk()
    desk.take(
        drawn("1000.00", "2026-01-05"),
        issued("1000.00", "100.00", "2026-01-15"),
        issued("1000.00", "190.00", "2026-02-15"),
        issued("1000.00", "60.00", "2026-03-15"),
    )
    assert dues(desk) == [("2026-02-04", 60_00), ("2026-03-07", 0), ("2026-04-04", 0)]
    assert desk.loan().book.outstanding == 1_000_00


def test_a_payment_before_the_due_date_pays_the_minimum_then_the_balance_then_is_credit() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    (applied,) = desk.take(paid("1150.00", "2026-01-20"))
    assert isinstance(applied, PaymentApplied)
    assert (applied.applied, applied.credit) == (money("1000.00"), money("150.00"))
    assert dues(desk) == [("2026-02-04", 0)]
    assert not desk.named(LoanRepaid)
    desk.take(drawn("200.00", "2026-01-25"))
    assert (desk.loan().book.outstanding, desk.loan().book.credit) == (50_00, 0)
    assert desk.balances() == {"principal": 50_00, "disbursed": -1_200_00, "cash": 1_150_00}


def test_a_card_is_repaid_only_once_it_is_closed() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), paid("1000.00", "2026-01-20"))
    assert not desk.named(LoanRepaid)
    desk.take(an_event(LoanClosed, closed_on="2026-02-01", reason="customer"))
    assert len(desk.named(LoanRepaid)) == 1


def test_a_purchase_given_back_is_a_credit_and_lowers_what_is_owed() -> None:
    desk = a_desk()
    desk.take(drawn("300.00", "2026-01-05"), given_back("300.00", "2026-01-08"))
    assert (desk.loan().book.outstanding, desk.loan().book.credit) == (0, 0)
    assert desk.balances() == {}
    (applied,) = desk.take(paid("10.00", "2026-01-09"))
    assert isinstance(applied, PaymentApplied)
    assert applied.credit == money("10.00")


def test_interest_is_charged_as_the_core_says_and_earned_then() -> None:
    desk = a_desk()
    parts = Components(principal=money("1000.00"), interest=money("12.00"))
    desk.take(drawn("1000.00", "2026-01-05"), issued("1012.00", "62.00", "2026-01-15", components=parts))
    assert not desk.named(BalanceDiffers)
    assert desk.balances() == {
        "principal": 1_000_00,
        "disbursed": -1_000_00,
        "interest_receivable": 12_00,
        "interest_income": -12_00,
    }
    (line,) = desk.loan().book.lines()
    assert line.owed == (0, 0, 12_00, 50_00)


@pytest.mark.parametrize(
    ("balance", "components", "computed"),
    [
        ("1200.00", None, "1000.00"),
        ("1200.00", {"principal": money("1200.00")}, "1000.00"),
        # As much in all, but not for the same.
        ("1000.00", {"principal": money("990.00"), "fees": money("10.00")}, "1000.00"),
    ],
)
def test_a_balance_that_is_not_ours_is_told_and_overwrites_nothing(
    balance: str, components: Any, computed: str
) -> None:
    desk = a_desk()
    parts = Components(**components) if components else None
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.take(issued(balance, "100.00", "2026-01-15", components=parts))
    (differs,) = desk.named(BalanceDiffers)
    assert (differs.reported, differs.computed) == (money(balance), money(computed))
    assert differs.computed_components == Components(principal=money("1000.00"))
    assert desk.loan().book.outstanding == 1_000_00


def test_a_statement_may_have_less_than_nothing_owed() -> None:
    desk = a_desk()
    desk.take(drawn("100.00", "2026-01-05"), paid("150.00", "2026-01-06"))
    (made,) = desk.take(issued("-50.00", "0.00", "2026-01-15"))
    assert isinstance(made, StatementMade)
    assert (made.balance, made.minimum_payment) == (money("-50.00"), money("0.00"))


def test_a_statement_before_its_draws_asks_for_its_minimum_and_the_draws_explain_it_later() -> None:
    desk = a_desk()
    desk.take(issued("1000.00", "100.00", "2026-01-15"))
    (differs,) = desk.named(BalanceDiffers)
    assert differs.computed == money("0.00")
    assert dues(desk) == [("2026-02-04", 100_00)]
    desk.take(drawn("1000.00", "2026-01-05"))
    assert dues(desk) == [("2026-02-04", 100_00)]
    assert desk.loan().book.outstanding == 1_000_00
    assert desk.balances() == {"principal": 1_000_00, "disbursed": -1_000_00}


def test_where_no_draws_are_reported_a_statement_says_what_was_drawn() -> None:
    desk = a_desk(a_card_product(statements="provided", draws_reported=False))
    desk.take(issued("1000.00", "100.00", "2026-01-15"), paid("400.00", "2026-01-20"))
    assert desk.loan().book.outstanding == 600_00
    desk.take(issued("900.00", "90.00", "2026-02-15"))
    assert not desk.named(BalanceDiffers)
    assert desk.loan().book.outstanding == 900_00
    assert dues(desk) == [("2026-02-04", 0), ("2026-03-07", 90_00)]


def test_a_fee_is_asked_for_by_the_next_statement() -> None:
    desk = a_desk()
    fee = an_event(FeeCharged, fee_reference="F", fee="annual", amount=money("20.00"), value_on="2026-01-10")
    desk.take(drawn("500.00", "2026-01-05"), fee)
    assert dues(desk) == []
    desk.take(issued("520.00", "60.00", "2026-01-15"))
    (line,) = desk.loan().book.lines()
    assert line.owed == (0, 20_00, 0, 40_00)


def test_a_payment_that_came_to_light_takes_a_missed_minimum_back() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    desk.day(date(2026, 2, 10))
    assert len(desk.named(PaymentMissed)) == 1
    desk.take(paid("100.00", "2026-02-03"))
    assert len(desk.named(PaymentMissedRetracted)) == 1


def test_a_payment_that_is_reversed_is_missed_again() -> None:
    desk = a_desk()
    desk.take(
        drawn("1000.00", "2026-01-05"),
        issued("1000.00", "100.00", "2026-01-15"),
        paid("100.00", "2026-02-01", "P-1"),
    )
    desk.day(date(2026, 2, 10))
    assert not desk.named(PaymentMissed)
    desk.take(a_reversal(reversed_on="2026-02-10"))
    desk.day(date(2026, 2, 11))
    assert len(desk.named(PaymentMissed)) == 1
    assert desk.loan().book.outstanding == 1_000_00


def test_a_reported_balance_is_compared_with_all_that_is_owed_less_the_credit() -> None:
    desk = a_desk()
    desk.take(drawn("100.00", "2026-01-05"), paid("150.00", "2026-01-06"))
    desk.take(an_event(BalanceReported, as_of="2026-01-07", balance=money("-50.00")))
    assert not desk.named(BalanceDiffers)
    desk.take(an_event(BalanceReported, as_of="2026-01-05", balance=money("90.00")))
    assert desk.named(BalanceDiffers)[-1].computed == money("100.00")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (issued("100.00", "100.01", "2026-01-15"), "minimum_above_balance"),
        (issued("-1.00", "1.00", "2026-01-15"), "minimum_above_balance"),
        (issued("100.00", "-1.00", "2026-01-15"), "minimum_above_balance"),
        (issued("100.00", "10.00", "2026-01-15", due_on="2026-01-14"), "due_before_issue"),
        (issued("100.00", "10.00", "2025-12-31"), "before_opening"),
        (issued("100.00", "10.00", "2026-01-15", currency="EUR"), "currency_differs"),
        (
            issued("100.00", "10.00", "2026-01-15", components=Components(principal=money("99.00"))),
            "components_do_not_add_up",
        ),
        (drawn("10.00", "2025-12-31"), "before_opening"),
        (drawn("0.00", "2026-01-15"), "not_an_amount"),
        (drawn("10.00", "2026-01-15", currency="EUR"), "currency_differs"),
    ],
)
def test_what_cannot_be_is_parked_and_the_card_stays_as_it_was(told: Any, why: str) -> None:
    desk = a_desk()
    before = desk.loan()
    desk.take(told)
    assert desk.held
    assert why in desk.held[0]
    assert desk.loan() == before


def test_the_same_statement_and_draw_told_twice_count_once_and_otherwise_are_parked() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    before = desk.loan().book
    assert desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15")) == []
    assert desk.loan().book == before
    desk.take(issued("1000.00", "150.00", "2026-01-15"))
    assert "fact_differs" in desk.held[0]


def test_one_day_of_two_statements_asks_for_nothing_twice() -> None:
    desk = a_desk()
    again = issued("1000.00", "100.00", "2026-01-15", statement_reference="another")
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"), again)
    assert [unpaid for _, unpaid in dues(desk)] == [100_00, 0]


def test_nothing_is_drawn_after_the_account_was_closed_but_what_was_drawn_before_may_come_late() -> None:
    desk = a_desk()
    desk.take(an_event(LoanClosed, closed_on="2026-02-01", reason="customer"))
    desk.take(drawn("30.00", "2026-01-30"))
    assert desk.held == []
    desk.take(drawn("30.00", "2026-02-02"))
    assert "card_closed" in desk.held[0]


@pytest.mark.parametrize(
    "told", [drawn("10.00", "2026-01-15"), issued("100.00", "10.00", "2026-01-15")], ids=["draw", "statement"]
)
def test_other_loans_have_no_draws_and_no_statements(told: Any) -> None:
    desk = Desk()
    desk.take(a_loan(), told)
    assert "not_revolving" in desk.held[0]


def test_a_card_whose_statements_the_ledger_makes_takes_none() -> None:
    desk = made_here()
    desk.take(issued("100.00", "10.00", "2026-01-15"))
    assert "statements_made_here" in desk.held[0]


def test_draws_and_statements_wait_for_the_card_to_be_opened() -> None:
    in_time = a_desk()
    in_time.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    early = Desk(now=in_time.now)
    early.take(issued("1000.00", "100.00", "2026-01-15"), drawn("1000.00", "2026-01-05"))
    assert early.states == {}
    early.take(a_card())
    assert early.loan().book == in_time.loan().book
