"""What routes of holds, disputes and complaints share: whose something is, and texts under a person's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.hardship.domain.holds import PersonUnknown
from services.hardship.domain.standstill import OWN_ONLY, Resolution, Standstill, Text
from services.hardship.store import standstills
from services.hardship.store.standstills import Kind
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.events.hardship import Finding
from shared.events.ids import name_id
from shared.http import Runner, Seen
from shared.sealed import Sealer
from shared.service import Service

TEXT_LENGTH_MAX = 20_000
Words = Annotated[
    str, Field(min_length=1, max_length=TEXT_LENGTH_MAX, description="Kept under the person's key")
]
LenderAsked = Annotated[
    str | None,
    Query(description="Only what is this lender's", pattern="^[a-z0-9][a-z0-9-]{0,39}$", examples=["acme"]),
]


class LenderUnknown(NotFound):
    """There is no such lender, or what is theirs is not yours to see."""


class Body(BaseModel):
    """Base of what requests say."""

    model_config = ConfigDict(extra="forbid")


class TextShown(BaseModel):
    """A text that belongs to a dispute or complaint."""

    text_id: UUID
    about: Annotated[str, Field(examples=["statement"])]
    by: Annotated[str, Field(description="Subject of whoever gave it")]
    given_at: datetime
    words: Annotated[str | None, Field(description="Null: forgotten with its person")]


class ResolutionShown(BaseModel):
    """How something was decided."""

    outcome: Finding
    decided_by: str
    decided_at: datetime

    @classmethod
    def of(cls, made: Resolution | None) -> "ResolutionShown | None":
        """As it was decided, if it was."""
        if made is None:
            return None
        return cls(outcome=made.outcome, decided_by=made.decided_by, decided_at=made.decided_at)


class Standing:
    """Standstills as callers may see them."""

    def __init__(self, service: Service, sealer: Sealer) -> None:
        self._service, self._sealer = service, sealer

    async def found(self, subject_id: UUID, actor: Actor, seen: Seen) -> Standstill:
        """What stands still for a person or loan, once the audit has the read. Raises PersonUnknown."""
        async with transaction(self._service.engine) as connection:
            state = await standstills.find_standstill(connection, subject_id)
        if state is None or state.erased or not state.seen_by(actor):
            raise PersonUnknown(id=subject_id)
        await seen(Key(Standstill.__name__, state.id))
        return state

    async def current(self, subject_id: UUID) -> UUID:
        """By which id a person or loan goes now."""
        async with transaction(self._service.engine) as connection:
            state = await standstills.find_standstill(connection, subject_id)
        return subject_id if state is None else state.id

    async def of_item(self, kind: Kind, item_id: UUID, unknown: NotFound) -> UUID:
        """Whose a hold, request, dispute or complaint is. Raises what is handed in."""
        async with transaction(self._service.engine) as connection:
            subject = await standstills.subject_of(connection, kind, item_id)
        if subject is None:
            raise unknown
        return subject

    async def read_item(
        self, kind: Kind, item_id: UUID, actor: Actor, seen: Seen, unknown: NotFound
    ) -> Standstill:
        """The state that an item is in, once the audit has the read. Raises what is handed in."""
        subject = await self.of_item(kind, item_id, unknown)
        async with transaction(self._service.engine) as connection:
            state = (await standstills.load_standstills(connection, {subject: ()})).get(subject)
        if state is None or not state.seen_by(actor):
            raise unknown
        await seen(Key(Standstill.__name__, state.id))
        return state

    async def states(self, ids: Sequence[UUID]) -> dict[UUID, Standstill]:
        """Several states, for a page of a list."""
        async with transaction(self._service.engine) as connection:
            return await standstills.load_standstills(connection, dict.fromkeys(ids, ()))

    async def now(self) -> datetime:
        """The moment, by the service's clock."""
        async with transaction(self._service.engine) as connection:
            return await self._service.clock.now(connection)

    # -- texts -----------------------------------------------------------------------------------------------

    async def sealed(
        self, run: Runner, person_id: UUID, about: str, words: str | None, actor: Actor
    ) -> Text | None:
        """A text as it goes through the door: under its person's key, named after the request. Raises
        PersonUnknown: nobody gets a key who is not known here, or who was forgotten.
        """
        if words is None:
            return None
        origin = await run.origin()
        id_ = name_id("text", f"{origin.message_id}\n{about}")
        async with transaction(self._service.engine) as connection:
            state = (await standstills.load_standstills(connection, {person_id: ()})).get(person_id)
            if state is None or state.erased or not state.seen_by(actor):
                raise PersonUnknown(id=person_id)
            key = await self._sealer.key(connection, person_id)
            now = await self._service.clock.now(connection)
        return Text(id_, about, actor.subject, now, key.seal(words, str(id_)))

    async def opened(self, texts: Sequence[Text]) -> list[TextShown]:
        """Texts as they may be read by whoever may see what they belong to."""
        async with transaction(self._service.engine) as connection:
            kept = await standstills.sealed_texts(connection, [one.id for one in texts])
            keys = await self._sealer.keys(connection, {person for person, _ in kept.values()})
        return [
            TextShown(
                text_id=one.id,
                about=one.about,
                by=one.by,
                given_at=one.given_at,
                words=_open(keys, kept, one.id),
            )
            for one in texts
        ]


def _open(keys: dict[UUID, Any], kept: dict[UUID, tuple[UUID, bytes]], id_: UUID) -> str | None:
    person, sealed = kept.get(id_, (None, b""))
    key = keys.get(person) if person is not None else None
    opened: str | None = key.open(sealed, str(id_)) if key is not None else None
    return opened


def lenders_of(actor: Actor, lender: str | None) -> frozenset[str] | None:
    """Whose are listed; None: all. Raises LenderUnknown."""
    if lender is None:
        return actor.lenders
    if not actor.may_act_for(lender):
        raise LenderUnknown(lender=lender)
    return frozenset({lender})


def own_id(actor: Actor, asked: UUID | None) -> UUID:
    """Whose list is asked for: a borrower's own unless one is named. Raises PersonUnknown."""
    if asked is not None:
        return asked
    try:
        return UUID(actor.subject)
    except ValueError:
        raise PersonUnknown(id=actor.subject) from None


def of_own_only(actor: Actor) -> bool:
    """Whether this role sees what is its own, person by person, and no lender's lists."""
    return actor.role in OWN_ONLY
