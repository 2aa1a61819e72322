"""Money that names no loan waits for two people; meanwhile its payer is left in peace."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.ledger.domain.corrections import AlreadyTakenBack
from services.ledger.domain.payments import NotAnAmount
from services.ledger.domain.proposals import (
    Approve,
    Assignment,
    LoanOfProposalUnknown,
    PartsDoNotAddUp,
    ProposalDecided,
    Return,
    SecondPersonNeeded,
    SuspenseUnknown,
)
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.recording import FactDiffers
from services.ledger.domain.suspense import SuspenseOver, SuspenseStatus
from shared.decision import Actor, Role
from shared.errors import NotFound, StateChanged
from shared.events.examples import LENDER
from shared.events.ids import loan_id, name_id
from shared.events.ledger import (
    ArrearsCured,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentSuspended,
    SuspenseEnded,
    SuspenseOutcome,
)
from shared.events.loans import PaymentsComplete, UnassignedPaymentReceived
from shared.events.parts import SplitPart
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import OLGA, OSCAR, Desk

FEB = date(2026, 2, 1)


def unassigned(
    amount: str = "100.00", *, hints: tuple[str, ...] = (), **fields: Any
) -> UnassignedPaymentReceived:
    """Money of 1 February that names no loan."""
    told = {"payment_reference": "P-9", "amount": money(amount), "value_on": FEB, "hints": hints}
    return an_event(UnassignedPaymentReceived, **told)


def part(loan: str, amount: str) -> SplitPart:
    return SplitPart(loan_reference=loan, amount=money(amount))


def a_desk(*names: str) -> Desk:
    """Loans of two instalments of 100.00, due in February and March, all of whose payments are reported."""
    desk = Desk()
    desk.take(*(a_loan(name, instalments=a_schedule("100.00", "100.00")) for name in names))
    desk.take(an_event(PaymentsComplete, lender=LENDER, through=date(2026, 12, 31), product=None))
    return desk


def assigned(desk: Desk, event: UnassignedPaymentReceived, *parts: SplitPart) -> Assignment:
    return Assignment.of(desk.suspense(event.suspense_id), parts)


def names(events: list[Any]) -> list[str]:
    return [event.NAME for event in events]


def test_money_that_names_no_loan_is_kept_and_told_of() -> None:
    desk, event = a_desk("l1"), unassigned()
    assert desk.take(event) == [
        PaymentSuspended(
            lender=LENDER,
            payment_id=event.suspense_id,
            amount=money("100.00"),
            value_on=FEB,
            reason="no_loan_named",
        )
    ]
    balances = desk.balances()
    assert (balances["cash"], balances["suspense"]) == (10_000, -10_000)
    assert desk.loan().book.outstanding == 20_000


@pytest.mark.parametrize(
    ("hints", "reason"),
    [((), "no_loan_named"), (("l1",), "loan_uncertain"), (("l1", "l2"), "several_loans")],
)
def test_what_is_uncertain_is_said(hints: tuple[str, ...], reason: str) -> None:
    desk = a_desk("l1", "l2")
    desk.take(unassigned(hints=hints))
    assert [one.reason for one in desk.named(PaymentSuspended)] == [reason]


def test_money_reported_twice_is_kept_once_and_another_report_is_parked() -> None:
    desk = a_desk("l1")
    desk.take(unassigned(), unassigned())
    assert len(desk.named(PaymentSuspended)) == 1
    desk.take(unassigned("90.00"))
    assert "suspense_differs" in desk.held[-1]
    assert desk.balances()["suspense"] == -10_000


def test_no_money_is_no_money_in_suspense() -> None:
    desk = a_desk("l1")
    desk.take(unassigned("0.00", hints=("l1",)))
    assert NotAnAmount.code in desk.held[-1]
    assert desk.loan().pending == ()


def test_a_loan_that_the_money_may_be_for_is_not_told_as_missed_while_it_is_looked_into() -> None:
    desk = a_desk("l1", "l2")
    desk.day(date(2026, 1, 20))
    desk.take(unassigned("10.00", hints=("l1",)))
    told = desk.day(date(2026, 2, 2))
    missed = [one.loan_id for one in told if isinstance(one, PaymentMissed)]
    assert missed == [loan_id(LENDER, "l2")]
    assert desk.loan("l1").told.bucket == ""


def test_a_wrong_hint_spares_a_loan_for_thirty_days_and_no_longer() -> None:
    desk = a_desk("l1")
    desk.day(date(2026, 1, 20))
    desk.take(unassigned(hints=("l1",)))
    desk.day(date(2026, 2, 19))
    assert desk.named(PaymentMissed) == []
    desk.day(date(2026, 2, 20))
    assert [one.due_on for one in desk.named(PaymentMissed)] == [FEB]


def test_a_hint_that_comes_before_its_loan_spares_it_too() -> None:
    desk = a_desk()
    desk.take(unassigned(hints=("l1",)), a_loan("l1", instalments=a_schedule("100.00")))
    desk.day(date(2026, 1, 25))
    assert [one.in_suspense for one in desk.loan().pending] == [True]
    assert "waiting" in desk.held[0]


def test_a_hint_to_a_loan_that_opens_once_all_is_settled_spares_nobody() -> None:
    desk, event = a_desk("l1"), unassigned(hints=("l1", "l2"))
    desk.take(event)
    desk.agree(Return.of(desk.suspense(event.suspense_id)))
    desk.take(a_loan("l2"))
    assert desk.loan("l2").pending == ()


def test_a_payment_of_the_same_name_ends_the_loans_waiting() -> None:
    desk = a_desk("l1")
    desk.take(unassigned(hints=("l1",)), a_payment("100.00", loan="l1", reference="P-9"))
    assert desk.loan().pending == ()


def test_assigned_money_counts_from_the_day_it_came_and_takes_a_miss_back() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event)
    desk.day(date(2026, 2, 10))
    assert len(desk.named(PaymentMissed)) == 1
    before = len(desk.told)
    desk.agree(assigned(desk, event, part("l1", "100.00")))
    told = desk.told[before:]
    assert names(told) == [
        "SuspenseEnded",
        "PaymentApplied",
        "PaymentMissedRetracted",
        "DelinquencyChanged",
        "ArrearsCured",
    ]
    assert desk.named(PaymentMissedRetracted)[0].instalment == 1
    assert desk.named(ArrearsCured)[0].cured_on == FEB
    assert desk.named(SuspenseEnded) == [
        SuspenseEnded(
            lender=LENDER,
            payment_id=event.suspense_id,
            amount=money("100.00"),
            outcome=SuspenseOutcome.ASSIGNED,
            loan_ids=(loan_id(LENDER, "l1"),),
        )
    ]
    assert desk.balances() == {"cash": 10_000, "principal": 10_000, "disbursed": -20_000}


def test_assigned_money_that_is_split_goes_to_each_loan_and_is_gone_from_suspense() -> None:
    desk, event = a_desk("l1", "l2"), unassigned("150.00", hints=("l1", "l2", "never-opened"))
    desk.take(event)
    desk.agree(assigned(desk, event, part("l1", "100.00"), part("l2", "50.00")))
    applied = {one.loan_id: (one.applied, one.payment_id) for one in desk.named(PaymentApplied)}
    assert applied == {
        loan_id(LENDER, name): (money(amount), name_id("payment", f"{loan_id(LENDER, name)}\nP-9"))
        for name, amount in (("l1", "100.00"), ("l2", "50.00"))
    }
    assert desk.balances().get("suspense") is None
    assert desk.balances()["cash"] == 15_000
    assert desk.loan("l1").pending == desk.loan("l2").pending == ()


def test_a_split_that_the_platform_sends_binds_whatever_else_is_owed() -> None:
    desk = a_desk("l1", "l2")
    parts = (part("l1", "190.00"), part("l2", "10.00"))
    desk.take(a_payment("200.00", loan="l1", split=parts), a_payment("20.00", loan="l1", reference="P-2"))
    applied = [(one.loan_id, one.applied, one.credit, one.payment_id) for one in desk.named(PaymentApplied)]
    first, second = loan_id(LENDER, "l1"), loan_id(LENDER, "l2")
    assert applied == [
        (first, money("190.00"), money("0.00"), name_id("payment", f"{first}\nP-1")),
        (second, money("10.00"), money("0.00"), name_id("payment", f"{second}\nP-1")),
        (first, money("10.00"), money("10.00"), name_id("payment", f"{first}\nP-2")),
    ]


def test_the_file_of_a_loan_says_by_which_proposal_its_money_came() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event)
    proposal = desk.agree(assigned(desk, event, part("l1", "100.00")))
    entry = desk.files[loan_id(LENDER, "l1")]["payment:P-9"]
    assert (entry.added_by, entry.reversed_by) == (proposal, None)
    assert desk.suspense(event.suspense_id).ended_by == proposal


def test_returned_money_leaves_the_books_and_the_hinted_loans_are_looked_at_again() -> None:
    desk, event = a_desk("l1"), unassigned(hints=("l1",))
    desk.day(date(2026, 1, 20))
    desk.take(event)
    desk.day(date(2026, 2, 10))
    assert desk.named(PaymentMissed) == []
    desk.agree(Return.of(desk.suspense(event.suspense_id)))
    assert desk.named(SuspenseEnded)[0].outcome is SuspenseOutcome.RETURNED
    assert desk.balances() == {"principal": 20_000, "disbursed": -20_000}
    desk.day(date(2026, 2, 11))
    assert len(desk.named(PaymentMissed)) == 1
    returned = [one for one in desk.postings if one.cause == "returned:P-9"]
    assert [one.value_on for one in returned] == [date(2026, 2, 10)] * 2


def test_whoever_proposes_does_not_decide() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event)
    proposal = desk.propose(assigned(desk, event, part("l1", "100.00")))
    with pytest.raises(SecondPersonNeeded):
        desk.approve(proposal, OLGA)
    assert desk.suspense(event.suspense_id).status is SuspenseStatus.SUSPENDED
    assert desk.named(PaymentApplied) == []
    desk.approve(proposal, OSCAR)
    with pytest.raises(ProposalDecided):
        desk.approve(proposal, Actor("otto", Role.OPERATOR, None))
    assert len(desk.named(PaymentApplied)) == 1


def test_of_two_proposals_for_the_same_money_the_first_that_is_approved_counts() -> None:
    desk, event = a_desk("l1", "l2"), unassigned()
    desk.take(event)
    first, second = (desk.propose(assigned(desk, event, part(name, "100.00"))) for name in ("l1", "l2"))
    desk.approve(second)
    with pytest.raises(SuspenseOver):
        desk.approve(first)
    assert [one.loan_id for one in desk.named(PaymentApplied)] == [loan_id(LENDER, "l2")]


def test_what_cannot_be_assigned_is_refused_when_it_is_proposed() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event)
    wrong = [part("l1", "99.99")], [part("l1", "60.00"), part("l1", "40.00")], [part("l1", "0.00")]
    for parts in wrong:
        with pytest.raises(PartsDoNotAddUp):
            desk.propose(assigned(desk, event, *parts))
    with pytest.raises(LoanOfProposalUnknown):
        desk.propose(assigned(desk, event, part("l9", "100.00")))
    other = replace(assigned(desk, event, part("l1", "100.00")), suspense_id=loan_id(LENDER, "x"))
    with pytest.raises(SuspenseUnknown):
        desk.propose(other)


def test_money_in_another_currency_than_the_loans_is_not_assigned() -> None:
    desk = a_desk("l1")
    told = {"payment_reference": "E", "amount": money("5.00", "EUR"), "value_on": FEB}
    event = an_event(UnassignedPaymentReceived, **told)
    desk.take(event)
    with pytest.raises(CurrencyDiffers):
        desk.propose(assigned(desk, event, SplitPart(loan_reference="l1", amount=money("5.00", "EUR"))))


def test_an_approval_that_one_loan_refuses_changes_nothing_anywhere() -> None:
    desk, event = a_desk("l1", "l2"), unassigned("150.00", hints=("l1",))
    desk.take(event)
    proposal = desk.propose(assigned(desk, event, part("l1", "100.00"), part("l2", "50.00")))
    desk.take(a_payment("7.00", loan="l2", reference="P-9"))
    before, told = dict(desk.states), len(desk.told)
    with pytest.raises(FactDiffers):
        desk.approve(proposal)
    assert desk.states == before
    assert desk.told[told:] == []
    assert desk.balances()["suspense"] == -15_000


def test_money_that_its_loan_has_meanwhile_leaves_suspense_and_counts_once() -> None:
    desk, event = a_desk("l1"), unassigned(hints=("l1",))
    desk.take(event)
    proposal = desk.propose(assigned(desk, event, part("l1", "100.00")))
    desk.take(a_payment("100.00", loan="l1", reference="P-9"))
    desk.approve(proposal)
    assert len(desk.named(PaymentApplied)) == 1
    assert desk.balances() == {"cash": 10_000, "principal": 10_000, "disbursed": -20_000}


def test_money_is_not_assigned_to_a_loan_that_it_was_taken_back_from() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event, a_payment("100.00", loan="l1", reference="P-9"), a_reversal("P-9", loan="l1"))
    proposal = desk.propose(assigned(desk, event, part("l1", "100.00")))
    with pytest.raises(AlreadyTakenBack):
        desk.approve(proposal)
    assert desk.balances()["suspense"] == -10_000


def test_nobody_acts_for_another_lender() -> None:
    desk, event = a_desk("l1"), unassigned()
    desk.take(event)
    stranger = Actor("sam", Role.OPERATOR, frozenset({"other"}))
    content = assigned(desk, event, part("l1", "100.00"))
    with pytest.raises(NotFound):
        desk.propose(content, stranger)
    proposal = desk.propose(content)
    with pytest.raises(NotFound):
        desk.approve(proposal, stranger)
    assert desk.suspense(event.suspense_id).status is SuspenseStatus.SUSPENDED


def test_only_what_was_proposed_can_be_approved() -> None:
    desk, event = a_desk("l1", "l2"), unassigned()
    desk.take(event)
    proposal = desk.propose(assigned(desk, event, part("l1", "100.00")))
    swapped = assigned(desk, event, part("l2", "100.00"))
    with pytest.raises(StateChanged):
        desk.ask(Approve(proposal, swapped), OSCAR)
