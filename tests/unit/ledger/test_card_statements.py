"""Cards whose statements the ledger makes: when, with which interest, for how much, due when; and what late
news changes of them.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.domain.proposals import Reversal
from shared.events.ledger import (
    ArrearsCured,
    InstalmentDueSoon,
    PaymentMissed,
    PaymentReallocated,
    StatementMade,
)
from shared.events.loans import (
    FeeCharged,
    FeeWaived,
    LoanClosed,
    LoanReopened,
    PeriodUnit,
    RateChanged,
    ReversalReason,
)
from shared.events.parts import Components
from tests.builders import a_reversal, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import (
    a_card,
    a_card_product,
    a_desk,
    drawn,
    dues,
    given_back,
    made_here,
    paid,
    statements,
)


def _days(desk: Desk) -> list[str]:
    return [str(one.issued_on) for one in desk.named(StatementMade)]


def test_a_statement_is_made_at_the_end_of_its_day_by_the_clock() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 15))
    assert _days(desk) == []
    desk.day(date(2026, 1, 16))
    (made,) = desk.named(StatementMade)
    assert made == StatementMade(
        loan_id=desk.loan().id,
        statement_reference="2026-01-15",
        by_ledger=True,
        issued_on=date(2026, 1, 15),
        due_on=date(2026, 2, 4),
        balance=money("1000.00"),
        minimum_payment=money("100.00"),
        past_due=money("0.00"),
        interest=money("0.00"),
        components=Components(principal=money("1000.00")),
    )
    assert dues(desk) == [("2026-02-04", 100_00)]


def test_what_is_drawn_on_a_statements_day_is_on_it_and_what_is_drawn_after_it_is_not() -> None:
    desk = made_here()
    desk.take(drawn("100.00", "2026-01-15"), drawn("200.00", "2026-01-16"))
    desk.day(date(2026, 1, 17))
    assert desk.named(StatementMade)[0].balance == money("100.00")


@pytest.mark.parametrize(
    ("terms", "opened", "days"),
    [
        ({"statement_day": 31}, {}, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ({"statement_day": None}, {}, ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]),
        (
            {"statement_day": None},
            {"first_due_on": "2026-02-14"},
            ["2026-01-25", "2026-02-25", "2026-03-25", "2026-04-25"],
        ),
        (
            {"statement_day": None, "period_unit": PeriodUnit.WEEK, "period_count": 4},
            {},
            ["2026-01-29", "2026-02-26", "2026-03-26", "2026-04-23"],
        ),
    ],
    ids=["month's end", "as opened", "as its first due date says", "every four weeks"],
)
def test_statements_come_in_their_rhythm(
    terms: dict[str, Any], opened: dict[str, Any], days: list[str]
) -> None:
    desk = a_desk(a_card_product(**terms), a_card(product="plastic", **opened))
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 5, 2))
    assert _days(desk)[:4] == days


def test_the_minimum_is_a_share_of_the_principal_but_at_least_the_floor_and_at_most_the_balance() -> None:
    for owed, minimum in (("1000.00", 100_00), ("300.00", 50_00), ("40.00", 40_00)):
        desk = made_here()
        desk.take(drawn(owed, "2026-01-05"))
        desk.day(date(2026, 1, 16))
        assert [one.minimum for one in statements(desk)] == [minimum]


def test_who_pays_a_statement_in_full_and_in_time_pays_no_interest() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"), drawn("500.00", "2026-01-20"))
    desk.day(date(2026, 1, 25))
    desk.take(paid("1000.00", "2026-02-04"))
    desk.day(date(2026, 2, 16))
    assert [(one.balance, one.interest) for one in statements(desk)] == [(1_000_00, 0), (500_00, 0)]
    assert statements(desk)[0].paid_in_full


def test_who_does_not_pays_interest_on_what_was_owed_each_day_since_the_last_statement() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 25))
    desk.take(paid("400.00", "2026-01-26"), drawn("100.00", "2026-02-06"))
    desk.day(date(2026, 2, 16))
    # At 36.5 % a tenth of a percent a day: 1,000 for 16-25 January, 600 for 26 January-5 February, 700 for
    # 6-15 February.
    interest = 10_00 + 11 * 60 + 10 * 70
    last = statements(desk)[1]
    assert (last.interest, last.balance) == (interest, 700_00 + interest)
    assert last.minimum == 70_00 + interest
    assert desk.balances()["interest_income"] == -interest
    # Without compounding: interest that stays unpaid bears none.
    desk.day(date(2026, 3, 16))
    assert statements(desk)[2].interest == 28 * 70


def test_interest_that_compounds_runs_on_interest_and_fees_as_well() -> None:
    fee = an_event(FeeCharged, fee_reference="F", fee="annual", amount=money("100.00"), value_on="2026-01-16")
    plain, compounding = made_here(), made_here(interest_compounds=True)
    for desk in (plain, compounding):
        desk.take(drawn("1000.00", "2026-01-05"), fee)
        desk.day(date(2026, 3, 16))
    assert [one.interest for one in statements(plain)] == [0, 31_00, 28_00]
    # The fee bears from the day it was charged, the interest of the first month from its statement on.
    assert [one.interest for one in statements(compounding)] == [0, 34_10, 28 * 110 + 95]


def test_a_day_late_is_not_in_time_and_what_was_paid_too_little_is_not_in_full() -> None:
    for amount, on in (("1000.00", "2026-02-05"), ("999.99", "2026-02-04")):
        desk = made_here()
        desk.take(drawn("1000.00", "2026-01-05"))
        desk.day(date(2026, 2, 3))
        desk.take(paid(amount, on))
        desk.day(date(2026, 2, 16))
        assert statements(desk)[1].interest > 0


def test_what_was_given_back_counts_towards_paying_in_full() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    desk.take(given_back("300.00", "2026-01-20"), paid("700.00", "2026-02-04"), drawn("80.00", "2026-02-05"))
    desk.day(date(2026, 2, 16))
    assert [one.interest for one in statements(desk)] == [0, 0]


def test_an_unpaid_minimum_is_contained_in_the_next_and_the_card_ages_from_the_oldest() -> None:
    desk = made_here(annual_rate=Decimal(0))
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 3, 10))
    assert [(one.minimum_payment, one.past_due) for one in desk.named(StatementMade)] == [
        (money("100.00"), money("0.00")),
        (money("200.00"), money("100.00")),
    ]
    assert dues(desk) == [("2026-02-04", 100_00), ("2026-03-07", 100_00)]
    assert [one.instalment for one in desk.named(PaymentMissed)] == [1, 2]
    assert desk.loan().told.oldest_unpaid_due_on == date(2026, 2, 4)
    desk.take(paid("200.00", "2026-03-10"))
    assert len(desk.named(ArrearsCured)) == 1


def test_a_fee_and_its_waiver_change_what_statements_ask_for() -> None:
    desk = made_here()
    fee = an_event(FeeCharged, fee_reference="F", fee="annual", amount=money("20.00"), value_on="2026-01-10")
    desk.take(drawn("1000.00", "2026-01-05"), fee)
    desk.day(date(2026, 1, 20))
    assert [one.minimum for one in statements(desk)] == [120_00]
    desk.take(an_event(FeeWaived, fee_reference="F", amount=money("20.00"), value_on="2026-01-20"))
    assert dues(desk) == [("2026-02-04", 100_00)]
    assert desk.balances() == {"principal": 1_000_00, "disbursed": -1_000_00}


def test_the_borrowers_credit_pays_what_is_drawn_later_and_a_statement_shows_it() -> None:
    desk = made_here()
    desk.take(paid("50.00", "2026-01-04"))
    desk.day(date(2026, 1, 16))
    assert desk.named(StatementMade)[0].balance == money("-50.00")
    desk.take(drawn("1000.00", "2026-01-17"))
    desk.day(date(2026, 2, 16))
    assert [one.balance for one in desk.named(StatementMade)][1:] == [money("950.00")]


def test_no_statement_is_made_where_nothing_is_owed_and_none_once_the_card_is_closed() -> None:
    desk = made_here()
    desk.day(date(2026, 3, 1))
    assert _days(desk) == []
    desk.take(drawn("100.00", "2026-03-02"), an_event(LoanClosed, closed_on="2026-03-10", reason="customer"))
    desk.day(date(2026, 4, 20))
    assert _days(desk) == []
    desk.take(an_event(LoanReopened, reopened_on="2026-04-21", reason="mistake"))
    desk.day(date(2026, 5, 16))
    assert _days(desk) == ["2026-04-15", "2026-05-15"]
    assert str(desk.named(StatementMade)[0].due_on) == "2026-05-09"


def test_a_card_that_was_not_looked_at_for_months_gets_one_statement_due_in_time() -> None:
    desk = a_desk(a_card_product(), a_card(product="plastic", opened_on="2025-06-01"))
    desk.take(drawn("1000.00", "2025-06-05"))
    desk.day(date(2026, 1, 2))
    assert _days(desk) == ["2025-12-15"]
    assert dues(desk) == [("2026-01-20", 100_00)]
    assert not desk.named(PaymentMissed)


def test_a_late_draw_is_asked_for_by_the_next_statement_never_by_one_that_was_told() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    desk.take(drawn("500.00", "2026-01-10"))
    assert dues(desk) == [("2026-02-04", 100_00)]
    desk.take(paid("1000.00", "2026-02-04"))
    desk.day(date(2026, 2, 16))
    # What the statement told was paid in full: no interest, though more was owed.
    assert [(one.balance, one.interest) for one in statements(desk)] == [(1_500_00, 0), (500_00, 0)]


def test_a_late_payment_lowers_what_a_statement_asks_for_and_takes_interest_back() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 20))
    assert statements(desk)[1].interest == 31_00
    desk.take(paid("1000.00", "2026-01-10"))
    assert [(one.balance, one.interest, one.minimum) for one in statements(desk)] == [(0, 0, 0), (0, 0, 0)]
    assert desk.balances() == {"disbursed": -1_000_00, "cash": 1_000_00}


def test_a_draw_that_is_taken_back_by_two_people_was_never_owed() -> None:
    desk = made_here()
    desk.take(
        drawn("1000.00", "2026-01-05", "D-1"), drawn("1.00", "2026-01-06"), paid("100.00", "2026-01-20")
    )
    desk.day(date(2026, 2, 20))
    desk.agree(Reversal(**_wrongly(desk, "draw:D-1")))
    assert desk.loan().book.credit == 99_00
    assert len(desk.named(PaymentReallocated)) == 1
    assert desk.balances() == {"disbursed": -1_00, "cash": 100_00, "borrower_credit": -99_00}


def _wrongly(desk: Desk, reference: str) -> dict[str, Any]:
    loan = desk.loan()
    return {
        "lender": loan.lender,
        "loan_reference": loan.reference,
        "reference": reference,
        "reason": ReversalReason.MISPOSTED,
    }


def test_a_bounced_payment_is_owed_again_with_the_interest_it_had_spared() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    desk.take(paid("1000.00", "2026-01-20", "P-1"))
    desk.day(date(2026, 2, 20))
    assert _days(desk) == ["2026-01-15"]
    desk.take(a_reversal(reversed_on="2026-02-20"))
    desk.day(date(2026, 3, 16))
    assert len(desk.named(PaymentMissed)) == 1
    # No statement told of February: the next one charges the interest of both months.
    assert statements(desk)[-1].interest == 59_00


def test_the_rate_may_change_within_a_period_and_one_that_is_to_come_changes_nothing_yet() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 16))
    desk.take(an_event(RateChanged, annual_rate=Decimal("0.73"), effective_on="2026-02-01"))
    assert desk.loan().book.seen <= date(2026, 1, 16).toordinal()
    desk.day(date(2026, 2, 16))
    assert statements(desk)[1].interest == 16 * 1_00 + 15 * 2_00


def test_a_minimum_payment_is_told_of_before_it_falls_due() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 4))
    (soon,) = desk.named(InstalmentDueSoon)
    assert (soon.due_on, soon.unpaid) == (date(2026, 2, 4), money("100.00"))


def test_who_draws_and_pays_within_a_month_is_asked_for_nothing() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"), paid("1000.00", "2026-01-10"))
    desk.day(date(2026, 1, 16))
    assert _days(desk) == []


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"minimum_payment": None, "minimum_payment_rate": None}, "minimum_payment_missing"),
        ({"payment_due_days": 28}, "due_after_next_statement"),
        ({"period_unit": PeriodUnit.WEEK}, "statement_day_misplaced"),
        (
            {"period_unit": PeriodUnit.WEEK, "statement_day": None, "payment_due_days": 7},
            "due_after_next_statement",
        ),
        ({"statements": "someone"}, "code_unknown"),
    ],
)
def test_a_product_that_cannot_work_is_refused(terms: dict[str, Any], why: str) -> None:
    desk = Desk()
    desk.take(a_card_product(**terms))
    assert why in desk.held[0]


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ({"first_due_on": "2026-01-21"}, "first_statement_too_early"),
        ({"principal": money("2000.00", "EUR")}, "currency_differs"),
    ],
)
def test_a_card_that_cannot_be_is_not_opened(card: dict[str, Any], why: str) -> None:
    desk = Desk()
    desk.take(a_card_product(), a_card(product="plastic", **card))
    assert why in desk.held[0]


def test_opening_the_same_card_again_changes_nothing_and_another_limit_is_an_event_of_its_own() -> None:
    desk = made_here()
    before = desk.loan()
    assert desk.take(a_card(product="plastic")) == []
    assert desk.loan() == before
    desk.take(a_card("2500.00", product="plastic"))
    assert "loan_differs" in desk.held[0]
