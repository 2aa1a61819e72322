"""Loans of any product, through any days and reports: fees have a cause, lateness falls for a reason."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import ageing, fees, late_fees, standing
from services.ledger.domain.loan import Loan
from shared.events.base import Event
from shared.events.holds import HoldLifted
from shared.events.loans import CreditGranted, FeeCharged, PaymentsComplete, ProductPublished
from shared.events.parts import Freezes
from tests.builders import a_payment, a_reversal, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import HOLD, a_hold, a_product, a_term_loan

OPENED, DAYS = date(2026, 11, 1), 200
LOAN = a_term_loan("900.00", instalment_count=3)
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
RATES = st.sampled_from(["0", "0.12", "0.24"])


@st.composite
def products(draw: st.DrawFn) -> ProductPublished:
    """Any product with a late fee."""
    calendar = draw(st.sampled_from([None, "weekends", "cn"]))
    repayment = draw(st.sampled_from(["annuity", "equal_principal", "flat", "bullet", "interest_only"]))
    return a_product(
        late_fee=money(draw(st.sampled_from(["0.50", "20.00"]))),
        annual_rate=draw(RATES),
        penalty_rate=draw(st.none() | RATES),
        cost_cap_annual=draw(st.none() | st.just("0.60" if repayment == "flat" else "0.24")),
        interest_compounds=draw(st.booleans()),
        repayment=repayment,
        allocation=draw(st.sampled_from(["humane", "mifos_standard", "principal_first_after_90"])),
        grace_days=draw(st.integers(0, 5)),
        grace_working_days=calendar is not None and draw(st.booleans()),
        calendar=calendar,
        due_date_rule=draw(st.sampled_from(["none", "following", "preceding"])) if calendar else "none",
    )


KINDS = st.sampled_from(["payment", "payment", "payment", "bounce", "credit", "fee", "hold", "lift"])
Report = tuple[str, int, int, int]
REPORT: st.SearchStrategy[Report] = st.tuples(
    KINDS, st.integers(0, DAYS), st.integers(0, 60), st.integers(1, 45_000)
)
# A payment bounces once: a platform that says so twice is stopped, and its loan parked.
REPORTS = st.lists(REPORT, max_size=7).filter(lambda told: [one[0] for one in told].count("bounce") < 2)


def _event(kind: str, name: str, on: date, amount: Any) -> Event:
    match kind:
        case "payment":
            return a_payment(amount, reference=name, value_on=on)
        case "bounce":
            return a_reversal("r0", reversed_on=on)
        case "credit":
            told = {"credit_reference": name, "amount": amount, "value_on": on, "reason": "goodwill"}
            return an_event(CreditGranted, **NAMES, **told)
        case "fee":
            fee = {"fee_reference": name, "amount": amount, "value_on": on, "fee": "letter"}
            return an_event(FeeCharged, **NAMES, **fee)
        case "hold":
            return a_hold(Freezes(interest_and_fees=True), str(on))
        case _:
            return an_event(HoldLifted, loan_id=LOAN.loan_id, hold_id=HOLD, lifted_on=on)


def _story(product: ProductPublished, reports: Sequence[Report], look: Callable[[Desk, date], None]) -> None:
    """Days pass, and reports come on theirs; after each day the loan is looked at."""
    desk = Desk()
    desk.take(product, LOAN)
    desk.take(an_event(PaymentsComplete, lender=LOAN.lender, through=date(2028, 1, 1), product=None))
    for day in range(DAYS):
        today = OPENED + timedelta(days=day)
        desk.day(today)
        look(desk, today)
        for number, (kind, told, before, cents) in enumerate(reports):
            if told == day:
                on = max(today - timedelta(days=before), OPENED)
                amount = money(f"{cents // 100}.{cents % 100:02}")
                desk.take(_event(kind, f"r{number}", on, amount))
    assert [one for one in desk.held if "parked" in one] == []


def fees_have_their_cause(product: ProductPublished, reports: Sequence[Report]) -> None:
    """Each stands for an instalment that is told as missed, no two for one, none for days under a hold."""

    def look(desk: Desk, today: date) -> None:
        loan = desk.loan()
        missed = {one.event_id: one for one in loan.told.missed}
        fees = [
            one.reference.split(":") for one in loan.book.charges if one.reference.startswith("fee:late:")
        ]
        standing_fees = [
            (int(number), date.fromisoformat(told_on), missed.get(UUID(id_)))
            for (_, _, number, told_on, id_), one in zip(fees, _late(loan), strict=True)
            if one.amount
        ]
        assert len({number for number, _, _ in standing_fees}) == len(standing_fees)
        for _, told_on, cause in standing_fees:
            assert cause is not None
            span = range(cause.due_on.toordinal() + 1, told_on.toordinal() + 1)
            assert not any(since <= day < until for day in span for since, until in loan.book.pauses)
        assert sum(desk.balances().values()) == 0

    _story(product, reports, look)


def _late(loan: Loan) -> list[Any]:
    return [one for one in loan.book.charges if one.reference.startswith("fee:late:")]


def lateness_falls_for_a_reason(product: ProductPublished, reports: Sequence[Report]) -> None:
    """From one day to the next days past due stay or grow by one, unless something was reported."""
    days: dict[date, int] = {}
    reported = {OPENED + timedelta(days=told) for _, told, _, _ in reports}

    def look(desk: Desk, today: date) -> None:
        days[today] = standing.standing(desk.loan(), today).days_past_due
        before = today - timedelta(days=1)
        if before in days and before not in reported:
            assert days[before] <= days[today]

    _story(product, reports, look)


QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLAIN = a_product(annual_rate="0", late_fee=money("20.00"))
FOUND: Sequence[Report] = [("payment", 60, 40, 30_000)]
HELD: Sequence[Report] = [("hold", 60, 40, 1)]


@QUICK
@given(products(), REPORTS)
def test_each_late_fee_has_its_cause(product: ProductPublished, reports: list[Report]) -> None:
    fees_have_their_cause(product, reports)


@QUICK
@given(products(), REPORTS)
def test_days_past_due_never_fall_without_a_reason(product: ProductPublished, reports: list[Report]) -> None:
    lateness_falls_for_a_reason(product, reports)


@pytest.mark.long
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("holds", [fees_have_their_cause, lateness_falls_for_a_reason])
def test_thousands_of_stories_come_out_right(holds: Callable[..., None]) -> None:
    LONG(given(products(), REPORTS)(holds))()


@pytest.mark.parametrize("reports", [FOUND, HELD])
def test_a_ledger_that_keeps_fees_without_a_cause_is_found_out(
    reports: Sequence[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    fees_have_their_cause(PLAIN, reports)
    monkeypatch.setattr(late_fees, "without_cause", lambda loan, missed: iter(()))
    monkeypatch.setattr(fees, "_forbidden", lambda w, fact: False)
    with pytest.raises(AssertionError):
        fees_have_their_cause(PLAIN, reports)


def test_a_ledger_that_forgets_the_holds_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_fees, "_is_paused", lambda book, since, through: False)
    monkeypatch.setattr(fees, "_forbidden", lambda w, fact: False)
    with pytest.raises(AssertionError):
        fees_have_their_cause(PLAIN, [("hold", 31, 5, 1)])


@pytest.mark.parametrize("fault", [lambda days: days % 30, lambda days: 0 if days > 9 else days])
def test_a_count_that_falls_by_itself_is_found_out(
    fault: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lateness_falls_for_a_reason(PLAIN, [])
    real = ageing.days_past_due
    monkeypatch.setattr(standing, "days_past_due", lambda *given: fault(real(*given)))
    with pytest.raises(AssertionError):
        lateness_falls_for_a_reason(PLAIN, [])
