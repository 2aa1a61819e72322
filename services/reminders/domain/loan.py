"""A loan as reminders knows it: whose it is. What is told of it is handed on to its persons."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.reminders.domain.person_file import SPOKEN_TO
from shared.decision import Context, Decision, Key, Need
from shared.events.base import Event
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import loan_id as loan_id_of
from shared.events.ids import person_id as person_id_of
from shared.events.ledger import (
    ArrearsCured,
    ArrearsCuredRetracted,
    InstalmentDueSoon,
    LoanMoved,
    LoanRegistered,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
)
from shared.events.loans import Channel as LoanChannel
from shared.events.loans import LoanOpened
from shared.events.parts import Party, PartyRole
from shared.events.reminders import LoanLinked, LoanUnlinked
from shared.events.servicing import ContactReported, HoldRequested, PartyChange, PartyChanged
from shared.events.takeover import LoanMigrated
from shared.quick import replace

Told = (
    InstalmentDueSoon
    | PaymentMissed
    | PaymentMissedRetracted
    | PaymentApplied
    | PaymentReallocated
    | ArrearsCured
    | ArrearsCuredRetracted
    | LoanRepaid
    | LoanRepaidRetracted
    | LoanMoved
    | HoldPlaced
    | HoldChanged
    | HoldLifted
    | HoldRefused
    | HoldRequested
    | ContactReported
)
TOLD: tuple[type[Event], ...] = (
    InstalmentDueSoon,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentApplied,
    PaymentReallocated,
    ArrearsCured,
    ArrearsCuredRetracted,
    LoanRepaid,
    LoanRepaidRetracted,
    LoanMoved,
    HoldPlaced,
    HoldChanged,
    HoldLifted,
    HoldRefused,
    HoldRequested,
    ContactReported,
)
"""What its persons are to know of a loan."""


class ToldOfLoan(Event, topic="reminders-handed", key="person_id", version=1):
    """What is told of a loan, for one of its persons. It never leaves this service."""

    person_id: UUID
    event: Told
    own: bool = True
    """Whether it concerns this person, rather than somebody else who owes the same loan."""


class PartyJoined(Event, topic="reminders-handed", key="person_id", version=1):
    """A person has a part in a loan. It never leaves this service."""

    person_id: UUID
    loan_id: UUID
    lender: str
    loan_reference: str
    role: PartyRole
    kind: LoanChannel | None = None


class PartyLeft(Event, topic="reminders-handed", key="person_id", version=1):
    """A person has this part in a loan no longer. It never leaves this service."""

    person_id: UUID
    loan_id: UUID
    role: PartyRole


class Rejoined(Event, topic="reminders-handed", key="loan_id", version=1):
    """Somebody who is part of the loan is a person of their own again. It never leaves this service."""

    loan_id: UUID
    person_id: UUID


class PartOf(NamedTuple):
    """Who has which part in the loan."""

    borrower_reference: str
    person_id: UUID
    role: PartyRole


@dataclass(frozen=True, slots=True)
class Loan:
    """The state."""

    id: UUID
    lender: str
    reference: str
    kind: LoanChannel | None = None
    parts: tuple[PartOf, ...] = ()
    standing: tuple[Told, ...] = ()
    """What was told and still holds, for whoever is known to be part of the loan only later: what platforms
    report and what the ledger tells come by different ways.
    """


def open_loan(state: Loan | None, event: LoanOpened | LoanMigrated, context: Context) -> Decision[Loan]:
    """A platform reports a loan, and who is part of it."""
    here = state or Loan(event.loan_id, event.lender, event.loan_reference)
    return _joined(replace(here, kind=event.channel), event.parties)


def register(state: Loan | None, event: LoanRegistered, context: Context) -> Decision[Loan] | Need:
    """A loan that came from another lender's books has the persons that it had there."""
    here = state or Loan(event.loan_id, event.lender, event.loan_reference)
    if event.came_from is None:
        return Decision(here)
    key = Key(Loan.__name__, event.came_from)
    if key not in context.others:
        return Need(keys=[key])
    former: Loan | None = context.others[key]
    known = {(one.person_id, one.role) for one in here.parts}
    parts = former.parts if former is not None else ()
    new = tuple(one for one in parts if (one.person_id, one.role) not in known)
    kind = here.kind or (former.kind if former is not None else None)
    after = replace(here, kind=kind, parts=(*here.parts, *new))
    return Decision(after, hands_on=_joining(after, new))


def change_party(state: Loan | None, event: PartyChanged, context: Context) -> Decision[Loan]:
    """Somebody became, or is no longer, part of the loan."""
    here = state or Loan(event.loan_id, event.lender, event.loan_reference)
    if event.change is PartyChange.ADDED:
        return _joined(here, (event.party,))
    party = event.party
    gone = [
        one
        for one in here.parts
        if one.role is party.role and one.borrower_reference == party.borrower_reference
    ]
    after = replace(here, parts=tuple(one for one in here.parts if one not in gone))
    left = [PartyLeft(person_id=one.person_id, loan_id=here.id, role=one.role) for one in gone]
    return Decision(after, hands_on=left)


def _joined(here: Loan, parties: tuple[Party, ...]) -> Decision[Loan]:
    known = {(one.borrower_reference, one.role) for one in here.parts}
    new = tuple(
        PartOf(one.borrower_reference, person_id_of(here.lender, one.borrower_reference), one.role)
        for one in parties
        if (one.borrower_reference, one.role) not in known
    )
    after = replace(here, parts=(*here.parts, *new))
    return Decision(after, hands_on=_joining(after, new))


def rejoin(state: Loan, event: Rejoined, context: Context) -> Decision[Loan]:
    """Tell the person of their parts in the loan, and what holds of it, once more."""
    theirs = tuple(one for one in state.parts if one.person_id == event.person_id)
    return Decision(state, hands_on=_joining(state, theirs))


def _joining(loan: Loan, new: tuple[PartOf, ...]) -> list[Event]:
    told: list[Event] = []
    for one in new:
        told.append(
            PartyJoined(
                person_id=one.person_id,
                loan_id=loan.id,
                lender=loan.lender,
                loan_reference=loan.reference,
                role=one.role,
                kind=loan.kind,
            )
        )
        if one.role in SPOKEN_TO:
            told += [_told_to(loan, one.person_id, event) for event in loan.standing]
    return told


def tell(state: Loan, event: Told, context: Context) -> Decision[Loan]:
    """Hand on to the persons of the loan what is told of it."""
    persons = dict.fromkeys(one.person_id for one in state.parts if one.role in SPOKEN_TO)
    told = [_told_to(state, person, event) for person in persons]
    return Decision(replace(state, standing=_standing(state.standing, event)), hands_on=told)


def _told_to(loan: Loan, person: UUID, event: Told) -> ToldOfLoan:
    whose = _whose(loan, event)
    return ToldOfLoan(person_id=person, event=event, own=whose is None or whose == person)


def _standing(standing: tuple[Told, ...], event: Told) -> tuple[Told, ...]:
    left = tuple(one for one in standing if not _ends(event, one))
    holds_on = isinstance(event, InstalmentDueSoon | PaymentMissed | HoldPlaced | HoldChanged | HoldRequested)
    return (*left, event) if holds_on else left


def _ends(event: Told, before: Told) -> bool:
    """Whether what was told before holds no longer, now that this was told."""
    match before:
        case PaymentMissed():
            retracted = isinstance(event, PaymentMissedRetracted | PaymentMissed)
            return isinstance(event, ArrearsCured | LoanRepaid | LoanMoved) or (
                retracted and event.instalment == before.instalment  # type: ignore[union-attr]
            )
        case InstalmentDueSoon():
            return isinstance(event, InstalmentDueSoon | PaymentMissed | LoanRepaid | LoanMoved)
        case HoldPlaced() | HoldChanged():
            same = isinstance(event, HoldPlaced | HoldChanged | HoldLifted)
            return same and event.hold_id == before.hold_id  # type: ignore[union-attr]
        case HoldRequested():
            answered = isinstance(event, HoldPlaced | HoldRefused)
            return answered and event.hold_reference == before.hold_reference  # type: ignore[union-attr]
    return False


def _whose(loan: Loan, event: Told) -> UUID | None:
    """The one person whom it concerns; None where it concerns all."""
    if isinstance(event, HoldRequested | ContactReported):
        reference = event.borrower_reference
        return None if reference is None else person_id_of(loan.lender, reference)
    person: UUID | None = getattr(event, "person_id", None)
    return person


def linked(event: PartyJoined) -> LoanLinked:
    """As all services are told."""
    return LoanLinked(
        person_id=event.person_id,
        loan_id=event.loan_id,
        lender=event.lender,
        loan_reference=event.loan_reference,
        role=event.role,
    )


def unlinked(event: PartyLeft) -> LoanUnlinked:
    """As all services are told."""
    return LoanUnlinked(person_id=event.person_id, loan_id=event.loan_id, role=event.role)


def loan_of(event: HoldRequested | ContactReported | PartyChanged) -> UUID:
    """The id of the loan that a platform's report names."""
    return loan_id_of(event.lender, event.loan_reference)
