"""Card accounts taken over from another system: limit, last statement, what is past due, what comes later."""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.card_takeover import CardUnsound, StatementUnsound
from services.ledger.domain.opening import LoanDiffers
from services.ledger.domain.replay import replay
from services.ledger.domain.takeover import BalanceDoesNotAddUp, CreditDespiteArrears, DaysPastDueDiffer
from shared.errors import DomainError
from shared.events.ledger import (
    ArrearsCured,
    BalanceDiffers,
    DelinquencyChanged,
    InstalmentDueSoon,
    LimitExceeded,
    LimitExceededRetracted,
    LimitRestored,
    LoanRegistered,
    PaymentMissed,
    StatementMade,
)
from shared.events.loans import FeeWaived, LoanKind, PaymentsComplete, ProductPublished
from shared.events.parts import Freezes, HoldReason
from shared.events.takeover import LoanMigrated, RunningHold
from tests.builders import an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import a_card_product, drawn, dues, issued, paid, statements
from tests.unit.ledger.takeovers import CUT_OVER, a_card_taken_over, an_instalment, components

PAID_UP: dict[str, Any] = {
    "past_due": (),
    "days_past_due": 0,
    "balance": components("1000.00"),
    "statement": {"minimum_payment": money("100.00"), "unpaid": money("1000.00"), "minimum_unpaid": None},
}


def taken(event: LoanMigrated, product: ProductPublished | None = None) -> Desk:
    desk = Desk()
    if product:
        desk.take(product)
    complete = an_event(PaymentsComplete, lender=event.lender, through=date(2027, 12, 31), product=None)
    desk.take(event, complete)
    assert desk.held == []
    return desk


def made_here(**fields: Any) -> Desk:
    """A card whose statements the ledger makes, on the 15th, due 20 days later."""
    return taken(a_card_taken_over(product="plastic", **fields), a_card_product())


def test_a_card_is_registered_as_late_as_it_is_and_nothing_else_is_told() -> None:
    desk = taken(a_card_taken_over())
    (registered,) = desk.told
    assert isinstance(registered, LoanRegistered)
    assert (registered.owed, registered.cut_over_on) == (money("1250.00"), CUT_OVER)
    assert registered.standing is not None
    assert (registered.standing.stage, registered.standing.arrears) == ("M1", money("90.00"))
    assert dues(desk) == [("2025-12-04", 90_00), ("2026-01-04", 50_00)]
    assert desk.balances() == {
        "principal": 1_200_00,
        "interest_receivable": 40_00,
        "fees_receivable": 10_00,
        "opening_balances": -1_250_00,
    }


def test_a_running_minimum_payment_takes_interest_and_fees_before_principal() -> None:
    late, running = taken(a_card_taken_over()).loan().book.lines()
    assert late.owed == (0, 0, 10_00, 80_00)
    assert running.owed == (0, 10_00, 30_00, 10_00)


def test_what_was_past_due_is_never_told_as_missed_and_what_falls_due_here_is() -> None:
    desk = taken(a_card_taken_over())
    desk.day(date(2026, 1, 4))
    assert not desk.named(PaymentMissed)
    assert [one.due_on for one in desk.named(InstalmentDueSoon)] == [date(2026, 1, 4)]
    desk.day(date(2026, 1, 10))
    assert [(one.due_on, one.unpaid) for one in desk.named(PaymentMissed)] == [
        (date(2026, 1, 4), money("50.00"))
    ]
    assert desk.named(DelinquencyChanged)[-1].after.oldest_unpaid_due_on == date(2025, 12, 4)


def test_payments_go_to_what_is_past_due_then_to_the_running_minimum_and_cure_the_card() -> None:
    desk = taken(a_card_taken_over())
    desk.day(date(2026, 1, 3))
    desk.take(paid("100.00", "2026-01-02"))
    assert dues(desk) == [("2025-12-04", 0), ("2026-01-04", 40_00)]
    assert [one.cured_on for one in desk.named(ArrearsCured)] == [date(2026, 1, 2)]


def test_the_cores_next_statement_rolls_what_is_unpaid_and_agrees_with_the_book() -> None:
    desk = taken(a_card_taken_over())
    desk.take(drawn("50.00", "2026-01-10"))
    desk.day(date(2026, 1, 15))
    desk.take(issued("1300.00", "250.00", "2026-01-15"))
    assert not desk.named(BalanceDiffers)
    assert dues(desk) == [("2025-12-04", 90_00), ("2026-01-04", 50_00), ("2026-02-04", 110_00)]
    assert [one.past_due for one in desk.named(StatementMade)] == [money("140.00")]
    assert [one.due for one in statements(desk)] == sorted(one.due for one in statements(desk))


def test_a_statement_that_has_fallen_due_asks_through_what_is_past_due() -> None:
    event = a_card_taken_over(
        past_due=(
            an_instalment(1, "2025-12-04", "80.00", "10.00"),
            an_instalment(2, "2025-12-25", "50.00"),
        ),
        statement={"issued_on": "2025-12-05", "due_on": "2025-12-25", "minimum_unpaid": None},
    )
    desk = taken(event)
    assert dues(desk) == [("2025-12-04", 90_00), ("2025-12-25", 50_00)]
    earlier, last = statements(desk)
    assert (last.balance, last.to_clear, last.minimum) == (1_000_00, 950_00, 190_00)
    assert earlier.minimum == 90_00


def test_interest_since_the_last_statement_is_charged_unless_that_is_paid_in_full_and_in_time() -> None:
    fields = {**PAID_UP, "card": {"interest_since": money("16.00")}}
    unpaid = made_here(**fields)
    unpaid.day(date(2026, 1, 16))
    (made,) = unpaid.named(StatementMade)
    # 16.00 of the days up to the cut-over, 1.00 for each of the fifteen days since.
    assert (made.issued_on, made.interest) == (date(2026, 1, 15), money("31.00"))
    cleared = made_here(**fields)
    cleared.take(paid("1000.00", "2026-01-03"), drawn("100.00", "2026-01-06"))
    cleared.day(date(2026, 1, 16))
    assert [one.interest for one in cleared.named(StatementMade)] == [money("0.00")]


def test_a_balance_that_was_cleared_too_late_elsewhere_lets_interest_be_charged() -> None:
    def at(cleared_on: str) -> Desk:
        said = {"due_on": "2025-12-28", "minimum_payment": money("100.00"), "unpaid": money("0.00")}
        said = {**said, "minimum_unpaid": None, "cleared_on": cleared_on}
        balance = components("500.00")
        return made_here(statement=said, past_due=(), days_past_due=0, balance=balance)

    late, in_time = at("2025-12-29"), at("2025-12-28")
    for desk in (late, in_time):
        desk.day(date(2026, 1, 16))
    assert [one.interest for one in late.named(StatementMade)] == [money("7.50")]
    assert [one.interest for one in in_time.named(StatementMade)] == [money("0.00")]


def test_a_statement_day_that_is_the_cut_over_is_not_lost() -> None:
    desk = taken(
        a_card_taken_over(product="plastic", **PAID_UP),
        a_card_product(statement_day=1),
    )
    desk.day(date(2026, 1, 4))
    assert [one.issued_on for one in desk.named(StatementMade)] == [CUT_OVER]


@pytest.mark.parametrize(
    ("terms", "statement", "first"),
    [
        ({"statement_day": None}, {"issued_on": "2025-12-20", "due_on": "2026-01-09"}, "2026-01-20"),
        (
            {"statement_day": None, "period_unit": "week", "period_count": 4},
            {"issued_on": "2025-12-20", "due_on": "2026-01-09"},
            "2026-01-17",
        ),
        ({"statement_day": 31}, {"issued_on": "2025-11-30", "due_on": "2025-12-20"}, "2026-01-31"),
    ],
)
def test_statements_go_on_in_the_rhythm_they_had(
    terms: dict[str, Any], statement: dict[str, Any], first: str
) -> None:
    fields = {**PAID_UP, "statement": {**PAID_UP["statement"], **statement}}
    desk = taken(a_card_taken_over(product="plastic", **fields), a_card_product(**terms))
    desk.day(date(2026, 2, 5))
    assert str(desk.named(StatementMade)[0].issued_on) == first


def test_a_card_without_statement_or_balance_is_taken_over_with_its_limit() -> None:
    event = a_card_taken_over(
        balance=components(), past_due=(), days_past_due=0, card={"statement": None, "limit": money("0.00")}
    )
    desk = taken(event)
    assert (desk.postings, dues(desk), statements(desk)) == ([], [], ())
    desk.take(drawn("10.00", "2026-01-05"))
    desk.day(date(2026, 1, 7))
    assert [one.limit for one in desk.named(LimitExceeded)] == [money("0.00")]


def test_a_limit_that_was_exceeded_before_is_not_told_and_neither_is_its_end() -> None:
    desk = taken(a_card_taken_over(card={"limit": money("1100.00")}))
    desk.day(date(2026, 1, 3))
    assert desk.loan().told.over_limit is not None
    desk.take(paid("500.00", "2026-01-04"))
    assert desk.loan().told.over_limit is None
    for kind in (LimitExceeded, LimitExceededRetracted, LimitRestored):
        assert not desk.named(kind)
    desk.take(drawn("800.00", "2026-01-05"))
    desk.day(date(2026, 1, 7))
    assert [one.exceeded_on for one in desk.named(LimitExceeded)] == [date(2026, 1, 5)]


def test_a_cards_credit_is_taken_over_and_pays_what_is_bought() -> None:
    desk = taken(
        a_card_taken_over(
            balance=components(),
            credit=money("30.00"),
            past_due=(),
            days_past_due=0,
            card={"statement": None},
        )
    )
    assert desk.balances() == {"borrower_credit": -30_00, "opening_balances": 30_00}
    desk.take(drawn("50.00", "2026-01-05"))
    assert (desk.loan().book.outstanding, desk.loan().book.credit) == (20_00, 0)


def test_holds_of_a_card_go_on() -> None:
    hold = RunningHold(
        hold_reference="H-1",
        reason=HoldReason.ILLNESS,
        freezes=Freezes(interest_and_fees=True, ageing=True),
        starts_on="2025-12-20",
    )
    desk = made_here(**PAID_UP, holds=(hold,))
    desk.day(date(2026, 1, 16))
    assert [one.interest for one in desk.named(StatementMade)] == [money("0.00")]
    assert not desk.named(PaymentMissed)


def test_a_fee_that_was_taken_over_with_a_card_can_be_waived_wherever_it_is_asked_for() -> None:
    desk = taken(a_card_taken_over())
    waiver = an_event(FeeWaived, fee_reference="takeover", amount=money("10.00"), value_on="2026-01-03")
    desk.take(waiver)
    assert desk.held == []
    assert desk.loan().book.outstanding == 1_240_00
    assert dues(desk) == [("2025-12-04", 90_00), ("2026-01-04", 40_00)]


def test_the_same_card_again_changes_nothing_and_another_one_is_refused() -> None:
    desk = taken(a_card_taken_over())
    desk.take(a_card_taken_over())
    assert len(desk.told) == 1
    desk.take(a_card_taken_over(card={"limit": money("1.00")}))
    assert desk.held[0].startswith(f"parked: {LoanDiffers.code}")


def test_the_book_of_a_card_taken_over_can_be_made_again_from_its_file() -> None:
    for desk in (taken(a_card_taken_over()), made_here(card={"interest_since": money("3.00")})):
        desk.day(date(2026, 1, 20))
        desk.take(paid("100.00", "2026-01-03"))
        loan = desk.loan()
        facts = [one.fact for one in desk.files[loan.id].values() if one.reversed_on is None]
        assert replay(loan.book.terms, facts) == loan.book


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"balance": components("79.99", "1000.00", "10.00")}, BalanceDoesNotAddUp),
        ({"balance": components("1200.00", "9.00", "10.00")}, BalanceDoesNotAddUp),
        ({"days_past_due": 27}, DaysPastDueDiffer),
        ({"credit": money("1.00")}, CreditDespiteArrears),
        ({"credit": money("1.00"), **PAID_UP}, CreditDespiteArrears),
        ({"kind": LoanKind.PROVIDED}, CardUnsound),
        ({"instalments": (an_instalment(1, "2026-01-10", "5.00"),)}, CardUnsound),
        ({"card": {"limit": money("-1.00")}}, CardUnsound),
        ({"card": {"statement": None}}, StatementUnsound),
        ({"statement": {"issued_on": "2026-01-01"}}, StatementUnsound),
        ({"statement": {"issued_on": "2024-12-15"}}, StatementUnsound),
        ({"statement": {"due_on": "2025-12-14"}}, StatementUnsound),
        ({"statement": {"minimum_payment": money("1000.01")}}, StatementUnsound),
        ({"statement": {"unpaid": money("139.99")}}, StatementUnsound),
        ({"statement": {"unpaid": money("1000.01")}}, StatementUnsound),
        ({"statement": {"minimum_unpaid": money("190.01")}}, StatementUnsound),
        ({"statement": {"due_on": "2026-01-01"}}, StatementUnsound),
        ({"statement": {"cleared_on": "2025-12-20"}}, StatementUnsound),
        ({"past_due": (an_instalment(1, "2025-12-31", "90.00"),), "days_past_due": 1}, None),
    ],
)
def test_a_card_that_does_not_add_up_is_refused(
    fields: dict[str, Any], error: type[DomainError] | None
) -> None:
    desk = Desk()
    desk.take(a_card_taken_over(**fields))
    if error is None:
        assert desk.held == []
    else:
        (held,) = desk.held
        assert held.split(" ")[1] == error.code


def test_a_card_without_its_limit_is_refused() -> None:
    desk = Desk()
    desk.take(a_card_taken_over().model_copy(update={"card": None}))
    assert [one.split(" ")[1] for one in desk.held] == [CardUnsound.code]
