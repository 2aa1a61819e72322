"""What people put right in a loan's file, two of them together; and what its platform reports anew."""

from datetime import date
from decimal import Decimal

import pytest

from services.ledger.domain.buckets import SchemeUnknown
from services.ledger.domain.corrections import (
    AlreadyTakenBack,
    FactUnknown,
    NothingToCorrect,
    OpeningStands,
)
from services.ledger.domain.payments import BeforeOpening, NotAnAmount
from services.ledger.domain.products import VersionDiffers, product_id
from services.ledger.domain.proposals import (
    Content,
    LoanOfProposalUnknown,
    Proposal,
    ProposalDecided,
    ProposalStatus,
    Reversal,
    SecondPersonNeeded,
)
from services.ledger.domain.recording import FactDiffers
from shared.decision import Key
from shared.events.examples import LENDER, LOAN_REFERENCE
from shared.events.ids import loan_id
from shared.events.ledger import ArrearsCuredRetracted, PaymentApplied, PaymentReallocated, ScheduleRevised
from shared.events.loans import (
    CreditGranted,
    FeeCharged,
    FeeWaived,
    PaymentsComplete,
    ProductPublished,
    RateChanged,
    ReversalReason,
    ScheduleChanged,
)
from tests.builders import (
    a_full_event,
    a_loan,
    a_payment,
    a_schedule,
    an_event,
    an_instalment,
    money,
)
from tests.unit.ledger.desk import OLGA, OSCAR, Desk

LOAN = loan_id(LENDER, LOAN_REFERENCE)
FEB, MARCH = date(2026, 2, 1), date(2026, 3, 1)
NAMES = {"lender": LENDER, "loan_reference": LOAN_REFERENCE}


def a_desk() -> Desk:
    """A loan of two instalments of 100.00."""
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule("100.00", "100.00")))
    return desk


def a_fee(amount: str = "5.00") -> FeeCharged:
    told = {"fee_reference": "F-1", "amount": money(amount), "value_on": FEB, "fee": "late", "penalty": False}
    return an_event(FeeCharged, **NAMES, **told)


def a_waiver(amount: str = "5.00") -> FeeWaived:
    return an_event(FeeWaived, **NAMES, fee_reference="F-1", amount=money(amount), value_on=FEB)


def taking_back(reference: str) -> Reversal:
    return Reversal(LENDER, LOAN_REFERENCE, reference, ReversalReason.MISPOSTED)


def test_a_payment_that_was_forgotten_counts_once_a_second_person_agrees() -> None:
    desk = a_desk()
    proposal = desk.propose(a_payment("100.00"))
    assert desk.named(PaymentApplied) == []
    with pytest.raises(SecondPersonNeeded):
        desk.approve(proposal, OLGA)
    desk.approve(proposal, OSCAR)
    assert [one.applied for one in desk.named(PaymentApplied)] == [money("100.00")]
    assert desk.files[LOAN]["payment:P-1"].added_by == proposal
    kept = desk.states[Key("Proposal", proposal)]
    assert isinstance(kept, Proposal)
    assert (kept.proposed_by, kept.decided_by, kept.status) == ("olga", "oscar", ProposalStatus.APPROVED)


def test_what_a_second_person_refuses_never_counts() -> None:
    desk = a_desk()
    proposal = desk.propose(a_payment("100.00"))
    with pytest.raises(SecondPersonNeeded):
        desk.refuse(proposal, OLGA)
    desk.refuse(proposal)
    with pytest.raises(ProposalDecided):
        desk.approve(proposal)
    assert desk.named(PaymentApplied) == []


@pytest.mark.parametrize(
    ("content", "owed"),
    [
        (a_fee(), 20_500),
        (an_event(CreditGranted, **NAMES, credit_reference="C", amount=money("7.00"), value_on=FEB), 19_300),
        (a_payment("8.00"), 19_200),
    ],
    ids=["a fee", "a credit", "a payment"],
)
def test_what_the_platform_should_have_reported_counts_as_if_it_had(content: Content, owed: int) -> None:
    desk = a_desk()
    desk.agree(content)
    assert desk.loan().book.outstanding == owed
    assert sum(desk.balances().values()) == 0


def test_a_fee_is_waived_by_two_people() -> None:
    desk = a_desk()
    desk.take(a_fee())
    desk.agree(a_waiver())
    assert desk.loan().book.outstanding == 20_000
    with pytest.raises(NothingToCorrect):
        desk.agree(a_waiver())


def test_a_payment_that_was_taken_back_by_hand_is_owed_again() -> None:
    desk = a_desk()
    desk.take(an_event(PaymentsComplete, lender=LENDER, through=date(2026, 12, 31), product=None))
    desk.day(date(2026, 2, 5))
    desk.take(a_payment("100.00", value_on=date(2026, 2, 4)))
    proposal = desk.agree(taking_back("payment:P-1"))
    entry = desk.files[LOAN]["payment:P-1"]
    assert (entry.reversed_on, entry.reversal, entry.reversed_by) == (date(2026, 2, 5), "misposted", proposal)
    assert [one.applied for one in desk.named(PaymentReallocated)] == [money("0.00")]
    desk.day(date(2026, 2, 6))
    assert len(desk.named(ArrearsCuredRetracted)) == 1
    assert desk.loan().book.outstanding == 20_000
    with pytest.raises(AlreadyTakenBack):
        desk.agree(taking_back("payment:P-1"))


def test_a_fee_that_was_never_due_is_taken_back() -> None:
    desk = a_desk()
    desk.take(a_fee(), a_payment("105.00"))
    desk.agree(taking_back("fee:F-1"))
    assert desk.loan().book.outstanding == 9_500
    assert sum(desk.balances().values()) == 0


def test_what_is_not_in_the_file_or_began_it_is_not_taken_back() -> None:
    desk = a_desk()
    with pytest.raises(FactUnknown):
        desk.agree(taking_back("payment:none"))
    with pytest.raises(OpeningStands):
        desk.agree(taking_back("opening"))


def test_what_cannot_be_right_is_refused_when_it_is_proposed() -> None:
    desk = a_desk()
    with pytest.raises(NotAnAmount):
        desk.propose(a_payment("0.00"))
    with pytest.raises(BeforeOpening):
        desk.propose(a_payment("1.00", value_on=date(2025, 12, 31)))
    with pytest.raises(LoanOfProposalUnknown):
        desk.propose(a_payment("1.00", loan="l9"))


def test_a_payment_with_another_amount_than_the_platforms_is_refused() -> None:
    desk = a_desk()
    desk.take(a_payment("100.00"))
    with pytest.raises(FactDiffers):
        desk.agree(a_payment("99.00"))
    with pytest.raises(NothingToCorrect):
        desk.agree(a_payment("100.00"))


def test_a_product_counts_once_a_second_person_agrees() -> None:
    desk, event = Desk(), a_full_event(ProductPublished)
    key = Key("Product", product_id(event.lender, event.product))
    proposal = desk.propose(event)
    assert key not in desk.states
    desk.approve(proposal)
    assert [one.version for one in desk.states[key].versions] == [event.product_version]
    other = event.model_copy(update={"effective_on": date(2026, 6, 1)})
    with pytest.raises(VersionDiffers):
        desk.agree(other)
    unknown = event.terms.model_copy(update={"buckets": "none"})
    with pytest.raises(SchemeUnknown):
        desk.propose(event.model_copy(update={"terms": unknown}))


def a_change(*amounts: str) -> ScheduleChanged:
    """The schedule from 1 March on."""
    rows = tuple(an_instalment(number, amount) for number, amount in enumerate(amounts, 2))
    return an_event(ScheduleChanged, **NAMES, effective_on=MARCH, instalments=rows, cause="agreed")


def test_of_two_schedules_for_one_day_the_newest_counts_and_the_file_keeps_both() -> None:
    desk = a_desk()
    first, second = a_change("60.00", "40.00"), a_change("50.00", "50.00")
    desk.take(first, second, second)
    assert desk.held == []
    assert [line.unpaid for line in desk.loan().book.lines()] == [10_000, 5_000, 5_000]
    file = {name: one.reversal for name, one in desk.files[LOAN].items() if name.startswith("schedule")}
    assert file == {"schedule:2026-03-01~1": "replaced", "schedule:2026-03-01": None}
    assert len(desk.named(ScheduleRevised)) == 2


def test_a_schedule_may_become_again_what_it_was() -> None:
    desk = a_desk()
    first, second = a_change("60.00", "40.00"), a_change("50.00", "50.00")
    desk.take(first, second, first)
    assert [line.unpaid for line in desk.loan().book.lines()] == [10_000, 6_000, 4_000]
    file = [name for name in desk.files[LOAN] if name.startswith("schedule")]
    assert sorted(file) == ["schedule:2026-03-01", "schedule:2026-03-01~1", "schedule:2026-03-01~2"]
    once = a_desk()
    once.take(first)
    assert once.loan().book == desk.loan().book
    assert once.balances() == desk.balances()


def test_a_rate_told_anew_for_the_same_day_replaces_the_former() -> None:
    desk, once = a_desk(), a_desk()
    rates = [
        an_event(RateChanged, **NAMES, annual_rate=Decimal(rate), effective_on=MARCH)
        for rate in ("0.1", "0.2")
    ]
    desk.take(*rates)
    once.take(rates[1])
    assert desk.held == []
    assert desk.loan().book == once.loan().book
    assert desk.files[LOAN]["rate:2026-03-01~1"].reversed_on == date(2026, 1, 1)


def test_a_schedule_that_people_took_back_gives_way_to_a_newer_report() -> None:
    desk = a_desk()
    desk.take(a_change("60.00", "40.00"))
    proposal = desk.agree(taking_back("schedule:2026-03-01"))
    assert [line.unpaid for line in desk.loan().book.lines()] == [10_000, 10_000]
    desk.take(a_change("50.00", "50.00"))
    assert [line.unpaid for line in desk.loan().book.lines()] == [10_000, 5_000, 5_000]
    former = desk.files[LOAN]["schedule:2026-03-01~1"]
    assert (former.reversal, former.reversed_by) == ("misposted", proposal)
