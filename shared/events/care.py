"""What reminders and hardship tell each other about a person's circumstances. Nobody else reads it."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.events.base import Day, Instant
from shared.events.loans import Code
from shared.events.parts import Rate
from shared.events.reminders import Codes, LoanIds, PersonEvent

Probability = Rate
"""A decimal string from 0 to 1."""


class Circumstance(StrEnum):
    """Why someone cannot pay, or is in need of care."""

    ILLNESS = "illness"
    MENTAL_HEALTH = "mental_health"
    JOB_LOSS = "job_loss"
    REDUCED_INCOME = "reduced_income"
    BUSINESS = "business"
    FAMILY = "family"
    BEREAVEMENT = "bereavement"
    DISASTER = "disaster"
    DEBTS = "debts"
    DOMESTIC_ABUSE = "domestic_abuse"
    ADDICTION = "addiction"
    IMPRISONMENT = "imprisonment"
    DISABILITY = "disability"
    AGE = "age"
    OTHER = "other"


class HardshipSignalled(PersonEvent, topic="care-events", key="person_id", version=1):
    """The person cannot pay, or probably soon cannot: help shall be offered."""

    signal_id: UUID
    reason: Circumstance
    source: Code
    """`reply`, `call`, `operator`, `adviser`, `platform`, `risk` …"""
    loan_ids: LoanIds = ()
    """Empty: all of the person's."""
    signalled_at: Instant


class CrisisSignalled(PersonEvent, topic="care-events", key="person_id", version=1):
    """Signs of danger to the person's life: everything stops, and a person calls."""

    signal_id: UUID
    signalled_at: Instant


class VulnerabilityNoted(PersonEvent, topic="care-events", key="person_id", version=1):
    """What makes the person vulnerable, until a day or until it is lifted."""

    kind: Circumstance
    noted_on: Day
    ends_on: Day | None = None
    lifted: bool = False
    """It no longer holds."""


class StatementReceived(PersonEvent, topic="care-events", key="person_id", version=1):
    """The person has stated income and spending; the figures stay with hardship."""

    case_id: UUID
    statement_id: UUID
    received_at: Instant


class RiskAssessed(PersonEvent, topic="care-events", key="person_id", version=1):
    """How probable it is that the next instalment is missed, and that what is late is paid without help.

    It opens offers of help and early contact, and never a harsher treatment.
    """

    loan_id: UUID
    assessed_on: Day
    basis: Code
    """`model`, or `rule` where the history is too short for one."""
    model: Code
    misses_next: Probability | None = None
    cures_alone: Probability | None = None
    reasons: Codes
    opens: Codes
    """Of `early_contact` and `offer_help`."""


def probability(value: float) -> Decimal:
    """A probability as it travels: six decimals."""
    return Decimal(f"{min(max(value, 0.0), 1.0):.6f}")
