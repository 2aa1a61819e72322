"""Case 57: a joint loan, a hold of one of its two borrowers, and what may be asked of whom."""

from datetime import date
from typing import Any
from uuid import UUID

from services.ledger.domain.liability import Liability, liabilities
from shared.events.ledger import DelinquencyChanged, PaymentMissed
from shared.events.loans import PaymentsComplete
from shared.events.parts import Freezes
from tests.builders import a_payment, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan, lifted

WEI, LAN = UUID(int=1), UUID(int=2)
BOTH = Freezes(interest_and_fees=True, ageing=True)
DUE = date(2026, 12, 1)


def a_desk(*events: Any) -> Desk:
    """10,000.00 at 24 % over 365 days, due whole on 1 December."""
    desk = Desk()
    desk.take(a_product(), a_term_loan())
    desk.take(an_event(PaymentsComplete, lender=a_term_loan().lender, through="2027-12-31", product=None))
    desk.take(*events)
    assert desk.held == []
    return desk


def on(desk: Desk, day: date) -> list[Liability]:
    """What may be asked of whom."""
    loan = desk.loan()
    return liabilities(loan, desk._history(loan.id), day)


def test_case_57_nobody_is_asked_for_what_the_hold_of_one_forbids() -> None:
    desk = a_desk(a_hold(BOTH, "2026-11-10", person_id=WEI))
    desk.day(date(2026, 12, 21))
    assert desk.loan().book.outstanding == 10_059_18
    assert not desk.named(PaymentMissed)
    assert not desk.named(DelinquencyChanged)


def test_case_57_what_the_law_lets_the_lender_ask_of_the_other_shows() -> None:
    desk = a_desk(a_hold(BOTH, "2026-11-10", "2026-12-10", person_id=WEI))
    assert on(desk, DUE) == [
        Liability(WEI, 10_059_18, 0, 0),
        Liability(None, 10_197_26, 0, 0),
    ]
    later = on(desk, date(2026, 12, 21))
    assert [(one.person, one.days_past_due) for one in later] == [(WEI, 11), (None, 20)]


def test_case_57_a_hold_for_everyone_protects_everyone() -> None:
    desk = a_desk(a_hold(BOTH, "2026-11-10"))
    assert on(desk, DUE) == [Liability(None, 10_059_18, 0, 0)]


def test_case_57_each_has_the_own_hold_and_not_the_others() -> None:
    desk = a_desk(
        a_hold(BOTH, "2026-11-10", "2026-11-19", person_id=WEI),
        a_hold(BOTH, "2026-11-21", "2026-11-25", person_id=LAN, hold_id=UUID(int=78)),
    )
    assert [one.owed for one in on(desk, DUE)] == [
        10_000_00 + 131_51,
        10_000_00 + 164_38,
        10_000_00 + 197_26,
    ]
    # The book has none of the fifteen days.
    assert desk.loan().book.outstanding == 10_000_00 + 98_63


def test_case_57_a_payment_of_either_counts_for_both() -> None:
    desk = a_desk(a_hold(BOTH, "2026-11-10", person_id=WEI), lifted("2026-11-30"))
    desk.take(a_payment("10000.00", value_on="2026-11-10"))
    assert [one.owed for one in on(desk, date(2026, 11, 20))] == [59_18, 59_57]
