"""Parts that several events share: amounts, rates, instalments, holds and reliefs as they travel."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from shared.events.base import Day, Reference
from shared.money import Money


class _Plain:
    """A decimal on the wire: plain digits as text, never a JSON number, no exponent, within bounds."""

    def __init__(self, pattern: str, text: str) -> None:
        self.pattern, self.text = pattern, text
        self._fits = re.compile(pattern, re.ASCII).fullmatch

    def _read(self, value: object) -> Decimal:
        if isinstance(value, Decimal) and value.is_finite():
            value = f"{value:f}"
        if not isinstance(value, str) or self._fits(value) is None:
            raise ValueError(self.text)
        return Decimal(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema("{:f}".format, when_used="json")
        return core_schema.no_info_plain_validator_function(self._read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


Rate = Annotated[
    Decimal,
    _Plain(
        r"^([0-9](\.[0-9]{1,10})?|10(\.0{1,10})?)$",
        'a rate must be a decimal string from 0 to 10 with at most ten decimals, such as "0.075"',
    ),
]
"""A yearly rate as a decimal string: 0.075 is 7.5 %."""
Share = Annotated[
    Decimal,
    _Plain(
        r"^(0\.(?=[0-9]*[1-9])[0-9]{1,10}|1(\.0{1,10})?)$",
        'a share must be a decimal string above 0 and at most 1, with at most ten decimals, such as "0.25"',
    ),
]
"""A part of a whole as a decimal string: 0.25 is a quarter."""
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
    due_on: Day
    amount: Money
    components: Components | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.amount.minor < 0:
            raise ValueError("an instalment must not be negative")
        parts = self.components
        if parts is not None:
            named = [p for p in (parts.principal, parts.interest, parts.fees, parts.penalty) if p is not None]
            if any(p.currency != self.amount.currency for p in named):
                raise ValueError("the components must be in the amount's currency")
            if sum(p.minor for p in named) != self.amount.minor:
                raise ValueError("the components must add up to the amount")
        return self


class LenderShare(Part):
    """What part of a peer-to-peer loan one lender holds."""

    holder_reference: Reference
    share: Share


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


class Freeze(Part):
    """A hold as the core that is master has to obey it."""

    hold_id: UUID
    freezes: Freezes
    starts_on: Day
    ends_on: Day | None = None
    arrears_only: bool = False
    """Only what was past due at its start stands still."""
    lifted_on: Day | None = None
    """From this day on it freezes nothing any more."""


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
    TOKEN_PAYMENTS = "token_payments"  # noqa: S105  # a small regular payment, not a secret
    LUMP_SUM_SETTLEMENT = "lump_sum_settlement"
    PRINCIPAL_FORGIVEN = "principal_forgiven"


class ReliefPhase(Part):
    """One dated part of a relief."""

    kind: ReliefKind
    effective_on: Day
    ends_on: Day | None = None
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
    oldest_unpaid_due_on: Day | None = None
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]{1,20}$")]
    """The bucket's name in the product's scheme: M0 … M7, 30, 60, 90 or the lender's own."""


class PlanPart(Part):
    """A loan's part of a plan."""

    plan_id: UUID
    part: Annotated[int, Field(ge=1)]
