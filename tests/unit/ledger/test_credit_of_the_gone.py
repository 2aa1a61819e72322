"""Credit records of loans that an agency collects, that were sold, and that a new loan has replaced."""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.credit_record import metro2
from services.ledger.domain.credit_record.record import SCHEMES
from services.ledger.domain.credit_record.standing import Ending
from services.ledger.domain.credit_record.standing import Standing as CreditStanding
from shared.events.ledger import CreditStatusChanged
from shared.events.loans import LoanReplaced
from shared.events.servicing import LoanPlaced, LoanRecalled, LoanTransferred, LoanWrittenOff, WriteOffKind
from tests.builders import a_payment, a_reversal, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_credit_reporting import a_desk, count, paid
from tests.unit.ledger.test_holds import a_term_loan

METRO = ("metro2_status", "metro2_payment_rating", "metro2_special_comment", "pbc_month")
NAME = a_term_loan().loan_reference


def told(desk: Desk, since: int = 0) -> list[tuple[str, str, str, date, bool]]:
    every = [one for one in desk.named(CreditStatusChanged)[since:] if one.loan_id == desk.loan(NAME).id]
    return [(one.scheme, one.before, one.after, one.as_of, one.correction) for one in every]


def placed(on: str) -> LoanPlaced:
    return an_event(LoanPlaced, agency="north", placed_on=on)


def recalled(on: str) -> LoanRecalled:
    return an_event(LoanRecalled, agency="north", recalled_on=on)


def sold(on: str) -> LoanTransferred:
    return an_event(LoanTransferred, to_lender="birch", to_loan_reference="B-9", effective_on=on)


def take(desk: Desk, on: str, *events: Any) -> int:
    """What was told before events come on a day."""
    desk.day(date.fromisoformat(on))
    before = count(desk)
    desk.take(*events)
    desk.moment()
    assert desk.held == []
    return before


def test_a_loan_with_an_agency_is_in_collection_until_it_is_recalled() -> None:
    desk = a_desk("metro2_status", "metro2_history")
    since = take(desk, "2026-04-20", placed("2026-04-20"))
    assert told(desk, since) == [("metro2_status", "78", "93", date(2026, 4, 20), False)]
    since = take(desk, "2026-06-10", recalled("2026-06-10"))
    assert told(desk, since) == [("metro2_status", "93", "82", date(2026, 6, 10), False)]
    assert "G" in metro2_history(desk)


def metro2_history(desk: Desk) -> str:
    credit = desk.loan(NAME).told.credit
    assert credit is not None
    months = {one.month.first_on: one.month for one in credit.carried.months}
    return "".join(metro2.month_code(months.get(first)) for first in sorted(months, reverse=True))


def test_a_placement_to_come_shows_from_its_day_on() -> None:
    desk = a_desk("metro2_status")
    since = take(desk, "2026-04-20", placed("2026-04-25"))
    assert told(desk, since) == []
    desk.day(date(2026, 4, 26))
    assert told(desk, since) == [("metro2_status", "78", "93", date(2026, 4, 25), False)]


def test_a_placement_that_is_told_late_corrects_what_was_told() -> None:
    desk = a_desk("metro2_status", "metro2_history")
    since = take(desk, "2026-05-20", placed("2026-04-10"))
    assert ("metro2_status", "80", "93", date(2026, 5, 20), True) in told(desk, since)
    (history,) = [one for one in told(desk, since) if one[0] == "metro2_history"]
    assert (history[1][0], history[2][0], history[4]) == ("2", "G", True)


def test_what_an_agency_has_collected_ends_as_that() -> None:
    desk = a_desk("metro2_status")
    take(desk, "2026-04-20", placed("2026-04-20"))
    since = count(desk)
    paid(desk, "2026-05-10", "1200.00")
    assert told(desk, since) == [("metro2_status", "93", "62", date(2026, 5, 10), False)]


def test_a_loan_in_no_scheme_is_placed_without_being_looked_at() -> None:
    desk = a_desk()
    desk.day(date(2026, 4, 20))
    before = dict(desk.timers)
    assert desk.take(placed("2026-04-20"), recalled("2026-04-22")) == []
    assert desk.timers == before


def test_a_sold_loan_is_transferred_as_late_as_it_was_and_its_month_is_the_last() -> None:
    desk = a_desk(*METRO)
    since = take(desk, "2026-04-20", sold("2026-04-20"))
    assert told(desk, since) == [
        ("metro2_status", "78", "05", date(2026, 4, 20), False),
        ("metro2_payment_rating", "", "2", date(2026, 4, 20), False),
        ("metro2_special_comment", "", "AH", date(2026, 4, 20), False),
    ]
    rules = {one.rule for one in desk.named(CreditStatusChanged) if one.after == "05"}
    assert rules == {metro2.TRANSFERRED.id}
    since = count(desk)
    desk.day(date(2026, 6, 5))
    assert told(desk, since) == [("pbc_month", "2", "G", date(2026, 4, 30), False)]
    assert (desk.loan(NAME).wakes_on, desk.loan(NAME).waits_through) == (None, None)


def test_a_loan_that_was_charged_off_is_sold_as_that() -> None:
    desk = a_desk("metro2_status", "metro2_special_comment")
    off = an_event(LoanWrittenOff, written_off_on="2026-04-10", kind=WriteOffKind.ACCOUNTING)
    take(desk, "2026-04-10", off)
    since = take(desk, "2026-04-20", sold("2026-04-20"))
    assert [one[:3] for one in told(desk, since)] == [("metro2_special_comment", "", "AH")]


def test_the_record_goes_on_with_the_new_lender_as_it_was() -> None:
    desk = a_desk("cn_m")
    take(desk, "2026-04-20", sold("2026-04-20"))
    new = desk.loan("B-9").told.credit
    assert new is not None
    assert new.codes == ("M3",)


def test_a_replaced_loan_was_paid_by_the_new_one() -> None:
    desk = a_desk(*METRO)
    replaced = an_event(LoanReplaced, replaced_by="L-2", replaced_on="2026-04-20")
    since = take(desk, "2026-04-20", replaced)
    assert told(desk, since) == [
        ("metro2_status", "78", "13", date(2026, 4, 20), False),
        ("metro2_payment_rating", "", "0", date(2026, 4, 20), False),
        ("metro2_special_comment", "", "AS", date(2026, 4, 20), False),
    ]
    desk.day(date(2026, 5, 2))
    assert told(desk, since)[3:] == [("pbc_month", "2", "C", date(2026, 4, 30), False)]


def test_nothing_is_told_of_a_sold_loan_before_its_days_are_reported() -> None:
    desk = a_desk("metro2_status", through="2026-02-01")
    since = take(desk, "2026-03-20", sold("2026-03-20"))
    assert told(desk, since) == []
    assert desk.loan(NAME).waits_through == date(2026, 2, 28)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_payment_from_before_the_sale_corrects_the_record_whenever_it_comes(when: str) -> None:
    desk = a_desk("metro2_status", "metro2_payment_rating", "metro2_history")
    late = a_payment("300.00", value_on="2026-03-30", reference="late")
    if when == "before":
        take(desk, "2026-04-20", late, sold("2026-04-20"))
    else:
        take(desk, "2026-04-20", sold("2026-04-20"))
        take(desk, "2026-05-10", late)
    shown = {scheme: after for scheme, _, after, *_ in told(desk)}
    assert (shown["metro2_status"], shown["metro2_payment_rating"]) == ("05", "0")
    assert shown["metro2_history"].rstrip("B")[-3:] == "000"
    if when == "after":
        assert [one for one in told(desk) if one[0] == "metro2_payment_rating"][-1][4]


def test_a_payment_that_is_reversed_after_the_sale_makes_the_record_anew() -> None:
    desk = a_desk("metro2_status", "metro2_payment_rating")
    paid(desk, "2026-02-01", "300.00")
    take(desk, "2026-04-20", sold("2026-04-20"))
    gone = a_reversal("P-2026-02-01-None", reversed_on="2026-05-10")
    since = take(desk, "2026-05-10", gone)
    assert told(desk, since) == [("metro2_payment_rating", "0", "2", date(2026, 5, 10), True)]


def test_a_payment_after_the_sale_changes_nothing_in_the_former_lenders_record() -> None:
    desk = a_desk(*METRO)
    take(desk, "2026-04-20", sold("2026-04-20"))
    since = take(desk, "2026-04-25", a_payment("300.00", value_on="2026-04-25"))
    assert told(desk, since) == []


def test_each_end_has_its_codes() -> None:
    def shown(**fields: Any) -> tuple[str, str, str]:
        at = CreditStanding(as_of=date(2026, 4, 20), opened_on=date(2026, 1, 1), **fields)
        return (
            SCHEMES["metro2_status"](at).code,
            SCHEMES["metro2_special_comment"](at).code,
            SCHEMES["pbc_month"](at).code,
        )

    assert shown(ending=Ending.TRANSFERRED, days_past_due=70) == ("05", "AH", "G")
    assert shown(ending=Ending.TRANSFERRED, written_off=True) == ("97", "AH", "G")
    assert shown(ending=Ending.REPLACED) == ("13", "AS", "C")
    assert shown(ending=Ending.REPLACED, in_collection=True) == ("62", "AS", "C")
