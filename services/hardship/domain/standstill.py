"""What stands still for a person, or for a loan whoever its persons are: holds, and what they follow from.

Two kinds of state are one class: a person's (most holds are somebody's) and a loan's (a court action, holds
that came with a loan from elsewhere).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.decision import Actor, Role
from shared.events.hardship import Finding
from shared.events.parts import Freezes, HoldReason, PartyRole, Purpose
from shared.money import Money
from shared.quick import replace

DAY = timedelta(days=1)
_LAST = date.max.toordinal()
OWES = frozenset({PartyRole.BORROWER, PartyRole.JOINT, PartyRole.GUARANTOR})
"""As what a person must be part of a loan for it to count among theirs."""
OWN_ONLY = frozenset({Role.BORROWER, Role.ADVISER, Role.MEDIATOR})
"""Who sees what is their own, and nothing by a lender."""


@dataclass(frozen=True, slots=True)
class HeldLoan:
    """How a hold stands for one loan."""

    loan_id: UUID
    freezes: Freezes
    starts_on: date
    ends_on: date | None
    """The last day on which it freezes anything."""
    review_on: date | None
    disputed: Money | None = None
    arrears_only: bool = False
    noticed_on: date | None = None
    """When notice of it came, where that was after its start: who acted before did not know."""
    revision: int = 0
    lifted_on: date | None = None
    review_asked_on: date | None = None
    """When the creditor asked that a moratorium be reviewed for this debt."""
    review_decide_by: date | None = None
    """Until when the adviser decides on that; None: nothing is asked, or it is decided."""

    def active_on(self, day: date) -> bool:
        """Whether it freezes anything on a day."""
        ended = self.lifted_on is not None and self.lifted_on <= day
        return self.starts_on <= day and not ended and (self.ends_on is None or day <= self.ends_on)

    def covers(self, day: date) -> bool:
        """Whether it is not over by a day; it may begin later."""
        return self.lifted_on is None and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold, with the loans for which it is in force or was."""

    id: UUID
    reason: HoldReason
    cause: str
    """What it follows from, such as `dispute:<id>`."""
    placed_at: datetime
    policy: str
    """The version of the policy that it was placed by."""
    loans: tuple[HeldLoan, ...]
    all_loans: bool = False
    """It is for whatever loans the person has."""
    reference: str | None = None
    """What the platform called it."""

    def on(self, loan_id: UUID) -> HeldLoan | None:
        """How it stands for a loan, if at all."""
        return next((one for one in self.loans if one.loan_id == loan_id), None)

    def with_loan(self, held: HeldLoan) -> "Hold":
        """The hold in which this loan stands so."""
        if self.on(held.loan_id) is None:
            return replace(self, loans=(*self.loans, held))
        return replace(self, loans=tuple(held if one.loan_id == held.loan_id else one for one in self.loans))


class LinkedLoan(NamedTuple):
    """A loan that the person has a part in."""

    loan_id: UUID
    lender: str
    reference: str
    role: PartyRole


class MovedTo(NamedTuple):
    """What a loan goes on as."""

    loan_id: UUID
    lender: str
    reference: str


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """Of the state that is a loan's."""

    lender: str | None = None
    opened_on: date | None = None
    persons: tuple[UUID, ...] = ()
    moved_to: MovedTo | None = None


class RequestStatus(StrEnum):
    """What became of a platform's request."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """A hold that a platform asks for and an officer decides on."""

    id: UUID
    loan_id: UUID
    lender: str
    reference: str
    reason: HoldReason
    freezes: Freezes | None
    starts_on: date
    ends_on: date | None
    disputed: Money | None
    decide_by: date
    asked_at: datetime
    status: RequestStatus = RequestStatus.OPEN
    decided_by: str | None = None


class MoratoriumKind(StrEnum):
    """The two that there are (SI 2020/1311, parts 2 and 3)."""

    STANDARD = "standard"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Moratorium:
    """A breathing space of the person, as the register has it."""

    hold_id: UUID
    kind: MoratoriumKind
    register_reference: str
    adviser: str
    applied_on: date
    starts_on: date
    treatment_stopped_on: date | None = None
    ended_on: date | None = None
    """Its last day, once it is over."""
    end_reason: str | None = None
    midway_done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text under the person's key: who gave it, when, and as what."""

    id: UUID
    about: str
    """`statement`, `evidence`, `reasons` or `appeal`."""
    by: str
    given_at: datetime
    sealed: bytes = b""
    """Empty in a state that was loaded: whoever may read a text asks for it by its id."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a dispute or a complaint was decided."""

    outcome: Finding
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """The person says that a loan, or a part of it, is not owed."""

    id: UUID
    loan_id: UUID
    reason: str
    disputed: Money | None
    raised_at: datetime
    answer_by: date
    evidence_by: date
    texts: tuple[Text, ...] = ()
    resolution: Resolution | None = None
    appeal_by: date | None = None
    appealed_at: datetime | None = None
    first: Resolution | None = None
    """The decision that was appealed."""
    correct_by: date | None = None
    """Until when the lender puts its books right; None: nothing has to be, or it is done."""

    @property
    def evidence_given(self) -> bool:
        """Whether the lender has shown anything."""
        return any(text.about == "evidence" for text in self.texts)


@dataclass(frozen=True, slots=True)
class Complaint:
    """The person complains about how they are treated."""

    id: UUID
    loan_ids: tuple[UUID, ...]
    reason: str
    raised_at: datetime
    answer_by: date
    about: str | None = None
    """The subject of whoever is complained about: they do not decide."""
    texts: tuple[Text, ...] = ()
    resolution: Resolution | None = None


class Frozen(NamedTuple):
    """All that holds freeze on a day, taken together."""

    purposes: frozenset[Purpose]
    interest_and_fees: bool
    ageing: bool


@dataclass(frozen=True, slots=True)
class Standstill:
    """The state. `loan` is set where it is a loan's."""

    id: UUID
    loan: LoanFacts | None = None
    zone: str = "UTC"
    region: str | None = None
    loans: tuple[LinkedLoan, ...] = ()
    moved: tuple[tuple[UUID, UUID], ...] = ()
    """Loans that became other loans (sold, replaced): from, to."""
    holds: tuple[Hold, ...] = ()
    requests: tuple[Request, ...] = ()
    moratoria: tuple[Moratorium, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    formerly: tuple[UUID, ...] = ()
    """Other ids that were this person's: texts of then lie under the keys of these."""
    advisers: tuple[str, ...] = ()
    """Subjects of those whom cases of the person name."""
    merged_into: UUID | None = None
    erased: bool = False

    @property
    def gone(self) -> bool:
        """Whether all that comes for it is another's affair now."""
        moved = self.loan is not None and self.loan.moved_to is not None
        return self.erased or self.merged_into is not None or moved

    @property
    def person_id(self) -> UUID | None:
        """Whose it is; None: everyone's who is part of the loan."""
        return self.id if self.loan is None else None

    def today(self, now: datetime) -> date:
        """The day where the person is."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def hold(self, hold_id: UUID) -> Hold | None:
        """A hold by its id."""
        return next((one for one in self.holds if one.id == hold_id), None)

    def hold_of(self, cause: str) -> Hold | None:
        """The newest hold that follows from something."""
        return next((one for one in reversed(self.holds) if one.cause == cause), None)

    def with_hold(self, hold: Hold) -> "Standstill":
        """The state with a hold as it is now."""
        if self.hold(hold.id) is None:
            return replace(self, holds=(*self.holds, hold))
        return replace(self, holds=tuple(hold if one.id == hold.id else one for one in self.holds))

    def moratorium(self, hold_id: UUID) -> Moratorium | None:
        """A moratorium by its hold."""
        return next((one for one in self.moratoria if one.hold_id == hold_id), None)

    def with_moratorium(self, changed: Moratorium) -> "Standstill":
        """The state with a moratorium as it is now."""
        others = tuple(one for one in self.moratoria if one.hold_id != changed.hold_id)
        return replace(self, moratoria=(*others, changed))

    def owed_loans(self) -> tuple[UUID, ...]:
        """The loans that are the person's own to pay, each once; of a loan's state, itself."""
        if self.loan is not None:
            return (self.id,)
        return tuple(dict.fromkeys(one.loan_id for one in self.loans if one.role in OWES))

    def lender_of(self, loan_id: UUID) -> str | None:
        """Whose a loan is, as far as is known."""
        if self.loan is not None:
            return self.loan.lender
        known: tuple[LinkedLoan | Request, ...] = (*self.loans, *self.requests)
        return next((one.lender for one in known if one.loan_id == loan_id), None)

    def now_called(self, loan_id: UUID) -> UUID:
        """The loan that a loan is today."""
        onward = dict(self.moved)
        for _ in onward:
            loan_id = onward.get(loan_id, loan_id)
        return loan_id

    def concerns(self, loan_id: UUID, actor: Actor) -> bool:
        """Whether what is of a loan is this actor's business: their lender's, or their own."""
        if actor.role in OWN_ONLY:
            return self.is_own(actor)
        if actor.lenders is None:
            return True
        lender = self.lender_of(loan_id)
        return lender is not None and actor.may_act_for(lender)

    def is_own(self, actor: Actor) -> bool:
        """Whether the actor is the person, or an adviser whom a case or moratorium of theirs names."""
        if actor.role is Role.BORROWER:
            return self.loan is None and actor.subject in {str(self.id), *map(str, self.formerly)}
        advisers = {*self.advisers, *(one.adviser for one in self.moratoria)}
        return actor.role is Role.ADVISER and actor.subject in advisers

    def known_loans(self) -> Collection[UUID]:
        """Every loan that has to do with the state."""
        held = (one.loan_id for hold in self.holds for one in hold.loans)
        return dict.fromkeys((*(one.loan_id for one in self.loans), *self.owed_loans(), *held))

    def seen_by(self, actor: Actor) -> bool:
        """Whether the actor may know of the person, or loan, at all."""
        if actor.role in OWN_ONLY:
            return self.is_own(actor)
        return actor.lenders is None or any(self.concerns(loan_id, actor) for loan_id in self.known_loans())

    def active(self, day: date, loan_id: UUID | None = None) -> Iterator[tuple[Hold, HeldLoan]]:
        """What freezes something on a day, of one loan or of all."""
        for hold in self.holds:
            for held in hold.loans:
                if loan_id in (None, held.loan_id) and held.active_on(day):
                    yield hold, held

    def frozen(self, loan_id: UUID, day: date) -> Frozen:
        """All that is frozen for a loan on a day: holds add up, and none opens what another closes."""
        every = [held.freezes for _, held in self.active(day, loan_id)]
        return Frozen(
            frozenset(purpose for one in every for purpose in one.purposes),
            any(one.interest_and_fees for one in every),
            any(one.ageing for one in every),
        )


def plus(day: date, days: int) -> date:
    """So many days on; what lies beyond the calendar is its last day."""
    return date.fromordinal(min(day.toordinal() + days, _LAST))


def new_person(person_id: UUID) -> Standstill:
    """Of a person of whom nothing was known here."""
    return Standstill(person_id)


def new_loan(loan_id: UUID) -> Standstill:
    """Of a loan of which nothing was known here."""
    return Standstill(loan_id, LoanFacts())
