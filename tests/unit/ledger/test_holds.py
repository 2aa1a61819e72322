"""Holds as the ledger obeys them: what stands still, what goes on, and what is never charged later."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.journal import Account
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ledger import DelinquencyChanged, PaymentMissed, ReliefInstructed
from shared.events.loans import LoanKind, LoanOpened, PaymentsComplete, ProductPublished, ProductTerms
from shared.events.parts import Freezes, HoldReason
from shared.events.servicing import ReliefApplied
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk

HOLD = UUID(int=77)
INTEREST, AGEING = Freezes(interest_and_fees=True), Freezes(ageing=True)


def a_product(kind: LoanKind | str = LoanKind.TERM, **terms: Any) -> ProductPublished:
    """A product with these terms."""
    return an_event(
        ProductPublished,
        product="plain",
        product_version=1,
        effective_on="2020-01-01",
        kind=kind,
        terms=ProductTerms(**{"annual_rate": Decimal("0.24"), "day_count": "act_365f", **terms}),
    )


def a_term_loan(principal: str = "10000.00", **fields: Any) -> LoanOpened:
    """A loan of that product: by default due whole after one month."""
    return an_event(
        LoanOpened,
        **{
            "kind": LoanKind.TERM,
            "principal": money(principal),
            "opened_on": "2026-11-01",
            "first_due_on": "2026-12-01",
            "instalment_count": 1,
            "product": "plain",
            "product_version": 1,
            **fields,
        },
    )


def a_hold(freezes: Freezes, starts_on: str, ends_on: str | None = None, **fields: Any) -> HoldPlaced:
    """A hold on the loan."""
    named = {"loan_id": a_term_loan().loan_id, "hold_id": HOLD, "reason": HoldReason.BREATHING_SPACE}
    return an_event(
        HoldPlaced, **{**named, "freezes": freezes, "starts_on": starts_on, "ends_on": ends_on, **fields}
    )


def lifted(on: str) -> HoldLifted:
    """The end of that hold."""
    return an_event(HoldLifted, loan_id=a_term_loan().loan_id, hold_id=HOLD, lifted_on=on)


def _desk(**terms: Any) -> Desk:
    desk = Desk()
    desk.take(a_product(**terms), a_term_loan())
    assert desk.held == []
    return desk


def _obeyed(desk: Desk) -> None:
    """The core has done what it was told."""
    told = desk.named(ReliefInstructed)[-1].instruction_id
    desk.take(an_event(ReliefApplied, instruction_id=told, applied_on="2026-01-20", instalments=()))


def _owed(desk: Desk) -> tuple[int, int]:
    line = desk.loan().book.line(0)
    return line.owed[2], line.owed[3]


def test_without_a_hold_the_month_costs_its_interest() -> None:
    assert _owed(_desk()) == (197_26, 10_000_00)


def test_case_54_interest_of_the_days_of_a_hold_is_not_charged_and_never_later() -> None:
    desk = _desk()
    desk.take(a_hold(INTEREST, "2026-11-10"))
    assert _owed(desk) == (59_18, 10_000_00)
    desk.take(lifted("2026-12-01"))
    assert _owed(desk) == (59_18, 10_000_00)
    desk.take(a_payment("10059.18", value_on="2026-12-01"))
    assert desk.loan().book.outstanding == 0
    assert desk.balances()[Account.INTEREST_INCOME.value] == -59_18


def test_a_hold_that_ends_lets_interest_run_again_from_that_day() -> None:
    desk = _desk()
    desk.take(a_hold(INTEREST, "2026-11-10"), lifted("2026-11-21"))
    # 1 to 9 November and 21 to 30 November: nineteen days.
    assert _owed(desk) == (124_93, 10_000_00)


def test_case_55_notice_that_comes_late_takes_back_what_was_charged_since_the_start() -> None:
    late, early = _desk(), _desk()
    late.take(a_payment("150.00", value_on="2026-11-15", reference="p"))
    late.day(date(2026, 11, 20))
    late.take(a_hold(INTEREST, "2026-11-10", ends_on="2026-11-30"))
    early.take(
        a_hold(INTEREST, "2026-11-10", ends_on="2026-11-30"),
        a_payment("150.00", value_on="2026-11-15", reference="p"),
    )
    assert late.loan().book == early.loan().book
    assert late.balances() == early.balances()


def test_a_hold_that_is_changed_counts_as_it_is_stated_last_whatever_comes_first() -> None:
    change = an_event(
        HoldChanged,
        loan_id=a_term_loan().loan_id,
        hold_id=HOLD,
        revision=1,
        freezes=INTEREST,
        reason=HoldReason.BREATHING_SPACE,
        starts_on="2026-11-21",
        ends_on=None,
        disputed=None,
    )
    one, other = _desk(), _desk()
    one.take(a_hold(INTEREST, "2026-11-10"), change)
    other.take(change, a_hold(INTEREST, "2026-11-10"))
    for desk in (one, other):
        assert _owed(desk) == (131_51, 10_000_00)
    assert other.held == [f"waiting: predecessor_missing the hold {HOLD} has not been placed"]


def test_a_hold_told_of_twice_counts_once_also_after_its_end() -> None:
    desk = _desk()
    hold = a_hold(INTEREST, "2026-11-10")
    desk.take(hold, hold, lifted("2026-11-21"), hold, lifted("2026-11-25"))
    assert _owed(desk) == (124_93, 10_000_00)
    assert desk.held == []


@pytest.mark.parametrize(("freezes", "days"), [(INTEREST, 20), (AGEING, 5), (Freezes(), 20)])
def test_case_63_frozen_interest_and_frozen_ageing_are_two_things(freezes: Freezes, days: int) -> None:
    desk = Desk()
    loan = a_loan(instalments=a_schedule("100.00"))
    desk.take(loan, an_event(PaymentsComplete, lender=loan.lender, through="2026-12-31", product=None))
    desk.take(a_hold(freezes, "2026-02-07", "2026-02-21"))
    desk.day(date(2026, 2, 22))
    from services.ledger.domain.standing import standing

    assert standing(desk.loan(), date(2026, 2, 21)).days_past_due == days


def test_a_miss_is_not_told_while_ageing_stands_still() -> None:
    desk = Desk()
    loan = a_loan(instalments=a_schedule("100.00"))
    desk.take(loan, an_event(PaymentsComplete, lender=loan.lender, through="2026-12-31", product=None))
    desk.take(a_hold(AGEING, "2026-01-20"))
    _obeyed(desk)
    desk.day(date(2026, 4, 1))
    assert not desk.named(PaymentMissed)
    assert not desk.named(DelinquencyChanged)
    desk.take(lifted("2026-04-02"))
    _obeyed(desk)
    desk.day(date(2026, 4, 5))
    assert [one.days_past_due for one in desk.named(PaymentMissed)] == [1]


def test_what_is_disputed_gets_no_money_until_the_dispute_ends() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule("100.00")))
    dispute = a_hold(Freezes(), "2026-01-10", reason=HoldReason.DISPUTE, disputed=money("40.00"))
    desk.take(dispute, a_payment("100.00", value_on="2026-01-20"))
    assert (desk.loan().book.outstanding, desk.loan().book.credit) == (40_00, 40_00)
