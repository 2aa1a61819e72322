"""How late a loan is, and why."""

from datetime import date

import pytest

from services.ledger.domain.ageing import (
    CountedFrom,
    Held,
    InstalmentAge,
    Pause,
    PausedDays,
    Statement,
    Unpaid,
    ageing_pauses,
    arrears_minor,
    arrears_since,
    days_past_due,
    explain,
    grace_ends_on,
    instalment_ages,
    limit_breach,
    minimum_payments,
    oldest_unpaid,
)
from shared.events.parts import Freezes, HoldReason
from tests.builders import money

FEB_3, MAR_3 = date(2026, 2, 3), date(2026, 3, 3)
TWO_UNPAID = (Unpaid(3, FEB_3, 120_00), Unpaid(4, MAR_3, 80_00))


def feb(day: int) -> date:
    return date(2026, 2, day)


@pytest.mark.parametrize(
    ("on", "days"),
    [(feb(2), 0), (feb(3), 0), (feb(4), 1), (date(2026, 3, 5), 30), (date(2026, 5, 4), 90)],
)
def test_days_past_due_are_zero_on_the_due_date_and_one_on_the_day_after(on: date, days: int) -> None:
    assert days_past_due(TWO_UNPAID, on) == days


def test_the_oldest_unpaid_instalment_decides_until_it_is_paid() -> None:
    rows = (Unpaid(3, FEB_3, 120_00, paid_off_on=date(2026, 3, 10)), Unpaid(4, MAR_3, 80_00))

    assert [days_past_due(rows, date(2026, 3, day)) for day in (9, 10, 11)] == [34, 7, 8]


def test_an_instalment_of_nothing_is_never_past_due() -> None:
    assert days_past_due([Unpaid(1, FEB_3, 0)], MAR_3) == 0
    assert arrears_since([Unpaid(1, FEB_3, 0)], MAR_3) is None


def test_a_single_cent_is_past_due() -> None:
    assert days_past_due([Unpaid(1, FEB_3, 1)], MAR_3) == 28
    assert arrears_since([Unpaid(1, FEB_3, 1)], MAR_3) == feb(4)


def test_each_instalment_has_days_of_its_own() -> None:
    assert instalment_ages(reversed(TWO_UNPAID), date(2026, 3, 5)) == (
        InstalmentAge(3, FEB_3, 120_00, 30),
        InstalmentAge(4, MAR_3, 80_00, 2),
    )
    assert instalment_ages(TWO_UNPAID, FEB_3) == (InstalmentAge(3, FEB_3, 120_00, 0),)


def test_arrears_are_what_is_unpaid_after_its_due_date() -> None:
    assert [arrears_minor(TWO_UNPAID, on) for on in (FEB_3, feb(4), MAR_3, date(2026, 3, 4))] == [
        0,
        120_00,
        120_00,
        200_00,
    ]
    assert oldest_unpaid(TWO_UNPAID, date(2026, 3, 4)) == TWO_UNPAID[0]
    assert oldest_unpaid(TWO_UNPAID, FEB_3) is None


@pytest.mark.parametrize(
    ("pauses", "days"),
    [
        ([], 21),
        ([Pause(feb(10), feb(13))], 17),
        ([Pause(feb(10), feb(13)), Pause(feb(12), feb(15))], 15),
        ([Pause(feb(12), feb(15)), Pause(feb(10), feb(13)), Pause(feb(11), feb(12))], 15),
        ([Pause(date(2026, 1, 1), feb(5))], 19),
        ([Pause(date(2026, 1, 1), FEB_3)], 21),
        ([Pause(feb(20))], 16),
        ([Pause(feb(24))], 20),
        ([Pause(feb(25))], 21),
        ([Pause(date(2026, 1, 1))], 0),
        ([Pause(feb(13), feb(10))], 21),
    ],
    ids=[
        "none",
        "both ends belong to a pause",
        "overlapping days count once",
        "in any order",
        "begun before the due date",
        "over on the due date",
        "without an end",
        "begun today",
        "not begun",
        "begun before, without an end",
        "taken back before it began",
    ],
)
def test_a_pause_takes_its_days_after_the_due_date_off(pauses: list[Pause], days: int) -> None:
    assert days_past_due(TWO_UNPAID, feb(24), pauses) == days


def test_an_explanation_names_the_instalment_the_dates_and_what_was_taken_off() -> None:
    pauses = [Pause(feb(10), feb(13), "dispute"), Pause(feb(13), feb(13), "plan")]

    explanation = explain(TWO_UNPAID, feb(24), "CNY", pauses)

    assert explanation.days_past_due == days_past_due(TWO_UNPAID, feb(24), pauses) == 17
    assert explanation.paused == (PausedDays("dispute", 4),)
    assert explanation.arrears == money("120.00")
    assert explanation.text == (
        "17 days past due on 2026-02-24 because instalment 3 of 120.00 CNY, due on 2026-02-03, was unpaid"
        " for 21 days, less 4 paused days (dispute)"
    )


def test_an_explanation_of_nothing_past_due_says_so() -> None:
    explanation = explain(TWO_UNPAID, FEB_3, "CNY")

    assert (explanation.days_past_due, explanation.due_on, explanation.arrears) == (0, None, money("0.00"))
    assert explanation.text == "nothing was past due on 2026-02-03"


def test_a_product_may_say_that_grace_does_not_count() -> None:
    assert [days_past_due(TWO_UNPAID, feb(day), grace_days=3) for day in (4, 6, 7)] == [0, 0, 1]
    assert explain(TWO_UNPAID, feb(7), "CNY", grace_days=3).text == (
        "1 day past due on 2026-02-07 because instalment 3 of 120.00 CNY, due on 2026-02-03, was unpaid"
        " for 4 days, less 3 days of grace"
    )


def test_arrears_last_from_the_first_day_on_which_something_was_past_due_without_a_break() -> None:
    paid_late = Unpaid(1, date(2026, 1, 3), 50_00, paid_off_on=feb(4))
    paid_before = Unpaid(1, date(2026, 1, 3), 50_00, paid_off_on=feb(3))

    assert arrears_since([paid_late, *TWO_UNPAID], feb(20)) == date(2026, 1, 4)
    assert arrears_since([paid_before, *TWO_UNPAID], feb(20)) == feb(4)
    assert arrears_since([paid_late], feb(20)) is None
    assert arrears_since([Unpaid(1, feb(2), 1, paid_off_on=feb(4)), *TWO_UNPAID], feb(20)) == feb(3)
    assert arrears_since(TWO_UNPAID, FEB_3) is None
    assert arrears_since([Unpaid(2, FEB_3, 1, paid_off_on=FEB_3)], feb(20)) is None


def weekday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("due_on", "days", "working", "ends_on"),
    [
        (date(2026, 2, 5), 0, False, date(2026, 2, 5)),
        (date(2026, 2, 5), 3, False, date(2026, 2, 8)),
        (date(2026, 2, 5), 3, True, date(2026, 2, 10)),
        (date(2026, 2, 7), 1, True, date(2026, 2, 9)),
    ],
)
def test_grace_ends_after_calendar_days_or_working_days(
    due_on: date, days: int, working: bool, ends_on: date
) -> None:
    assert grace_ends_on(due_on, days, is_open=weekday if working else None) == ends_on


def test_paused_days_do_not_use_up_grace() -> None:
    assert grace_ends_on(FEB_3, 3, [Pause(feb(5), feb(8))]) == feb(10)
    assert grace_ends_on(FEB_3, 3, [Pause(feb(4))]) is None
    assert grace_ends_on(FEB_3, 3, [Pause(feb(5))]) is None
    assert grace_ends_on(FEB_3, 3, [Pause(feb(4), feb(4), due_through=FEB_3)]) == feb(7)
    assert grace_ends_on(FEB_3, 3, [Pause(feb(7))]) == feb(6)
    assert grace_ends_on(FEB_3, 3, [Pause(feb(5), due_through=feb(2))]) == feb(6)


def test_a_calendar_that_is_never_open_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no working day"):
        grace_ends_on(FEB_3, 1, is_open=lambda _: False)


def a_hold(*, ageing: bool, person: str | None = None, arrears_only: bool = False) -> Held:
    freezes = Freezes(interest_and_fees=True, ageing=ageing)
    return Held(HoldReason.BREATHING_SPACE, freezes, feb(10), feb(19), person, arrears_only)


def test_case_57_a_joint_borrowers_own_hold_does_not_change_the_others_record() -> None:
    holds = [a_hold(ageing=True, person="wei")]

    ages = [
        days_past_due(TWO_UNPAID, feb(24), ageing_pauses(holds, person)) for person in ("wei", "lan", None)
    ]

    assert ages == [11, 21, 11]


def test_case_57_a_hold_of_everyone_is_in_each_record() -> None:
    assert ageing_pauses([a_hold(ageing=True)], "lan") == (Pause(feb(10), feb(19), "breathing_space"),)


def test_case_58_of_a_mortgage_in_a_moratorium_only_the_arrears_stand_still() -> None:
    before, within = Unpaid(1, feb(9), 900_00), Unpaid(2, feb(10), 900_00)
    pauses = ageing_pauses([a_hold(ageing=True, arrears_only=True)])

    assert days_past_due([before], feb(19), pauses) == 0
    assert days_past_due([within], feb(19), pauses) == 9
    assert days_past_due([before, within], feb(19), pauses) == 9
    assert explain([before, within], feb(19), "GBP", pauses).number == 2


def test_case_63_frozen_interest_is_not_frozen_ageing() -> None:
    assert days_past_due(TWO_UNPAID, feb(24), ageing_pauses([a_hold(ageing=False)])) == 21
    assert days_past_due(TWO_UNPAID, feb(24), ageing_pauses([a_hold(ageing=True)])) == 11


def test_case_74_a_card_counts_from_the_due_date_of_its_minimum_payment() -> None:
    rows = minimum_payments([Statement(7, issued_on=feb(1), due_on=feb(21), unpaid_minor=35_00)])

    assert [days_past_due(rows, on) for on in (feb(20), feb(21), feb(22))] == [0, 0, 1]
    assert explain(rows, feb(22), "EUR", counted_from=CountedFrom.MINIMUM_PAYMENT).text == (
        "1 day past due on 2026-02-22 because minimum payment 7 of 35.00 EUR, due on 2026-02-21, was unpaid"
        " for 1 day"
    )


def test_case_74_an_overdraft_counts_from_the_breach_of_its_limit() -> None:
    limits = [(feb(1), 500_00)]
    balances = [(feb(2), 499_00), (feb(5), 520_00), (feb(9), 500_00), (feb(12), 501_00), (feb(14), 560_00)]

    assert limit_breach(balances, limits, feb(4)) is None
    assert limit_breach(balances, limits, feb(5)) == Unpaid(1, feb(5), 20_00)
    assert limit_breach(balances, limits, feb(11)) is None
    breach = limit_breach(balances, limits, feb(20))
    assert breach == Unpaid(1, feb(12), 60_00)
    assert days_past_due([breach], feb(20)) == 8


@pytest.mark.parametrize(("limit", "breach"), [(400_00, Unpaid(1, feb(10), 50_00)), (450_00, None)])
def test_case_74_a_limit_lowered_below_the_balance_is_breached_that_day(
    limit: int, breach: Unpaid | None
) -> None:
    assert limit_breach([(feb(2), 450_00)], [(feb(1), 500_00), (feb(10), limit)], feb(12)) == breach


def test_case_74_a_limit_and_a_balance_that_change_on_one_day_are_looked_at_together() -> None:
    limits, balances = [(feb(1), 500_00), (feb(10), 300_00)], [(feb(2), 450_00), (feb(10), 250_00)]

    assert limit_breach(balances, limits, feb(12)) is None


def test_case_74_a_breach_goes_on_when_limit_and_balance_rise_on_one_day() -> None:
    limits, balances = [(feb(1), 500_00), (feb(10), 600_00)], [(feb(5), 520_00), (feb(10), 650_00)]

    assert limit_breach(balances, limits, feb(12)) == Unpaid(1, feb(5), 50_00)
    assert limit_breach([*balances, (feb(11), 651_00)], limits, feb(12)) == Unpaid(1, feb(5), 51_00)


def test_money_drawn_without_any_limit_breaches_it() -> None:
    assert limit_breach([(feb(2), 1)], [], feb(3)) == Unpaid(1, feb(2), 1)
