"""What is told of a loan as its days come: what falls due, is missed, is cured, and what proves wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.events.ledger import (
    ArrearsCured,
    ArrearsCuredRetracted,
    DelinquencyChanged,
    FeedLate,
    FeedSuspicion,
    InstalmentDueSoon,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
)
from shared.events.loans import PaymentFailed, PaymentPending, PaymentsComplete
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk, id_of
from tests.unit.ledger.test_holds import a_product, a_term_loan

FEB, MAR = date(2026, 2, 1), date(2026, 3, 1)


def _complete(through: date) -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=a_loan().lender, through=through, product=None)


def _desk(*amounts: str, **fields: Any) -> Desk:
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule(*(amounts or ("100.00", "100.00"))), **fields))
    return desk


def _names(events: list[Any]) -> list[str]:
    return [event.NAME for event in events]


def test_an_instalment_is_announced_three_days_before_and_once() -> None:
    desk = _desk()
    assert desk.day(date(2026, 1, 28)) == []
    assert desk.day(date(2026, 1, 31)) == [
        InstalmentDueSoon(loan_id=a_loan().loan_id, instalment=1, due_on=FEB, unpaid=money("100.00"))
    ]


def test_what_was_paid_before_is_not_announced() -> None:
    desk = _desk()
    desk.take(a_payment("100.00", value_on="2026-01-10"))
    assert desk.day(FEB) == []


def test_a_miss_is_told_once_the_platform_has_reported_the_day() -> None:
    desk = _desk()
    desk.day(date(2026, 2, 5))
    assert not desk.named(PaymentMissed)
    assert not desk.named(DelinquencyChanged)
    desk.take(_complete(FEB))
    told = desk.day(date(2026, 2, 6))
    assert _names(told) == ["PaymentMissed", "DelinquencyChanged"]
    (missed,) = desk.named(PaymentMissed)
    assert (missed.instalment, missed.due_on, missed.unpaid) == (1, FEB, money("100.00"))
    desk.day(date(2026, 2, 20))
    assert len(desk.named(PaymentMissed)) == 1


def test_a_platform_that_falls_silent_is_told_of() -> None:
    desk = _desk()
    desk.take(_complete(FEB))
    assert desk.named(FeedLate) == []
    desk.day(date(2026, 1, 3))
    assert desk.named(FeedLate) == [
        FeedLate(lender=a_loan().lender, complete_through=FEB, reason=FeedSuspicion.SILENT)
    ]


def test_a_report_that_comes_first_tells_the_miss_on_the_day_after() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)))
    assert "PaymentMissed" not in _names(desk.day(FEB))
    (missed, changed) = desk.day(date(2026, 2, 2))
    assert isinstance(missed, PaymentMissed)
    assert isinstance(changed, DelinquencyChanged)
    assert missed.days_past_due == changed.after.days_past_due == 1
    assert (changed.before.stage, changed.after.stage) == ("M0", "M1")


@pytest.mark.parametrize(("days", "stage"), [(30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (91, "M4")])
def test_the_bucket_follows_the_days(days: int, stage: str) -> None:
    desk = _desk("100.00")
    desk.take(_complete(date(2026, 12, 31)))
    desk.day(date.fromordinal(FEB.toordinal() + days))
    changed = desk.named(DelinquencyChanged)[-1]
    assert changed.after.stage == stage
    assert changed.as_of <= desk.now.date()


def test_a_payment_cures_and_the_day_is_that_of_its_value() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)))
    desk.day(date(2026, 2, 10))
    told = desk.take(a_payment("100.00", value_on="2026-02-09"))
    assert _names(told) == ["PaymentApplied", "DelinquencyChanged", "ArrearsCured"]
    assert desk.named(ArrearsCured)[0].cured_on == date(2026, 2, 9)


def test_a_payment_that_was_in_time_after_all_takes_the_miss_back() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)))
    desk.day(date(2026, 2, 10))
    (missed,) = desk.named(PaymentMissed)
    told = desk.take(a_payment("100.00", value_on="2026-01-31"))
    assert _names(told) == ["PaymentApplied", "PaymentMissedRetracted", "DelinquencyChanged", "ArrearsCured"]
    assert desk.named(PaymentMissedRetracted)[0].missed_event_id == id_of(desk, missed)
    assert desk.day(date(2026, 2, 20)) == []


def test_a_reversal_takes_the_cure_back_and_tells_no_miss_twice() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)))
    desk.day(date(2026, 2, 10))
    desk.take(a_payment("100.00", value_on="2026-02-09"))
    (cured,) = desk.named(ArrearsCured)
    told = desk.take(a_reversal(reversed_on="2026-02-11")) + desk.day(date(2026, 2, 12))
    assert _names(told) == ["PaymentReallocated", "DelinquencyChanged", "ArrearsCuredRetracted"]
    assert desk.named(ArrearsCuredRetracted)[0].cured_event_id == id_of(desk, cured)
    assert len(desk.named(PaymentMissed)) == 1


def test_the_next_instalment_missed_takes_no_cure_back() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)))
    desk.day(date(2026, 2, 10))
    desk.take(a_payment("100.00", value_on="2026-02-09"))
    told = desk.day(date(2026, 3, 2))
    assert sorted(_names(told)) == ["DelinquencyChanged", "InstalmentDueSoon", "PaymentMissed"]
    assert desk.named(ArrearsCuredRetracted) == []


def test_a_reversal_of_a_payment_in_time_tells_the_miss() -> None:
    desk = _desk()
    desk.take(_complete(date(2026, 12, 31)), a_payment("100.00", value_on="2026-01-31"))
    desk.day(date(2026, 2, 10))
    assert desk.named(PaymentMissed) == []
    desk.take(a_reversal(reversed_on="2026-02-11"))
    desk.day(date(2026, 2, 12))
    assert len(desk.named(PaymentMissed)) == 1


def test_a_reversal_that_comes_first_waits_for_its_payment() -> None:
    desk = _desk()
    assert desk.take(a_reversal()) == []
    assert desk.held == ["waiting: predecessor_missing the payment P-1 has not been reported"]
    desk.take(a_payment("30.00"))
    assert desk.loan().book.outstanding == 200_00
    assert desk.balances() == {"principal": 200_00, "disbursed": -200_00}


def test_a_payment_reported_late_moves_those_after_it_and_money_is_kept() -> None:
    desk = _desk("100.00", "100.00", "100.00")
    desk.take(a_payment("150.00", value_on="2026-02-20", reference="later"))
    told = desk.take(a_payment("100.00", value_on="2026-02-01", reference="earlier"))
    assert _names(told) == ["PaymentApplied"]
    straight = _desk("100.00", "100.00", "100.00")
    straight.take(
        a_payment("100.00", value_on="2026-02-01", reference="earlier"),
        a_payment("150.00", value_on="2026-02-20", reference="later"),
    )
    assert desk.loan().book == straight.loan().book
    assert desk.balances() == straight.balances()


def test_the_whole_sum_paid_ends_the_loan_and_a_reversal_opens_it_again() -> None:
    desk = _desk()
    told = desk.take(a_payment("250.00", value_on="2026-01-20"))
    assert _names(told) == ["PaymentApplied", "LoanRepaid"]
    (repaid,) = desk.named(LoanRepaid)
    assert (repaid.repaid_on, repaid.credit) == (date(2026, 1, 20), money("50.00"))
    assert desk.day(date(2026, 5, 1)) == []
    told = desk.take(a_reversal(reversed_on="2026-05-01"))
    assert _names(told)[:2] == ["PaymentReallocated", "LoanRepaidRetracted"]
    assert desk.named(LoanRepaidRetracted)[0].repaid_event_id == id_of(desk, repaid)


def test_a_payment_on_its_way_holds_the_miss_back_for_three_days() -> None:
    desk = _desk("100.00")
    desk.take(_complete(date(2026, 12, 31)))
    coming = an_event(
        PaymentPending,
        loan_reference=a_loan().loan_reference,
        payment_reference="P-9",
        amount=money("100.00"),
        expected_on="2026-02-01",
    )
    desk.take(coming)
    desk.day(date(2026, 2, 4))
    assert desk.named(PaymentMissed) == []
    desk.day(date(2026, 2, 5))
    assert len(desk.named(PaymentMissed)) == 1


def test_a_payment_that_failed_gives_the_miss_its_reason() -> None:
    desk = _desk("100.00")
    desk.take(_complete(date(2026, 12, 31)))
    failed = an_event(
        PaymentFailed,
        loan_reference=a_loan().loan_reference,
        payment_reference="P-9",
        amount=money("100.00"),
        failed_on="2026-02-01",
        reason="no_funds",
    )
    desk.take(failed)
    desk.day(date(2026, 2, 3))
    assert desk.named(PaymentMissed)[0].failure == "no_funds"


def test_a_platform_in_another_zone_has_its_own_midnight() -> None:
    desk = _desk("100.00", time_zone="Asia/Shanghai")
    desk.take(_complete(date(2026, 12, 31)))
    told = desk.day(date(2026, 2, 2), "Asia/Shanghai")
    assert "PaymentMissed" in _names(told)
    assert desk.now.hour == 12
    when = next(timer for timer in desk.timers.values())
    assert when.zone in ("Asia/Shanghai", "UTC")


def test_the_same_event_again_changes_nothing() -> None:
    desk = _desk()
    payment = a_payment("30.00")
    desk.take(payment)
    before = (desk.loan(), list(desk.postings))
    assert desk.take(payment, a_loan(instalments=a_schedule("100.00", "100.00"))) == []
    assert (desk.loan(), desk.postings) == before
    assert desk.named(PaymentReallocated) == []


def test_where_no_platform_says_when_a_day_is_complete_a_miss_is_told_after_the_stated_delay() -> None:
    desk = Desk()
    terms: dict[str, Any] = {"payments_complete_expected": False, "feed_delay_days": 2}
    desk.take(a_product(annual_rate=Decimal(0), **terms))
    desk.take(a_term_loan("100.00", opened_on="2026-01-01", first_due_on="2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert not desk.named(PaymentMissed)
    desk.day(date(2026, 2, 4))
    assert [one.days_past_due for one in desk.named(PaymentMissed)] == [3]
