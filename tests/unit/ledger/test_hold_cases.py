"""Holds and money, case by case: what a hold forbids is never asked for later, whenever it comes to be
known.

The numbers are those of the worked cases of the Debt Respite Scheme (SI 2020/1311).
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.journal import Account
from services.ledger.domain.replay import advance
from services.ledger.domain.standing import standing
from services.ledger.domain.terms import Component
from shared.events.holds import HoldPlaced
from shared.events.ledger import DelinquencyChanged, PaymentMissed
from shared.events.loans import FeeCharged, PaymentsComplete
from shared.events.parts import Freezes, HoldReason, Purpose
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan, lifted

INTEREST = Freezes(interest_and_fees=True)
BOTH = Freezes(interest_and_fees=True, ageing=True)
MORATORIUM: dict[str, Any] = {"starts_on": "2026-11-10", "ends_on": "2027-01-08"}
WEI = UUID(int=1)


def a_desk(*events: Any, **loan: Any) -> Desk:
    """A loan of 10,000.00 at 24 % over 365 days, due whole on 1 December, and what is told of it."""
    desk = Desk()
    loan = {"principal": "10000.00", **loan}
    desk.take(a_product(), a_term_loan(**loan))
    desk.take(an_event(PaymentsComplete, lender=a_term_loan().lender, through="2027-12-31", product=None))
    desk.take(*events)
    assert desk.held == []
    return desk


def a_fee(amount: str, on: str, **fields: Any) -> FeeCharged:
    """A fee of the loan."""
    fee = {"amount": money(amount), "value_on": on, "penalty": False, "fee_reference": "f", **fields}
    return an_event(FeeCharged, **fee)


def interest_of(desk: Desk) -> int:
    """All interest that the loan asks for, as of the desk's day."""
    book = advance(desk.loan().book, desk.now.date())
    return sum(book.owed[Component.INTEREST])


def test_case_54_interest_from_the_tenth_on_is_neither_posted_nor_claimed_nor_compounded() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-11-10"))
    assert interest_of(desk) == 59_18
    desk.take(lifted("2026-12-01"))
    desk.day(date(2026, 12, 1))
    # Unpaid for a month more: interest runs on the 10,000.00 alone, from the end of the hold on.
    desk.day(date(2027, 1, 1))
    assert desk.loan().book.outstanding == 10_059_18
    desk.take(a_payment("10059.18", value_on="2027-01-01"))
    assert desk.loan().book.outstanding == 0
    assert desk.balances()[Account.INTEREST_INCOME.value] == -59_18


def test_case_55_notice_after_the_start_reverses_interest_and_fees_by_value_date() -> None:
    moratorium = a_hold(INTEREST, **MORATORIUM)
    fee = a_fee("20.00", "2026-11-15")
    late, in_time = a_desk(fee), a_desk(moratorium, fee)
    late.day(date(2026, 11, 28))
    assert late.loan().book.outstanding == 10_000_00 + 197_26 + 20_00
    late.take(moratorium)
    in_time.day(date(2026, 11, 28))
    assert late.loan().book == in_time.loan().book
    assert late.loan().book.outstanding == 10_059_18
    assert late.balances() == in_time.balances()
    taken_back = [one for one in late.postings if one.account is Account.FEE_INCOME]
    assert sum(one.minor for one in taken_back) == 0
    assert max(one.value_on for one in taken_back) <= date(2026, 11, 28)


@pytest.mark.parametrize("on", ["2026-11-10", "2026-12-24", "2027-01-08"])
def test_case_56_a_fee_that_a_core_cannot_help_charging_is_never_asked_for(on: str) -> None:
    desk = a_desk(a_hold(INTEREST, **MORATORIUM), a_fee("20.00", on))
    assert sum(desk.loan().book.owed[Component.FEES]) == 0
    desk.day(date(2027, 2, 1))
    assert sum(desk.loan().book.owed[Component.FEES]) == 0
    assert "fee:f" in desk.files[desk.loan().id]


def test_case_56_a_fee_of_another_day_is_owed() -> None:
    desk = a_desk(a_hold(INTEREST, **MORATORIUM), a_fee("20.00", "2027-01-09"))
    assert sum(desk.loan().book.owed[Component.FEES]) == 20_00


def a_mortgage(*events: Any) -> Desk:
    """24,000.00 at 12 %, twelve equal parts of principal from 1 December 2026 on."""
    desk = Desk()
    desk.take(
        a_product(
            annual_rate=Decimal("0.12"),
            day_count="thirty_e_360",
            repayment="equal_principal",
            interest_suspended_after_days=None,
        ),
        a_term_loan("24000.00", opened_on="2026-11-01", first_due_on="2026-12-01", instalment_count=12),
        an_event(PaymentsComplete, lender=a_term_loan().lender, through="2027-12-31", product=None),
        *events,
    )
    assert desk.held == []
    return desk


def _arrears_hold(**fields: Any) -> HoldPlaced:
    return a_hold(BOTH, "2026-12-16", "2027-02-13", arrears_only=True, **fields)


def test_case_58_of_a_mortgage_in_a_moratorium_only_the_arrears_stand_still() -> None:
    desk = a_mortgage(_arrears_hold())
    desk.day(date(2027, 1, 2))
    # December's 2,000.00 are past due: they bear interest for 15 days, to the start; the rest for the month.
    assert desk.loan().book.owed[Component.INTEREST][:2] == (240_00, 220_00 + 10_00)
    missed = [one.instalment for one in desk.named(PaymentMissed)]
    assert missed == [1, 2]
    now = standing(desk.loan(), date(2027, 1, 20))
    # The first stands still after 14 days; January's falls due, and ages as ever.
    assert now.days_past_due == 19
    assert standing(desk.loan(), date(2027, 1, 10)).days_past_due == 14


def test_case_58_interest_on_the_arrears_runs_again_after_the_hold() -> None:
    held, free = a_mortgage(_arrears_hold()), a_mortgage()
    for desk in (held, free):
        desk.day(date(2027, 4, 2))
        desk.take(a_payment("1.00", value_on="2027-04-02"))
    # 58 days of 360 on 2,000.00 at 12 %, and no more, are spared.
    assert interest_of(free) - interest_of(held) == 38_67
    assert held.balances()["interest_income"] - free.balances()["interest_income"] == 38_67


def test_case_58_penalties_on_the_arrears_stand_still_and_other_charges_do_not() -> None:
    desk = a_mortgage(
        _arrears_hold(),
        a_fee("15.00", "2026-12-20", penalty=True, fee_reference="late"),
        a_fee("30.00", "2026-12-20", fee_reference="insurance"),
    )
    assert sum(desk.loan().book.owed[Component.PENALTY]) == 0
    assert sum(desk.loan().book.owed[Component.FEES]) == 30_00


def test_case_58_what_is_paid_of_the_arrears_is_spared_no_longer() -> None:
    paid = a_payment("2240.00", value_on="2026-12-31", reference="p")
    held = a_mortgage(_arrears_hold(), paid)
    held.day(date(2027, 2, 2))
    # 15 days from December's due date to the start of the hold; nothing is past due after the payment.
    assert held.loan().book.owed[Component.INTEREST][1] == 220_00 + 10_00


def test_case_62_a_payment_during_a_hold_is_taken_and_ends_nothing() -> None:
    desk = a_desk(a_hold(INTEREST, **MORATORIUM), a_payment("1000.00", value_on="2026-11-15"))
    loan = desk.loan()
    assert [one.hold_id for one in loan.agreements.holds] == [a_hold(INTEREST, "2026-11-10").hold_id]
    assert loan.book.balance == 10_000_00 - 1_000_00 + 59_18
    assert desk.balances()["cash"] == 1_000_00
    desk.day(date(2027, 1, 8))
    assert desk.loan().book.outstanding == 9_059_18


@pytest.mark.parametrize(
    ("freezes", "interest", "days"),
    [
        (Freezes(purposes=(Purpose.DEMAND,)), 197_26, 20),
        (INTEREST, 59_18, 20),
        (Freezes(ageing=True), 197_26, 0),
        (BOTH, 59_18, 0),
    ],
    ids=["contact", "interest", "ageing", "interest and ageing"],
)
def test_case_63_contact_interest_and_ageing_are_three_freezes(
    freezes: Freezes, interest: int, days: int
) -> None:
    desk = a_desk(a_hold(freezes, "2026-11-10", "2027-01-08", reason=HoldReason.DISASTER))
    assert interest_of(desk) == interest
    desk.day(date(2026, 12, 21))
    assert standing(desk.loan(), date(2026, 12, 21)).days_past_due == days
    assert bool(desk.named(DelinquencyChanged)) == bool(days)


def test_a_hold_on_a_provided_loan_forgives_fees_alone() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule("100.00", "100.00")))
    desk.take(an_event(PaymentsComplete, lender=a_loan().lender, through="2026-12-31", product=None))
    hold = a_hold(INTEREST, "2026-01-10", "2026-02-20")
    charged = a_fee("5.00", "2026-02-10")
    desk.take(hold, charged)
    assert desk.loan().book.outstanding == 200_00
