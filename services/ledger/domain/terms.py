"""What one loan was opened with: how it is repaid, what it costs, what a payment is set against first.

Terms are frozen. What changes later (a rate, a due date, a relief) is a fact of the loan, never another
`Terms`. Amounts are minor units of `currency`; rates are yearly (0.075 is 7.5 %).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType

from services.ledger.domain.business_days import DueDateRule
from services.ledger.domain.day_count import DayCount
from services.ledger.domain.rounding import Rounding
from shared.events.loans import PeriodUnit


class Component(IntEnum):
    """What an amount is for. The borrower's credit is money that nothing owed has taken up."""

    PENALTY = 0
    FEES = 1
    INTEREST = 2
    PRINCIPAL = 3
    CREDIT = 4


class Repayment(StrEnum):
    """How principal comes back."""

    ANNUITY = "annuity"
    """Instalments of one amount, interest in them falling, principal rising."""
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_ONLY = "interest_only"
    """Interest with every instalment, the principal with the last."""
    BULLET = "bullet"
    """Principal and interest with the last instalment."""
    FLAT = "flat"
    """Interest on the amount first lent, the same in every instalment."""
    PROVIDED = "provided"
    """The platform's schedule stands as it was sent."""
    REVOLVING = "revolving"
    """Drawn and repaid at will up to a limit; each statement asks for a minimum."""


class Balance(StrEnum):
    """Which balance interest runs on."""

    ACTUAL = "actual"
    """What is really owed each day: paying early costs less, paying late more."""
    SCHEDULED = "scheduled"
    """What the schedule supposes, whenever payments come."""


class Measure(StrEnum):
    """How much of a year a stretch of days is."""

    DAYS = "days"
    """By the day count."""
    PERIOD_SHARE = "period_share"
    """A whole period is `count` twelfths (days over 360) of a year; a part of it counts by its calendar
    days.
    """


class Sweep(StrEnum):
    """Whether money settles one instalment after another, or one component over all of them."""

    BY_INSTALMENT = "by_instalment"
    BY_COMPONENT = "by_component"


class Ahead(StrEnum):
    """Where money goes that is left when all that is due is paid."""

    NEXT = "next"
    """To the next instalment, then the one after it."""
    LAST = "last"
    """To the last instalment, then the one before it: the loan gets shorter."""
    NEXT_THEN_LAST = "next_then_last"
    """To the next instalment; what is left to the last one, then the one before it."""
    SPREAD = "spread"
    """Over all instalments to come, in equal parts: each gets smaller."""
    CREDIT = "credit"
    """It stays the borrower's credit until the next instalment falls due."""


class Prepayment(StrEnum):
    """What money beyond what is due does. Where it lowers the principal at once, all of it is principal
    before a due date: the interest of the running period is still asked for on that date. A provided schedule
    stays as its core sent it.
    """

    NEXT_INSTALMENTS = "next_instalments"
    """It settles instalments to come, as `Ahead` says: their amounts stay."""
    REDUCE_NEXT = "reduce_next"
    """It lowers the principal at once; the next instalments ask for that much less, the others stay."""
    REDUCE_INSTALMENT = "reduce_instalment"
    """It lowers the principal at once; all instalments to come get smaller."""
    REDUCE_TERM = "reduce_term"
    """It lowers the principal at once; the instalments to come stay as high and get fewer."""


class OnChargeOff(StrEnum):
    """What a charge-off in the lender's accounts changes in what the borrower owes."""

    NOTHING = "nothing"
    NO_MORE_INTEREST = "no_more_interest"
    ALL_DUE = "all_due"
    """All principal falls due at once; later interest is not charged."""


class SameDay(StrEnum):
    """In which order facts of one day count."""

    BY_KIND = "by_kind"
    """Draws, changes of terms, fees, then money; references decide between equals."""
    BY_REFERENCE = "by_reference"
    """As their references sort: for a platform whose references rise with time."""


Order = tuple[Component, ...]

_P, _F, _I, _C = Component.PENALTY, Component.FEES, Component.INTEREST, Component.PRINCIPAL


@dataclass(frozen=True, slots=True)
class Allocation:
    """What money is set against first. The three orders hold for what is past due, due today and not yet
    due.
    """

    past_due: Order
    due: Order
    in_advance: Order
    sweep: Sweep = Sweep.BY_INSTALMENT
    ahead: Ahead = Ahead.NEXT
    fees_by_own_date: bool = False
    """A fee counts as due from its own due date, not only from its instalment's."""

    @classmethod
    def of(
        cls, *order: Component, sweep: Sweep = Sweep.BY_INSTALMENT, ahead: Ahead = Ahead.NEXT
    ) -> "Allocation":
        """One order for all three."""
        return cls(order, order, order, sweep, ahead)


HUMANE = Allocation.of(_I, _C, _F, _P)
"""The oldest instalment first, and in it interest and principal before fees and penalties: every payment
brings the borrower out of arrears as far as it can.
"""
MIFOS_STANDARD = Allocation.of(_P, _F, _I, _C)
"""Penalties, fees, interest, principal, instalment by instalment, as many core systems do it."""
PRINCIPAL_FIRST = Allocation.of(_C, _I, _F, _P, sweep=Sweep.BY_COMPONENT)
"""Principal before interest, over all instalments."""

ALLOCATIONS: Mapping[str, Allocation] = MappingProxyType(
    {
        "humane": HUMANE,
        "mifos_standard": MIFOS_STANDARD,
        "principal_first": PRINCIPAL_FIRST,
        "principal_first_after_90": HUMANE,
    }
)
"""The presets by the code that a product names."""
PRINCIPAL_FIRST_AFTER_DAYS: Mapping[str, int] = MappingProxyType({"principal_first_after_90": 90})
"""Presets that change to `PRINCIPAL_FIRST` from so many days past due on (mainland China: after 90 days)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One instalment of a provided schedule, in minor units."""

    due_on: date
    principal: int
    interest: int = 0
    fees: int = 0
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class CardTerms:
    """What a revolving loan has beside its other terms."""

    limit: int
    """As it was opened; it may change later."""
    made: bool = False
    """The ledger makes the statements itself; else the platform's core sends them, and charges interest."""
    first_on: date | None = None
    """The day of the first statement that the ledger makes; those after it follow by the terms' periods."""
    day_of_month: int | None = None
    due_days: int = 25
    """A statement's minimum payment falls due so many days after it."""
    minimum_rate: Decimal = Decimal(0)
    """The share of the principal that a statement asks for."""
    minimum: int = 0
    """The least that a statement asks for, where so much is owed."""
    minimum_has_past_due: bool = True
    """A minimum payment contains what earlier ones asked for and did not get, so that it is not added twice.
    """
    draws_reported: bool = True
    """Each draw is reported. Else what a statement says is owed, and the book does not know, was drawn."""
    compounds: bool = False
    """Interest and fees that are owed bear interest as well."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a loan's book is computed from, besides its facts."""

    currency: str
    repayment: Repayment
    opened_on: date
    first_due: date | None = None
    """None: one period after the first draw."""
    instalments: int = 1
    unit: PeriodUnit = PeriodUnit.MONTH
    count: int = 1
    day_of_month: int | None = None
    due_date_rule: DueDateRule = DueDateRule.NONE
    """Where a due date that the ledger has laid on a closed day goes."""
    calendar: str = ""
    """The closed days as they were known when the loan was opened (`business_days.calendar_of`): a list that
    changes later moves none of its dates. Empty: there is none.
    """
    provided: tuple[Planned, ...] = ()
    annual_rate: Decimal = Decimal(0)
    day_count: DayCount = DayCount.ACT_365F
    measure: Measure = Measure.DAYS
    balance: Balance = Balance.ACTUAL
    past_due_bears_interest: bool = True
    """With `Balance.ACTUAL`: principal that is past due bears interest until it is paid."""
    rests_by_period: bool = False
    """With `Balance.ACTUAL`: what is paid lowers, what is past due keeps, the balance from the next period
    on.
    """
    whole_periods_only: bool = False
    """Interest of the running period is owed in full even where a payment comes before its end."""
    principal_grace: int = 0
    """For so many instalments no principal falls due."""
    interest_grace: int = 0
    """For so many instalments no interest falls due; it falls due with the first one after them."""
    interest_free: int = 0
    """For so many instalments no interest is charged at all."""
    interest_compounds: bool = False
    """Interest that is past due bears interest until it is paid."""
    penalty_rate: Decimal | None = None
    """Yearly, on principal that is past due, beside the interest; None: there is none."""
    cost_cap: Decimal | None = None
    """Interest, penalties and fees together never exceed this yearly rate on the principal outstanding."""
    rounding: Rounding = Rounding.HALF_EVEN
    instalment_multiple: int = 1
    """Instalments are a multiple of so many minor units; the last one closes exactly."""
    earns_evenly: bool = False
    """The interest of a period is earned in equal parts, day by day, whatever the balance was."""
    level_by_thirty_days: bool = False
    """The level amount is found as if every month had thirty of 365 days; the last instalment takes what that
    leaves.
    """
    evens_out: bool = True
    """The level amount is moved by as little as brings the last instalment near the others."""
    down_payment_rate: Decimal = Decimal(0)
    """Part of each draw that falls due on the day of the draw."""
    same_day_joins: bool = False
    """What is drawn or charged back on an instalment's due date joins that instalment, not those after it."""
    allocation: Allocation = HUMANE
    allocation_by_kind: Mapping[str, Allocation] = field(default_factory=dict)
    """Another allocation for some kinds of money (a goodwill credit, a refund)."""
    prepayment: Prepayment = Prepayment.NEXT_INSTALMENTS
    principal_first_after_days: int | None = None
    """From so many days past due on, money goes to principal before interest."""
    chargeback_order: Order = (_C,)
    """To what the amount of a payment charged back is added, as far as the payment had gone there."""
    on_charge_off: OnChargeOff = OnChargeOff.NOTHING
    same_day: SameDay = SameDay.BY_KIND
    card: CardTerms | None = None
    """Of a revolving loan, and of no other."""

    def allocation_for(self, kind: str) -> Allocation:
        """What money of this kind is set against first."""
        return self.allocation_by_kind.get(kind, self.allocation)
