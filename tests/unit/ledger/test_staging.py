"""Which bucket a loan was in on a day: what reports are counted from."""

from datetime import date
from typing import Any

from services.ledger.domain.roll_rates import Exit, Staged
from services.ledger.domain.staging import CURRENT, staged, staged_on
from shared.events.loans import PaymentsComplete
from shared.events.parts import Freezes
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_credit_reporting import a_desk
from tests.unit.ledger.test_holds import a_hold

FEB = date(2026, 2, 1)


def _desk(*amounts: str) -> Desk:
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule(*amounts)))
    desk.take(an_event(PaymentsComplete, lender=a_loan().lender, through=date(2026, 12, 31), product=None))
    return desk


def _restaged(desk: Desk) -> list[tuple[date, Staged]]:
    """The days gone by as they were restated."""
    return [(row.as_of, row.stage) for row in desk.stages if row.restated]


def _stage(desk: Desk) -> Any:
    return staged(desk.loan())


def test_a_loan_of_which_nothing_was_told_is_current() -> None:
    desk = _desk("100.00", "100.00")
    assert _stage(desk) == CURRENT
    desk.take(a_payment("100.00", value_on=FEB))
    assert _stage(desk) == CURRENT


def test_a_late_loan_counts_from_its_due_date_and_no_further_than_its_bucket() -> None:
    desk = _desk("100.00", "100.00")
    desk.day(date(2026, 2, 5))
    assert _stage(desk) == Staged("M1", FEB, 30, 10_000, None)
    assert staged_on(desk.loan()) == date(2026, 2, 2)
    desk.day(date(2026, 3, 20))
    assert _stage(desk) == Staged("M2", FEB, 60, 20_000, None)


def test_the_last_bucket_has_no_end() -> None:
    desk = _desk("100.00")
    desk.day(date(2026, 10, 1))
    assert _stage(desk) == Staged("M7", FEB, None, 10_000, None)


def test_what_is_paid_of_the_arrears_counts_at_once() -> None:
    desk = _desk("100.00", "100.00")
    desk.day(date(2026, 2, 10))
    desk.take(a_payment("30.00", value_on=date(2026, 2, 9)))
    assert _stage(desk) == Staged("M1", FEB, 30, 7_000, None)


def test_a_loan_that_is_cured_and_repaid_leaves_the_buckets_and_comes_back_when_its_money_goes_back() -> None:
    desk = _desk("100.00")
    desk.day(date(2026, 2, 10))
    desk.take(a_payment("100.00", value_on=date(2026, 2, 9)))
    assert _stage(desk) == Staged("M0", None, None, 0, Exit.REPAID)
    assert staged_on(desk.loan()) == date(2026, 2, 10)
    desk.take(a_reversal(reversed_on=date(2026, 2, 12)))
    desk.day(date(2026, 2, 13))
    assert _stage(desk) == Staged("M1", FEB, 30, 10_000, None)


def test_a_loan_that_was_never_late_leaves_the_buckets_on_the_day_of_its_last_payment() -> None:
    desk = _desk("100.00")
    desk.take(a_payment("100.00", value_on=date(2026, 1, 20)))
    assert _stage(desk) == CURRENT._replace(exit=Exit.REPAID)
    assert staged_on(desk.loan()) == date(2026, 1, 20)


def test_a_payment_that_comes_to_light_restates_the_days_since() -> None:
    desk = _desk("100.00", "100.00", "100.00")
    desk.day(date(2026, 4, 10))
    desk.take(a_payment("200.00", value_on=date(2026, 2, 20), reference="found"))
    assert desk.stages[-1].as_of == date(2026, 2, 20)
    desk.moment()
    assert _restaged(desk) == [
        (date(2026, 2, 20), Staged("M0", None, None, 0, None)),
        (date(2026, 4, 2), Staged("M1", date(2026, 4, 1), None, 10_000, None)),
    ]
    assert desk.loan().told.restate_from is None


def test_a_reversal_restates_the_days_since_what_it_took_back() -> None:
    desk = _desk("100.00", "100.00", "100.00")
    desk.take(a_payment("100.00", value_on=FEB))
    desk.day(date(2026, 3, 10))
    desk.take(a_payment("50.00", value_on=date(2026, 3, 10), reference="part"))
    desk.take(a_reversal(reversed_on=date(2026, 3, 12)))
    desk.moment()
    assert _restaged(desk) == [
        (date(2026, 2, 1), CURRENT._replace(bucket="M0")),
        (date(2026, 2, 2), Staged("M1", FEB, None, 10_000, None)),
        (date(2026, 3, 2), Staged("M1", FEB, None, 20_000, None)),
        (date(2026, 3, 10), Staged("M2", FEB, None, 15_000, None)),
    ]


def test_a_payment_of_today_or_since_what_was_told_restates_nothing() -> None:
    desk = _desk("100.00", "100.00")
    desk.day(date(2026, 2, 10))
    desk.take(a_payment("50.00", value_on=date(2026, 2, 9), reference="one"))
    desk.take(a_payment("50.00", value_on=date(2026, 2, 10), reference="two"))
    assert desk.loan().told.restate_from is None
    desk.moment()
    assert _restaged(desk) == []


def test_no_payment_of_a_loan_that_was_never_late_restates_anything() -> None:
    desk = _desk("100.00", "100.00")
    desk.day(date(2026, 1, 30))
    desk.take(a_payment("100.00", value_on=date(2026, 1, 10)))
    assert desk.loan().told.restate_from is None


def test_days_that_a_pause_spares_do_not_count_in_what_is_restated() -> None:
    desk = a_desk()
    desk.day(date(2026, 2, 27))
    desk.take(a_hold(Freezes(ageing=True), "2026-02-10", "2026-02-20"))
    desk.moment()
    assert _restaged(desk) == [
        (date(2026, 2, 10), Staged("M1", date(2026, 2, 2), 8, 10_000, None)),
        (date(2026, 2, 21), Staged("M1", date(2026, 2, 12), None, 10_000, None)),
    ]
