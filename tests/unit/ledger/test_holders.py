"""Shared loans: who holds them, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.ledger.domain.export import Format, Side, Transaction, head, write
from services.ledger.domain.holders import Shared, by_holder, parts_of
from services.ledger.domain.journal import Account
from services.ledger.domain.shares import Holding
from shared.events.loans import ScheduleChanged
from shared.events.parts import LenderShare
from shared.events.servicing import SharesChanged
from shared.money import Money
from tests.builders import a_loan, a_schedule, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_export import bean_check

OPENED, SALE = date(2026, 1, 1), date(2026, 3, 1)
AT = datetime(2026, 3, 5, tzinfo=UTC)


def shares(**parts: str) -> tuple[LenderShare, ...]:
    return tuple(LenderShare(holder_reference=name, share=Decimal(part)) for name, part in parts.items())


def changed(on: date = SALE, **parts: str) -> SharesChanged:
    told = a_loan()
    return an_event(
        SharesChanged,
        lender=told.lender,
        loan_reference=told.loan_reference,
        effective_on=on,
        shares=shares(**parts),
    )


def test_a_loan_is_its_holders_from_its_opening_on_and_others_after_a_sale() -> None:
    desk = Desk()
    desk.take(a_loan(shares=shares(anna="0.25", bo="0.75")), changed(anna="0.25", chen="0.75"))
    assert desk.loan().holdings == (
        Holding(OPENED, ("anna", "bo"), (Decimal("0.25"), Decimal("0.75"))),
        Holding(SALE, ("anna", "chen"), (Decimal("0.25"), Decimal("0.75"))),
    )


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (changed(date(2025, 12, 31), anna="1"), "parked: before_opening"),
        (
            changed(anna="0.5", bo="0.5").model_copy(
                update={"shares": (*shares(anna="0.5"), *shares(anna="0.5"))}
            ),
            "parked: holder_named_twice",
        ),
    ],
)
def test_shares_that_cannot_be_leave_the_loan_as_it_was(event: SharesChanged, reason: str) -> None:
    desk = Desk()
    desk.take(a_loan(shares=shares(anna="1")))
    before = desk.loan()
    desk.take(event)
    (held,) = desk.held
    assert held.startswith(reason)
    assert desk.loan() == before


def test_a_loan_is_not_opened_for_one_holder_named_twice() -> None:
    desk = Desk()
    desk.take(a_loan(shares=(*shares(anna="0.5"), *shares(anna="0.5"))))
    assert desk.held[0].startswith("parked: holder_named_twice")
    assert desk.states == {}


def test_shares_that_do_not_add_up_to_one_are_no_event() -> None:
    with pytest.raises(ValueError, match="add up to exactly 1"):
        changed(anna="0.5", bo="0.49")


def test_shares_wait_for_their_loan() -> None:
    desk = Desk()
    desk.take(changed(anna="1"))
    desk.take(a_loan())
    assert desk.loan().holdings == (Holding(SALE, ("anna",), (Decimal(1),)),)


def _side(account: Account, minor: int, holder: str | None = None) -> Side:
    return Side(account, Money(minor, "CNY"), holder)


def _posted(cause: str, on: date, *sides: Side) -> Transaction:
    return Transaction("acme", "L-1", cause, on, AT, sides)


LENT = _posted("opening", OPENED, _side(Account.PRINCIPAL, 100_01), _side(Account.DISBURSED, -100_01))
PAID = _posted("payment:P-1", date(2026, 3, 10), _side(Account.CASH, 10_00), _side(Account.PRINCIPAL, -10_00))
HALVES = (Decimal("0.5"), Decimal("0.5"))
SHARED = Shared(
    "acme",
    "L-1",
    "CNY",
    (Holding(OPENED, ("anna", "bo"), HALVES), Holding(SALE, ("bo", "chen"), HALVES)),
    (AT, AT),
)


def test_a_sale_hands_over_what_stands_and_leaves_what_has_happened() -> None:
    opening, sale, payment = by_holder(SHARED, {}, [LENT, PAID], OPENED, date(2026, 3, 31))
    assert opening.sides == (
        _side(Account.PRINCIPAL, 50_01, "anna"),
        _side(Account.PRINCIPAL, 50_00, "bo"),
        _side(Account.DISBURSED, -50_01, "anna"),
        _side(Account.DISBURSED, -50_00, "bo"),
    )
    assert (sale.cause, sale.value_on, sale.recorded_at) == ("shares:2026-03-01", SALE, AT)
    assert set(sale.sides) == {
        _side(Account.PRINCIPAL, -50_01, "anna"),
        _side(Account.PRINCIPAL, 1, "bo"),
        _side(Account.PRINCIPAL, 50_00, "chen"),
        _side(Account.BETWEEN_HOLDERS, 50_01, "anna"),
        _side(Account.BETWEEN_HOLDERS, -1, "bo"),
        _side(Account.BETWEEN_HOLDERS, -50_00, "chen"),
    }
    assert [side for side in payment.sides if side.account is Account.CASH] == [
        _side(Account.CASH, 5_00, "bo"),
        _side(Account.CASH, 5_00, "chen"),
    ]


def test_what_was_posted_before_a_loan_was_shared_is_the_lenders_own() -> None:
    shared = SHARED._replace(holdings=(Holding(SALE, ("anna",), (Decimal(1),)),), recorded_at=(AT,))
    sums = {(Account.PRINCIPAL, None): 90_00, (Account.DISBURSED, None): -100_00, (Account.CASH, SALE): 10_00}
    assert parts_of(shared, sums, date(2026, 3, 31)) == {
        "acme": {Account.DISBURSED: -100_00, Account.BETWEEN_HOLDERS: 100_00},
        "anna": {Account.PRINCIPAL: 90_00, Account.CASH: 10_00, Account.BETWEEN_HOLDERS: -100_00},
    }


def test_exports_say_whose_each_side_is_and_bean_check_takes_them(tmp_path: Path) -> None:
    split = list(by_holder(SHARED, {}, [LENT, PAID], OPENED, date(2026, 3, 31)))
    beancount = head(Format.BEANCOUNT, ["CNY"]) + "".join(write(Format.BEANCOUNT, split))
    assert '    holder: "chen"\n' in beancount
    assert bean_check(tmp_path, beancount) == (0, "")
    assert "-50.00 CNY  ; holder:bo\n" in "".join(write(Format.HLEDGER, split))


def test_a_schedule_with_other_principal_leaves_the_journal_balanced() -> None:
    desk = Desk()
    told = a_loan(instalments=a_schedule("100.00", "100.00"))
    more = an_event(
        ScheduleChanged,
        lender=told.lender,
        loan_reference=told.loan_reference,
        effective_on="2026-01-05",
        instalments=a_schedule("100.00", "150.00"),
    )
    desk.take(told, more)
    assert desk.balances() == {"disbursed": -200_00, "principal": 250_00, "modification_loss": -50_00}
