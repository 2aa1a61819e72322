"""By what holds are placed: for each reason what stands still, for how long, and who decides on a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.hardship.domain.standstill import plus
from shared.events.parts import Freezes, HoldReason


class OnRequest(StrEnum):
    """What becomes of a hold that a platform asks for."""

    GRANT = "grant"
    """It is placed at once: asking is reason enough."""
    TASK = "task"
    """An officer decides; every service obeys meanwhile."""


@dataclass(frozen=True, slots=True)
class ReasonPolicy:
    """What a reason for a hold brings with it."""

    reason: HoldReason
    freezes: Freezes
    in_part: Freezes
    """Where only a part of the loan is disputed."""
    days: int | None
    """How long it lasts unless something else is said; None: until its cause is over."""
    review_days: int
    """Somebody looks at it again after so many days: no hold is forgotten."""
    new_loans_join: bool
    """Loans that the person gets, or is found to have, while it lasts come under it."""
    stays_with_loan: bool
    """It is about the loan: it stays although the person is no longer part of the loan."""
    on_request: OnRequest
    decide_days: int
    """In how many days an officer decides on a request; a request that nobody answers is granted."""
    source: str
    """What it follows from; `none`: no law, but our own choice."""
    own: tuple[str, ...]
    """The values that no source sets."""

    def ends_on(self, starts_on: date) -> date | None:
        """The last day of a hold that begins then; the first day counts."""
        return None if self.days is None else plus(starts_on, self.days - 1)

    def review_on(self, day: date) -> date:
        """When it is looked at again, counted from a day on which somebody looked."""
        return plus(day, self.review_days)


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How long answers to disputes and complaints may take, in days."""

    dispute_answer_days: int
    evidence_days: int
    """In which the lender shows that the loan is owed."""
    correction_days: int
    """In which the lender puts its books right once the person was found to be right."""
    complaint_answer_days: int
    appeal_days: int


@dataclass(frozen=True, slots=True)
class MoratoriumPolicy:
    """The moratoria of a country's law (breathing space)."""

    territories: frozenset[str]
    """Where the person must be; elsewhere this law says nothing."""
    days: int
    """Of a standard one, its first day included."""
    crisis_days_after: int
    """Of protection after crisis treatment, the day it stops included."""
    months_between: int
    """A standard one is possible only if another ended more than so many months before."""
    midway_from_day: int
    midway_to_day: int
    """In which days of a standard one the adviser looks whether it goes on; the first day is day 1."""
    ask_review_days: int
    decide_review_days: int
    court_days: int
    """In which a creditor may ask for a review of its debt, the adviser decides, a court may be asked."""
    crisis_review_days: int
    excluded_debts: frozenset[str]
    secured_debts: frozenset[str]
    """Of which only the arrears are protected."""


@dataclass(frozen=True, slots=True)
class HoldPolicies:
    """All of it, in one version."""

    version: str
    reasons: Mapping[HoldReason, ReasonPolicy]
    answers: AnswerPolicy
    moratorium: MoratoriumPolicy
