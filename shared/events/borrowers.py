"""What platforms tell of people.

These are the only events with personal data; their topics are compacted, and read by reminders alone.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, LenderName, Reference
from shared.events.ids import borrower_id
from shared.events.parts import Country, Language, Part, ZoneName

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Medium(StrEnum):
    """How a person can be reached."""

    MAIL = "mail"
    SMS = "sms"
    CALL = "call"
    POST = "post"
    APP = "app"


class Address(Part):
    """One address for one medium. `established` says that the person was identified there."""

    medium: Medium
    value: Text
    established: bool = False
    consented_until: Day | None = None


class _BorrowerEvent(Event):
    lender: LenderName
    borrower_reference: Reference

    @property
    def borrower_id(self) -> UUID:
        """The id of a lender's borrower."""
        return borrower_id(self.lender, self.borrower_reference)

    @property
    def key_id(self) -> UUID:
        """The borrower's id."""
        return self.borrower_id


class _Profile(_BorrowerEvent):
    name: Text | None = None
    addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = ()
    languages: Annotated[tuple[Language, ...], Field(max_length=10)] = ()
    time_zone: ZoneName | None = None
    """Where the person is; missing means unknown, and then contact needs every candidate zone to allow it."""
    country: Country | None = None
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    access_needs: Annotated[tuple[Text, ...], Field(max_length=10)] = ()


class BorrowerRegistered(_Profile, topic="borrowers", key="borrower_reference", version=1, per_lender=True):
    """A lender has this customer."""


class BorrowerUpdated(_Profile, topic="borrowers", key="borrower_reference", version=1, per_lender=True):
    """What is known of a customer has changed; the event holds all of it, not the difference."""


class BorrowerErased(_BorrowerEvent, topic="borrowers", key="borrower_reference", version=1, per_lender=True):
    """A customer must be forgotten. A tombstone under the borrower's key means the same."""
