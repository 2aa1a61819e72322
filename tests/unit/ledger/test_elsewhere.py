"""What comes to a loan that has gone: no payment is lost, and nobody is asked for it twice."""

from datetime import date

import pytest

from shared.events.base import Event
from shared.events.ledger import (
    PaymentApplied,
    PaymentMissed,
    PaymentReallocated,
)
from shared.events.loans import (
    BalanceReported,
    CreditGranted,
    FeeCharged,
    LoanClosed,
    PaymentFailed,
    PaymentPending,
    UnassignedPaymentReceived,
)
from shared.events.parts import SplitPart
from shared.events.servicing import LoanTransferred
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.sold import LOAN, NEW, NEW_ID, OLD, a_desk, accounts, books, complete, new, old, sold


def test_a_payment_to_the_old_lender_is_set_against_the_loan_and_nobody_is_told_of_a_miss() -> None:
    desk = a_desk(a_payment("100.00"))
    desk.take(sold())
    told = desk.take(a_payment("100.00", reference="P-2", value_on="2026-03-01"))
    assert [(type(one), one.loan_id) for one in told] == [(PaymentApplied, NEW_ID)]  # type: ignore[attr-defined]
    desk.day(date(2026, 3, 10))
    assert not desk.named(PaymentMissed)
    assert books(desk) == (
        {"cash": 200_00, "disbursed": -300_00, "transferred": 100_00},
        {"principal": 100_00, "transferred": -100_00},
    )


def test_reports_of_both_lenders_may_have_the_same_names() -> None:
    desk = a_desk(a_payment("40.00"))
    desk.take(sold())
    desk.take(a_payment("50.00", lender="birch", loan="B-9", value_on="2026-02-16"))
    desk.take(a_payment("10.00", reference="P-2", value_on="2026-02-17"))
    desk.take(a_payment("20.00", reference="P-2", lender="birch", loan="B-9", value_on="2026-02-18"))
    assert new(desk).book.outstanding == 180_00
    assert desk.held == []
    assert set(desk.files[NEW_ID]) >= {"payment:acme@P-1", "payment:P-1", "payment:acme@P-2", "payment:P-2"}


def test_what_is_told_twice_counts_once_also_here() -> None:
    desk = a_desk(a_payment("100.00"))
    later = a_payment("60.00", reference="P-2", value_on="2026-03-01")
    desk.take(sold(), later, later, a_payment("100.00"), sold())
    assert new(desk).book.outstanding == 140_00
    assert desk.held == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_payment_of_the_old_days_that_is_taken_back_is_owed_to_the_new_lender(when: str) -> None:
    desk, plain = a_desk(a_payment("100.00")), a_desk(a_payment("100.00"))
    reversal = a_reversal(reversed_on=date(2026, 2, 18))
    desk.take(*((reversal, sold()) if when == "before" else (sold(), reversal, reversal)))
    plain.take(reversal)
    assert new(desk).book.owed == old(plain).book.owed
    assert new(desk).book.outstanding == 300_00
    was, now = books(desk)
    assert was["transferred"] + now["transferred"] == 0
    assert "cash" not in was
    assert desk.held == []


def test_a_payment_that_was_passed_on_is_taken_back_where_it_went() -> None:
    desk = a_desk()
    desk.take(sold(), a_payment("100.00", reference="P-2", value_on="2026-02-16"))
    told = desk.take(a_reversal("P-2", reversed_on=date(2026, 2, 18)))
    assert [one.loan_id for one in told if isinstance(one, PaymentReallocated)] == [NEW_ID]
    assert new(desk).book.outstanding == 300_00
    assert books(desk)[0] == {"disbursed": -300_00, "transferred": 300_00}
    assert books(desk)[1] == {"principal": 300_00, "transferred": -300_00}


def test_payments_that_were_reported_before_the_transfer_and_count_after_it_are_the_new_loans() -> None:
    desk = a_desk(a_payment("100.00"), a_payment("60.00", reference="P-2", value_on="2026-02-18"))
    desk.take(sold())
    assert new(desk).book.outstanding == 140_00
    assert books(desk) == (
        {"cash": 160_00, "disbursed": -300_00, "transferred": 140_00},
        {"principal": 140_00, "transferred": -140_00},
    )
    desk.take(a_reversal("P-2", reversed_on=date(2026, 2, 19)))
    assert new(desk).book.outstanding == 200_00
    assert books(desk)[0]["cash"] == 100_00


def test_a_backdated_payment_finds_its_place_in_the_file_that_came_along() -> None:
    desk, plain = a_desk(a_payment("30.00")), a_desk(a_payment("30.00"))
    late = a_payment("70.00", reference="P-0", value_on="2026-01-20")
    desk.take(sold(), late)
    plain.take(late)
    assert new(desk).book.paid == old(plain).book.paid
    assert new(desk).book.settled == old(plain).book.settled
    assert new(desk).told.missed == ()


def test_only_the_loans_own_part_of_a_split_payment_goes_on() -> None:
    parts = tuple(
        SplitPart(loan_reference=name, amount=money(amount))
        for name, amount in ((LOAN.loan_reference, "60.00"), ("L-2", "40.00"))
    )
    desk = Desk()
    desk.take(LOAN, a_loan("L-2", instalments=a_schedule("40.00")), complete("acme"), complete("birch"))
    desk.day(date(2026, 2, 20))
    desk.take(sold(), a_payment("100.00", split=parts, value_on="2026-02-20"))
    assert new(desk).book.outstanding == 240_00
    assert desk.loan("L-2").book.outstanding == 0


def test_payments_on_their_way_and_money_in_suspense_keep_the_new_loan_from_being_missed() -> None:
    coming = an_event(
        PaymentPending, **OLD, payment_reference="P-5", amount=money("100.00"), expected_on="2026-03-03"
    )
    desk = a_desk(a_payment("100.00"))
    desk.take(sold(), coming)
    desk.day(date(2026, 3, 5))
    assert not desk.named(PaymentMissed)
    desk.take(
        an_event(
            PaymentFailed, **OLD, payment_reference="P-5", amount=money("100.00"), failed_on="2026-03-05"
        )
    )
    desk.day(date(2026, 3, 6))
    assert len(desk.named(PaymentMissed)) == 1
    hinted = a_desk(a_payment("100.00"))
    suspended = an_event(
        UnassignedPaymentReceived,
        lender="acme",
        payment_reference="S",
        amount=money("100.00"),
        value_on="2026-02-20",
        hints=(LOAN.loan_reference,),
    )
    hinted.take(sold(), suspended)
    hinted.day(date(2026, 3, 15))
    assert not hinted.named(PaymentMissed)


def test_a_credit_of_the_old_lenders_is_the_borrowers_too() -> None:
    granted = an_event(
        CreditGranted,
        **OLD,
        credit_reference="G",
        amount=money("25.00"),
        value_on="2026-02-18",
        reason="goodwill",
    )
    desk = a_desk()
    desk.take(sold(), granted)
    assert new(desk).book.outstanding == 275_00
    assert books(desk)[0] == {"disbursed": -300_00, "goodwill": 25_00, "transferred": 275_00}
    assert books(desk)[1] == {"principal": 275_00, "transferred": -275_00}


@pytest.mark.parametrize(
    "event",
    [
        an_event(
            FeeCharged, **OLD, fee_reference="F", amount=money("5.00"), value_on="2026-02-20", penalty=False
        ),
        sold(to_lender="cedar"),
        a_payment("1.00").model_copy(update={"amount": money("1", "JPY")}),
    ],
)
def test_what_the_old_lender_has_no_say_in_is_kept_by_itself_and_stops_no_payment(event: Event) -> None:
    desk = a_desk()
    desk.take(sold())
    before = old(desk), new(desk)
    desk.take(event)
    assert (old(desk), new(desk)) == before
    (held,) = desk.held
    assert held.startswith("parked: loan_elsewhere")


def test_a_core_that_closes_what_it_sold_and_reports_nothing_owed_is_right() -> None:
    desk = a_desk()
    closed = an_event(LoanClosed, **OLD, closed_on="2026-02-16", reason="sold")
    balance = an_event(BalanceReported, **OLD, as_of="2026-02-20", balance=money("0.00"))
    assert desk.take(sold(), closed, balance)[2:] == []
    assert new(desk).book.outstanding == 300_00
    assert desk.held == []


def test_a_loan_that_is_sold_twice_takes_everything_along_twice() -> None:
    desk, plain = a_desk(a_payment("30.00")), a_desk(a_payment("30.00"))
    on = {**NEW, "to_lender": "cedar", "to_loan_reference": "C-1", "effective_on": date(2026, 2, 18)}
    desk.take(sold(), an_event(LoanTransferred, **on))
    for one in (a_payment("20.00", reference="P-2", value_on="2026-02-16"), a_reversal()):
        desk.take(one)
        plain.take(one)
    last = desk.loan("C-1")
    assert last.book.owed == old(plain).book.owed
    assert last.book.paid == old(plain).book.paid
    assert set(desk.files[last.id]) >= {"payment:birch@acme@P-1", "payment:birch@acme@P-2"}
    sums = accounts(*desk.postings)
    assert "transferred" not in sums
    assert sums["principal"] == last.book.balance
    assert desk.held == []


@pytest.mark.parametrize(
    "event",
    [
        a_payment("61.00", reference="P-2", value_on="2026-02-16"),
        a_reversal("P-2", reversed_on=date(2026, 2, 19)),
        an_event(
            PaymentPending, **OLD, payment_reference="P-9", amount=money("9", "JPY"), expected_on="2026-03-01"
        ),
    ],
)
def test_what_the_old_lender_tells_wrongly_never_stops_the_new_ones_loan(event: Event) -> None:
    desk = a_desk()
    desk.take(sold(), a_payment("60.00", reference="P-2", value_on="2026-02-16"))
    desk.take(a_reversal("P-2", reversed_on=date(2026, 2, 18)))
    before = new(desk)
    desk.take(event)
    assert new(desk) == before
    (held,) = desk.held
    assert held.startswith("parked: ")
    assert desk.holders == ["record"]
