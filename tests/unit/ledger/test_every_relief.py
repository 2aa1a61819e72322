"""Every kind of relief through the flow: its preview is what the plan does; arrears, penalties and a closed
period never stand against it; else it is refused, with the reason.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.due_dates import add_months
from services.ledger.domain.outlook import outlook, own_rate
from services.ledger.domain.preview import Preview, preview
from services.ledger.domain.replay import advance
from shared.decision import Context
from shared.events.hardship import PlanAccepted, PlanBroken, PlanCompleted, PlanLoan
from shared.events.ledger import PaymentMissed, ReliefRefused, ScheduleRevised
from shared.events.loans import FeeCharged, PaymentsComplete
from shared.events.parts import ReliefKind, ReliefPhase, ScheduledInstalment
from tests.builders import a_payment, an_event, money
from tests.unit.ledger.desk import PLATFORM, Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

PLAN = UUID(int=5)
LOAN = a_term_loan().loan_id


def instalments(*amounts: str, month: int = 5) -> tuple[ScheduledInstalment, ...]:
    """Agreed amounts, on the 15th of one month after another."""
    return tuple(
        ScheduledInstalment(number=n, due_on=date(2026, month + n - 1, 15), amount=money(amount))
        for n, amount in enumerate(amounts, 1)
    )


TERMS: dict[ReliefKind, dict[str, Any]] = {
    ReliefKind.DUE_DATE_MOVED: {"ends_on": "2026-05-15"},
    ReliefKind.DEFERRAL_INTEREST_FROZEN: {"ends_on": "2026-07-15"},
    ReliefKind.DEFERRAL_INTEREST_RUNNING: {"ends_on": "2026-07-15"},
    ReliefKind.INSTALMENTS: {"instalments": instalments("50.00", "60.00", "70.00")},
    ReliefKind.LONGER_TERM: {"ends_on": "2027-08-01"},
    ReliefKind.ARREARS_CAPITALISED: {},
    ReliefKind.INTEREST_ONLY: {"ends_on": "2026-07-31"},
    ReliefKind.RATE_REDUCTION: {"rate": Decimal("0.03")},
    ReliefKind.FEES_WAIVED: {},
    ReliefKind.INTEREST_WAIVED: {"amount": money("5.00")},
    ReliefKind.TOKEN_PAYMENTS: {"ends_on": "2026-07-31", "amount": money("10.00")},
    ReliefKind.LUMP_SUM_SETTLEMENT: {"ends_on": "2026-06-30", "amount": money("700.00")},
    ReliefKind.PRINCIPAL_FORGIVEN: {"amount": money("300.00")},
}
LACKING = {
    ReliefKind.DUE_DATE_MOVED: "end_missing",
    ReliefKind.DEFERRAL_INTEREST_FROZEN: "end_missing",
    ReliefKind.DEFERRAL_INTEREST_RUNNING: "end_missing",
    ReliefKind.INSTALMENTS: "instalments_missing",
    ReliefKind.LONGER_TERM: "end_missing",
    ReliefKind.INTEREST_ONLY: "end_missing",
    ReliefKind.RATE_REDUCTION: "rate_missing",
    ReliefKind.INTEREST_WAIVED: "amount_missing",
    ReliefKind.TOKEN_PAYMENTS: "end_missing",
    ReliefKind.LUMP_SUM_SETTLEMENT: "end_missing",
    ReliefKind.PRINCIPAL_FORGIVEN: "amount_missing",
}


def a_phase(kind: ReliefKind, effective_on: str = "2026-04-10", **fields: Any) -> ReliefPhase:
    """A phase with all that its kind needs."""
    return ReliefPhase(kind=kind, effective_on=effective_on, **{**TERMS[kind], **fields})


def a_plan(*phases: ReliefPhase, accepted_on: str = "2026-04-10", **fields: Any) -> PlanAccepted:
    """A plan for the loan."""
    part = PlanLoan(loan_id=LOAN, part=1, phases=phases, **fields)
    return an_event(PlanAccepted, plan_id=PLAN, accepted_on=accepted_on, loans=(part,))


def a_desk(*events: Any) -> Desk:
    """1,200.00 at 12 %, twelve instalments from 1 February on; three are late on 10 April, with a fee and a
    penalty.
    """
    desk = Desk(now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    loan = {"opened_on": "2026-01-01", "first_due_on": "2026-02-01", "instalment_count": 12}
    desk.take(a_product(annual_rate=Decimal("0.12")), a_term_loan("1200.00", **loan))
    desk.take(an_event(PaymentsComplete, lender=a_term_loan().lender, through="2029-12-31", product=None))
    desk.day(date(2026, 3, 10))
    for name, amount, penalty in (("fee", "12.00", False), ("late", "8.00", True)):
        fields = {"fee_reference": name, "amount": money(amount), "penalty": penalty}
        desk.take(an_event(FeeCharged, value_on="2026-03-10", **fields))
    desk.day(date(2026, 4, 10))
    desk.take(*events)
    assert desk.held == []
    return desk


def priced(desk: Desk, *phases: ReliefPhase) -> Preview:
    """What a relief would make of the loan."""
    loan = desk.loan()
    return preview(loan, phases, Context(desk.now, PLATFORM, history=desk._history(loan.id)))


def paid_up() -> Desk:
    """The same loan, paid in time so far; nothing was charged."""
    return a_desk(*(a_payment("130.00", value_on=f"2026-0{n}-01", reference=f"P-{n}") for n in (2, 3, 4)))


@pytest.mark.parametrize("kind", ReliefKind)
@pytest.mark.parametrize("made", [a_desk, paid_up])
@pytest.mark.parametrize("effective_on", ["2026-04-10", "2026-03-05"], ids=["today", "closed period"])
def test_a_preview_is_what_the_plan_then_does(
    kind: ReliefKind, made: Callable[[], Desk], effective_on: str
) -> None:
    desk, phase = made(), a_phase(kind, effective_on)
    shown, rate = priced(desk, phase), own_rate(desk.loan().book)
    if kind is ReliefKind.FEES_WAIVED and effective_on < "2026-03-10":
        # Nothing had been charged by then.
        assert shown.refused == "nothing_to_change"
        return
    assert shown.refused is None
    told = desk.take(a_plan(phase))
    assert len([event for event in told if isinstance(event, ScheduleRevised)]) == 1
    assert not [event for event in told if isinstance(event, ReliefRefused)]
    today = desk.now.date()
    assert outlook(advance(desk.loan().book, today), today, rate) == shown.after
    assert sum(posting.minor for posting in desk.postings) == 0


@pytest.mark.parametrize("kind", ReliefKind)
def test_a_loan_that_was_relieved_is_paid_off_to_the_last_unit_and_its_accounts_close(
    kind: ReliefKind,
) -> None:
    desk = a_desk(a_plan(a_phase(kind)))
    for month in range(24):
        on = date(2026 + (4 + month) // 12, (4 + month) % 12 + 1, 20)
        desk.day(on)
        if desk.loan().book.outstanding:
            desk.take(a_payment("200.00", value_on=on, reference=f"P-{month}"))
    assert desk.loan().book.outstanding == 0
    open_accounts = {
        name
        for name, minor in desk.balances().items()
        if minor and name in ("principal", "interest_receivable", "fees_receivable", "penalty_receivable")
    }
    assert open_accounts == set()


@pytest.mark.parametrize(("kind", "reason"), LACKING.items())
def test_a_relief_that_lacks_its_terms_is_refused_with_the_reason(kind: ReliefKind, reason: str) -> None:
    desk = a_desk()
    bare = ReliefPhase(kind=kind, effective_on=date(2026, 4, 10))
    before = desk.loan().book
    assert priced(desk, bare).refused == reason
    refused = [event for event in desk.take(a_plan(bare)) if isinstance(event, ReliefRefused)]
    assert [event.reason for event in refused] == [reason]
    assert desk.loan().book == before


@pytest.mark.parametrize("kind", ReliefKind)
def test_a_loan_that_is_repaid_has_nothing_to_relieve(kind: ReliefKind) -> None:
    desk = a_desk(a_payment("2000.00", value_on="2026-04-10"))
    assert priced(desk, a_phase(kind)).refused == "nothing_to_change"


def asked(desk: Desk) -> list[tuple[date, int]]:
    """What is still to be paid, and when."""
    return [(line.due_on, line.unpaid) for line in desk.loan().book.lines() if line.unpaid]


def test_agreed_instalments_are_asked_for_as_they_were_agreed_and_the_rest_a_period_later() -> None:
    desk = a_desk(a_plan(a_phase(ReliefKind.INSTALMENTS)))
    first = [(date(2026, 5, 15), 50_00), (date(2026, 6, 15), 60_00), (date(2026, 7, 15), 70_00)]
    assert asked(desk)[:3] == first
    assert [on for on, _ in asked(desk)[3:]] == [date(2026, 8, 15)]


def test_agreed_instalments_that_cover_all_leave_nothing_after_them() -> None:
    phase = a_phase(ReliefKind.INSTALMENTS, instalments=instalments(*["260.00"] * 6))
    desk = a_desk(a_plan(phase))
    assert [amount for _, amount in asked(desk)][:4] == [260_00] * 4
    assert 0 < asked(desk)[-1][1] < 260_00
    assert asked(desk)[-1][0] <= date(2026, 10, 15)


def test_a_settlement_asks_for_its_sum_and_forgives_the_rest_once_it_was_kept() -> None:
    desk = a_desk(a_plan(a_phase(ReliefKind.LUMP_SUM_SETTLEMENT)))
    assert asked(desk)[0] == (date(2026, 6, 30), 700_00)
    assert [on for on, _ in asked(desk)] == [date(2026, 6, 30), date(2026, 7, 30)]
    desk.day(date(2026, 6, 25))
    desk.take(a_payment("700.00", value_on="2026-06-25"))
    desk.take(an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-06-25", loan_ids=(LOAN,)))
    assert desk.loan().book.outstanding == 0
    assert desk.balances()["forgiveness"] > 0


def test_a_settlement_that_is_broken_leaves_the_rest_due_on_its_day() -> None:
    desk = a_desk(a_plan(a_phase(ReliefKind.LUMP_SUM_SETTLEMENT)))
    desk.day(date(2026, 7, 5))
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-07-05", loan_ids=(LOAN,)))
    assert [on for on, _ in asked(desk)] == [date(2026, 6, 30), date(2026, 7, 30)]


def test_capitalised_arrears_leave_nothing_past_due_and_no_interest_on_interest() -> None:
    desk = a_desk()
    before = priced(desk, a_phase(ReliefKind.ARREARS_CAPITALISED)).before
    desk.take(a_plan(a_phase(ReliefKind.ARREARS_CAPITALISED)))
    book = desk.loan().book
    assert book.arrears(date(2026, 4, 10)) == 0
    assert book.outstanding == before.total
    desk.day(date(2026, 5, 10))
    assert len({event.due_on for event in desk.named(PaymentMissed)}) == 4


def test_a_token_payment_covers_the_instalment_of_its_first_day() -> None:
    phase = a_phase(ReliefKind.TOKEN_PAYMENTS, "2026-05-01")
    desk = a_desk(a_plan(phase))
    desk.day(date(2026, 5, 1))
    dues = {on: amount for on, amount in asked(desk) if on >= date(2026, 5, 1)}
    assert [dues[date(2026, month, 1)] for month in (5, 6, 7)] == [10_00] * 3
    assert dues[date(2026, 8, 1)] > 100_00


def test_token_payments_ask_for_nothing_of_arrears_that_were_spread_and_go_on_beyond_the_loans_end() -> None:
    late = a_phase(ReliefKind.ARREARS_CAPITALISED, "2026-04-10")
    tokens = a_phase(ReliefKind.TOKEN_PAYMENTS, "2026-04-10", ends_on="2027-04-09")
    desk = a_desk()
    before = desk.loan().book.outstanding
    desk.take(a_plan(late, tokens, accepted_on="2026-04-10"))
    desk.day(date(2026, 4, 10))
    to_come = [(on, amount) for on, amount in asked(desk) if on > date(2026, 4, 10)]
    months = [add_months(date(2026, 5, 1), n) for n in range(12)]
    assert to_come[:12] == [(on, 10_00) for on in months], (
        "no fee, no interest of the arrears, no rest before"
    )
    (rest,) = to_come[12:]
    assert rest[0] == date(2027, 5, 1)
    assert rest[1] > before - 12 * 10_00, "nothing is forgiven"


def test_a_longer_term_is_counted_in_the_loans_own_rhythm() -> None:
    desk = Desk(now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    loan = {"opened_on": "2026-01-19", "first_due_on": "2026-01-26", "instalment_count": 10}
    desk.take(a_product(annual_rate=Decimal(0), period_unit="week"), a_term_loan("1000.00", **loan))
    desk.take(
        a_plan(a_phase(ReliefKind.LONGER_TERM, "2026-01-20", ends_on="2026-05-11"), accepted_on="2026-01-20")
    )
    assert max(on for on, _ in asked(desk)) == date(2026, 5, 11)
    assert len(asked(desk)) == 16


def test_fees_and_penalties_are_waived_together_or_up_to_an_amount() -> None:
    every, some = a_desk(), a_desk()
    every.take(a_plan(a_phase(ReliefKind.FEES_WAIVED)))
    some.take(a_plan(a_phase(ReliefKind.FEES_WAIVED, amount=money("15.00"))))
    totals = [sum(map(sum, desk.loan().book.owed[:2])) for desk in (every, some)]
    assert totals == [0, 5_00]
