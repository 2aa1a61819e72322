"""What platforms tell of loans: terms, schedules, payments, changes of hands. No names and no free text."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.events.base import Day, Event, LenderName, Reference
from shared.events.ids import loan_id, name_id
from shared.events.parts import (
    Components,
    Days,
    LenderShare,
    Party,
    Rate,
    ScheduledInstalment,
    SplitPart,
    ZoneName,
)
from shared.events.product_terms import Code as Code  # noqa: PLC0414  # read from here too
from shared.events.product_terms import PeriodUnit as PeriodUnit  # noqa: PLC0414  # read from here too
from shared.events.product_terms import ProductTerms as ProductTerms  # noqa: PLC0414  # read from here too
from shared.money import Money

Version = Annotated[int, Field(ge=1, le=1_000_000)]


FormerLenders = Annotated[tuple[LenderName, ...], Field(max_length=20)]
"""Of a loan that was transferred: to which former lenders the report came, the last one first. Only the
ledger fills it in, when it hands a report on.
"""


def full_reference(reference: str, reported_by: tuple[str, ...]) -> str:
    """A name of a former lender's, told from the same name of this one's."""
    return "@".join((*reported_by, reference)) if reported_by else reference


class LoanKind(StrEnum):
    """How a loan's schedule comes about."""

    TERM = "term"
    REVOLVING = "revolving"
    PROVIDED = "provided"
    """The platform's core sends the schedule and stays master of it."""


class Channel(StrEnum):
    """Where a loan comes from."""

    BANK = "bank"
    CARD = "card"
    PEER_TO_PEER = "peer_to_peer"
    OTHER = "other"


class LoanEvent(Event):
    """Base of what platforms tell of one loan."""

    lender: LenderName
    loan_reference: Reference

    @cached_property
    def loan_id(self) -> UUID:
        """The loan's id, from the lender and its reference."""
        return loan_id(self.lender, self.loan_reference)


class ProductPublished(Event, topic="loan-events", key="product", version=1, per_lender=True):
    """A product, or a new version of it, applies to loans opened from a date on."""

    lender: LenderName
    product: Code
    product_version: Version
    effective_on: Day
    kind: LoanKind
    channel: Channel
    terms: ProductTerms


class LoanOpened(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A loan was paid out, or a card account opened. The platform remains the owner of its reference."""

    kind: LoanKind
    channel: Channel
    principal: Money
    """What was paid out; for a revolving loan its limit."""
    opened_on: Day
    time_zone: ZoneName = "UTC"
    """Where the loan's days begin and end."""
    product: Code | None = None
    product_version: Version | None = None
    annual_rate: Rate | None = None
    first_due_on: Day | None = None
    """It makes the first period shorter or longer than the others where it is not one period on."""
    due_day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None
    """The day that monthly instalments fall due on, where a short first month hides it: 28 February, then the
    31st of each month. A month without that day has them on its last.
    """
    instalment_count: Annotated[int, Field(ge=1, le=2_000)] | None = None
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()
    instalments: Annotated[tuple[ScheduledInstalment, ...], Field(max_length=2_000)] = ()
    """The schedule, where the platform provides it."""
    shares: Annotated[tuple[LenderShare, ...], Field(max_length=1_000)] = ()
    """Of a peer-to-peer loan: they add up to one."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.principal.minor <= 0:
            raise ValueError("principal must be above zero")
        if self.shares and sum(one.share for one in self.shares) != 1:
            raise ValueError("the lenders' shares must add up to exactly 1")
        return self


class ScheduleChanged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The platform's core has changed a provided schedule: all instalments from `effective_on` on."""

    effective_on: Day
    instalments: Annotated[tuple[ScheduledInstalment, ...], Field(min_length=1, max_length=2_000)]
    cause: Code


class StatementIssued(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A card statement: what is owed, what must be paid at least, until when."""

    statement_reference: Reference
    issued_on: Day
    due_on: Day
    balance: Money
    minimum_payment: Money
    components: Components | None = None


class AmountDrawn(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """Money was drawn under a limit."""

    draw_reference: Reference
    amount: Money
    value_on: Day


class LimitChanged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A revolving loan's limit has changed."""

    limit: Money
    effective_on: Day


class RateChanged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The yearly rate has changed from a date on."""

    annual_rate: Rate
    effective_on: Day


class LoanReplaced(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A loan was refinanced: another one stands in its place."""

    replaced_by: Reference
    replaced_on: Day


class LoanReopened(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A closed loan is open again."""

    reopened_on: Day
    reason: Code


class LoanClosed(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The platform has closed a loan."""

    closed_on: Day
    reason: Code


class _PaymentEvent(LoanEvent):
    payment_reference: Reference
    """The platform's own name for the payment: the same payment reported twice counts once."""
    reported_by: FormerLenders = ()

    @property
    def full_reference(self) -> str:
        """The reference as the loan's file has it: a former lender's names are not taken for this one's."""
        return full_reference(self.payment_reference, self.reported_by)

    @property
    def payment_id(self) -> UUID:
        """The payment's id, from the loan and its reference."""
        return name_id("payment", f"{self.loan_id}\n{self.full_reference}")


class PaymentPending(_PaymentEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A payment is on its way; nobody is told of a missed instalment meanwhile."""

    amount: Money
    expected_on: Day


class FailureReason(StrEnum):
    """Why a payment did not come."""

    NO_FUNDS = "no_funds"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE_MISSING = "mandate_missing"
    REFUSED_BY_PAYER = "refused_by_payer"
    TECHNICAL = "technical"
    OTHER = "other"


class PaymentFailed(_PaymentEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A payment that was expected did not succeed."""

    amount: Money
    failed_on: Day
    reason: FailureReason


class DebitScheduled(_PaymentEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The platform will draw an amount from the payer's account."""

    amount: Money
    debit_on: Day


class PaymentMethod(StrEnum):
    """How money came."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CARD = "card"
    CASH = "cash"
    WALLET = "wallet"
    PAYROLL = "payroll"
    OTHER = "other"


class PaymentReceived(_PaymentEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """Money has come for a loan.

    `value_on` is the day it counts from; it may lie before the day it was reported.
    """

    amount: Money
    value_on: Day
    method: PaymentMethod = PaymentMethod.OTHER
    payer_reference: Reference | None = None
    direction: Components | None = None
    """How the borrower wants it set against what is owed; it wins over the product's order."""
    split: Annotated[tuple[SplitPart, ...], Field(max_length=100)] = ()
    """Where one payment is for several loans of this lender: the parts add up to the amount."""
    lender_allocation: Components | None = None
    """How the platform's core set it; kept for comparison."""

    @model_validator(mode="after")
    def _split_adds_up(self) -> Self:
        if self.split and sum(part.amount.minor for part in self.split) != self.amount.minor:
            raise ValueError("the parts of a split payment must add up to its amount")
        return self


class UnassignedPaymentReceived(Event, topic="loan-events", key="lender", version=1, per_lender=True):
    """Money has come that names no loan, or several.

    It waits until someone says for which it is. Meanwhile none of the hinted loans is told as missed.
    """

    lender: LenderName
    payment_reference: Reference
    """The platform's own name for the payment: the same payment reported twice counts once."""
    amount: Money
    value_on: Day
    method: PaymentMethod = PaymentMethod.OTHER
    payer_reference: Reference | None = None
    hints: Annotated[tuple[Reference, ...], Field(max_length=20)] = ()
    """The loans that may be meant, by the lender's references."""

    @property
    def suspense_id(self) -> UUID:
        """The id of this money in suspense, from the lender and its reference."""
        return name_id("suspense", f"{self.lender}\n{self.payment_reference}")


class ReversalReason(StrEnum):
    """Why a payment is taken back."""

    RETURNED = "returned"
    CHARGED_BACK = "charged_back"
    MISPOSTED = "misposted"
    DUPLICATE = "duplicate"
    OTHER = "other"


class PaymentReversed(_PaymentEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A payment that was reported before does not count any more."""

    reversed_on: Day
    reason: ReversalReason


class PaymentsComplete(Event, topic="loan-events", key="lender", version=1, per_lender=True):
    """All payments of a lender through a day have been reported.

    Without it, nobody is told of a missed instalment.
    """

    lender: LenderName
    through: Day
    product: Code | None = None


class CreditGranted(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The lender credits the borrower (goodwill, refund).

    It is not the borrower's payment and keeps no promise.
    """

    credit_reference: Reference
    amount: Money
    value_on: Day
    reason: Code
    reported_by: FormerLenders = ()


class FeeCharged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A fee or penalty was charged by the platform."""

    fee_reference: Reference
    fee: Code
    amount: Money
    value_on: Day
    penalty: bool = False


class FeeWaived(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A fee is not asked for any more, in whole or in part."""

    fee_reference: Reference
    amount: Money
    value_on: Day


class BalanceReported(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """What the platform's core holds as owed at the end of a day, to be compared, never to overwrite."""

    as_of: Day
    balance: Money
    components: Components | None = None
    days_past_due: Days | None = None
