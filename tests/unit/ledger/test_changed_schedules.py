"""A core that changes its schedule: the accounts add up to zero, and agree with what is owed."""

from datetime import date

import pytest

from services.ledger.domain.terms import Component
from shared.events.loans import ScheduleChanged
from shared.events.parts import Components, ScheduledInstalment
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk


def _with_interest(principal: str, interest: str) -> tuple[ScheduledInstalment, ...]:
    amounts = [money(principal), money(interest)]
    parts = Components(principal=amounts[0], interest=amounts[1])
    due = ScheduledInstalment(
        number=1, due_on=date(2026, 2, 1), amount=sum(amounts[1:], amounts[0]), components=parts
    )
    return (due,)


@pytest.mark.parametrize(
    "schedule",
    [
        a_schedule("150.00", "100.00"),
        a_schedule("50.00", "100.00"),
        _with_interest("180.00", "20.00"),
        a_schedule("10.00", "5.00"),
    ],
    ids=["more", "less", "interest", "less than was paid"],
)
def test_the_accounts_add_up_whatever_the_core_changes(schedule: tuple[ScheduledInstalment, ...]) -> None:
    desk = Desk()
    desk.take(
        a_loan(instalments=a_schedule("100.00", "100.00")),
        a_payment("30.00", value_on="2026-01-05"),
        an_event(ScheduleChanged, effective_on="2026-01-10", instalments=schedule, cause="restructured"),
    )
    desk.day(date(2026, 2, 3))
    balances, book = desk.balances(), desk.loan().book
    assert desk.held == []
    assert sum(balances.values()) == 0
    assert balances.get("principal", 0) == book.balance
    interest = sum(book.owed[Component.INTEREST]) - sum(book.paid[Component.INTEREST])
    assert balances.get("interest_receivable", 0) == interest
    assert -balances.get("borrower_credit", 0) == book.credit
