"""Loans that come from another system while they run: what each was worth at the cut-over."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.events.base import Day, Reference
from shared.events.ids import name_id
from shared.events.loans import Channel, Code, LoanEvent, LoanKind, Version
from shared.events.parts import (
    Components,
    Days,
    Freezes,
    HoldReason,
    LenderShare,
    Part,
    Party,
    Rate,
    ReliefPhase,
    ScheduledInstalment,
    ZoneName,
)
from shared.money import Money


class RunningHold(Part):
    """A hold that is in force at the cut-over, or begins later."""

    hold_reference: Reference
    reason: HoldReason
    freezes: Freezes
    starts_on: Day
    ends_on: Day | None = None
    disputed: Money | None = None
    """What part of the loan is disputed; missing, where the reason is a dispute, means all of it."""


class RunningPlan(Part):
    """A plan that was agreed before the cut-over and is being kept. The schedule already has what it
    changed.
    """

    plan_reference: Reference
    accepted_on: Day
    phases: Annotated[tuple[ReliefPhase, ...], Field(max_length=50)] = ()
    """What of it takes effect only after the cut-over."""
    forgiven_on_completion: Money | None = None


class RunningStatement(Part):
    """The last statement of a card before the cut-over."""

    issued_on: Day
    due_on: Day
    balance: Money
    minimum_payment: Money
    """With what earlier statements asked for still."""
    unpaid: Money
    """What of the balance has not been paid since."""
    minimum_unpaid: Money | None = None
    """What of the minimum payment has not been paid, where it falls due only after the cut-over: what fell
    due by then stands in `past_due`.
    """
    cleared_on: Day | None = None
    """When all of the balance was paid. Missing, where nothing of it is unpaid, means in time."""


class RunningCard(Part):
    """What a card account has beside what is owed."""

    limit: Money
    statement: RunningStatement | None = None
    """Missing where none was made so far."""
    interest_since: Money | None = None
    """Where the ledger makes the statements: what the days since that one have brought up. The next one
    charges it, unless that one is paid in full and in time.
    """


class LoanMigrated(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A running loan was taken over from another system, with what was owed at the beginning of
    `cut_over_on`.

    What happened before raises nothing that leads to contact: it is in the balances.
    """

    kind: LoanKind
    channel: Channel
    cut_over_on: Day
    """From this day on, itself included, everything that happens to the loan is reported."""
    opened_on: Day
    """When the money was paid out."""
    time_zone: ZoneName = "UTC"
    product: Code | None = None
    product_version: Version | None = None
    annual_rate: Rate | None = None
    balance: Components
    """All that is owed: principal, due or not; interest, fees and penalties up to the cut-over."""
    credit: Money | None = None
    """The borrower's: paid, and not set against anything."""
    past_due: Annotated[tuple[ScheduledInstalment, ...], Field(max_length=2_000)] = ()
    """What is left unpaid of each instalment that fell due by the cut-over, with its components; of a card,
    of each minimum payment, without what an earlier one asks for still.
    """
    days_past_due: Days = 0
    """As the other system counts them at the cut-over: another count here is refused, so that nobody becomes
    later by moving.
    """
    days_not_counted: Days = 0
    """So many days since the oldest unpaid due date do not count (a hold paused them)."""
    instalments: Annotated[tuple[ScheduledInstalment, ...], Field(max_length=2_000)] = ()
    """The instalments to come, where the platform provides the schedule."""
    next_due_on: Day | None = None
    due_day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None
    instalment_count: Annotated[int, Field(ge=0, le=2_000)] = 0
    """Where the ledger computes it: when the next instalment falls due, and how many are to come."""
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()
    shares: Annotated[tuple[LenderShare, ...], Field(max_length=1_000)] = ()
    """Of a peer-to-peer loan: they add up to one."""
    holds: Annotated[tuple[RunningHold, ...], Field(max_length=20)] = ()
    plan: RunningPlan | None = None
    card: RunningCard | None = None
    """Of a card account, and of nothing else."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(part.minor < 0 for part in self.parts if part is not None):
            raise ValueError("balances must not be negative")
        if self.shares and sum(one.share for one in self.shares) != 1:
            raise ValueError("the lenders' shares must add up to exactly 1")
        return self

    @property
    def parts(self) -> tuple[Money | None, ...]:
        """What is owed by component, and the borrower's credit."""
        owed = self.balance
        return owed.principal, owed.interest, owed.fees, owed.penalty, self.credit

    @property
    def currency(self) -> str | None:
        """That of all its amounts; None where it names none."""
        named = (*self.parts, self.card.limit if self.card else None)
        return next((part.currency for part in named if part is not None), None)

    def hold_id(self, hold: RunningHold) -> UUID:
        """The id of one of its holds, from the loan and the platform's reference."""
        return name_id("hold", f"{self.loan_id}\n{hold.hold_reference}")

    def plan_id(self, plan: RunningPlan) -> UUID:
        """The id of its plan, from the lender and the platform's reference: a plan may be over several
        loans.
        """
        return name_id("plan", f"{self.lender}\n{plan.plan_reference}")
