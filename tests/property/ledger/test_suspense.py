"""Money that names no loan is always somewhere: in suspense, in loans, or given back, whoever says what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import facts, suspense
from services.ledger.domain.journal import Account
from services.ledger.domain.proposals import Assignment, Content, Proposal, ProposalStatus, Return
from services.ledger.domain.suspense import Suspense, SuspenseStatus
from shared.decision import Actor, Key, Role
from shared.errors import DomainError
from shared.events.examples import LENDER
from shared.events.ids import loan_id
from shared.events.ledger import PaymentApplied
from shared.events.loans import UnassignedPaymentReceived
from shared.events.parts import SplitPart
from shared.flow import Step
from shared.fold import Fold
from shared.message import Message
from shared.money import Money
from tests.builders import a_loan, a_payment, a_schedule, an_event
from tests.unit.ledger.desk import Desk

OPENED = date(2026, 1, 1)
LOANS = ("l1", "l2", "l3")
PEOPLE = tuple(Actor(name, Role.OPERATOR, None) for name in ("olga", "oscar", "otto"))
PAYMENTS = st.lists(
    st.tuples(st.integers(1, 40_000), st.integers(0, 120), st.sets(st.sampled_from([*LOANS, "l9"]))),
    min_size=1,
    max_size=4,
)
WHICH = st.integers(0, 3)
WHO = st.sampled_from(PEOPLE)
COMMANDS = st.one_of(
    st.tuples(st.just("report"), WHICH),
    st.tuples(st.just("assign"), WHICH, st.lists(st.integers(0, 3), min_size=3, max_size=3), WHO),
    st.tuples(st.just("return"), WHICH, WHO),
    st.tuples(st.just("approve"), st.integers(0, 9), WHO),
    st.tuples(st.just("refuse"), st.integers(0, 9), WHO),
    st.tuples(st.just("platform"), WHICH, st.sampled_from(LOANS), st.booleans()),
    st.tuples(st.just("day"), st.integers(1, 40)),
)
Payment = tuple[int, int, set[str]]
Command = tuple[Any, ...]


def told(number: int, payment: Payment) -> UnassignedPaymentReceived:
    minor, days, hints = payment
    return an_event(
        UnassignedPaymentReceived,
        payment_reference=f"P-{number}",
        amount=Money(minor, "CNY"),
        value_on=OPENED + timedelta(days=days),
        hints=tuple(sorted(hints)),
    )


def parts_of(money: Suspense, weights: Sequence[int]) -> list[SplitPart]:
    """All of it, by weight; where none has any, all for the first."""
    shares = money.amount.split(weights if any(weights) else [1, 0, 0])
    return [
        SplitPart(loan_reference=name, amount=share)
        for name, share in zip(LOANS, shares, strict=True)
        if share
    ]


class Office:
    """What people do at a desk, in any order; what was refused is simply not done."""

    def __init__(self, payments: Sequence[Payment]) -> None:
        self.desk = Desk()
        self.desk.take(*(a_loan(name, instalments=a_schedule("100.00", "100.00")) for name in LOANS))
        self.events = [told(number, payment) for number, payment in enumerate(payments)]
        self.proposals: list[Any] = []
        self.reported: dict[str, int] = {}

    def do(self, command: Command) -> None:
        """One command."""
        kind, number, *rest = command
        try:
            if kind == "day":
                self.desk.day(self.desk.now.date() + timedelta(days=number))
            elif kind in ("approve", "refuse"):
                if number < len(self.proposals):
                    getattr(self.desk, kind)(self.proposals[number], *rest)
            elif number < len(self.events):
                self._about(kind, self.events[number], rest)
        except DomainError:
            pass

    def _about(self, kind: str, event: UnassignedPaymentReceived, rest: list[Any]) -> None:
        money: Suspense | None = self.desk.states.get(Key(Suspense.__name__, event.suspense_id))
        if kind == "report":
            self.desk.take(event)
            self.reported[event.payment_reference] = event.amount.minor
        elif kind == "platform":
            self._told_by_platform(event, *rest)
        elif money is not None:
            content: Content = (
                Return.of(money) if kind == "return" else Assignment.of(money, parts_of(money, rest.pop(0)))
            )
            self.proposals.append(self.desk.propose(content, rest[0]))

    def _told_by_platform(self, event: UnassignedPaymentReceived, loan: str, same: bool) -> None:
        """The platform tells of the same payment itself, for a loan; as it was, or with less."""
        amount = event.amount if same else Money(max(event.amount.minor // 2, 1), "CNY")
        name = event.payment_reference
        self.desk.take(a_payment(amount, loan=loan, reference=name, value_on=event.value_on))


def money_is_somewhere(payments: Sequence[Payment], commands: Sequence[Command]) -> None:
    """The property. The platform's own reports are left out of it: see the other one."""
    office = Office(payments)
    for command in commands:
        if command[0] != "platform":
            office.do(command)
        _holds(office)


def _holds(office: Office) -> None:
    desk, balances = office.desk, office.desk.balances()
    kept = [one for one in desk.states.values() if isinstance(one, Suspense)]
    in_status = {
        status: sum(one.amount.minor for one in kept if one.status is status) for status in SuspenseStatus
    }
    in_loans = sum(event.applied.minor + event.credit.minor for event in desk.named(PaymentApplied))
    assert in_status[SuspenseStatus.SUSPENDED] == -balances.get(Account.SUSPENSE, 0)
    assert in_status[SuspenseStatus.ASSIGNED] == in_loans
    returned = in_status[SuspenseStatus.RETURNED]
    assert in_status[SuspenseStatus.SUSPENDED] + in_loans + returned == sum(office.reported.values())
    assert balances.get(Account.CASH, 0) == sum(office.reported.values()) - returned
    assert sum(balances.values()) == 0


def each_payment_counts_once(payments: Sequence[Payment], commands: Sequence[Command]) -> None:
    """The other one: whoever tells of a payment, platform or people, its loan has it once.

    What was assigned is in the files of its loans, whole.
    """
    office = Office(payments)
    for command in commands:
        office.do(command)
    desk = office.desk
    applied = [(event.loan_id, event.payment_id) for event in desk.named(PaymentApplied)]
    assert len(applied) == len(set(applied))
    for proposal in (desk.states[Key(Proposal.__name__, id_)] for id_ in office.proposals):
        if proposal.status is ProposalStatus.APPROVED and isinstance(proposal.content, Assignment):
            for part in proposal.content.parts:
                file = desk.files[loan_id(LENDER, part.loan_reference)]
                fact = file[f"payment:{proposal.content.payment_reference}"].fact
                assert isinstance(fact, facts.Payment)
                assert fact.amount == part.amount.minor
    assert sum(desk.balances().values()) == 0


GENERATED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@GENERATED
@given(PAYMENTS, st.lists(COMMANDS, max_size=16))
def test_money_in_suspense_in_loans_and_returned_is_the_money_received(
    payments: list[Payment], commands: list[Command]
) -> None:
    money_is_somewhere(payments, commands)


@GENERATED
@given(PAYMENTS, st.lists(COMMANDS, max_size=16))
def test_a_loan_gets_a_payment_once_whoever_tells_of_it(
    payments: list[Payment], commands: list[Command]
) -> None:
    each_payment_counts_once(payments, commands)


OLGA, OSCAR, _ = PEOPLE
ONE: Sequence[Payment] = [(10_001, 31, {"l1"})]
TWICE: Sequence[Command] = [
    ("report", 0),
    ("assign", 0, [1, 1, 0], OLGA),
    ("return", 0, OSCAR),
    ("approve", 0, OSCAR),
    ("approve", 1, OLGA),
]
HALF: Sequence[Command] = [
    ("report", 0),
    ("assign", 0, [1, 1, 0], OLGA),
    ("platform", 0, "l1", False),
    ("approve", 0, OSCAR),
]


def test_a_ledger_that_ends_the_same_suspense_twice_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(money: Suspense, *arguments: Any, **more: Any) -> Any:
        return suspense.end(replace(money, status=SuspenseStatus.SUSPENDED), *arguments, **more)

    monkeypatch.setattr("services.ledger.domain.corrections.end", ended)
    with pytest.raises(AssertionError):
        money_is_somewhere(ONE, TWICE)


def test_a_ledger_that_approves_half_a_split_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_halves(fold: Fold, message: Message, asked: Sequence[tuple[Step, Key]]) -> None:
        for step, key in asked:
            fold._decide(message, step, key)

    monkeypatch.setattr(Fold, "_decide_whole", by_halves)
    with pytest.raises(AssertionError):
        each_payment_counts_once(ONE, HALF)


def test_the_planted_cases_hold_without_the_fault() -> None:
    money_is_somewhere(ONE, TWICE)
    each_payment_counts_once(ONE, HALF)
