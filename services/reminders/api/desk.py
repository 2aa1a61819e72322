"""What routes share: a person as a caller may see them, texts under the person's key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.reminders.domain.person_file import PersonFile, PersonUnknown
from services.reminders.domain.reference import Reference
from services.reminders.domain.reservations import SlotUnknown
from services.reminders.domain.words.articles import Article
from services.reminders.domain.words.tone import Tone
from services.reminders.store import persons, records
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.http import Seen
from shared.sealed import Forgotten, Sealer
from shared.service import Service

Words = Annotated[str, Field(min_length=1, max_length=10_000)]


class LenderUnknown(NotFound):
    """There is no such lender here, or it is not yours to act for."""


class Body(BaseModel):
    """Base of what requests say."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Tools:
    """What the routes work with besides the service."""

    sealer: Sealer
    tones: tuple[Tone, ...]
    articles: tuple[Article, ...]
    webhook_secrets: Sequence[bytes]


class Desk:
    """Persons as callers may see them."""

    def __init__(self, service: Service, tools: Tools) -> None:
        self.service, self.tools = service, tools

    @property
    def reference(self) -> Reference:
        """Packs, calendars, treatments."""
        found: Reference = self.service.reference
        return found

    async def person(self, person_id: UUID, actor: Actor, seen: Seen | None = None) -> PersonFile:
        """A person whom the caller may see, also by an id of before; a read once the audit has it. Raises
        PersonUnknown.
        """
        async with transaction(self.service.engine) as connection:
            found = await persons.find_person(connection, person_id)
        if found is None or not found.seen_by(actor):
            raise PersonUnknown(person_id=person_id)
        if seen is not None:
            await seen(Key(PersonFile.__name__, found.id))
        return found

    async def person_of(self, contact_id: UUID, actor: Actor) -> PersonFile:
        """Whose contact it is. Raises SlotUnknown."""
        async with transaction(self.service.engine) as connection:
            owner = await records.person_of_contact(connection, contact_id)
            found = await persons.find_person(connection, owner) if owner is not None else None
        if found is None or not found.seen_by(actor):
            raise SlotUnknown(slot=contact_id)
        return found

    async def now(self) -> datetime:
        """The moment, by the service's clock."""
        async with transaction(self.service.engine) as connection:
            return await self.service.clock.now(connection)

    async def sealed(self, person_id: UUID, name: str, words: str) -> bytes:
        """A text under the person's key."""
        async with transaction(self.service.engine) as connection:
            key = await self.tools.sealer.key(connection, person_id)
        return key.seal(words, name)

    async def opened(self, answers: Sequence[records.Answer]) -> list[str | None]:
        """The words of answers; None where they were forgotten."""
        async with transaction(self.service.engine) as connection:
            keys = await self.tools.sealer.keys(connection, {one.person_id for one in answers})
        found: list[str | None] = []
        for one in answers:
            try:
                key = keys.get(one.person_id)
                found.append(None if key is None else key.open(one.sealed, str(one.id)))
            except Forgotten:
                found.append(None)
        return found
