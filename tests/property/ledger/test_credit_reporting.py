"""Whatever comes to light, in whatever order: a corrected record is the record made anew, and a plan that is
kept makes no code worse.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.credit_record.record import SCHEMES
from services.ledger.domain.reporting import report
from shared.decision import Context, Need
from shared.events.hardship import PlanAccepted, PlanBroken, PlanLoan
from shared.events.ledger import CreditStatusChanged
from shared.events.loans import FeeCharged, LoanClosed, PaymentsComplete
from shared.events.parts import Freezes, HoldReason, ReliefKind, ReliefPhase
from tests.builders import a_payment, a_reversal, an_event, money
from tests.unit.ledger.desk import PLATFORM, Desk
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan

Meddle = Callable[[Desk], None]
OPENED = date(2026, 1, 1)
PLAN = UUID(int=9)


class Step(NamedTuple):
    """After some days something happens; `back` days before it counts from."""

    after: int
    what: str
    amount: int = 0
    back: int = 0


steps = st.builds(
    Step,
    after=st.integers(0, 40),
    what=st.sampled_from(["pay", "pay", "pay", "reverse", "fee", "hold", "plan", "break", "close", "wait"]),
    amount=st.sampled_from([30, 60, 100, 100, 100, 200, 300]),
    back=st.sampled_from([0, 0, 0, 1, 5, 35, 70]),
)
stories = st.lists(steps, min_size=3, max_size=14)


def opened(*schemes: str) -> Desk:
    """600.00 without interest, six instalments from 1 February on."""
    desk = Desk(now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    desk.take(a_product(annual_rate=Decimal(0), credit_schemes=schemes))
    desk.take(
        a_term_loan("600.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=6),
        an_event(PaymentsComplete, lender=a_term_loan().lender, through="2035-12-31", product=None),
    )
    return desk


def events_of(step: Step, number: int, on: date) -> list[Any]:
    """What is told of a step on its day."""
    since = max(on - timedelta(days=step.back), OPENED)
    name = f"P-{number}"
    match step.what:
        case "pay":
            return [a_payment(f"{step.amount}.00", value_on=since, reference=name)]
        case "reverse":
            return [a_reversal(f"P-{number - 1}", reversed_on=on)]
        case "fee":
            fields = {"fee_reference": name, "amount": money("5.00"), "value_on": since, "penalty": False}
            return [an_event(FeeCharged, **fields)]
        case "close" if number % 5 == 0:
            return [an_event(LoanClosed, closed_on=on, reason="goodwill")]
    return _agreed_or_held(step, number, on)


def _agreed_or_held(step: Step, number: int, on: date) -> list[Any]:
    since, loan_id = max(on - timedelta(days=step.back), OPENED), a_term_loan().loan_id
    match step.what:
        case "hold":
            hold = a_hold(
                Freezes(ageing=True),
                str(since),
                str(on + timedelta(days=25)),
                hold_id=UUID(int=100 + number),
                reason=HoldReason.DISASTER,
            )
            return [hold]
        case "plan":
            phase = ReliefPhase(
                kind=ReliefKind.DEFERRAL_INTEREST_RUNNING,
                effective_on=on,
                ends_on=on + timedelta(days=60),
            )
            part = PlanLoan(loan_id=loan_id, part=1, phases=(phase,))
            return [an_event(PlanAccepted, plan_id=UUID(int=number), accepted_on=since, loans=(part,))]
        case "break":
            ids = {"plan_id": UUID(int=number - 1), "loan_ids": (loan_id,)}
            return [an_event(PlanBroken, broken_on=on, **ids)]
    return []


def lived(story: list[Step], desk: Desk, meddle: Meddle) -> Desk:
    """The story at the desk."""
    on = OPENED
    for number, step in enumerate(story, 10):
        on += timedelta(days=step.after)
        desk.day(on)
        desk.take(*events_of(step, number, on))
        meddle(desk)
        desk.moment()
    return desk


def nothing(desk: Desk) -> None:
    """Nobody meddles."""


def a_record_is_what_it_is_made_anew(meddle: Meddle, examples: settings) -> None:
    @examples
    @given(stories)
    def check(story: list[Step]) -> None:
        desk = lived(story, opened(*SCHEMES), meddle)
        loan = desk.loan()
        credit = loan.told.credit
        if credit is None or not credit.codes:
            return
        then = datetime.combine(credit.carried.through, datetime.min.time(), UTC)
        doubted = replace(loan, told=replace(loan.told, credit=replace(credit, stale=True)))
        context = Context(then, PLATFORM, history=desk._history(loan.id))
        made = report(doubted, context, date(2035, 12, 31))
        assert not isinstance(made, Need)
        again, events = made
        assert events == []
        assert again.told.credit is not None
        assert again.told.credit.carried == credit.carried
        assert again.told.credit.codes == credit.codes

    check()


_RANKS: dict[str, list[str]] = {
    # None of "13" and "11", of "C", "N" and "*", is worse than the other.
    "metro2_status": ["13 11", "71", "78", "80", "82", "83", "84"],
    "cn_m": ["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7"],
    "pbc_month": ["C N *", "1", "2", "3", "4", "5", "6", "7"],
    "cn_five_class": ["normal", "special_mention", "substandard", "doubtful", "loss"],
    "ifrs9_stage": ["1", "2", "3"],
    "eba": ["performing", "performing_forborne", "non_performing_forborne", "non_performing"],
}
kept_stories = st.tuples(
    st.integers(0, 150),
    st.lists(
        st.builds(
            Step,
            after=st.integers(0, 45),
            what=st.sampled_from(["pay", "fee", "wait"]),
            amount=st.sampled_from([10, 60, 100]),
            back=st.sampled_from([0, 0, 1, 3]),
        ),
        min_size=2,
        max_size=8,
    ),
    st.sampled_from(
        [ReliefKind.DEFERRAL_INTEREST_RUNNING, ReliefKind.TOKEN_PAYMENTS, ReliefKind.LONGER_TERM, None]
    ),
)


def _agreed(on: date, kind: ReliefKind | None) -> PlanAccepted:
    terms: dict[str, Any] = {"ends_on": on + timedelta(days=300)}
    if kind is ReliefKind.TOKEN_PAYMENTS:
        terms["amount"] = money("10.00")
    phases = () if kind is None else (ReliefPhase(kind=kind, effective_on=on, **terms),)
    part = PlanLoan(loan_id=a_term_loan().loan_id, part=1, phases=phases)
    return an_event(PlanAccepted, plan_id=PLAN, accepted_on=on, loans=(part,))


def _rank(scheme: str, code: str) -> int:
    """The place of a code from best to worst; of none, the worst."""
    ranks = _RANKS[scheme]
    return next(place for place, codes in enumerate(ranks) if code in codes.split()) if code else len(ranks)


def a_kept_plan_makes_no_code_worse(meddle: Meddle, examples: settings) -> None:
    @examples
    @given(kept_stories)
    def check(story: tuple[int, list[Step], ReliefKind | None]) -> None:
        start, later, kind = story
        desk = opened(*_RANKS)
        on = OPENED + timedelta(days=start)
        desk.day(on)
        desk.take(_agreed(on, kind))
        meddle(desk)
        desk.moment()
        # How the month of its beginning ends may still be told as it stood then.
        desk.day(on := (on.replace(day=1) + timedelta(days=32)).replace(day=1))
        told = len(desk.named(CreditStatusChanged))
        for number, step in enumerate(later, 10):
            on += timedelta(days=step.after)
            desk.day(on)
            desk.take(*events_of(step, number, on))
            desk.moment()
        desk.day(on + timedelta(days=200))
        for event in desk.named(CreditStatusChanged)[told:]:
            assert _rank(event.scheme, event.after) <= _rank(event.scheme, event.before), event

    check()


USUAL = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_record_carried_on_and_corrected_is_the_record_made_anew() -> None:
    a_record_is_what_it_is_made_anew(nothing, USUAL)


def test_a_plan_that_is_kept_makes_no_code_worse() -> None:
    a_kept_plan_makes_no_code_worse(nothing, USUAL)


def _credit(desk: Desk, **changed: Any) -> None:
    loan = desk.loan()
    if loan.told.credit is not None:
        key = next(key for key, state in desk.states.items() if state is loan)
        told = replace(loan.told, credit=replace(loan.told.credit, **changed))
        desk.states[key] = replace(loan, told=told)


def _overlooks_late_news(desk: Desk) -> None:
    _credit(desk, stale=False)


def _shows_what_was_shown(desk: Desk) -> None:
    credit = desk.loan().told.credit
    if credit is not None:
        _credit(desk, carried=replace(credit.carried, months=credit.carried.months[1:]))


def _forgets_the_plan(desk: Desk) -> None:
    loan = desk.loan()
    key = next(key for key, state in desk.states.items() if state is loan)
    desk.states[key] = replace(loan, agreements=loan.agreements._replace(plan=None))


def _breaks_the_plan(desk: Desk) -> None:
    ids = {"plan_id": PLAN, "loan_ids": (a_term_loan().loan_id,)}
    desk.take(an_event(PlanBroken, broken_on=desk.now.date() + timedelta(days=40), **ids))


@pytest.mark.parametrize("fault", [_overlooks_late_news, _shows_what_was_shown])
def test_a_record_that_is_not_corrected_is_noticed(fault: Meddle) -> None:
    with pytest.raises(AssertionError):
        a_record_is_what_it_is_made_anew(fault, USUAL)


@pytest.mark.parametrize("fault", [_forgets_the_plan, _breaks_the_plan])
def test_a_plan_that_does_not_protect_is_noticed(fault: Meddle) -> None:
    with pytest.raises(AssertionError):
        a_kept_plan_makes_no_code_worse(fault, USUAL)
