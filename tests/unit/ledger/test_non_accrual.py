"""Interest of a borrower who is long past due is no income of the lender's, until it is paid."""

from datetime import date
from decimal import Decimal

import pytest

from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from shared.events.loans import Channel, LoanKind, LoanOpened, ProductPublished, ProductTerms
from shared.events.servicing import LoanTransferred
from tests.builders import a_payment, an_event, money
from tests.unit.ledger.desk import Desk

INCOME, SUSPENDED, RECEIVABLE = (
    Account.INTEREST_INCOME.value,
    Account.SUSPENDED_INTEREST.value,
    Account.INTEREST_RECEIVABLE.value,
)


def a_late_loan(**terms: object) -> Desk:
    """A loan of 1,200.00 at 12 % over twelve months from 1 January 2026, of which nothing is paid."""
    desk = Desk()
    desk.take(
        ProductPublished(
            lender="acme",
            product="year",
            product_version=1,
            effective_on=date(2026, 1, 1),
            kind=LoanKind.TERM,
            channel=Channel.BANK,
            terms=ProductTerms(
                annual_rate=Decimal("0.12"),
                payments_complete_expected=False,
                feed_delay_days=0,
                **terms,
            ),
        ),
        LoanOpened(
            lender="acme",
            loan_reference="L-1",
            kind=LoanKind.TERM,
            channel=Channel.BANK,
            principal=money("1200.00"),
            opened_on=date(2026, 1, 1),
            product="year",
            product_version=1,
            first_due_on=date(2026, 2, 1),
            instalment_count=12,
        ),
    )
    return desk


def paid(amount: str, on: date, name: str = "P-1") -> object:
    """A payment of this lender's loan."""
    return a_payment(amount, loan="L-1", lender="acme", reference=name, value_on=on)


def test_up_to_the_day_before_the_limit_interest_is_income_and_from_it_on_none_is() -> None:
    desk = a_late_loan()
    desk.day(date(2026, 5, 1))  # due on 1 February: 89 days
    earned = -desk.balances()[INCOME]
    assert earned > 0
    assert SUSPENDED not in desk.balances()
    desk.day(date(2026, 5, 2))  # 90 days
    balances = desk.balances()
    assert INCOME not in balances, "all that is unpaid was taken out of the income"
    assert -balances[SUSPENDED] == balances[RECEIVABLE] >= earned


def test_what_is_paid_is_income_again_and_the_rest_stays_suspended() -> None:
    desk = a_late_loan()
    desk.day(date(2026, 5, 2))
    desk.take(paid("50.00", date(2026, 5, 2)))
    balances = desk.balances()
    interest_paid = sum(desk.loan().book.paid[2])
    assert interest_paid > 0
    assert -balances[INCOME] == interest_paid
    assert -balances[SUSPENDED] == balances[RECEIVABLE]


def test_a_cure_ends_the_suspension_and_the_borrower_owes_the_same_all_along() -> None:
    desk, other = a_late_loan(), a_late_loan(interest_suspended_after_days=None)
    for one in (desk, other):
        one.day(date(2026, 5, 10))
        one.take(paid("600.00", date(2026, 5, 10)))
        one.day(date(2026, 5, 12))
    assert SUSPENDED not in desk.balances()
    assert desk.loan().suspended == 0
    assert desk.loan().book == other.loan().book
    assert desk.balances() == other.balances()


@pytest.mark.parametrize("limit", [None, 120])
def test_the_product_says_when_and_whether_at_all(limit: int | None) -> None:
    desk = a_late_loan(interest_suspended_after_days=limit)
    desk.day(date(2026, 5, 31))  # 119 days
    assert SUSPENDED not in desk.balances()
    desk.day(date(2026, 6, 1))
    assert (SUSPENDED in desk.balances()) is (limit == 120)


def test_a_payment_that_comes_to_light_takes_the_suspension_back() -> None:
    desk = a_late_loan()
    desk.day(date(2026, 5, 2))
    assert SUSPENDED in desk.balances()
    desk.take(paid("400.00", date(2026, 4, 25)))
    desk.day(date(2026, 5, 3))
    assert SUSPENDED not in desk.balances()


def test_a_late_loan_that_is_sold_leaves_nothing_suspended_and_what_was_bought_is_nobodys_income() -> None:
    desk = a_late_loan()
    desk.day(date(2026, 5, 20))
    before = desk.loan()
    assert before.suspended > 0
    sold = {"to_lender": "birch", "to_loan_reference": "B-9", "effective_on": date(2026, 5, 20)}
    desk.take(an_event(LoanTransferred, lender="acme", loan_reference="L-1", **sold))
    old, new = desk.loan("L-1"), desk.loan("B-9")

    def account(of: Loan, name: str) -> int:
        return sum(one.minor for one in desk.posted[of.id] if one.account.value == name)

    assert (account(old, SUSPENDED), account(old, RECEIVABLE)) == (0, 0)
    assert -account(old, INCOME) == account(new, RECEIVABLE) == sum(old.earned)
    assert (account(new, INCOME), account(new, SUSPENDED)) == (0, 0)
    desk.day(date(2026, 7, 20))
    assert account(desk.loan("B-9"), INCOME) == 0
    assert account(desk.loan("B-9"), SUSPENDED) < 0
