"""What a product's terms mean for its loans: their codes read, and what must not be published."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from services.ledger.domain.buckets import scheme_of
from services.ledger.domain.business_days import DueDateRule
from services.ledger.domain.credit_record import record
from services.ledger.domain.day_count import DayCount
from services.ledger.domain.loan import Rules
from services.ledger.domain.reference import Reference
from services.ledger.domain.rounding import RoundingRule
from services.ledger.domain.terms import (
    ALLOCATIONS,
    PRINCIPAL_FIRST_AFTER_DAYS,
    Ahead,
    Allocation,
    Balance,
    Component,
    Measure,
    OnChargeOff,
    Order,
    Prepayment,
    Repayment,
    Sweep,
)
from shared.errors import Refused
from shared.events.loans import ProductTerms
from shared.quick import replace

RELIEF_YEARS = 5
"""A loan's calendar reaches so many years beyond its last due date, since reliefs put that off."""
CALENDAR_YEARS_MAX = 60
MADE = "made"
"""The code of `ProductTerms.statements` by which the ledger makes a card's statements."""
_ORDERED = {one.name.lower(): one for one in Component if one is not Component.CREDIT}


class CodeUnknown(Refused):
    """The product names a code that the ledger does not know."""


class OrderUnsound(Refused):
    """An order of allocation names a preset, or penalty, fees, interest and principal once each, with dots
    between.
    """


class CalendarMissing(Refused):
    """To move due dates off closed days, or to count working days of grace, a product names its calendar."""


class RateAboveCap(Refused):
    """The yearly rate is above the highest that is allowed: by the product, or to its lender by the law."""


class FeeUnsound(Refused):
    """A late fee is an amount above zero; where there is none, leave it out."""


def rules_of(terms: ProductTerms) -> Rules:
    """By what the product's loans are watched, and what may be done to them. Raises SchemeUnknown,
    SchemeUnsound.
    """
    rules = Rules(
        grace_days=terms.grace_days,
        grace_working_days=terms.grace_working_days,
        due_soon_days=terms.due_soon_days,
        buckets=terms.buckets,
        own_buckets=tuple((one.bucket, one.from_day) for one in terms.own_buckets),
        payments_complete_expected=terms.payments_complete_expected,
        feed_delay_days=terms.feed_delay_days,
        late_fee_minor=terms.late_fee.minor if terms.late_fee else 0,
        rate_cap=terms.rate_cap,
        deferrals_per_year_max=terms.deferrals_per_year_max,
        term_extension_months_max=terms.term_extension_months_max,
        interest_suspended_after_days=terms.interest_suspended_after_days,
        credit_schemes=terms.credit_schemes,
    )
    scheme_of(rules.buckets, rules.own_buckets)
    return rules


def check_terms(terms: ProductTerms, reference: Reference | None, effective_on: date) -> None:
    """Raises CodeUnknown, RateAboveCap, FeeUnsound, or the error of the table that lacks a code."""
    DayCount(terms.day_count)
    RoundingRule.of(terms.rounding)
    known: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("repayment", terms.repayment, set(Repayment) - {Repayment.REVOLVING}),
        ("statements", terms.statements, (MADE, "provided")),
        ("interest_measure", terms.interest_measure, Measure),
        ("interest_balance", terms.interest_balance, Balance),
        ("on_charge_off", terms.on_charge_off, OnChargeOff),
        ("prepayment", terms.prepayment, Prepayment),
        ("allocation_sweep", terms.allocation_sweep or Sweep.BY_INSTALMENT, Sweep),
        ("allocation_ahead", terms.allocation_ahead or Ahead.NEXT, Ahead),
        *(("credit_schemes", scheme, record.SCHEMES) for scheme in terms.credit_schemes),
    )
    for field, value, codes in known:
        if value not in set(codes):
            raise CodeUnknown(field=field, value=value, known=", ".join(sorted(codes)))
    allocation_of(terms)
    rules_of(terms)
    calendar_text(terms, reference, effective_on, effective_on)
    for cap in (terms.rate_cap, terms.cost_cap_annual):
        check_rate(terms.annual_rate, cap)
    if terms.late_fee is not None and terms.late_fee.minor <= 0:
        raise FeeUnsound(late_fee=terms.late_fee)


def allocation_of(terms: ProductTerms) -> Allocation:
    """What payments of the product's loans are set against first. Raises OrderUnsound."""
    preset = ALLOCATIONS.get(terms.allocation) or Allocation.of(*_order(terms.allocation))
    given: dict[str, Any] = {
        "due": _order(terms.allocation_due) if terms.allocation_due else None,
        "in_advance": _order(terms.allocation_in_advance) if terms.allocation_in_advance else None,
        "sweep": Sweep(terms.allocation_sweep) if terms.allocation_sweep else None,
        "ahead": Ahead(terms.allocation_ahead) if terms.allocation_ahead else None,
    }
    return replace(preset, **{name: value for name, value in given.items() if value is not None})


def within_law(terms: ProductTerms, lender: str, reference: Reference | None) -> ProductTerms:
    """The terms with the cap on the rate that holds for all products of their lender, where that is lower."""
    cap = reference.rate_caps.get(lender) if reference else None
    if cap is None or (terms.rate_cap is not None and terms.rate_cap <= cap):
        return terms
    return terms.model_copy(update={"rate_cap": cap})


def check_rate(rate: Decimal, cap: Decimal | None) -> None:
    """Raises RateAboveCap."""
    if cap is not None and rate > cap:
        raise RateAboveCap(annual_rate=rate, cap=cap)


def principal_first_after_days(terms: ProductTerms) -> int | None:
    """From so many days past due on, money goes to principal before interest: as the product says, or its
    preset.
    """
    return terms.principal_first_after_days or PRINCIPAL_FIRST_AFTER_DAYS.get(terms.allocation)


def calendar_text(terms: ProductTerms, reference: Reference | None, first: date, last: date) -> str:
    """The closed days from a day through another, and the years of reliefs after it. Empty without a
    calendar. Raises CalendarMissing, CalendarUnknown, DueDateRuleUnknown.
    """
    needed = DueDateRule(terms.due_date_rule) is not DueDateRule.NONE or terms.grace_working_days
    if terms.calendar is None:
        if needed:
            raise CalendarMissing(
                due_date_rule=terms.due_date_rule, grace_working_days=terms.grace_working_days
            )
        return ""
    assert reference is not None, "calendars are given at wiring"
    until = min(last.year + RELIEF_YEARS, first.year + CALENDAR_YEARS_MAX, date.max.year)
    calendar = reference.calendar(terms.calendar, first.year, until)
    return calendar.text if needed else ""


def _order(code: str) -> Order:
    if code in ALLOCATIONS:
        return ALLOCATIONS[code].past_due
    names = code.split(".")
    if sorted(names) != sorted(_ORDERED):
        raise OrderUnsound(order=code, presets=", ".join(sorted(ALLOCATIONS)))
    return tuple(_ORDERED[name] for name in names)
