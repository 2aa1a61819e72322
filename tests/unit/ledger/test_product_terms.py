"""A product's terms: each reaches the loan, what nobody can read is refused, and a loan keeps what it has."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.adapters.calendars import calendar
from services.ledger.domain.terms import Component
from shared.events.ledger import DelinquencyChanged, LoanRegistered, PaymentApplied, PaymentMissed
from shared.events.loans import (
    Channel,
    LoanKind,
    LoanOpened,
    PaymentsComplete,
    PeriodUnit,
    ProductTerms,
    RateChanged,
)
from shared.events.product_terms import BucketStart
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
OWN = (
    BucketStart(bucket="fine", from_day=0),
    BucketStart(bucket="late", from_day=1),
    BucketStart(bucket="very_late", from_day=11),
)
OTHER: dict[str, Any] = {
    "day_count": "act_360",
    "repayment": "bullet",
    "period_unit": PeriodUnit.WEEK,
    "period_count": 2,
    "annual_rate": "0.2",
    "rate_cap": "0.3",
    "penalty_rate": "0.1",
    "grace_days": 4,
    "grace_working_days": True,
    "calendar": "weekends",
    "due_date_rule": "following",
    "allocation": "mifos_standard",
    "allocation_due": "mifos_standard",
    "allocation_in_advance": "principal.interest.fees.penalty",
    "allocation_sweep": "by_component",
    "allocation_ahead": "last",
    "principal_first_after_days": 90,
    "buckets": "30_60_90",
    "own_buckets": OWN,
    "rounding": "half_up.100",
    "interest_compounds": True,
    "interest_measure": "period_share",
    "interest_balance": "scheduled",
    "past_due_bears_interest": False,
    "rests_by_period": True,
    "whole_periods_only": True,
    "earns_evenly": True,
    "evens_out": False,
    "level_by_thirty_days": True,
    "prepayment": "reduce_term",
    "principal_grace_periods": 1,
    "interest_grace_periods": 1,
    "interest_free_periods": 1,
    "on_charge_off": "no_more_interest",
    "late_fee": money("20.00"),
    "cost_cap_annual": "0.36",
    "deferrals_per_year_max": 1,
    "term_extension_months_max": 6,
    "due_soon_days": 7,
    "payments_complete_expected": False,
    "feed_delay_days": 2,
    "interest_suspended_after_days": 60,
    "credit_schemes": ("cn_m",),
}
NEEDS: dict[str, dict[str, Any]] = {
    "grace_working_days": {"calendar": "weekends"},
    "due_date_rule": {"calendar": "weekends"},
    "calendar": {"due_date_rule": "following"},
    "own_buckets": {"buckets": "own"},
}
FOR_CARDS = {
    "minimum_payment_rate",
    "minimum_payment",
    "minimum_has_past_due",
    "statements",
    "statement_day",
    "payment_due_days",
    "draws_reported",
}


def a_desk(loan: dict[str, Any] | None = None, **terms: Any) -> Desk:
    """A loan of 1,200.00 at 12 %, opened on 1 November 2026, twelve instalments from 1 December on."""
    desk = Desk()
    opened = a_term_loan("1200.00", **{"instalment_count": 12, **(loan or {})})
    desk.take(a_product(**{"annual_rate": "0.12", **terms}), opened)
    desk.take(an_event(PaymentsComplete, lender=opened.lender, through=date(2028, 12, 31), product=None))
    return desk


def refusal(desk: Desk) -> str:
    """Why the only thing that was held is held."""
    [held] = desk.held
    return held.removeprefix("parked: ").split(" ")[0]


def test_every_term_of_a_product_is_known_here() -> None:
    assert OTHER.keys() == ProductTerms.model_fields.keys() - FOR_CARDS


@pytest.mark.parametrize("field", OTHER)
def test_each_term_reaches_the_loan(field: str) -> None:
    needs = NEEDS.get(field, {})
    without = {name: value for name, value in needs.items() if name != "due_date_rule"}
    with_it, as_before = (
        a_desk(**needs, **{field: OTHER[field]}),
        a_desk(**without) if field != "own_buckets" else a_desk(),
    )
    assert with_it.held == as_before.held == []
    before, after = as_before.loan(), with_it.loan()
    assert (before.book.terms, before.rules) != (after.book.terms, after.rules)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"calendar": "atlantis"}, "calendar_unknown"),
        ({"due_date_rule": "next", "calendar": "cn"}, "due_date_rule_unknown"),
        ({"due_date_rule": "following"}, "calendar_missing"),
        ({"grace_working_days": True}, "calendar_missing"),
        ({"day_count": "act_370"}, "day_count_unknown"),
        ({"rounding": "half_odd"}, "rounding_unknown"),
        ({"repayment": "never"}, "code_unknown"),
        ({"interest_measure": "weeks"}, "code_unknown"),
        ({"interest_balance": "none"}, "code_unknown"),
        ({"on_charge_off": "everything"}, "code_unknown"),
        ({"prepayment": "vanishes"}, "code_unknown"),
        ({"allocation": "greedy"}, "order_unsound"),
        ({"allocation": "interest.interest.fees.penalty"}, "order_unsound"),
        ({"allocation_due": "interest.principal"}, "order_unsound"),
        ({"allocation_sweep": "broom"}, "code_unknown"),
        ({"allocation_ahead": "away"}, "code_unknown"),
        ({"buckets": "m0_m9"}, "scheme_unknown"),
        ({"buckets": "own"}, "scheme_unknown"),
        ({"own_buckets": OWN}, "scheme_unknown"),
        ({"buckets": "own", "own_buckets": OWN[1:]}, "scheme_unsound"),
        ({"buckets": "own", "own_buckets": (*OWN, OWN[1])}, "scheme_unsound"),
        ({"annual_rate": "0.25", "rate_cap": "0.24"}, "rate_above_cap"),
        ({"annual_rate": "0.25", "cost_cap_annual": "0.24"}, "rate_above_cap"),
        ({"late_fee": money("0.00")}, "fee_unsound"),
    ],
)
def test_terms_that_nobody_can_read_are_not_published(terms: dict[str, Any], code: str) -> None:
    desk = Desk()
    desk.take(a_product(**terms))
    assert refusal(desk) == code
    assert desk.states == {}


def test_codes_of_calendars_and_rules_are_read_in_any_case() -> None:
    terms = a_product(calendar="US-NY", due_date_rule="Modified_Following").terms
    assert (terms.calendar, terms.due_date_rule) == ("us-ny", "modified_following")


def test_a_loan_keeps_its_terms_when_its_product_changes() -> None:
    desk = a_desk({"product_version": None}, grace_days=3)
    before = desk.loan()
    newer = a_product(annual_rate="0.06", grace_days=9).model_copy(update={"product_version": 2})
    desk.take(newer)
    assert (desk.loan().book.terms, desk.loan().rules) == (before.book.terms, before.rules)
    # Told of once more, it is the loan that it was, though the newer version would apply by now.
    desk.take(a_term_loan("1200.00", instalment_count=12, product_version=None))
    assert (desk.held, len(desk.named(LoanRegistered))) == ([], 1)
    desk.take(a_term_loan("1200.00", loan_reference="L-2", instalment_count=12, product_version=None))
    assert desk.loan("L-2").product_version == 2
    assert desk.loan("L-2").book.terms.annual_rate == Decimal("0.06")


def test_a_loan_told_again_after_a_calendar_has_changed_is_the_same_loan() -> None:
    desk = a_desk(calendar="cn", due_date_rule="following")
    desk.reference = type(desk.reference)(lambda code, first, last: calendar("us", first, last))
    desk.take(a_term_loan("1200.00", instalment_count=12))
    assert desk.held == []
    assert "cn" in desk.loan().book.terms.calendar


def test_a_loan_without_a_product_has_the_defaults() -> None:
    desk = Desk()
    desk.take(a_loan())
    assert (desk.held, desk.loan().rules.grace_days, desk.loan().rules.late_fee_minor) == ([], 0, 0)


@pytest.mark.parametrize("differs", [{"kind": LoanKind.PROVIDED}, {"channel": Channel.CARD}])
def test_a_loan_of_another_kind_or_channel_than_its_product_is_refused(differs: dict[str, Any]) -> None:
    assert refusal(a_desk({**differs, "instalments": a_schedule("1200.00")})) == "product_differs"


@pytest.mark.parametrize("cap", ["rate_cap", "cost_cap_annual"])
def test_a_rate_above_the_cap_is_refused_and_the_loan_stays_as_it_was(cap: str) -> None:
    assert refusal(a_desk({"annual_rate": "0.2401"}, **{cap: "0.24"})) == "rate_above_cap"
    desk = a_desk({"annual_rate": "0.24"}, **{cap: "0.24"})
    before = desk.loan().book
    desk.take(an_event(RateChanged, annual_rate="0.2401", effective_on="2027-01-01"))
    assert (refusal(desk), desk.loan().book) == ("rate_above_cap", before)


def test_a_flat_rate_counts_for_the_cap_by_what_it_costs_on_the_balance() -> None:
    flat: dict[str, Any] = {"repayment": "flat", "annual_rate": "0.12"}
    # 12 % on what was first lent is some 22 % a year on what is outstanding.
    assert refusal(a_desk(cost_cap_annual="0.20", **flat)) == "cost_above_cap"
    assert a_desk(cost_cap_annual="0.24", **flat).held == []


def test_a_fee_in_another_currency_than_the_loans_is_refused() -> None:
    assert refusal(a_desk(late_fee=money("20.00", "EUR"))) == "currency_differs"


def test_own_buckets_are_told_by_their_names() -> None:
    desk = a_desk(buckets="own", own_buckets=OWN)
    desk.day(date(2026, 12, 20))
    assert [one.after.stage for one in desk.named(DelinquencyChanged)] == ["late", "very_late"]


def test_grace_in_working_days_leaves_the_weekend_out() -> None:
    # 1 December 2026 is a Tuesday: the third working day after it is Friday, the fourth Monday.
    for days, ends in ((3, date(2026, 12, 4)), (4, date(2026, 12, 7))):
        desk = a_desk(grace_days=days, grace_working_days=True, calendar="weekends")
        desk.day(ends)
        assert desk.named(PaymentMissed) == []
        desk.day(date(2026, 12, 8))
        assert [one.grace_ended_on for one in desk.named(PaymentMissed)] == [ends]


def test_ones_own_order_of_allocation_holds_for_each_part() -> None:
    desk = a_desk(
        allocation="principal.interest.fees.penalty", allocation_in_advance="interest.principal.fees.penalty"
    )
    desk.take(a_payment("50.00", value_on="2026-12-02"))
    [applied] = desk.named(PaymentApplied)
    assert applied.components is not None
    assert (applied.components.principal, applied.components.interest) == (money("50.00"), None)
    desk.take(a_payment("5.00", reference="P-2", value_on="2026-12-02"))
    assert desk.loan().book.paid[PRINCIPAL][0] == 55_00


@pytest.mark.parametrize(("value_on", "interest"), [("2027-02-28", 11_84), ("2027-03-01", 0)])
def test_from_ninety_days_on_principal_comes_first_in_mainland_china(value_on: str, interest: int) -> None:
    desk = a_desk(allocation="principal_first_after_90")
    desk.take(a_payment("50.00", value_on=value_on))
    assert desk.loan().book.paid[INTEREST][0] == interest


@pytest.mark.parametrize(
    ("compounds", "interest"), [(False, [12_00, 12_00, 12_00]), (True, [12_00, 12_12, 12_24])]
)
def test_interest_bears_interest_only_where_the_product_says_so(compounds: bool, interest: list[int]) -> None:
    desk = a_desk(repayment="interest_only", interest_measure="period_share", interest_compounds=compounds)
    # Nothing is paid of the 12.00 due on 1 December, which cost 1 % in each month after it.
    desk.take(a_payment("0.01", value_on="2027-02-01"))
    assert list(desk.loan().book.owed[INTEREST][:3]) == interest


def test_penalty_interest_of_a_loan_without_interest_is_owed_and_income() -> None:
    desk = a_desk({"instalment_count": 1}, annual_rate="0", penalty_rate="0.365")
    desk.day(date(2026, 12, 11))
    [missed] = desk.named(PaymentMissed)
    assert missed.unpaid == money("1201.20")
    # Ten days of a thousandth of 1,200.00.
    desk.take(a_payment("1212.00", value_on="2026-12-11"))
    assert desk.loan().book.outstanding == 0
    assert desk.balances()["penalty_income"] == -12_00
    assert "penalty_receivable" not in desk.balances()


def test_the_first_period_is_as_long_as_the_first_due_date_makes_it() -> None:
    def interest(first_due_on: str) -> int:
        loan = {"first_due_on": first_due_on, "instalment_count": 1}
        return a_desk(loan, annual_rate="0.365").loan().book.owed[INTEREST][0]

    assert [interest(day) for day in ("2026-11-11", "2026-12-01", "2027-01-10")] == [12_00, 36_00, 84_00]


def test_instalments_on_the_31st_fall_on_the_last_day_of_shorter_months() -> None:
    def dues(**loan: Any) -> list[str]:
        book = a_desk({"instalment_count": 4, **loan}).loan().book
        return [f"{date.fromordinal(due):%m-%d}" for due in book.dues]

    assert dues(opened_on="2026-12-31", first_due_on="2027-01-31") == ["01-31", "02-28", "03-31", "04-30"]
    assert dues(opened_on="2027-01-31", first_due_on="2027-02-28") == ["02-28", "03-28", "04-28", "05-28"]
    last = dues(opened_on="2027-01-31", first_due_on="2027-02-28", due_day_of_month=31)
    assert last == ["02-28", "03-31", "04-30", "05-31"]
    assert refusal(a_desk({"due_day_of_month": 15})) == "due_day_differs"


def test_the_30th_of_february_is_no_date() -> None:
    told = a_term_loan().model_dump_json().replace("2026-12-01", "2027-02-30").encode()
    with pytest.raises(ValueError, match=r"first_due_on\s+Input should be a valid date"):
        LoanOpened.read(told)


def test_instalments_by_weeks_and_by_days_fall_due_in_their_rhythm() -> None:
    def dues(unit: PeriodUnit, count: int) -> list[date]:
        loan = {"first_due_on": "2026-11-15", "instalment_count": 3}
        book = a_desk(loan, period_unit=unit, period_count=count).loan().book
        return [date.fromordinal(due) for due in book.dues]

    assert dues(PeriodUnit.WEEK, 2) == [date(2026, 11, 15), date(2026, 11, 29), date(2026, 12, 13)]
    assert dues(PeriodUnit.DAY, 10) == [date(2026, 11, 15), date(2026, 11, 25), date(2026, 12, 5)]
