"""A case: two sides, perhaps a mediator, what was said and offered, and how it ended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.mediation.domain.machine import Move, Stage, moved
from shared.events.hardship import PlanLoan
from shared.events.mediation import Side
from shared.money import Money
from shared.quick import replace


class Seat(StrEnum):
    """As what somebody sits in a case."""

    BORROWER = "borrower"
    LENDER = "lender"
    MEDIATOR = "mediator"
    STAFF = "staff"
    """Runs the service: sees how a case goes, and nothing of what is said."""


class ContentKind(StrEnum):
    """What was handed in."""

    STATEMENT = "statement"
    EVIDENCE = "evidence"
    NOTE = "note"


class Audience(StrEnum):
    """Who may read it besides whoever wrote it."""

    BOTH = "both"
    """Both sides and the mediator."""
    MEDIATOR = "mediator"
    """The mediator alone: never the other side."""
    OWN = "own"
    """Nobody: a note of one's own. A mediator's are for mediators of the case, later ones too."""


@dataclass(frozen=True, slots=True)
class Content:
    """That something was handed in. What it says is kept apart, sealed under the person's key."""

    id: UUID
    kind: ContentKind
    by: Seat
    audience: Audience
    at: datetime
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to come of a loan, or of all of a case, as the ledger reckons it."""

    monthly: Money
    """The most that falls due in one calendar month."""
    total: Money
    cost: Money
    """Interest, fees and penalties among the total."""
    ends_on: date | None
    present_value: Money
    """To the lender."""


@dataclass(frozen=True, slots=True)
class LoanFigures:
    """A loan as it is and as an offer would make it; `version` is that of the loan that was priced."""

    loan_id: UUID
    version: int
    before: Outlook
    after: Outlook


class OfferStatus(StrEnum):
    """What became of an offer."""

    UNCONFIRMED = "unconfirmed"
    """It cannot be said whether the person can afford it: the mediator looks first, the sides see nothing."""
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_APPLIED = "not_applied"
    """Both sides had agreed, and it could not be put into force."""


PENDING = frozenset({OfferStatus.UNCONFIRMED, OfferStatus.OPEN})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a side said to an offer."""

    side: Side
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody offers, with what it costs each side."""

    id: UUID
    by: Seat
    loans: tuple[PlanLoan, ...]
    figures: tuple[LoanFigures, ...]
    after: Outlook
    """Over all its loans."""
    capacity: Money | None
    """What the person can pay in a month; None: nobody knows."""
    doubt: str
    """Why the mediator has to look first: `capacity_unknown`, `lump_sum`, or empty."""
    status: OfferStatus
    made_at: datetime
    answer_by: date
    shown_at: datetime | None = None
    """When it came before both sides; None: it never did."""
    answers: tuple[Answer, ...] = ()
    ended_at: datetime | None = None
    reason: str = ""
    """Why what both sides had agreed on could not be put into force."""

    def accepted_by(self, side: Side) -> bool:
        """Whether the side has said yes. Silence is no yes."""
        return any(one.side is side and one.accepted for one in self.answers)


@dataclass(frozen=True, slots=True)
class Service:
    """A mediator's time with the case."""

    mediator_id: UUID
    appointed_at: datetime
    took_up_at: datetime | None = None
    left_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """A side takes part."""

    side: Side
    at: datetime


@dataclass(frozen=True, slots=True)
class SealedContent:
    """What was handed in by the present message: saved, and never loaded with the case."""

    id: UUID
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """One lender, one person, some of the loans between them."""

    id: UUID
    person_id: UUID
    sealed_for: UUID
    """Under whose key its contents lie: the person's at its opening, who may be found to be another since."""
    lender: str
    loan_ids: tuple[UUID, ...]
    asked_by: str
    opened_at: datetime
    answer_by: date
    languages: tuple[str, ...] = ()
    """That the person reads, the preferred first; empty: unknown."""
    tied: tuple[UUID, ...] = ()
    """Persons who are, or were, part of the loans, as advisers too: none of them may mediate."""
    request_id: UUID | None = None
    stage: Stage = Stage.ASKED
    consents: tuple[Consent, ...] = ()
    mediator_id: UUID | None = None
    services: tuple[Service, ...] = ()
    search_until: date | None = None
    stated_at: datetime | None = None
    """When negotiations began: a later mediator goes on from there."""
    contents: tuple[Content, ...] = ()
    offers: tuple[Offer, ...] = ()
    settlement_id: UUID | None = None
    outcome: str = ""
    closed_at: datetime | None = None
    certificate_id: UUID | None = None
    forgotten: bool = False
    version: int = 1
    added: tuple[SealedContent, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.stage is not Stage.CLOSED

    @property
    def pending_offer(self) -> Offer | None:
        """The offer that waits for answers, or for the mediator's look."""
        return next((one for one in self.offers if one.status in PENDING), None)

    def offer(self, offer_id: UUID) -> Offer | None:
        """One of its offers."""
        return next((one for one in self.offers if one.id == offer_id), None)

    def has_consented(self, side: Side) -> bool:
        """Whether the side takes part."""
        return any(one.side is side for one in self.consents)

    def has_stated(self, seat: Seat) -> bool:
        """Whether somebody has handed in a statement."""
        return any(one.kind is ContentKind.STATEMENT and one.by is seat for one in self.contents)

    def after(self, move: Move, **changes: object) -> "Case":
        """The case after a move. Raises MoveForbidden."""
        stage = moved(self.stage, move)
        return replace(self, stage=stage, version=self.version + 1, **changes)  # type: ignore[arg-type]

    def with_offer(self, offer: Offer) -> tuple[Offer, ...]:
        """Its offers, with this one in the place of the one of the same id, or behind all."""
        if self.offer(offer.id) is None:
            return (*self.offers, offer)
        return tuple(offer if one.id == offer.id else one for one in self.offers)
