"""When interest becomes the lender's income: as the days go by, also of what is past due or paid ahead."""

from datetime import date

from services.ledger.domain.journal import Account
from services.ledger.domain.replay import advance, earned
from tests.builders import a_loan, a_payment, an_instalment, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

INCOME, RECEIVABLE = Account.INTEREST_INCOME.value, Account.INTEREST_RECEIVABLE.value


def test_interest_on_what_is_past_due_is_income_of_the_days_it_ran() -> None:
    desk = Desk()
    product = a_product(payments_complete_expected=False, feed_delay_days=0, due_soon_days=0)
    desk.take(product, a_term_loan("10000.00", instalment_count=3))
    desk.day(date(2027, 1, 3))  # the first was due on 1 December, the second on 1 January
    loan = desk.loan()
    run = earned(advance(loan.book, loan.earned_on), loan.earned_on)
    assert loan.earned == run
    assert -desk.balances()[INCOME] == run[2] == desk.balances()[RECEIVABLE]
    assert loan.earned_on == date(2027, 1, 1)


def test_interest_that_was_paid_ahead_of_a_provided_schedule_is_income_as_it_falls_due() -> None:
    parts = {"principal": money("100.00"), "interest": money("5.00")}
    schedule = [
        an_instalment(n, amount=money("105.00"), due_on=date(2026, 1 + n, 1), components=parts)
        for n in (1, 2, 3)
    ]
    desk = Desk()
    desk.take(a_loan(instalments=schedule, principal=money("300.00")))
    desk.take(a_payment("315.00", value_on=date(2026, 1, 10)))
    assert INCOME not in desk.balances()
    for month, income in ((2, 5_00), (3, 10_00), (4, 15_00)):
        desk.day(date(2026, month, 2))
        assert -desk.balances()[INCOME] == income
    assert RECEIVABLE not in desk.balances()
    desk.day(date(2026, 12, 31))
    assert not [kind for _, kind in desk.timers if kind == "DayDue"], "nothing more is waited for"
