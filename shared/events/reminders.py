"""What reminders tells: of persons, contacts, answers and promises, by ids, codes and amounts alone.

Whoever needs to know which person a loan concerns learns it here: `LoanLinked` follows from the platforms'
reports of parties, and from persons found to be one.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, Instant, LenderName, Reference
from shared.events.loans import Code
from shared.events.parts import Country, Language, Part, PartyRole, Purpose, ZoneName
from shared.money import Money

LoanIds = Annotated[tuple[UUID, ...], Field(max_length=200)]
Codes = Annotated[tuple[Code, ...], Field(max_length=50)]


class BorrowerName(Part):
    """A lender's own name for a person."""

    lender: LenderName
    borrower_reference: Reference


class PersonEvent(Event):
    """Base of what is told of one person; the key keeps a person's events in order."""

    person_id: UUID


# -- who is who ----------------------------------------------------------------------------------------------


class PersonLinked(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """A lender's borrower is this person. Several borrowers may be one person."""

    borrower: BorrowerName
    formerly: UUID | None = None
    """The person that the borrower was taken for until now: all that is theirs is this person's."""


class PersonUnlinked(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """A lender's borrower is not this person after all."""

    borrower: BorrowerName
    now: UUID
    """The person whom the borrower is from now on."""


class LoanLinked(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person has this part in a loan."""

    loan_id: UUID
    lender: LenderName
    loan_reference: Reference
    role: PartyRole


class LoanUnlinked(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person has this part in a loan no longer."""

    loan_id: UUID
    role: PartyRole


class AccessNeed(StrEnum):
    """What a person needs to be able to read, hear or answer."""

    LARGE_PRINT = "large_print"
    BRAILLE = "braille"
    AUDIO = "audio"
    EASY_LANGUAGE = "easy_language"
    TEXT_ONLY = "text_only"
    INTERPRETER = "interpreter"
    SIGN_LANGUAGE = "sign_language"
    OTHER = "other"


class PersonProfiled(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """What others need to serve a person, without saying who it is. It holds all, not the difference."""

    time_zones: Annotated[tuple[ZoneName, ...], Field(max_length=40)] = ()
    """Every zone where the person may be; one when it is known."""
    languages: Annotated[tuple[Language, ...], Field(max_length=10)] = ()
    """The one that the person prefers first."""
    country: Country | None = None
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    access_needs: Annotated[tuple[AccessNeed, ...], Field(max_length=8)] = ()


class PersonErased(Event, topic="reminder-events", key="person_id", version=1):
    """A person must be forgotten: every service removes what leads to them. Sums stay as they are."""

    person_id: UUID
    borrowers: Annotated[tuple[BorrowerName, ...], Field(min_length=1, max_length=200)]
    """All names that lenders have for the person."""


# -- treatments and contacts ---------------------------------------------------------------------------------


class TreatmentAssigned(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """A sequence of contacts begins for a loan of the person."""

    loan_id: UUID
    treatment: Code
    treatment_version: Annotated[int, Field(ge=1)]
    reasons: Codes
    """Why this one: the rows of the decision table that led to it."""


class TreatmentExhausted(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The sequence is over: by its end, a payment, a plan, a hold, a stop …"""

    loan_id: UUID
    treatment: Code
    reason: Code


class ContactEvent(PersonEvent):
    """Base of what is told of one contact."""

    contact_id: UUID
    purpose: Purpose
    channel: Code
    loan_ids: LoanIds
    lender: LenderName | None = None
    template: Code | None = None


class ContactPlanned(ContactEvent, topic="reminder-events", key="person_id", version=1):
    """A contact was decided and permitted: it goes out at its time if it is permitted then, too."""

    planned_at: Instant


class ContactWithheld(ContactEvent, topic="reminder-events", key="person_id", version=1):
    """A contact is not made: by this rule, and when all rules will allow it, as far as is known."""

    rule: Code
    pack: Code
    pack_version: Code
    also: Codes = ()
    withheld_at: Instant
    until: Instant | None = None


class ContactSent(ContactEvent, topic="reminder-events", key="person_id", version=1):
    """A contact was made."""

    sent_at: Instant


class ContactFailed(ContactEvent, topic="reminder-events", key="person_id", version=1):
    """A contact did not arrive, or could not be handed to its provider."""

    reason: Code
    failed_at: Instant


class BorrowerReplied(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person answered. What the answer says stands as intents; its words go nowhere."""

    reply_id: UUID
    channel: Code
    intents: Codes
    certain: bool
    """False: a person has to read it."""
    loan_ids: LoanIds = ()
    replied_at: Instant


# -- what follows from answers -------------------------------------------------------------------------------


class PromiseEvent(PersonEvent):
    """Base of what is told of one promise to pay."""

    promise_id: UUID
    loan_id: UUID


class PromiseMade(PromiseEvent, topic="reminder-events", key="person_id", version=1):
    """The person promises to pay an amount by a day."""

    amount: Money
    due_on: Day


class PromiseKept(PromiseEvent, topic="reminder-events", key="person_id", version=1):
    """Payments whose value dates lie by the promised day (and its grace) cover the promise."""

    kept_on: Day


class PromiseKeptRetracted(PromiseEvent, topic="reminder-events", key="person_id", version=1):
    """The promise was not kept after all (a payment was reversed)."""

    kept_event_id: UUID


class PromiseBroken(PromiseEvent, topic="reminder-events", key="person_id", version=1):
    """The grace after the promised day is over, and not all of it came."""

    broken_on: Day
    missing: Money


class PromiseBrokenRetracted(PromiseEvent, topic="reminder-events", key="person_id", version=1):
    """The promise was kept after all (a payment came to light)."""

    broken_event_id: UUID


class DisputeRaised(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person says that a loan, or a part of it, is not owed. Its words are not told."""

    dispute_id: UUID
    loan_id: UUID
    reason: Code
    disputed: Money | None = None
    """Missing: all of it."""
    raised_at: Instant


class ComplaintRaised(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person complains about how they are treated."""

    complaint_id: UUID
    loan_ids: LoanIds
    reason: Code
    raised_at: Instant


class MediationRequested(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """The person asks for a neutral third party."""

    request_id: UUID
    loan_ids: LoanIds
    requested_at: Instant


class RepresentationStated(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """Somebody speaks for the person: contact goes to them."""

    loan_ids: LoanIds
    """Empty: all of the person's."""
    by: Code
    """`attorney` or `adviser`."""
    stated_at: Instant


class MisconductRefused(Event, topic="reminder-events", key="lender", version=1):
    """A text or a way of contact was refused: what it threatened, shamed or pretended never went out."""

    lender: LenderName
    refusal_id: UUID
    kinds: Codes
    channel: Code
    person_id: UUID | None = None
    refused_at: Instant


class ConductBreachFound(PersonEvent, topic="reminder-events", key="person_id", version=1):
    """A contact that was made (outside, or before a rule was known) broke a rule."""

    contact_id: UUID
    rule: Code
    pack: Code
    found_at: Instant
