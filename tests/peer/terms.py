"""The peer's products as our terms."""

from decimal import Decimal
from typing import Any

from services.ledger.domain.day_count import DayCount
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.terms import (
    Ahead,
    Allocation,
    Balance,
    Component,
    Measure,
    OnChargeOff,
    Order,
    Prepayment,
    Repayment,
    SameDay,
    Sweep,
    Terms,
)
from shared.events.loans import PeriodUnit
from tests.peer.stories import Story, day

_COMPONENT = {
    "PENALTY": Component.PENALTY,
    "FEE": Component.FEES,
    "INTEREST": Component.INTEREST,
    "PRINCIPAL": Component.PRINCIPAL,
}
_UNIT = {"DAYS": PeriodUnit.DAY, "WEEKS": PeriodUnit.WEEK, "MONTHS": PeriodUnit.MONTH}
_AHEAD = {
    "NEXT_INSTALLMENT": Ahead.NEXT,
    "LAST_INSTALLMENT": Ahead.LAST,
    "NEXT_LAST_INSTALLMENT": Ahead.NEXT_THEN_LAST,
    "REAMORTIZATION": Ahead.SPREAD,
}
_P, _F, _I, _C = Component.PENALTY, Component.FEES, Component.INTEREST, Component.PRINCIPAL
_STRATEGIES = {
    "PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER": Allocation.of(_P, _F, _I, _C),
    "INTEREST_PRINCIPAL_PENALTIES_FEES_ORDER": Allocation.of(_I, _C, _P, _F),
    "PRINCIPAL_INTEREST_PENALTIES_FEES_ORDER": Allocation.of(_C, _I, _P, _F),
    "DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST": Allocation(
        (_P, _F, _I, _C), (_P, _F, _I, _C), (_C, _P, _F, _I), Sweep.BY_INSTALMENT, Ahead.NEXT, True
    ),
    "DUE_PENALTY_INTEREST_PRINCIPAL_FEE_IN_ADVANCE_PENALTY_INTEREST_PRINCIPAL_FEE": Allocation(
        (_P, _I, _C, _F), (_P, _I, _C, _F), (_P, _I, _C, _F), Sweep.BY_INSTALMENT, Ahead.NEXT, True
    ),
}


OVERDUE_FEES = {
    "LP1_INTEREST_FLAT_OVERDUE_FROM_AMOUNT": (Component.PRINCIPAL,),
    "LP1_INTEREST_FLAT_OVERDUE_FROM_AMOUNT_INTEREST": (Component.PRINCIPAL, Component.INTEREST),
}
"""Products that charge a penalty once for each instalment that is past due, on these parts of it."""
OVERDUE_FEE_RATE = Decimal("0.015")
"""The data do not tell it; the figures that they expect do."""


def is_progressive(story: Story) -> bool:
    """Whether the peer computes this loan progressively: day by day, in the order of what happened."""
    return bool(story.loan["allocation"] == "ADVANCED_PAYMENT_ALLOCATION")


def terms_of(story: Story, ahead: str | None) -> Terms:
    """A story's loan and product as terms. `ahead` replaces the product's rule for money that is left."""
    loan, product = story.loan, story.product
    rules = _rules(story, ahead)
    unit, count = _UNIT[loan["repay_unit"]], int(loan["repay_every"])
    opened = day(loan["submitted_on"])
    rate = Decimal(loan["annual_rate_pct"]) / 100
    if product.get("rate_per") == "MONTH":
        rate *= 12
    return Terms(
        currency="EUR",
        repayment=_repayment(loan, is_progressive(story)),
        opened_on=opened,
        first_due=due_date(opened, unit, count, 1)
        if product.get("repayment_start") == "SUBMITTED_ON_DATE"
        else None,
        instalments=int(loan["repayments"]),
        unit=unit,
        count=count,
        day_of_month=opened.day,
        annual_rate=rate,
        day_count=_day_count(product, is_progressive(story)),
        measure=_measure(story),
        balance=Balance.ACTUAL if product["interest_recalculation"] else Balance.SCHEDULED,
        interest_compounds=product.get("compounding") == "INTEREST",
        past_due_bears_interest=not product.get("no_interest_on_past_due", False),
        rests_by_period=product.get("recalculation_rest") == "SAME_AS_REPAYMENT",
        whole_periods_only=product.get("preclose_interest") == "TILL_REST_FREQUENCY_DATE",
        principal_grace=int(loan["grace_principal"]),
        interest_grace=int(loan["interest_free"]),
        instalment_multiple=_multiple(story),
        earns_evenly=not is_progressive(story),
        evens_out=is_progressive(story),
        level_by_thirty_days=not is_progressive(story) and _measure(story) is Measure.DAYS,
        prepayment=_PREPAYMENT.get(product.get("early_payment_adjusts", ""), Prepayment.NEXT_INSTALMENTS),
        down_payment_rate=Decimal(str(product.get("down_payment_pct") or 0)) / 100,
        same_day_joins=not is_progressive(story),
        allocation=rules["DEFAULT"],
        allocation_by_kind={kind: rule for kind, rule in rules.items() if kind != "DEFAULT"},
        chargeback_order=tuple(_COMPONENT[one] for one in product.get("credit_allocation", ["PRINCIPAL"])),
        on_charge_off=_ON_CHARGE_OFF[product.get("charge_off_behaviour", "REGULAR")],
        same_day=SameDay.BY_REFERENCE,
    )


_ON_CHARGE_OFF = {
    "REGULAR": OnChargeOff.NOTHING,
    "ZERO_INTEREST": OnChargeOff.NO_MORE_INTEREST,
    "ACCELERATE_MATURITY": OnChargeOff.ALL_DUE,
}


_PREPAYMENT = {
    "RESCHEDULE_NEXT_REPAYMENTS": Prepayment.REDUCE_NEXT,
    "REDUCE_INSTALMENT": Prepayment.REDUCE_INSTALMENT,
    "REDUCE_NUMBER_OF_INSTALMENTS": Prepayment.REDUCE_TERM,
}


def _multiple(story: Story) -> int:
    """Instalments are whole euros where the product says so; the peer rounds no equal principal parts."""
    if story.loan["amortization"] == "EQUAL_PRINCIPAL_PAYMENTS":
        return 1
    return 100 * int(story.product.get("instalment_multiple_of") or 0) or 1


def _repayment(loan: dict[str, Any], progressive: bool) -> Repayment:
    if loan["interest_type"] == "FLAT" and not progressive:
        return Repayment.FLAT if loan["annual_rate_pct"] != "0" else Repayment.ANNUITY
    return (
        Repayment.EQUAL_PRINCIPAL if loan["amortization"] == "EQUAL_PRINCIPAL_PAYMENTS" else Repayment.ANNUITY
    )


def _day_count(product: dict[str, Any], progressive: bool) -> DayCount:
    year = product["days_in_year"]
    if year == "ACTUAL" and progressive:
        return DayCount.ACT_ACT_ISDA
    return DayCount.ACT_360 if year == "DAYS360" else DayCount.ACT_365F


def _measure(story: Story) -> Measure:
    by_period = story.loan["interest_period"] == "SAME_AS_REPAYMENT_PERIOD" and not is_progressive(story)
    return Measure.PERIOD_SHARE if by_period or story.product["days_in_month"] == "DAYS30" else Measure.DAYS


def _rules(story: Story, ahead: str | None) -> dict[str, Allocation]:
    if not is_progressive(story):
        return {"DEFAULT": _STRATEGIES[story.loan["allocation"]]}
    vertical = story.product.get("schedule_processing") == "VERTICAL"
    sweep = Sweep.BY_COMPONENT if vertical else Sweep.BY_INSTALMENT
    given = story.product.get("allocation_rules", {"DEFAULT": ["NEXT_INSTALLMENT", "PFPI"]})
    rules = {}
    for kind, (given_ahead, order) in given.items():
        names = story.orders[order]
        past, due, advance = (_order(names, when) for when in ("PAST_DUE_", "DUE_", "IN_ADVANCE_"))
        future = ahead if kind == "DEFAULT" and ahead else given_ahead
        rules[kind] = Allocation(past, due, advance, sweep, _AHEAD[future])
    return rules


def _order(names: list[str], when: str) -> Order:
    return tuple(_COMPONENT[name.removeprefix(when)] for name in names if name.startswith(when))
