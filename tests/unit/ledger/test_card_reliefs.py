"""Reliefs and holds on cards: they hold for statements that are not made yet as well."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.preview import preview
from shared.decision import Context
from shared.events.holds import HoldPlaced
from shared.events.ledger import (
    ArrearsCured,
    BalanceDiffers,
    DelinquencyChanged,
    PaymentMissed,
    ReliefInstructed,
    ReliefRefused,
    ScheduleRevised,
    StatementMade,
)
from shared.events.loans import FeeCharged
from shared.events.parts import Components, Freezes, HoldReason, ReliefKind, ReliefPhase, ScheduledInstalment
from shared.events.servicing import ReliefApplied
from tests.builders import an_event, money
from tests.unit.ledger.desk import PLATFORM, Desk
from tests.unit.ledger.plastic import a_card, a_desk, drawn, dues, issued, made_here, paid, statements
from tests.unit.ledger.test_reliefs import a_plan

HALF_INSTALMENTS = tuple(
    ScheduledInstalment(number=n, due_on=date(2026, n + 2, 10), amount=money("280.00")) for n in range(1, 5)
)


def _late(**terms: Any) -> Desk:
    """1,000 drawn, the minimum of 100 due on 4 February unpaid, today is 10 February."""
    desk = made_here(**terms)
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 2, 10))
    assert len(desk.named(PaymentMissed)) == 1
    return desk


def _grant(desk: Desk, kind: ReliefKind, effective_on: str = "2026-02-10", **fields: Any) -> None:
    desk.take(a_plan(desk.loan().id, ReliefPhase(kind=kind, effective_on=effective_on, **fields)))
    assert not desk.named(ReliefRefused)
    assert desk.held == []


def test_a_deferral_holds_for_statements_to_come_and_interest_may_stand_still() -> None:
    desk = _late()
    _grant(desk, ReliefKind.DEFERRAL_INTEREST_FROZEN, ends_on="2026-05-31")
    desk.day(date(2026, 5, 16))
    assert dues(desk) == [
        ("2026-02-04", 100_00),
        *[("2026-06-01", unpaid) for unpaid in (100_00 + 25_00, 100_00, 100_00)],
        ("2026-06-04", 100_00),
    ]
    # Of February's cycle the days from 16 January to 9 February.
    assert [one.interest for one in statements(desk)] == [0, 25_00, 0, 0, 0]
    assert len(desk.named(PaymentMissed)) == 1


def test_a_due_date_may_be_moved() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 1, 20))
    _grant(desk, ReliefKind.DUE_DATE_MOVED, "2026-02-04", ends_on="2026-02-20")
    assert dues(desk) == [("2026-02-20", 100_00)]
    desk.day(date(2026, 2, 20))
    assert not desk.named(PaymentMissed)


def test_token_payments_are_the_most_that_statements_ask_for() -> None:
    desk = _late()
    _grant(desk, ReliefKind.TOKEN_PAYMENTS, ends_on="2026-05-31", amount=money("10.00"))
    desk.day(date(2026, 6, 16))
    assert [unpaid for _, unpaid in dues(desk)][:4] == [100_00, 10_00, 10_00, 10_00]
    # What they did not ask for was not forgotten.
    assert dues(desk)[4][1] > 100_00


def test_interest_only_asks_for_no_principal() -> None:
    desk = _late()
    _grant(desk, ReliefKind.INTEREST_ONLY, ends_on="2026-04-30")
    desk.day(date(2026, 4, 20))
    assert [line.owed[3] for line in desk.loan().book.lines()] == [100_00, 0, 0, 100_00]
    assert [one.interest for one in statements(desk)] == [0, 31_00, 28_00, 31_00]


def test_a_reduced_rate_holds_for_its_days() -> None:
    desk = _late()
    _grant(desk, ReliefKind.RATE_REDUCTION, "2026-02-16", rate=Decimal("0.0365"), ends_on="2026-03-15")
    desk.day(date(2026, 4, 20))
    assert [one.interest for one in statements(desk)] == [0, 31_00, 2_80, 31_00]


def test_arrears_that_are_capitalised_are_part_of_the_balance_again_and_the_card_is_cured() -> None:
    desk = _late()
    _grant(desk, ReliefKind.ARREARS_CAPITALISED)
    assert len(desk.named(ArrearsCured)) == 1
    assert dues(desk) == [("2026-02-04", 0)]
    assert desk.loan().book.outstanding == 1_000_00
    desk.day(date(2026, 2, 16))
    assert desk.named(StatementMade)[-1].past_due == money("0.00")


def test_principal_interest_and_fees_may_be_forgiven() -> None:
    desk = _late()
    fee = an_event(FeeCharged, fee_reference="F", fee="late", amount=money("20.00"), value_on="2026-02-11")
    desk.take(fee)
    desk.day(date(2026, 2, 16))
    assert desk.loan().book.outstanding == 1_051_00
    phases = (
        ReliefPhase(kind=ReliefKind.FEES_WAIVED, effective_on="2026-02-16"),
        ReliefPhase(kind=ReliefKind.INTEREST_WAIVED, effective_on="2026-02-16", amount=money("40.00")),
        ReliefPhase(kind=ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-02-16", amount=money("600.00")),
    )
    desk.take(a_plan(desk.loan().id, *phases))
    assert desk.loan().book.outstanding == 400_00
    balances = desk.balances()
    assert balances["principal"] == 400_00
    assert sum(balances.values()) == 0


def test_the_balance_may_be_paid_by_instalments_that_bear_no_more_interest() -> None:
    desk = _late()
    _grant(desk, ReliefKind.INSTALMENTS, instalments=HALF_INSTALMENTS)
    # 1,120 for 1,000: the instalments cost 120, earned as they fall due.
    assert dues(desk)[1:] == [(f"2026-0{n}-10", 280_00) for n in (3, 4, 5, 6)]
    assert desk.loan().book.outstanding == 1_120_00
    assert len(desk.named(ArrearsCured)) == 1
    assert "interest_income" not in desk.balances()
    desk.take(drawn("200.00", "2026-02-20"))
    desk.day(date(2026, 3, 16))
    # The days before the instalments were agreed, and what was drawn since: 25 days of 1,000, 24 of 200.
    assert [one.interest for one in statements(desk)] == [0, 25_00, 4_80]
    made = desk.named(StatementMade)[-1]
    assert (made.balance, made.past_due) == (money("509.80"), money("305.00"))
    # Instalments to come are apart: the first one, of 250 and its price, has fallen due.
    assert made.components == Components(principal=money("450.00"), interest=money("59.80"))
    assert len(desk.named(PaymentMissed)) == 3
    assert -desk.balances()["interest_income"] == 25_00 + 4_80 + 30_00


def test_instalments_for_less_than_is_owed_leave_the_rest_in_the_balance() -> None:
    desk = _late()
    _grant(desk, ReliefKind.INSTALMENTS, instalments=HALF_INSTALMENTS[:2])
    assert desk.loan().book.outstanding == 1_000_00
    assert dues(desk)[1:] == [("2026-03-10", 280_00), ("2026-04-10", 280_00)]
    desk.take(paid("560.00", "2026-02-12"))
    assert [unpaid for _, unpaid in dues(desk)] == [0, 0, 0]


def test_a_settlement_falls_due_whole_and_nothing_else_before_it() -> None:
    desk = _late(annual_rate=Decimal(0))
    _grant(desk, ReliefKind.LUMP_SUM_SETTLEMENT, ends_on="2026-04-20", amount=money("600.00"))
    desk.day(date(2026, 4, 10))
    assert [one for one in dues(desk) if one[1]] == [("2026-04-20", 600_00)]
    assert desk.loan().book.outstanding == 1_000_00


def test_a_card_has_no_term_that_could_be_longer() -> None:
    desk = _late()
    phase = ReliefPhase(kind=ReliefKind.LONGER_TERM, effective_on="2026-02-10", ends_on="2027-02-10")
    desk.take(a_plan(desk.loan().id, phase))
    assert [one.reason for one in desk.named(ReliefRefused)] == ["nothing_to_change"]


def test_where_the_core_makes_the_statements_it_is_instructed_and_its_schedule_holds() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    desk.day(date(2026, 2, 2))
    phase = ReliefPhase(
        kind=ReliefKind.INSTALMENTS, effective_on="2026-02-02", instalments=HALF_INSTALMENTS[:2]
    )
    desk.take(a_plan(desk.loan().id, phase))
    (told,) = desk.named(ReliefInstructed)
    desk.day(date(2026, 2, 10))
    assert not desk.named(PaymentMissed)
    answer = {"instruction_id": told.instruction_id, "applied_on": "2026-02-10"}
    desk.take(an_event(ReliefApplied, **answer, instalments=HALF_INSTALMENTS))
    assert dues(desk)[1:] == [(f"2026-0{n}-10", 280_00) for n in (3, 4, 5, 6)]
    (revised,) = desk.named(ScheduleRevised)
    assert [str(one.due_on) for one in revised.instalments] == [on for on, _ in dues(desk)[1:]]


@pytest.mark.parametrize("kind", [ReliefKind.DEFERRAL_INTEREST_FROZEN, ReliefKind.INSTALMENTS])
def test_what_a_preview_shows_of_a_card_is_what_the_plan_does(kind: ReliefKind) -> None:
    desk = _late()
    fields: dict[str, Any] = {"instalments": HALF_INSTALMENTS} if kind is ReliefKind.INSTALMENTS else {}
    phase = ReliefPhase(kind=kind, effective_on="2026-02-10", ends_on="2026-04-30", **fields)
    loan = desk.loan()
    shown = preview(loan, [phase], Context(desk.now, PLATFORM, history=desk._history(loan.id)))
    desk.take(a_plan(loan.id, phase))
    assert shown.after is not None
    assert (shown.before.total, shown.before.ends_on) == (1_000_00, None)
    assert shown.after.total == desk.loan().book.outstanding
    assert [(str(one.on), one.total) for one in shown.after.dues] == [one for one in dues(desk) if one[1]]


def _held(reason: HoldReason, freezes: Freezes, **fields: Any) -> HoldPlaced:
    named = {"loan_id": a_card().loan_id, "hold_id": UUID(int=7), "reason": reason, "freezes": freezes}
    return an_event(HoldPlaced, **named, starts_on="2026-01-31", **fields)


def test_interest_that_a_hold_forbids_is_not_charged_by_later_statements_either() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.take(_held(HoldReason.BREATHING_SPACE, Freezes(interest_and_fees=True), ends_on=date(2026, 2, 28)))
    desk.day(date(2026, 4, 16))
    # 15 days of January, 15 of March.
    assert [one.interest for one in statements(desk)] == [0, 15_00, 15_00, 31_00]


def test_interest_that_a_core_charges_for_days_on_which_a_hold_forbids_it_is_not_taken_over() -> None:
    desk = a_desk()
    desk.take(drawn("1000.00", "2026-01-05"), issued("1000.00", "100.00", "2026-01-15"))
    desk.take(_held(HoldReason.BREATHING_SPACE, Freezes(interest_and_fees=True), ends_on=date(2026, 4, 1)))
    charged = Components(principal=money("1000.00"), interest=money("20.00"))
    desk.take(issued("1020.00", "200.00", "2026-02-15", components=charged))
    assert statements(desk)[1].interest == 20_00  # some of its days came before the hold
    more = Components(principal=money("1000.00"), interest=money("45.00"))
    desk.take(issued("1045.00", "300.00", "2026-03-15", components=more))
    assert statements(desk)[2].interest == 0
    (differs,) = desk.named(BalanceDiffers)
    assert (differs.reported, differs.computed) == (money("1045.00"), money("1020.00"))


def test_a_card_does_not_age_under_a_hold_that_says_so() -> None:
    desk = made_here()
    desk.take(drawn("1000.00", "2026-01-05"), _held(HoldReason.ILLNESS, Freezes(ageing=True)))
    desk.day(date(2026, 6, 1))
    assert not desk.named(DelinquencyChanged)


def test_no_statement_asks_for_what_is_disputed() -> None:
    desk = made_here(minimum_payment_rate=Decimal(1))
    disputed = _held(HoldReason.DISPUTE, Freezes(), disputed=money("600.00"), ends_on=date(2026, 3, 1))
    desk.take(drawn("1000.00", "2026-01-05"), disputed)
    desk.day(date(2026, 2, 16))
    assert desk.named(StatementMade)[-1].minimum_payment == money("1000.00")
    desk = made_here(minimum_payment_rate=Decimal(1))
    before = disputed.model_copy(update={"starts_on": date(2026, 1, 10)})
    desk.take(drawn("1000.00", "2026-01-05"), before)
    desk.day(date(2026, 1, 16))
    assert desk.named(StatementMade)[-1].minimum_payment == money("400.00")
