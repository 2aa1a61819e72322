"""A core that changes its schedule: the accounts add up to zero, and agree with what is owed."""

from datetime import date

import pytest

from services.ledger.domain import facts
from services.ledger.domain.replay import replay
from services.ledger.domain.terms import Component, Planned, Repayment, Terms
from shared.events.loans import PeriodUnit, ScheduleChanged
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


def test_nothing_of_a_new_schedule_is_worked_out_with_what_was_spread_anew_before() -> None:
    """Found by 10,000 histories: an instalment of the re-ageing took the whole balance a second time."""
    terms = Terms("CNY", Repayment.PROVIDED, date(2026, 1, 1), provided=(Planned(date(2026, 1, 31), 900),))
    spread = facts.ReAge(date(2026, 2, 10), "spread", date(2026, 3, 30), PeriodUnit.MONTH, 1, 3)
    new = (Planned(date(2026, 6, 3), 400), Planned(date(2026, 7, 3), 31_716))
    book = replay(
        terms,
        [
            spread,
            facts.ScheduleChange(date(2026, 5, 14), "new", new),
            facts.Payment(date(2026, 8, 18), "paid", 1_000),
            facts.InterestPause(date(2026, 12, 8), "hold", date(2026, 12, 8)),
        ],
    )
    assert book.balance == sum(book.owed[Component.PRINCIPAL]) - sum(book.paid[Component.PRINCIPAL])
    assert sum(book.owed[Component.PRINCIPAL]) == 600 + 32_116
