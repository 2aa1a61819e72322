"""Limits of cards: exceeding one is shown and told, and costs nothing."""

from datetime import date

from shared.events.ledger import LimitExceeded, LimitExceededRetracted, LimitRestored, PaymentMissed
from shared.events.loans import FeeCharged
from tests.builders import a_loan, a_reversal, an_event, money
from tests.unit.ledger.desk import Desk, id_of
from tests.unit.ledger.plastic import a_desk, card_of, drawn, limited, made_here, paid


def test_exceeding_the_limit_is_told_once_its_day_has_ended_and_nothing_is_charged_for_it() -> None:
    desk = a_desk()
    assert desk.take(drawn("2000.00", "2026-01-05"), drawn("0.01", "2026-01-06")) == []
    desk.day(date(2026, 1, 20))
    (told,) = desk.named(LimitExceeded)
    assert (told.limit, told.principal, told.exceeded_on) == (
        money("2000.00"),
        money("2000.01"),
        date(2026, 1, 6),
    )
    assert desk.balances() == {"principal": 2_000_01, "disbursed": -2_000_01}
    desk.day(date(2026, 3, 20))
    assert len(desk.named(LimitExceeded)) == 1
    assert not desk.named(PaymentMissed)


def test_what_is_over_for_less_than_a_day_is_not_told() -> None:
    desk = a_desk()
    desk.take(drawn("2500.00", "2026-01-05"), paid("600.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    assert not desk.named(LimitExceeded)


def test_fees_and_interest_put_nobody_over_the_limit() -> None:
    desk = made_here()
    fee = an_event(FeeCharged, fee_reference="F", fee="annual", amount=money("50.00"), value_on="2026-01-10")
    desk.take(drawn("2000.00", "2026-01-05"), fee)
    desk.day(date(2026, 4, 1))
    assert desk.loan().book.outstanding > 2_050_00
    assert not desk.named(LimitExceeded)


def test_a_payment_that_brings_the_balance_back_restores_the_limit() -> None:
    desk = a_desk()
    desk.take(drawn("2500.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    (exceeded,) = desk.named(LimitExceeded)
    desk.take(paid("500.00", "2026-01-18"))
    (restored,) = desk.named(LimitRestored)
    assert (restored.exceeded_event_id, restored.restored_on) == (id_of(desk, exceeded), date(2026, 1, 18))
    desk.take(a_reversal("P-2026-01-18", reversed_on="2026-01-20"))
    desk.day(date(2026, 1, 21))
    assert [one.exceeded_on for one in desk.named(LimitExceeded)] == [date(2026, 1, 5)] * 2


def test_a_payment_that_came_to_light_takes_back_that_the_limit_was_exceeded() -> None:
    desk = a_desk()
    desk.take(drawn("2500.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    (exceeded,) = desk.named(LimitExceeded)
    # It came first, as the borrower's credit.
    desk.take(paid("500.00", "2026-01-04"))
    (retracted,) = desk.named(LimitExceededRetracted)
    assert retracted.exceeded_event_id == id_of(desk, exceeded)
    assert not desk.named(LimitRestored)


def test_a_limit_that_is_lowered_is_exceeded_from_its_day_on_and_not_before() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), limited("800.00", "2026-02-10"))
    desk.day(date(2026, 2, 9))
    assert not desk.named(LimitExceeded)
    desk.day(date(2026, 2, 11))
    (told,) = desk.named(LimitExceeded)
    assert (told.exceeded_on, told.limit) == (date(2026, 2, 10), money("800.00"))
    desk.take(limited("1500.00", "2026-02-13"))
    assert not desk.named(LimitRestored)
    desk.day(date(2026, 2, 14))
    assert [one.restored_on for one in desk.named(LimitRestored)] == [date(2026, 2, 13)]


def test_a_limit_counts_for_what_was_owed_on_its_day_not_for_what_is_drawn_later() -> None:
    desk = a_desk()
    desk.take(drawn("100.00", "2026-01-05"), limited("150.00", "2026-01-10"), limited("300.00", "2026-01-20"))
    desk.take(drawn("250.00", "2026-01-25"))
    assert card_of(desk).over_since == date(2026, 1, 25).toordinal()
    assert card_of(desk).was_over == (0, 0)


def test_the_newest_report_of_a_days_limit_holds() -> None:
    desk = a_desk()
    desk.take(limited("800.00", "2026-02-10"), limited("900.00", "2026-02-10"))
    assert card_of(desk).limit_on(date(2026, 2, 9).toordinal()) == 2_000_00
    assert card_of(desk).limit_on(date(2026, 2, 10).toordinal()) == 900_00


def test_a_limit_that_cannot_be_is_refused() -> None:
    for told, why in (
        (limited("-1.00", "2026-02-10"), "negative_limit"),
        (limited("1.00", "2025-12-31"), "before_opening"),
    ):
        desk = a_desk()
        desk.take(told)
        assert why in desk.held[0]
    desk = Desk()
    desk.take(a_loan(), limited("1.00", "2026-02-10"))
    assert "not_revolving" in desk.held[0]
