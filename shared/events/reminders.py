"""What reminders tells: of persons, by ids and the lenders' own names for them alone."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, LenderName, Reference
from shared.events.parts import Part


class BorrowerName(Part):
    """A lender's own name for a person."""

    lender: LenderName
    borrower_reference: Reference


class PersonErased(Event, topic="reminder-events", key="person_id", version=1):
    """A person must be forgotten: every service removes what leads to them. Sums stay as they are."""

    person_id: UUID
    borrowers: Annotated[tuple[BorrowerName, ...], Field(min_length=1, max_length=200)]
    """All names that lenders have for the person."""
