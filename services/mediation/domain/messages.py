"""What one state of mediation hands on to another: taken in the same transaction, never published."""

from uuid import UUID

from shared.events.base import Event
from shared.events.mediation import Side


class CaseWanted(Event):
    """A person's case with one lender is to be opened."""

    case_id: UUID
    person_id: UUID
    lender: str
    loan_ids: tuple[UUID, ...]
    asked_by: str
    request_id: UUID | None
    languages: tuple[str, ...]
    tied: tuple[UUID, ...]
    consented: Side | None
    """The side that asked for it itself, and so takes part."""


class CasePersonChanged(Event):
    """The person of a case was found to be another."""

    case_id: UUID
    person_id: UUID


class CaseForgotten(Event):
    """The person of a case is forgotten."""

    case_id: UUID


class CaseEnded(Event):
    """A case of the person is over."""

    person_id: UUID
    case_id: UUID


class PersonMerged(Event):
    """Another person was found to be this one: what is theirs is this one's."""

    person_id: UUID
    formerly: UUID
    formers: tuple[UUID, ...]
    loans: tuple[tuple[UUID, str], ...]
    open_cases: tuple[tuple[UUID, str], ...]
    cases: tuple[UUID, ...]


class PersonParted(Event):
    """This person had been taken for another: these cases are theirs."""

    person_id: UUID
    formerly: UUID
    open_cases: tuple[tuple[UUID, str], ...]
    cases: tuple[UUID, ...]


class MediatorAsked(Event):
    """A case asks a mediator to take it."""

    mediator_id: UUID
    case_id: UUID
    lender: str
    languages: tuple[str, ...]
    tied: tuple[UUID, ...]


class MediatorFound(Event):
    """The mediator has room for the case, and nothing known ties them to a side."""

    case_id: UUID
    mediator_id: UUID


class MediatorReleased(Event):
    """The mediator has the case no longer."""

    mediator_id: UUID
    case_id: UUID


class MediatorLost(Event):
    """The mediator of a case can go on no longer."""

    case_id: UUID
    mediator_id: UUID
    reason: str


class SettlementNoted(Event):
    """Which case a plan follows from."""

    plan_id: UUID
    case_id: UUID


class SettlementInForce(Event):
    """The plan that follows from a case's settlement runs."""

    case_id: UUID
    plan_id: UUID


class SettlementFailed(Event):
    """The plan that follows from a case's settlement cannot run."""

    case_id: UUID
    plan_id: UUID
    reason: str
