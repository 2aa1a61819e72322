"""How a loan's credit record is told: what changes, what is corrected, what a kept plan protects."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.credit_record.record import SCHEMES
from services.ledger.domain.credit_record.told import CreditTold
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.ledger import CreditStatusChanged
from shared.events.loans import LoanClosed, PaymentsComplete
from shared.events.parts import ReliefKind, ReliefPhase
from shared.events.servicing import LoanWrittenOff, WriteOffKind
from tests.builders import a_payment, a_reversal, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.plastic import drawn, made_here
from tests.unit.ledger.plastic import paid as card_paid
from tests.unit.ledger.test_holds import a_product, a_term_loan

Told = tuple[str, str, str, date, bool]
DAYS = ("metro2_status", "cn_m", "ifrs9_stage")
PLAN = UUID(int=9)


def a_desk(*schemes: str, through: str = "2029-12-31", **terms: Any) -> Desk:
    """1,200.00 without interest, twelve instalments from 1 February 2026 on, reported in these schemes."""
    desk = Desk(now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    desk.take(a_product(annual_rate=Decimal(0), credit_schemes=schemes, **terms))
    desk.take(
        a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12),
        an_event(PaymentsComplete, lender=a_term_loan().lender, through=through, product=None),
    )
    assert desk.held == []
    return desk


def paid(desk: Desk, on: str, amount: str = "100.00", at: str | None = None) -> None:
    """A payment comes on a day, from which it counts unless another one is given."""
    desk.day(date.fromisoformat(on))
    desk.take(a_payment(amount, value_on=at or on, reference=f"P-{on}-{at}"))
    desk.moment()


def told(desk: Desk, since: int = 0) -> list[Told]:
    """What was told, in order, from a place on."""
    every = desk.named(CreditStatusChanged)[since:]
    return [(one.scheme, one.before, one.after, one.as_of, one.correction) for one in every]


def count(desk: Desk) -> int:
    """How much was told so far."""
    return len(desk.named(CreditStatusChanged))


def record_of(desk: Desk) -> CreditTold:
    """The record as the loan keeps it."""
    credit = desk.loan().told.credit
    assert credit is not None
    return credit


def a_plan(*phases: ReliefPhase, accepted_on: str, plan: UUID = PLAN, **fields: Any) -> PlanAccepted:
    """A plan for the loan."""
    part = PlanLoan(loan_id=a_term_loan().loan_id, part=1, phases=phases, **fields)
    return an_event(PlanAccepted, plan_id=plan, accepted_on=accepted_on, loans=(part,))


def a_phase(kind: ReliefKind, effective_on: str, **fields: Any) -> ReliefPhase:
    """One phase."""
    return ReliefPhase(kind=kind, effective_on=date.fromisoformat(effective_on), **fields)


def test_a_loan_in_no_scheme_tells_and_keeps_nothing() -> None:
    desk = a_desk()
    desk.day(date(2026, 6, 1))
    assert (told(desk), desk.loan().told.credit) == ([], None)


def test_what_a_loan_shows_is_told_when_it_is_first_looked_at_and_then_only_changes() -> None:
    desk = a_desk(*DAYS)
    paid(desk, "2026-01-31")
    assert told(desk) == [
        ("metro2_status", "", "11", date(2026, 1, 29), False),
        ("cn_m", "", "M0", date(2026, 1, 29), False),
        ("ifrs9_stage", "", "1", date(2026, 1, 29), False),
    ]
    paid(desk, "2026-02-28")
    paid(desk, "2026-03-31")
    desk.day(date(2026, 4, 20))
    assert count(desk) == 3


def test_a_loan_of_which_nothing_falls_due_for_long_is_told_when_its_first_month_is_over() -> None:
    desk = Desk(now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    desk.take(a_product(annual_rate=Decimal(0), credit_schemes=("cn_m", "pbc_month")))
    desk.take(a_term_loan("600.00", opened_on="2026-01-10", first_due_on="2027-01-10"))
    desk.day(date(2026, 1, 31))
    assert told(desk) == []
    desk.day(date(2026, 9, 1))
    assert told(desk) == [
        ("cn_m", "", "M0", date(2026, 2, 1), False),
        ("pbc_month", "", "*", date(2026, 1, 31), False),
    ]


def test_each_scheme_turns_on_its_own_day() -> None:
    desk = a_desk(*DAYS)
    desk.day(date(2026, 5, 3))
    assert told(desk, 3) == [
        ("cn_m", "M0", "M1", date(2026, 2, 2), False),
        ("metro2_status", "11", "71", date(2026, 3, 3), False),
        ("cn_m", "M1", "M2", date(2026, 3, 4), False),
        ("ifrs9_stage", "1", "2", date(2026, 3, 4), False),
        ("metro2_status", "71", "78", date(2026, 4, 2), False),
        ("cn_m", "M2", "M3", date(2026, 4, 3), False),
        ("metro2_status", "78", "80", date(2026, 5, 2), False),
        ("ifrs9_stage", "2", "3", date(2026, 5, 2), False),
        ("cn_m", "M3", "M4", date(2026, 5, 3), False),
    ]


def test_what_gets_better_is_told_at_once() -> None:
    desk = a_desk(*DAYS)
    desk.day(date(2026, 3, 10))
    since = count(desk)
    paid(desk, "2026-03-10", "200.00")
    assert told(desk, since) == [
        ("metro2_status", "71", "11", date(2026, 3, 10), False),
        ("cn_m", "M2", "M0", date(2026, 3, 10), False),
        ("ifrs9_stage", "2", "1", date(2026, 3, 10), False),
    ]


def test_a_month_is_told_when_it_is_over() -> None:
    desk = a_desk("pbc_month")
    paid(desk, "2026-01-31")
    paid(desk, "2026-02-28")
    assert told(desk) == [("pbc_month", "", "*", date(2026, 1, 31), False)]
    desk.day(date(2026, 3, 1))
    assert told(desk, 1) == [("pbc_month", "*", "N", date(2026, 2, 28), False)]
    desk.day(date(2026, 6, 1))
    assert told(desk, 2) == [
        ("pbc_month", "N", "1", date(2026, 4, 30), False),
        ("pbc_month", "1", "2", date(2026, 5, 31), False),
    ]


def test_a_month_whose_payments_are_not_reported_yet_is_not_told() -> None:
    desk = a_desk("pbc_month", "cn_m", through="2026-02-27")
    desk.day(date(2026, 3, 2))
    assert not [one for one in told(desk) if one[3] >= date(2026, 2, 28)]
    desk.take(an_event(PaymentsComplete, lender=a_term_loan().lender, through="2026-03-10", product=None))
    desk.day(date(2026, 3, 3))
    assert ("pbc_month", "*", "1", date(2026, 2, 28), False) in told(desk)


def test_a_payment_that_comes_to_light_corrects_what_was_told() -> None:
    desk = a_desk("metro2_status", "metro2_history", "pbc_month")
    desk.day(date(2026, 5, 10))
    since = count(desk)
    # It pays February to April; May's instalment is eleven days late.
    paid(desk, "2026-05-12", "300.00", at="2026-03-25")
    assert told(desk, since) == [
        ("metro2_status", "80", "11", date(2026, 5, 12), True),
        ("metro2_history", "2100" + "B" * 20, "0000" + "B" * 20, date(2026, 5, 12), True),
        ("pbc_month", "2", "N", date(2026, 3, 31), True),
        ("pbc_month", "3", "N", date(2026, 4, 30), True),
    ]
    corrected = [one for one in desk.reported if one.correction]
    assert [(one.first_on, dict(one.codes)["pbc_month"]) for one in corrected] == [
        (date(2026, 3, 1), "N"),
        (date(2026, 4, 1), "N"),
    ]


def on_time(desk: Desk, *months: int) -> None:
    """The instalments of these months of 2026 are paid on their day."""
    for month in months:
        paid(desk, f"2026-{month:02d}-01")


def test_a_payment_that_is_reversed_corrects_what_was_told() -> None:
    desk = a_desk("metro2_history", "pbc_month", "cn_m")
    on_time(desk, 2, 3, 4)
    desk.day(date(2026, 5, 1))
    since = count(desk)
    desk.take(a_reversal("P-2026-02-01-None", reversed_on="2026-05-01"))
    desk.moment()
    # March's payment went to February's instalment, and so on: each month ended with the next one open.
    assert told(desk, since) == [
        ("metro2_history", "0000" + "B" * 20, "0100" + "B" * 20, date(2026, 5, 1), True),
        ("pbc_month", "N", "1", date(2026, 2, 28), True),
        ("pbc_month", "N", "1", date(2026, 3, 31), True),
        ("cn_m", "M0", "M1", date(2026, 5, 1), True),
    ]


def test_a_correction_that_is_undone_is_corrected_again_and_told_once() -> None:
    desk = a_desk("metro2_status", "pbc_month")
    desk.day(date(2026, 5, 10))
    since = count(desk)
    desk.day(date(2026, 5, 12))
    late = a_payment("300.00", value_on="2026-03-25", reference="late")
    # Both come before anything is told: nothing was wrong.
    desk.take(late, a_reversal("late", reversed_on="2026-05-12"))
    desk.moment()
    assert told(desk, since) == []


def a_late_desk(*schemes: str) -> Desk:
    """Two instalments are missed; it is 10 March, 37 days past due."""
    desk = a_desk(*schemes)
    desk.day(date(2026, 3, 10))
    return desk


def test_a_loan_that_is_repaid_ends_in_each_scheme_and_is_looked_at_no_more() -> None:
    desk = a_desk("metro2_status", "pbc_month")
    on_time(desk, 2)
    paid(desk, "2026-02-10", "1100.00")
    desk.day(date(2026, 3, 1))
    assert told(desk)[-2:] == [
        ("metro2_status", "11", "13", date(2026, 2, 10), False),
        ("pbc_month", "*", "C", date(2026, 2, 28), False),
    ]
    assert (record_of(desk).carried.ended, desk.loan().wakes_on) == (True, None)
    desk.take(a_reversal("P-2026-02-10-None", reversed_on="2026-03-05"))
    desk.moment()
    desk.day(date(2026, 3, 7))
    assert told(desk)[-2:] == [
        ("metro2_status", "13", "11", date(2026, 3, 1), True),
        ("pbc_month", "C", "N", date(2026, 2, 28), True),
    ]


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (an_event(LoanClosed, closed_on="2026-03-10", reason="goodwill"), "G"),
        (
            an_event(
                LoanWrittenOff,
                written_off_on="2026-03-10",
                amount=money("1200.00"),
                kind=WriteOffKind.FORGIVEN,
            ),
            "G",
        ),
    ],
)
def test_what_its_lender_gave_up_is_not_shown_as_settled_in_full(event: Any, status: str) -> None:
    desk = a_late_desk("pbc_month")
    desk.take(event)
    desk.moment()
    desk.day(date(2026, 4, 2))
    assert told(desk)[-1] == ("pbc_month", "1", status, date(2026, 3, 31), False)


def test_a_write_off_in_the_accounts_is_one_in_the_records() -> None:
    desk = a_late_desk("metro2_status", "cn_five_class", "ifrs9_stage")
    since = count(desk)
    event = {"written_off_on": "2026-03-10", "amount": money("1200.00"), "kind": WriteOffKind.ACCOUNTING}
    desk.take(an_event(LoanWrittenOff, **event))
    desk.moment()
    assert told(desk, since) == [
        ("metro2_status", "71", "97", date(2026, 3, 10), False),
        ("cn_five_class", "special_mention", "loss", date(2026, 3, 10), False),
        ("ifrs9_stage", "2", "3", date(2026, 3, 10), False),
    ]


def test_a_loan_that_is_paid_in_time_keeps_its_record_small_and_asks_for_no_file() -> None:
    desk = a_desk(*SCHEMES)
    on_time(desk, *range(2, 13))
    assert [one.code for one in record_of(desk).carried.months] == ["*"]
    assert record_of(desk).look_on is None
    assert len(desk.reported) == 2


def test_a_card_is_late_by_its_minimum_payments_and_goes_on_when_nothing_is_owed() -> None:
    desk = made_here(credit_schemes=("metro2_status", "pbc_month"))
    desk.take(drawn("1000.00", "2026-01-05"))
    desk.day(date(2026, 3, 10))
    assert told(desk)[-1] == ("metro2_status", "11", "71", date(2026, 3, 6), False)
    desk.take(card_paid("2000.00", "2026-03-10"))
    desk.moment()
    desk.day(date(2026, 4, 1))
    assert [one for one in told(desk) if one[3] >= date(2026, 3, 10)] == [
        ("metro2_status", "71", "11", date(2026, 3, 10), False),
        ("pbc_month", "1", "N", date(2026, 3, 31), False),
    ]
    assert desk.loan().told.repaid is None
