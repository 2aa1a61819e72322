"""Random loans and random histories: any kind of fact, on any day, in any order."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from hypothesis import strategies as st

from services.ledger.domain.business_days import Calendar, DueDateRule
from services.ledger.domain.day_count import DayCount
from services.ledger.domain.facts import (
    Acceleration,
    AgeingPause,
    Chargeback,
    ChargeOff,
    Credit,
    CreditRefund,
    Dispute,
    Draw,
    DueDateMoved,
    Fact,
    Fee,
    FeeWaiver,
    Forgiveness,
    Grace,
    InterestPause,
    InterestWaiver,
    LimitChange,
    LowerMinimum,
    MorePeriods,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    ScheduleChange,
    Statement,
    TokenPayments,
)
from services.ledger.domain.replay import REFUND
from services.ledger.domain.terms import (
    Ahead,
    Allocation,
    Balance,
    CardTerms,
    Component,
    Measure,
    OnChargeOff,
    Planned,
    Prepayment,
    Repayment,
    SameDay,
    Sweep,
    Terms,
)
from shared.events.loans import PeriodUnit

OPENED = date(2024, 1, 31)
CALENDAR = Calendar(
    "test",
    closed=frozenset(date(2024, 5, day) for day in range(1, 6)),
    worked=frozenset({date(2024, 4, 28)}),
    years=(2024, 2026),
).text
OWED = (Component.PENALTY, Component.FEES, Component.INTEREST, Component.PRINCIPAL)
ORDERS = st.sampled_from(list(permutations(OWED)))
RATES = st.sampled_from([Decimal(0), Decimal("0.07"), Decimal("0.24"), Decimal("0.365")])
AMOUNTS = st.integers(1, 150_000)
DAYS = st.integers(0, 320).map(lambda n: OPENED + timedelta(days=n))


@st.composite
def allocations(draw: st.DrawFn) -> Allocation:
    """Any allocation."""
    return Allocation(
        draw(ORDERS),
        draw(ORDERS),
        draw(ORDERS),
        draw(st.sampled_from(Sweep)),
        draw(st.sampled_from(Ahead)),
        draw(st.booleans()),
    )


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Any terms."""
    repayment = draw(st.sampled_from([one for one in Repayment if one is not Repayment.REVOLVING]))
    count = draw(st.integers(1, 8))
    provided = tuple(
        Planned(
            OPENED + timedelta(days=30 * k),
            draw(st.integers(1, 40_000)),
            draw(st.integers(0, 900)),
            draw(st.sampled_from([0, 0, 300])),
            draw(st.sampled_from([0, 0, 200])),
        )
        for k in range(1, count + 1)
    )
    return Terms(
        currency="CNY",
        repayment=repayment,
        opened_on=OPENED,
        instalments=count,
        unit=draw(st.sampled_from(PeriodUnit)),
        count=draw(st.integers(1, 3)),
        provided=provided if repayment is Repayment.PROVIDED else (),
        annual_rate=draw(RATES),
        day_count=draw(st.sampled_from(DayCount)),
        measure=draw(st.sampled_from(Measure)),
        balance=draw(st.sampled_from(Balance)),
        past_due_bears_interest=draw(st.booleans()),
        rests_by_period=draw(st.integers(0, 4)) == 0,
        principal_grace=draw(st.integers(0, 1)),
        interest_grace=draw(st.integers(0, 1)),
        interest_compounds=draw(st.integers(0, 3)) == 0,
        penalty_rate=draw(st.none() | RATES),
        cost_cap=draw(st.none() | st.sampled_from([Decimal("0.24"), Decimal("0.365")])),
        due_date_rule=draw(st.sampled_from(DueDateRule)),
        calendar=CALENDAR,
        instalment_multiple=draw(st.sampled_from([1, 1, 100])),
        level_by_thirty_days=draw(st.integers(0, 4)) == 0,
        evens_out=draw(st.booleans()),
        down_payment_rate=draw(st.sampled_from([Decimal(0), Decimal("0.25")])),
        same_day_joins=draw(st.booleans()),
        allocation=draw(allocations()),
        prepayment=draw(st.sampled_from(Prepayment)),
        chargeback_order=draw(st.sampled_from([(Component.PRINCIPAL,), OWED])),
        on_charge_off=draw(st.sampled_from(OnChargeOff)),
        same_day=draw(st.sampled_from(SameDay)),
    )


_LATER: dict[str, Callable[[st.DrawFn, date, str], Fact]] = {
    "draw": lambda draw, on, name: Draw(on, name, draw(AMOUNTS)),
    "payment": lambda draw, on, name: Payment(on, name, draw(AMOUNTS)),
    "paid again": lambda draw, on, name: Payment(on, name, draw(st.integers(1, 30_000))),
    "directed": lambda draw, on, name: Payment(on, name, 5_000, "payment", (500, 500, 2_000, 1_000)),
    "credit": lambda draw, on, name: Credit(on, name, draw(AMOUNTS)),
    "chargeback": lambda draw, on, name: Chargeback(on, name, draw(AMOUNTS), "01"),
    "refund": lambda draw, on, name: CreditRefund(on, name, draw(AMOUNTS)),
    "fee": lambda draw, on, name: Fee(
        on,
        name,
        draw(st.integers(1, 5_000)),
        on + timedelta(days=draw(st.integers(0, 60))),
        draw(st.booleans()),
    ),
    "waiver": lambda draw, on, name: FeeWaiver(on, name, draw(st.sampled_from(["01", "02", "03"])), 2_000),
    "dispute": lambda draw, on, name: Dispute(
        on, name, draw(st.none() | AMOUNTS), None, on + timedelta(days=40)
    ),
    "schedule": lambda draw, on, name: ScheduleChange(
        on, name, tuple(Planned(on + timedelta(days=20 * k), draw(AMOUNTS), k, k) for k in range(1, 4))
    ),
    "rate": lambda draw, on, name: RateChange(
        on, name, draw(RATES), on + timedelta(days=draw(st.integers(-9, 40)))
    ),
    "pause": lambda draw, on, name: InterestPause(
        on,
        name,
        on + timedelta(days=draw(st.integers(-9, 40))),
        on + timedelta(days=draw(st.integers(41, 90))),
    ),
    "held": lambda draw, on, name: InterestPause(
        on,
        name,
        on,
        on + timedelta(days=draw(st.integers(0, 90))),
        fees=True,
        arrears_only=draw(st.booleans()),
    ),
    "ageing": lambda draw, on, name: AgeingPause(on, name),
    "moved": lambda draw, on, name: DueDateMoved(
        on,
        name,
        on + timedelta(days=draw(st.integers(-20, 40))),
        on + timedelta(days=draw(st.integers(41, 90))),
    ),
    "longer": lambda draw, on, name: MorePeriods(on, name, on + timedelta(days=draw(st.integers(0, 40))), 2),
    "grace": lambda draw, on, name: Grace(
        on,
        name,
        on + timedelta(days=draw(st.integers(0, 40))),
        draw(st.integers(0, 2)),
        draw(st.integers(0, 2)),
    ),
    "tokens": lambda draw, on, name: TokenPayments(on, name, draw(st.integers(0, 2_000)), 2),
    "interest waived": lambda draw, on, name: InterestWaiver(on, name, draw(st.integers(1, 3_000))),
    "forgiven": lambda draw, on, name: Forgiveness(on, name, draw(st.integers(1, 50_000))),
    "re-aged": lambda draw, on, name: ReAge(
        on, name, on + timedelta(days=draw(st.integers(1, 40))), PeriodUnit.MONTH, 1, draw(st.integers(1, 5))
    ),
    "agreed": lambda draw, on, name: ReAge(
        on,
        name,
        on + timedelta(days=10),
        PeriodUnit.MONTH,
        1,
        2,
        (on + timedelta(days=10), on + timedelta(days=draw(st.integers(11, 60)))),
        (draw(st.integers(0, 60_000)), draw(st.integers(0, 60_000))),
    ),
    "penalty waived": lambda draw, on, name: InterestWaiver(on, name, draw(st.integers(1, 900)), True),
    "capitalised": lambda draw, on, name: ReAmortise(on, name, arrears=True),
    "re-amortised": lambda draw, on, name: ReAmortise(on, name),
    "charged off": lambda draw, on, name: ChargeOff(on, name),
    "called due": lambda draw, on, name: Acceleration(on, name),
}


_OF_CARDS: dict[str, Callable[[st.DrawFn, date, str], Fact]] = {
    "purchase": lambda draw, on, name: Draw(on, name, draw(st.integers(1, 20_000))),
    "statement": lambda draw, on, name: Statement(
        on,
        name,
        on + timedelta(days=draw(st.integers(0, 40))),
        draw(st.integers(0, 9_000)),
        draw(st.integers(0, 90_000)),
        draw(st.none() | st.integers(0, 2_000)),
    ),
    "given back": lambda draw, on, name: Credit(on, name, draw(AMOUNTS), REFUND),
    "limit": lambda draw, on, name: LimitChange(on, name, draw(st.integers(0, 60_000))),
    "asks for less": lambda draw, on, name: LowerMinimum(
        on,
        name,
        on + timedelta(days=draw(st.integers(-9, 40))),
        on + timedelta(days=draw(st.integers(41, 90))),
        draw(st.none() | st.integers(0, 2_000)),
    ),
}


@st.composite
def card_terms(draw: st.DrawFn) -> Terms:
    """Any terms of a revolving loan."""
    card = CardTerms(
        limit=draw(st.integers(1, 60_000) | st.just(10**8)),
        made=draw(st.booleans()),
        minimum_rate=draw(st.sampled_from([Decimal(0), Decimal("0.05"), Decimal(1)])),
        minimum=draw(st.integers(0, 3_000)),
        minimum_has_past_due=draw(st.booleans()),
        draws_reported=draw(st.booleans()),
        compounds=draw(st.booleans()),
    )
    return Terms(
        currency="CNY",
        repayment=Repayment.REVOLVING,
        opened_on=OPENED,
        annual_rate=draw(RATES),
        day_count=draw(st.sampled_from(DayCount)),
        penalty_rate=draw(st.none() | RATES),
        instalment_multiple=draw(st.sampled_from([1, 100])),
        allocation=draw(allocations().filter(lambda one: one.ahead is not Ahead.CREDIT)),
        chargeback_order=draw(st.sampled_from([(Component.PRINCIPAL,), OWED])),
        on_charge_off=draw(st.sampled_from(OnChargeOff)),
        same_day=draw(st.sampled_from(SameDay)),
        card=card,
    )


@st.composite
def card_histories(draw: st.DrawFn, most: int = 12, among: Sequence[str] = ()) -> tuple[Terms, list[Fact]]:
    """As `histories`, of revolving loans: any kind of fact is legal there too; or those `among` some."""
    every = {**_LATER, **_OF_CARDS}
    often = [*["purchase"] * 5, "statement", "statement", "payment", "paid again", *sorted(every)]
    kinds = draw(st.lists(st.sampled_from(among or often), max_size=most))
    facts = [every[kind](draw, draw(DAYS), f"{n:02d}") for n, kind in enumerate(kinds, 1)]
    first = Draw(OPENED, "00", draw(st.integers(100, 60_000)))
    return draw(card_terms()), draw(st.permutations([first, *facts]))


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> tuple[Terms, list[Fact]]:
    """Terms, and facts in the order in which they were told: none lies before the first draw."""
    kinds = draw(st.lists(st.sampled_from(sorted(_LATER)), max_size=most))
    facts = [_LATER[kind](draw, draw(DAYS), f"{n:02d}") for n, kind in enumerate(kinds, 1)]
    first, held = Draw(OPENED, "00", draw(st.integers(100, 200_000))), draw(terms())
    if held.repayment is not Repayment.PROVIDED:
        facts = [fact for fact in facts if not isinstance(fact, ScheduleChange)]
    return held, draw(st.permutations([first, *facts]))
