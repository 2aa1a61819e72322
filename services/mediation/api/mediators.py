"""Routes of mediators, for whoever runs the service."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.mediation.api.desk import Body, Desk
from services.mediation.domain.mediators import KeepMediator, Mediator, Profile, RetireMediator
from services.mediation.store import people
from shared.database import transaction
from shared.errors import NotFound
from shared.events.base import Day, LenderName, Reference
from shared.events.parts import Language
from shared.http import Allow, Page, Paging, Run
from shared.scopes import Scope

MANAGES = [Allow(Scope.MEDIATORS_MANAGE)]
_FIRST = UUID(int=0)


class MediatorSaid(Body):
    """What is known of a mediator."""

    organisation: Reference
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)]
    capacity: Annotated[int, Field(ge=1, le=500, description="Cases at a time")]
    accredited_until: Annotated[Day, Field(description="The last day on which they may mediate")]
    tied_lenders: Annotated[
        tuple[LenderName, ...],
        Field(max_length=100, description="Whose cases they, or their organisation, may not have"),
    ] = ()
    person_id: Annotated[
        UUID | None, Field(description="Who they are as a borrower or adviser, if they are")
    ] = None
    available: Annotated[bool, Field(description="Whether they take cases now")] = True


class MediatorShown(MediatorSaid):
    """A mediator."""

    mediator_id: UUID
    case_ids: list[UUID]
    version: int

    @classmethod
    def of(cls, one: Mediator) -> "MediatorShown":
        """With the cases that they have."""
        profile = one.profile
        return cls(
            mediator_id=one.id,
            organisation=profile.organisation,
            languages=profile.languages,
            capacity=profile.capacity,
            accredited_until=profile.accredited_until,
            tied_lenders=profile.tied_lenders,
            person_id=profile.person_id,
            available=profile.available,
            case_ids=list(one.case_ids),
            version=one.version,
        )


def mediators_router(desk: Desk) -> APIRouter:
    """Who mediates."""
    router = APIRouter(tags=["mediators"])

    @router.put("/mediators/{mediator_id}", dependencies=MANAGES)
    async def keep_mediator(mediator_id: UUID, body: MediatorSaid, run: Run) -> MediatorShown:
        """Add a mediator, or change what is known of one. The id is the subject of their tokens."""
        profile = Profile(
            body.organisation,
            body.languages,
            body.capacity,
            body.accredited_until,
            body.tied_lenders,
            body.person_id,
            body.available,
        )
        return MediatorShown.of(await run(KeepMediator(mediator_id, profile)))

    @router.post("/mediators/{mediator_id}/retire", dependencies=MANAGES)
    async def retire_mediator(mediator_id: UUID, run: Run) -> MediatorShown:
        """A mediator mediates no more: their cases go to others."""
        return MediatorShown.of(await run(RetireMediator(mediator_id)))

    @router.get("/mediators", dependencies=MANAGES)
    async def list_mediators(paging: Paging) -> Page[MediatorShown]:
        """All mediators, by id."""
        after = _FIRST if paging.after is None else UUID(paging.after[0])
        async with transaction(desk.service.engine) as connection:
            rows = await people.mediators_page(connection, after, paging.fetch)
        return paging.page(rows, lambda one: [one.id], MediatorShown.of)

    @router.get("/mediators/{mediator_id}", dependencies=MANAGES)
    async def show_mediator(mediator_id: UUID) -> MediatorShown:
        """A mediator with the cases that they have."""
        async with transaction(desk.service.engine) as connection:
            found = (await people.load_mediators(connection, {mediator_id: ()})).get(mediator_id)
        if found is None:
            raise NotFound(mediator_id=mediator_id)
        return MediatorShown.of(found)

    return router
