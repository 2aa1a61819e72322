"""Interest: exact by the day, never compounded, never charged for days on which it was forbidden."""

from datetime import date

import pytest

from services.ledger.domain.day_count import DayCount
from services.ledger.domain.facts import Draw, Fee, InterestPause, InterestWaiver, RateChange, ReAge
from services.ledger.domain.replay import ReplayNeeded, add, advance, cost_room, earned, replay
from services.ledger.domain.terms import Balance, Component, Measure, Repayment, Terms
from shared.events.loans import PeriodUnit
from tests.unit.ledger.loans import a_book, paid, rate, some_terms

PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
NOVEMBER = Draw(date(2026, 11, 1), "draw", 10_000_00)
MORATORIUM = InterestPause(date(2026, 11, 10), "H-1", date(2026, 11, 10), date(2026, 11, 30))


def _november(**fields: object) -> Terms:
    return some_terms(
        **{
            "repayment": Repayment.INTEREST_ONLY,
            "opened_on": date(2026, 11, 1),
            "instalments": 3,
            "annual_rate": rate("0.24"),
            **fields,
        }
    )


def test_case_54_interest_of_a_moratorium_is_neither_charged_nor_claimed_later() -> None:
    without = replay(_november(), [NOVEMBER])
    book = replay(_november(), [NOVEMBER, MORATORIUM])

    assert without.owed[INTEREST][0] == 197_26
    assert book.owed[INTEREST][0] == 59_18
    assert without.owed[INTEREST][0] - book.owed[INTEREST][0] == 138_08
    assert book.owed[INTEREST][1:] == without.owed[INTEREST][1:]
    assert book.owed[PRINCIPAL] == without.owed[PRINCIPAL]


def test_case_55_a_notice_that_comes_late_bars_the_interest_from_the_start() -> None:
    told_late = MORATORIUM._replace(value_on=date(2026, 11, 25))
    accrued = advance(replay(_november(), [NOVEMBER]), date(2026, 11, 25))

    assert add(accrued, told_late) == ReplayNeeded(told_late)
    assert replay(_november(), [NOVEMBER, told_late]).owed[INTEREST][0] == 59_18


def test_nothing_is_earned_on_the_days_of_a_pause() -> None:
    book = replay(_november(), [NOVEMBER, MORATORIUM])

    assert earned(book, date(2026, 11, 10))[2] == 59_18
    assert earned(book, date(2026, 11, 30))[2] == 59_18


def test_an_annuity_asks_for_level_amounts_and_closes_exactly() -> None:
    terms = some_terms(annual_rate=rate("0.07"), measure=Measure.PERIOD_SHARE)
    book = a_book(terms, drawn=100_00)

    assert [sum(line.owed) for line in book.lines()] == [17_01, 17_01, 17_01, 17_01, 17_01, 17_00]
    assert list(book.owed[INTEREST]) == [58, 49, 39, 29, 20, 10]
    assert sum(book.owed[PRINCIPAL]) == 100_00


def test_paying_early_costs_less() -> None:
    terms = some_terms(annual_rate=rate("0.24"))
    early = a_book(terms, paid(100_00, date(2026, 1, 11)))

    assert sum(early.owed[INTEREST]) < sum(a_book(terms).owed[INTEREST])


def test_paying_early_changes_nothing_where_interest_follows_the_schedule() -> None:
    terms = some_terms(annual_rate=rate("0.24"), balance=Balance.SCHEDULED)

    assert a_book(terms, paid(100_00, date(2026, 1, 11))).owed[INTEREST] == a_book(terms).owed[INTEREST]


def test_unpaid_interest_bears_no_interest() -> None:
    terms = some_terms(
        annual_rate=rate("0.365"),
        repayment=Repayment.INTEREST_ONLY,
        instalments=3,
        day_count=DayCount.ACT_365F,
    )
    book = a_book(terms, drawn=1_000_00, through=date(2026, 4, 1))

    assert list(book.owed[INTEREST]) == [31_00, 28_00, 31_00]


def test_principal_that_is_past_due_bears_interest_until_it_is_paid() -> None:
    bearing = some_terms(annual_rate=rate("0.365"), repayment=Repayment.EQUAL_PRINCIPAL, instalments=2)
    spared = some_terms(
        annual_rate=rate("0.365"),
        repayment=Repayment.EQUAL_PRINCIPAL,
        instalments=2,
        past_due_bears_interest=False,
    )
    until = date(2026, 2, 11)

    # 28 days on 500, and ten on the 500 that are past due.
    assert a_book(bearing, drawn=1_000_00, through=until).owed[INTEREST][1] == 14_00 + 5_00
    assert a_book(spared, drawn=1_000_00, through=until).owed[INTEREST][1] == 14_00


def test_a_new_rate_holds_from_its_day_and_the_level_amount_follows() -> None:
    terms = some_terms(annual_rate=rate("0.24"), instalments=12)
    lowered = a_book(terms, RateChange(date(2026, 1, 20), "R-1", rate("0.12"), date(2026, 2, 1)))

    assert lowered.owed[INTEREST][0] == a_book(terms).owed[INTEREST][0]
    assert lowered.levels[1] < a_book(terms).levels[1]
    assert sum(lowered.owed[PRINCIPAL]) == 600_00


def test_flat_interest_is_the_same_in_every_instalment_and_adds_up() -> None:
    terms = some_terms(
        repayment=Repayment.FLAT, annual_rate=rate("0.10"), instalments=3, measure=Measure.PERIOD_SHARE
    )
    book = a_book(terms, drawn=1_000_00)

    assert list(book.owed[INTEREST]) == [8_33, 8_33, 8_34]
    assert sum(book.owed[PRINCIPAL]) == 1_000_00


@pytest.mark.parametrize("balance", list(Balance))
def test_flat_interest_stays_the_same_as_days_go_by(balance: Balance) -> None:
    terms = some_terms(
        repayment=Repayment.FLAT,
        annual_rate=rate("0.12"),
        instalments=3,
        measure=Measure.PERIOD_SHARE,
        balance=balance,
    )
    late = advance(advance(a_book(terms, drawn=1_000_00), date(2026, 2, 15)), date(2026, 3, 20))

    assert list(late.owed[INTEREST]) == [10_00, 10_00, 10_00]
    assert earned(late, date(2026, 4, 1))[2] == 30_00


def test_flat_interest_that_was_waived_does_not_come_back() -> None:
    terms = some_terms(
        repayment=Repayment.FLAT, annual_rate=rate("0.12"), instalments=2, balance=Balance.SCHEDULED
    )
    waivers = [InterestWaiver(date(2026, 3, day), f"W-{day}", 30_00) for day in (10, 11)]
    book = a_book(terms, *waivers, drawn=1_000_00)

    assert list(book.owed[INTEREST]) == [0, 0]


def test_a_flat_loan_that_is_prepaid_asks_for_no_more_interest() -> None:
    terms = some_terms(repayment=Repayment.FLAT, annual_rate=rate("0.12"), instalments=2)
    book = a_book(terms, paid(1_000_00, date(2026, 1, 1)), drawn=1_000_00, through=date(2026, 4, 1))

    assert (book.balance, book.outstanding) == (0, 0)


def test_a_bullet_loan_asks_for_everything_at_the_end() -> None:
    terms = some_terms(repayment=Repayment.BULLET, annual_rate=rate("0.12"), measure=Measure.PERIOD_SHARE)
    book = a_book(terms)

    assert [sum(line.owed) for line in book.lines()] == [0, 0, 0, 0, 0, 600_00 + 36_00]


def test_penalty_interest_runs_on_past_due_principal_alone_and_stops_at_the_cap() -> None:
    free = some_terms(repayment=Repayment.EQUAL_PRINCIPAL, instalments=2)
    terms = some_terms(repayment=Repayment.EQUAL_PRINCIPAL, instalments=2, penalty_rate=rate("0.365"))
    capped = some_terms(
        repayment=Repayment.EQUAL_PRINCIPAL,
        instalments=2,
        penalty_rate=rate("0.365"),
        annual_rate=rate("0.073"),
        cost_cap=rate("0.146"),
    )
    on = date(2026, 2, 11)

    assert a_book(free, drawn=1_000_00, through=on).owed[PENALTY] == (0, 0)
    assert a_book(terms, drawn=1_000_00, through=on).owed[PENALTY] == (5_00, 0)
    assert a_book(capped, drawn=1_000_00, through=on).owed[PENALTY] == (1_00, 0)


def test_penalties_stay_earned_when_a_re_ageing_moves_them() -> None:
    terms = some_terms(repayment=Repayment.EQUAL_PRINCIPAL, instalments=2, penalty_rate=rate("0.365"))
    on = date(2026, 2, 11)
    re_aged = ReAge(on, "R-1", date(2026, 3, 11), PeriodUnit.MONTH, 1, 2)
    book = a_book(terms, re_aged, drawn=1_000_00, through=on)

    assert book.owed[PENALTY] == (0, 5_00, 0)
    assert earned(book, on)[0] == 5_00


def test_penalty_interest_does_not_depend_on_the_days_that_a_book_is_brought_to() -> None:
    terms = some_terms(annual_rate=rate("0.3"), penalty_rate=rate("0.365"))
    drawn, end = a_book(terms, drawn=10_000_00), date(2026, 6, 20)
    by_day = drawn
    for day in (date(2026, 2, 2), date(2026, 3, 15), date(2026, 4, 1), date(2026, 5, 30)):
        by_day = advance(by_day, day)

    assert advance(by_day, end) == advance(drawn, end)


def test_fees_fit_under_the_cap_on_the_yearly_cost_only_as_far_as_interest_leaves_room() -> None:
    terms = some_terms(
        repayment=Repayment.INTEREST_ONLY, annual_rate=rate("0.219"), cost_cap=rate("0.365"), instalments=3
    )
    fee = Fee(date(2026, 1, 6), "F-1", 2_00, date(2026, 1, 10))
    on = date(2026, 1, 11)

    # Ten days: 10.00 may be charged on 1,000.00, and 6.00 of it are interest.
    assert cost_room(a_book(terms, drawn=1_000_00), on) == 4_00
    assert cost_room(a_book(terms, fee, drawn=1_000_00), on) == 2_00
    assert cost_room(a_book(some_terms()), on) is None


@pytest.mark.parametrize("day_count", DayCount)
def test_interest_of_a_period_does_not_depend_on_how_often_the_book_was_closed(day_count: DayCount) -> None:
    terms = some_terms(annual_rate=rate("0.24"), day_count=day_count, opened_on=date(2026, 1, 30))
    book = once = replay(terms, [Draw(date(2026, 1, 30), "draw", 600_00)])
    for day in range(1, 28):
        book = advance(book, date(2026, 2, day))

    assert advance(book, date(2026, 3, 1)).owed == advance(once, date(2026, 3, 1)).owed
