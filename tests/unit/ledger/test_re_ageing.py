"""Spreading anew what is unpaid: nothing that was earned gets lost, nothing of days to come is asked for at
once.
"""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.book import Book
from services.ledger.domain.facts import Draw, InterestPause, ReAge, ReAmortise
from services.ledger.domain.replay import advance, earned, replay
from services.ledger.domain.terms import Balance, Repayment, Terms
from shared.events.loans import PeriodUnit
from tests.unit.ledger.loans import OPENED, paid, parts, rate, some_terms

ON = date(2026, 3, 16)


def a_loan(*facts: Any, **terms: Any) -> Book:
    """600.00 at 12 % for six months from 1 January on, at the end of 16 March; two instalments are late."""
    held: Terms = some_terms(first_due=date(2026, 2, 1), annual_rate=rate("0.12"), **terms)
    return advance(replay(held, [Draw(OPENED, "draw", 600_00), *facts]), ON)


def re_aged(*levels: int) -> ReAge:
    """All of it anew from 1 April on."""
    dues = tuple(date(2026, 4 + n, 1) for n in range(len(levels)))
    return ReAge(ON, "again", date(2026, 4, 1), PeriodUnit.MONTH, 1, 4, dues, levels)


@pytest.mark.parametrize("fact", [re_aged(), re_aged(200_00, 200_00), ReAmortise(ON, "again", arrears=True)])
def test_what_had_been_earned_stays_earned_and_owed(fact: Any) -> None:
    before, after = a_loan(), a_loan(fact)
    assert earned(after, ON) == earned(before, ON)
    assert after.arrears(ON) == 0
    assert after.balance == before.balance


def test_only_interest_of_days_gone_by_is_asked_for_with_the_first_new_instalment() -> None:
    book = a_loan(re_aged())
    first = book.line(2)
    # January to 16 March are 74 days on 600.00 at 12 %, and 16 days more until 1 April.
    assert first.due_on == date(2026, 4, 1)
    assert first.owed[2] == pytest.approx(90 * 600_00 * 0.12 / 365, abs=60)


def test_a_period_in_which_something_was_paid_already_keeps_what_ran_of_it() -> None:
    ahead = [paid(103_53, date(2026, 2, 1), "one"), paid(103_53, date(2026, 3, 1), "two")]
    some = [*ahead, paid(50_00, date(2026, 3, 10), "three")]
    before, after = a_loan(*some), a_loan(*some, re_aged())
    assert sum(after.paid[2]) == sum(before.paid[2])
    assert earned(after, ON)[2] == earned(before, ON)[2]


def test_agreed_levels_hold_what_was_unpaid_first_and_the_rest_comes_a_period_later() -> None:
    book = a_loan(re_aged(30_00, 100_00))
    asked = [sum(column[k] for column in book.owed) for k in range(len(book.dues))][2:]
    assert asked[:2] == [30_00, 100_00]
    assert [date.fromordinal(due) for due in book.dues][2:] == [
        date(2026, 4, 1),
        date(2026, 5, 1),
        date(2026, 6, 1),
    ]


def test_penalty_interest_is_spared_for_what_was_past_due_at_the_start_of_a_hold_on_arrears_alone() -> None:
    terms = {"penalty_rate": rate("0.365"), "past_due_bears_interest": False}
    hold = InterestPause(date(2026, 2, 11), "hold", date(2026, 2, 11), fees=True, arrears_only=True)
    free, held = a_loan(**terms), a_loan(hold, **terms)
    # February's instalment: ten days until the hold; March's, which fell due in it: fifteen days.
    principal = parts(free, 3)
    assert parts(held, 0)[0] == round(principal[0] * 0.365 * 10 / 365)
    assert parts(held, 0)[1] == parts(free, 0)[1] == round(principal[1] * 0.365 * 15 / 365)
    assert parts(free, 0)[0] > parts(held, 0)[0]


@pytest.mark.parametrize("repayment", [Repayment.ANNUITY, Repayment.FLAT])
def test_what_is_repaid_is_spread_no_more_and_costs_nothing_anew(repayment: Repayment) -> None:
    everything = paid(700_00, date(2026, 2, 1))
    terms = {"repayment": repayment, "balance": Balance.SCHEDULED}
    assert a_loan(everything, re_aged(), **terms).owed == a_loan(everything, **terms).owed


def test_interest_alone_that_is_unpaid_bears_none() -> None:
    principal = paid(600_00, date(2026, 3, 15), direction=(0, 0, 0, 600_00))
    book = a_loan(principal, re_aged(), repayment=Repayment.FLAT, balance=Balance.SCHEDULED)
    asked = sum(column[k] - book.paid[n][k] for n, column in enumerate(book.owed) for k in range(len(book)))
    assert asked == pytest.approx(74 * 600_00 * 0.12 / 365, abs=60)
