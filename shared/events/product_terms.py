"""A product's terms as they travel: codes and numbers that the ledger knows."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from shared.events.parts import Days, Part, Rate
from shared.money import Money

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")]


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


AnyCaseCode = Annotated[Code, BeforeValidator(_lower)]
"""A code that others write in capitals, as countries and markets are: `CN` is read as `cn`."""
Periods = Annotated[int, Field(ge=0, le=600)]


class PeriodUnit(StrEnum):
    """What the time between two instalments is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class BucketStart(Part):
    """One of a lender's own stages of lateness, and the day past due on which it begins."""

    bucket: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]{1,20}$")]
    from_day: Days


class ProductTerms(Part):
    """What a product's loans have in common. What is not said holds as it stands here."""

    day_count: Code = "act_365f"
    repayment: Code = "annuity"
    period_unit: PeriodUnit = PeriodUnit.MONTH
    period_count: Annotated[int, Field(ge=1, le=366)] = 1
    """An instalment falls due every `period_count` units."""
    annual_rate: Rate
    rate_cap: Rate | None = None
    """The highest yearly rate that the law, or the lender, allows: a loan or a change above it is refused."""
    penalty_rate: Rate | None = None
    """Yearly, on principal that is past due, beside the interest."""
    grace_days: Days = 0
    grace_working_days: bool = False
    """Grace is counted in the calendar's working days, not in calendar days."""
    calendar: AnyCaseCode | None = None
    """Which days are closed: a country (cn), with its part (us-ny), a market (nyse), target, weekends."""
    due_date_rule: AnyCaseCode = "none"
    """Where a due date on a closed day goes: none, following, modified_following, preceding."""
    allocation: Code = "humane"
    """A preset, or one's own order: four codes with dots between, as in interest.principal.fees.penalty. It
    holds for what is past due, and for the rest unless the next two say otherwise.
    """
    allocation_due: Code | None = None
    """The order for what falls due on the day of the payment."""
    allocation_in_advance: Code | None = None
    """The order for what is not due yet."""
    allocation_sweep: Code | None = None
    """by_instalment (the oldest first) or by_component (over all instalments); the preset's unless given."""
    allocation_ahead: Code | None = None
    """Where money goes once all that is due is paid: next, last, next_then_last, spread, credit."""
    prepayment: Code = "next_instalments"
    """What money beyond what is due does: next_instalments (it settles those, as `allocation_ahead` says), or
    it lowers the principal at once: reduce_next (the next instalments ask for that much less),
    reduce_instalment (all get smaller), reduce_term (they get fewer).
    """
    principal_first_after_days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    """From so many days past due on, money goes to principal before interest."""
    buckets: Code = "m0_m7"
    """The stages of lateness: m0_m7, 30_60_90, or own."""
    own_buckets: Annotated[tuple[BucketStart, ...], Field(max_length=40)] = ()
    """With `buckets` own: all of them, the first from day 0."""
    rounding: Code = "half_even"
    """How interest is rounded, and after a dot, in minor units, what instalments are multiples of: up.100."""
    interest_compounds: bool = False
    """Interest that is past due bears interest. Otherwise interest never does."""
    interest_measure: Code = "days"
    """days: by the day count; period_share: a whole period is the same part of a year, long or short."""
    interest_balance: Code = "actual"
    """actual: interest on what is owed each day; scheduled: on what the schedule supposes."""
    past_due_bears_interest: bool = True
    """With actual balance: principal that is past due bears the loan's interest until it is paid."""
    rests_by_period: bool = False
    """With actual balance: a payment lowers the balance that bears interest from the next period on only."""
    whole_periods_only: bool = False
    """Interest of the running period is owed in full even where it is prepaid before the period's end."""
    earns_evenly: bool = False
    """A period's interest is income in equal parts, day by day."""
    level_by_thirty_days: bool = False
    """The level amount is found as if every month had thirty of 365 days; the last one takes what is left."""
    evens_out: bool = True
    """The level amount moves by as little as brings the last instalment near the others."""
    principal_grace_periods: Periods = 0
    interest_grace_periods: Periods = 0
    """For so many periods after opening no principal, or no interest, falls due."""
    interest_free_periods: Periods = 0
    """For so many periods after opening no interest is charged at all."""
    on_charge_off: Code = "nothing"
    """What an accounting write-off changes for the borrower: nothing, no_more_interest, all_due."""
    minimum_payment_rate: Rate | None = None
    minimum_payment: Money | None = None
    """Of a revolving loan: the share of the balance, and the least amount, that a statement asks for."""
    minimum_has_past_due: bool = True
    """A minimum payment contains what earlier statements asked for and did not get."""
    statements: Code = "provided"
    """Of a revolving loan: `provided` where the platform's core makes the statements and sends each as
    StatementIssued, `made` where the ledger makes them."""
    statement_day: Annotated[int, Field(ge=1, le=31)] | None = None
    """The day of the month at whose end the ledger makes a statement; a month that is shorter has its last
    day. Without it they follow the loan's opening, or its first due date."""
    payment_due_days: Annotated[int, Field(ge=1, le=60)] = 25
    """A statement's minimum payment falls due so many days after it."""
    draws_reported: bool = True
    """Whether the platform reports each draw. Else a statement's balance is taken as what was drawn."""
    late_fee: Money | None = None
    """A penalty, charged once for an instalment that is told as missed, and taken back with that."""
    cost_cap_annual: Rate | None = None
    """Interest, penalties and fees together never exceed it, a yearly percentage of principal outstanding."""
    deferrals_per_year_max: Annotated[int, Field(ge=0, le=366)] | None = None
    """How many deferrals a loan may get within twelve months; without it as many as people agree on."""
    term_extension_months_max: Annotated[int, Field(ge=0, le=600)] | None = None
    """By how many months reliefs together may put off a loan's last due date."""
    due_soon_days: Days = 3
    payments_complete_expected: bool = True
    """Whether the platform says when a day's payments are all reported; else `feed_delay_days` is waited."""
    feed_delay_days: Days = 1
    interest_suspended_after_days: Days | None = 90
    """From so many days past due on, unpaid interest is no income in the lender's accounts."""
    credit_schemes: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    """The credit records and risk classes that the ledger makes for its loans, such as `metro2_status`,
    `pbc_month`, `ifrs9_stage`; none of them unless named.
    """
