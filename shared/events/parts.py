"""Parts that several events share: amounts, rates, instalments, holds and reliefs as they travel."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.events.base import Reference
from shared.money import Money


def _no_number(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError('a rate must be a decimal string, such as "0.075", not a JSON number')
    return value


Rate = Annotated[
    Decimal, BeforeValidator(_no_number), Field(ge=0, le=10, max_digits=12, decimal_places=10, allow_inf_nan=False)
]
"""A yearly rate or a share as a decimal string: 0.075 is 7.5 %."""
ZoneName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", max_length=40)]
"""An IANA time zone, such as Asia/Shanghai."""
Days = Annotated[int, Field(ge=0, le=36_500)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]


class Part(BaseModel):
    """Base of what stands inside an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Components(Part):
    """An amount by what it is for. Missing parts are nothing."""

    principal: Money | None = None
    interest: Money | None = None
    fees: Money | None = None
    penalty: Money | None = None


class ScheduledInstalment(Part):
    """One amount due on a date, as the platform's schedule has it."""

    number: Annotated[int, Field(ge=1, le=2_000)]
    due_on: date
    amount: Money
    components: Components | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.amount.minor < 0:
            raise ValueError("an instalment must not be negative")
        parts = self.components
        if parts is not None:
            named = [p for p in (parts.principal, parts.interest, parts.fees, parts.penalty) if p is not None]
            if sum((p.minor for p in named), 0) != self.amount.minor or any(
                p.currency != self.amount.currency for p in named
            ):
                raise ValueError("the components must add up to the amount, in its currency")
        return self


class LenderShare(Part):
    """What part of a peer-to-peer loan one lender holds."""

    holder_reference: Reference
    share: Annotated[Rate, Field(gt=0, le=1)]


class PartyRole(StrEnum):
    """What a person is to a loan."""

    BORROWER = "borrower"
    JOINT = "joint"
    GUARANTOR = "guarantor"
    EXECUTOR = "executor"
    CARER = "carer"
    ADVISER = "adviser"
    ATTORNEY = "attorney"


class Party(Part):
    """A person's part in a loan, by the lender's own reference for the person."""

    borrower_reference: Reference
    role: PartyRole = PartyRole.BORROWER


class HoldReason(StrEnum):
    """Why contact, interest or ageing stands still."""

    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    BREATHING_SPACE = "breathing_space"
    MEDIATION = "mediation"
    BEREAVEMENT = "bereavement"
    DEATH = "death"
    DISASTER = "disaster"
    ILLNESS = "illness"
    CRISIS_TREATMENT = "crisis_treatment"
    INCAPACITY = "incapacity"
    IMPRISONMENT = "imprisonment"
    INSOLVENCY = "insolvency"
    FRAUD = "fraud"
    REPRESENTATION = "representation"
    LEGAL_ACTION = "legal_action"
    PLAN = "plan"


class Purpose(StrEnum):
    """What a contact is for."""

    DEMAND = "demand"
    REMINDER = "reminder"
    HELP = "help"
    ANSWER = "answer"
    PLAN = "plan"
    MEDIATION = "mediation"
    STATUTORY_NOTICE = "statutory_notice"


class Freezes(Part):
    """The three separate freezes of a hold."""

    purposes: tuple[Purpose, ...] = ()
    """Contacts for these purposes are closed."""
    interest_and_fees: bool = False
    ageing: bool = False


class ReliefKind(StrEnum):
    """What a lender grants: one vocabulary for plans and settlements."""

    DUE_DATE_MOVED = "due_date_moved"
    DEFERRAL_INTEREST_FROZEN = "deferral_interest_frozen"
    DEFERRAL_INTEREST_RUNNING = "deferral_interest_running"
    INSTALMENTS = "instalments"
    LONGER_TERM = "longer_term"
    ARREARS_CAPITALISED = "arrears_capitalised"
    INTEREST_ONLY = "interest_only"
    RATE_REDUCTION = "rate_reduction"
    FEES_WAIVED = "fees_waived"
    INTEREST_WAIVED = "interest_waived"
    TOKEN_PAYMENTS = "token_payments"
    LUMP_SUM_SETTLEMENT = "lump_sum_settlement"
    PRINCIPAL_FORGIVEN = "principal_forgiven"


class ReliefPhase(Part):
    """One dated part of a relief."""

    kind: ReliefKind
    effective_on: date
    ends_on: date | None = None
    amount: Money | None = None
    rate: Rate | None = None
    instalments: tuple[ScheduledInstalment, ...] = ()


class SplitPart(Part):
    """What part of a payment is for which loan."""

    loan_reference: Reference
    amount: Money


class BucketAmount(Part):
    """What is unpaid, and since when."""

    arrears: Money
    days_past_due: Days
    oldest_unpaid_due_on: date | None = None
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]{1,20}$")]
    """The bucket's name in the product's scheme: M0 … M7, 30, 60, 90 or the lender's own."""


class PlanPart(Part):
    """A loan's part of a plan."""

    plan_id: UUID
    part: Annotated[int, Field(ge=1)]
