"""Routes of the staff: tasks, the queue of calls, brakes, and the wording of what people write."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.reminders.api.desk import Body, Desk, LenderUnknown
from services.reminders.domain.calling import may_call
from services.reminders.domain.contact import Channel
from services.reminders.domain.small_states import (
    Brake,
    BrakeScope,
    FinishTask,
    SetBrake,
    StaffTask,
    StaffTaskKind,
    brake_id,
    conduct_id,
)
from services.reminders.domain.treatments import Catalogue
from services.reminders.domain.words.messages import Occasion
from services.reminders.store import persons
from services.reminders.store import small_states as small
from shared.database import transaction
from shared.decision import Actor
from shared.errors import Refused
from shared.http import Allow, Page, Paging, Run
from shared.scopes import Scope

Maker = Annotated[Actor, Allow(Scope.CONTACTS_MAKE)]
Braker = Annotated[Actor, Allow(Scope.BRAKE_PULL)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,100}$")]
CALLS_AT_ONCE, CALLS_SHOWN = 200, 100
FIRST = datetime.min.replace(tzinfo=UTC)


class TaskShown(BaseModel):
    """What somebody is asked to do."""

    task_id: UUID
    kind: StaffTaskKind
    person_id: UUID
    lenders: list[str]
    loan_ids: list[UUID]
    given_at: datetime
    reply_id: UUID | None
    address: str | None

    @classmethod
    def of(cls, one: StaffTask) -> "TaskShown":
        """As it stands in the queue."""
        return cls(
            task_id=one.id,
            kind=one.kind,
            person_id=one.person_id,
            lenders=list(one.lenders),
            loan_ids=list(one.loan_ids),
            given_at=one.given_at,
            reply_id=one.reply_id,
            address=one.address,
        )


class TaskDone(BaseModel):
    """It is out of the queue."""

    task_id: UUID


class BrakePulled(Body):
    """Why contacts are paused."""

    why: Annotated[str, Field(min_length=1, max_length=500)]


class BrakeShown(BaseModel):
    """A brake."""

    scope: BrakeScope
    name: str
    pulled: bool
    by: str = ""
    at: datetime | None = None
    why: str = ""

    @classmethod
    def of(cls, one: Brake) -> "BrakeShown":
        """As it stands."""
        return cls(scope=one.scope, name=one.name, pulled=one.pulled, by=one.by, at=one.at, why=one.why)


class NothingPaused(Refused):
    """Nothing goes by this name, so nothing would be paused. `facts` lists the names that there are."""


def pausable(catalogue: Catalogue) -> Mapping[BrakeScope, frozenset[str]]:
    """The names of what can be paused; of lenders, those are taken that the caller may act for."""
    return {
        BrakeScope.TREATMENT: frozenset(catalogue.treatments),
        BrakeScope.TEMPLATE: frozenset(Occasion),
        BrakeScope.CHANNEL: frozenset(Channel),
    }


def staff_router(desk: Desk) -> APIRouter:
    """Tasks and brakes."""
    router = APIRouter(tags=["staff"])
    router.include_router(_brakes(desk))
    router.include_router(_calls(desk))

    @router.get("/tasks")
    async def list_tasks(
        paging: Paging, actor: Maker, kind: Annotated[StaffTaskKind | None, Query()] = None
    ) -> Page[TaskShown]:
        """What is to be done, the oldest first."""
        after = (
            (datetime.fromisoformat(paging.after[0]), UUID(paging.after[1]))
            if paging.after
            else (FIRST, UUID(int=0))
        )
        async with transaction(desk.service.engine) as connection:
            rows = await small.open_tasks(
                connection, actor.lenders, None if kind is None else kind.value, after, paging.fetch
            )
        return paging.page(rows, lambda one: [one.given_at.isoformat(), str(one.id)], TaskShown.of)

    @router.post("/tasks/{task_id}/done")
    async def finish(task_id: UUID, run: Run, actor: Maker) -> TaskDone:
        """The task is done."""
        return TaskDone(task_id=await run(FinishTask(task_id)))

    return router


def _calls(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/calls")
    async def list_calls(actor: Maker) -> list[TaskShown]:
        """Calls that may be made now, the hundred oldest first. Ask for the permit (`POST
        /v1/contacts/permits`) when you make one: it reserves the call, so that nobody else makes it too.
        """
        found: list[StaffTask] = []
        after = (FIRST, UUID(int=0))
        while len(found) < CALLS_SHOWN:
            waiting, permitted = await look(after, actor)
            found += permitted
            if len(waiting) < CALLS_AT_ONCE:
                break
            after = (waiting[-1].given_at, waiting[-1].id)
        return [TaskShown.of(one) for one in found[:CALLS_SHOWN]]

    async def look(after: tuple[datetime, UUID], actor: Actor) -> tuple[list[StaffTask], list[StaffTask]]:
        """Some calls that wait, and those of them that may be made now."""
        async with transaction(desk.service.engine) as connection:
            waiting = await small.open_tasks(
                connection, actor.lenders, StaffTaskKind.CALL.value, after, CALLS_AT_ONCE
            )
            files = await persons.load_persons(connection, {one.person_id: () for one in waiting})
            lenders = {one.lenders[0] for one in waiting}
            conducts = await small.load_conducts(connection, {conduct_id(one): () for one in lenders})
            now = await desk.service.clock.now(connection)
        return waiting, [
            one
            for one in waiting
            if may_call(
                one,
                files.get(one.person_id),
                conducts.get(conduct_id(one.lenders[0])),
                desk.reference,
                now,
            )
        ]

    return router


def _brakes(desk: Desk) -> APIRouter:
    router = APIRouter()

    def named(scope: BrakeScope, name: str, actor: Actor) -> str:
        """The name of a brake that the caller may pull: of their lender's contacts, or, for all, as staff of
        no lender.
        """
        allowed = actor.may_act_for(name) if scope is BrakeScope.LENDER else actor.lenders is None
        if not allowed:
            raise LenderUnknown(scope=scope, name=name)
        known = pausable(desk.reference.catalogue).get(scope)
        if known is not None and name not in known:
            raise NothingPaused(scope=scope, name=name, known=sorted(known))
        return "" if scope is BrakeScope.EVERYTHING else name

    @router.get("/brakes")
    async def list_brakes(actor: Braker) -> list[BrakeShown]:
        """What is paused now."""
        async with transaction(desk.service.engine) as connection:
            found = await small.pulled_brakes(connection)
        return [BrakeShown.of(one) for one in found]

    @router.put("/brakes/{scope}/{name}")
    async def pull(scope: BrakeScope, name: Name, body: BrakePulled, run: Run, actor: Braker) -> BrakeShown:
        """Pause contacts of a lender, a treatment, a template, a channel, or (`everything/all`) all."""
        known = named(scope, name, actor)
        pulled = SetBrake(brake_id(scope, known), scope, known, pulled=True, why=body.why)
        return BrakeShown.of(await run(pulled))

    @router.delete("/brakes/{scope}/{name}")
    async def let_go(scope: BrakeScope, name: Name, run: Run, actor: Braker) -> BrakeShown:
        """Contacts may go out again."""
        known = named(scope, name, actor)
        return BrakeShown.of(await run(SetBrake(brake_id(scope, known), scope, known, pulled=False)))

    return router
