"""Plans: what was proposed, agreed, applied, and how it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.events.parts import ReliefKind, ReliefPhase
from shared.money import Money
from shared.quick import replace


class PlanStatus(StrEnum):
    """Where a plan stands."""

    REQUESTED = "requested"
    """The person has chosen it; somebody of the lender's looks at it."""
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    """Agreed; not all parts are confirmed yet."""
    ACTIVE = "active"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REFUSED = "refused"
    """No part of it could be applied."""
    BROKEN = "broken"
    COMPLETED = "completed"


IN_FORCE = frozenset({PlanStatus.ACCEPTED, PlanStatus.ACTIVE})
WAITING = frozenset({PlanStatus.REQUESTED, PlanStatus.PROPOSED})


class PartStatus(StrEnum):
    """Where a loan's part of a plan stands."""

    AGREED = "agreed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPLACED = "replaced"
    """Another plan has taken its place for this loan."""


class DueStatus(StrEnum):
    """What became of an instalment of a plan."""

    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"


class PlanDue(NamedTuple):
    """One instalment that a plan asks for."""

    due_on: date
    amount_minor: int
    number: int = 0
    """As the ledger numbers it."""
    status: DueStatus = DueStatus.OPEN
    event_id: UUID | None = None
    """Of the event that told its status, should it be taken back."""
    reported: bool = False
    """The ledger says that it was missed: the lender's reports cover its day."""
    judged_on: date | None = None
    """From this day on it counts as missed, unless it is paid by then."""


class Price(NamedTuple):
    """What a loan costs from now on, for both sides, in minor units."""

    total: int
    """All that is still to be paid."""
    cost: int
    """Interest, fees and penalties among it."""
    monthly_most: int
    """The most that falls due in a month."""
    ends_on: date | None
    present_value: int
    """To the lender."""


class PlanPartDue(NamedTuple):
    """A due day as the agreement shows it."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A loan's part of a plan."""

    loan_id: UUID
    lender: str
    reference: str
    part: int
    currency: str
    phases: tuple[ReliefPhase, ...]
    until: date
    """The last day of what the plan asks for here."""
    before: Price | None = None
    after: Price | None = None
    former: tuple[PlanPartDue, ...] = ()
    """What fell due, and would have, without the plan."""
    shown: tuple[PlanPartDue, ...] = ()
    """What falls due by the plan, as the agreement says."""
    forgiven_minor: int = 0
    """On completion."""
    returned: tuple[ReliefKind, ...] = ()
    status: PartStatus = PartStatus.AGREED
    reason: str | None = None
    """Why the ledger, or the core behind it, refused it."""
    dues: tuple[PlanDue, ...] = ()
    payments: tuple[tuple[UUID, int], ...] = ()
    """What each payment since the acceptance has paid of the loan."""
    repaid: bool = False
    """Nothing of the loan is owed any more."""
    over_on: date | None = None
    """On this day it is looked at whether the part was kept to its end."""

    def money(self, minor: int) -> Money:
        """An amount in the loan's currency."""
        return Money(minor, self.currency)

    @property
    def paid_minor(self) -> int:
        """Paid since the acceptance."""
        return sum(amount for _, amount in self.payments)

    @property
    def missed(self) -> tuple[PlanDue, ...]:
        """What was told as missed and stands so."""
        return tuple(one for one in self.dues if one.status is DueStatus.MISSED)

    def covered(self, place: int) -> bool:
        """Whether what was paid reaches this due, all earlier ones first."""
        wanted = sum(one.amount_minor for one in self.dues[: place + 1])
        return self.repaid or self.paid_minor >= wanted

    def with_payment(self, payment_id: UUID, amount_minor: int) -> "PlanPart":
        """A payment counts with so much now."""
        others = tuple(one for one in self.payments if one[0] != payment_id)
        kept = (*others, (payment_id, amount_minor)) if amount_minor else others
        return replace(self, payments=kept)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan over one or more loans of a person."""

    id: UUID
    case_id: UUID | None
    option: str
    """The kinds of relief that it is made of, in words of the vocabulary."""
    parts: tuple[PlanPart, ...]
    status: PlanStatus
    made_at: datetime
    language: str = "en"
    expires_on: date | None = None
    text_hash: str | None = None
    document: str = ""
    """The agreement as it was written, on its way to where it is kept."""
    accepted_on: date | None = None
    cooling_off_until: date | None = None
    """The last day on which the person may withdraw."""
    activated_on: date | None = None
    awaits: frozenset[str] = frozenset()
    """Lenders whose approval is missing."""
    broken_by: tuple[tuple[UUID, date], ...] = ()
    """The dues that broke it."""
    told_id: UUID | None = None
    """Of the event that told that it was broken or completed, should that be taken back."""
    over_on: date | None = None

    def part_of(self, loan_id: UUID) -> PlanPart | None:
        """The part of a loan, if it has one."""
        return next((one for one in self.parts if one.loan_id == loan_id), None)

    def with_part(self, changed: PlanPart) -> "Plan":
        """The plan with a part as it is now."""
        parts = tuple(changed if one.part == changed.part else one for one in self.parts)
        return replace(self, parts=parts)

    @property
    def standing(self) -> tuple[PlanPart, ...]:
        """Parts that were neither refused nor replaced."""
        gone = (PartStatus.REFUSED, PartStatus.REPLACED)
        return tuple(one for one in self.parts if one.status not in gone)

    @property
    def loan_ids(self) -> tuple[UUID, ...]:
        """The loans whose parts stand."""
        return tuple(one.loan_id for one in self.standing)
