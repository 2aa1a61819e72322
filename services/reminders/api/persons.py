"""Routes of persons: what was done and said, what they asked for, who is who, forgetting."""

from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.reminders.api.desk import Body, Desk
from services.reminders.domain.asking import (
    AskToStop,
    CloseTime,
    Ending,
    EndIt,
    LiftStops,
    OpenTime,
    StateRepresentation,
)
from services.reminders.domain.contact import Channel, Place, Recipient
from services.reminders.domain.person import ConsentKind, StopKind
from services.reminders.domain.person_file import BorrowerKey, PersonFile
from services.reminders.domain.whoiswho import ErasePerson, LinkPersons, UnlinkBorrower
from services.reminders.store import records
from services.reminders.store import small_states as small
from shared.database import transaction
from shared.decision import Actor
from shared.events.base import LenderName, Reference
from shared.events.ids import borrower_id
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.scopes import Scope

Reader = Annotated[Actor, Allow(Scope.PERSONS_READ)]
Manager = Annotated[Actor, Allow(Scope.PERSONS_MANAGE)]
Line = Annotated[str, Field(min_length=1, max_length=100)]
LAST = 2**62
EXPORTED_MAX = 100_000


class LoanShown(BaseModel):
    """A loan that the person has a part in."""

    loan_id: UUID
    lender: str
    loan_reference: str
    role: str
    late_since: datetime | None = None
    treatment: str | None


class AddressShown(BaseModel):
    """An address, by its key: what it says is shown to nobody who does not need it."""

    key: str
    channels: list[Channel]
    established: bool
    owner: Recipient


class PersonShown(BaseModel):
    """A person, as far as the caller's lenders go."""

    person_id: UUID
    time_zones: list[str]
    languages: list[str]
    regions: list[str]
    loans: list[LoanShown]
    addresses: list[AddressShown]
    stops: list[StopKind]
    holds: list[str]
    closed_by: Annotated[list[str], Field(description="What keeps treatments from running")]
    promises_open: int

    @classmethod
    def of(cls, file: PersonFile, actor: Actor) -> "PersonShown":
        """Without what concerns other lenders."""
        loans = [one for one in file.loans if actor.may_act_for(one.lender)]
        mine = {one.loan_id for one in loans}
        running = {one.loan_id: one.treatment for one in file.course.treating.running}
        return cls(
            person_id=file.id,
            time_zones=list(file.judged.zones),
            languages=list(file.languages),
            regions=list(file.judged.regions),
            loans=[
                LoanShown(
                    loan_id=one.loan_id,
                    lender=one.lender,
                    loan_reference=one.reference,
                    role=one.role.value,
                    late_since=_late_since(file, one.loan_id),
                    treatment=running.get(one.loan_id),
                )
                for one in loans
            ],
            addresses=[
                AddressShown(
                    key=one.key,
                    channels=sorted(one.channels),
                    established=one.established,
                    owner=one.owner,
                )
                for one in file.judged.addresses
            ],
            stops=[one.kind for one in file.judged.stops],
            holds=[one.hold.reason.value for one in file.held if one.loan_id in mine],
            closed_by=sorted(
                {
                    one.closing.value
                    for one in file.causes
                    if one.loans is None or not mine.isdisjoint(one.loans)
                }
            ),
            promises_open=sum(
                one.standing.value == "open" and one.loan_id in mine for one in file.course.promises.made
            ),
        )


def _late_since(file: PersonFile, loan_id: UUID) -> datetime | None:
    days = [one.due_on for one in file.course.missed if one.loan_id == loan_id]
    return datetime.combine(min(days), time(0)).astimezone() if days else None


class Event(BaseModel):
    """One thing that happened."""

    at: datetime
    kind: str
    lender: str | None
    contact_id: UUID | None
    content: dict[str, Any]


class StopAsked(Body):
    """What the person wants no more of."""

    kind: StopKind
    channels: Annotated[tuple[Channel, ...], Field(max_length=10)] = ()
    address: Annotated[str, Field(max_length=100)] = ""
    place: Place | None = None
    loan_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    in_writing: bool = True


class TimeClosed(Body):
    """Hours of the week without contact. One that ends before it starts runs over midnight."""

    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(min_length=1, max_length=7)]
    start: time
    end: time


class TimeOpened(Body):
    """A time that the person named."""

    lender: LenderName
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    kind: ConsentKind = ConsentKind.ASKED
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=10)] = tuple(Channel)


class RepresentativeStated(Body):
    """Who speaks for the person."""

    by: Recipient
    loan_ids: Annotated[tuple[UUID, ...] | None, Field(max_length=200)] = None


class Over(Body):
    """What is over."""

    ending: Ending


class SameAs(Body):
    """Another person who is the same."""

    other: UUID


class NotThis(Body):
    """A borrower who is somebody else."""

    lender: LenderName
    borrower_reference: Reference


class Done(BaseModel):
    """It counts from now on."""

    person_id: UUID


def persons_router(desk: Desk) -> APIRouter:
    """Persons."""
    router = APIRouter(tags=["persons"])
    for one in (_reads(desk), _wishes(desk), _speakers(desk), _identity(desk)):
        router.include_router(one)
    return router


def _reads(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/persons/{person_id}")
    async def show_person(person_id: UUID, actor: Reader, seen: AuditedRead) -> PersonShown:
        """Loans, ways to reach, stops and holds of a person."""
        return PersonShown.of(await desk.person(person_id, actor, seen), actor)

    @router.get("/persons/{person_id}/timeline")
    async def timeline(person_id: UUID, paging: Paging, actor: Reader, seen: AuditedRead) -> Page[Event]:
        """Contacts, answers, promises, holds, plans: the newest first."""
        person = await desk.person(person_id, actor, seen)
        before = paging.after[0] if paging.after else LAST
        async with transaction(desk.service.engine) as connection:
            rows = await records.timeline(connection, person.ids, before, actor.lenders, paging.fetch)
        return paging.page(
            rows,
            lambda one: [one.seq],
            lambda one: Event(
                at=one.at, kind=one.kind, lender=one.lender, contact_id=one.contact_id, content=one.content
            ),
        )

    @router.get("/persons/{person_id}/export")
    async def export_person(person_id: UUID, actor: Manager, seen: AuditedRead) -> dict[str, Any]:
        """All that is kept of a person here, names and words included, to be handed to them."""
        person = await desk.person(person_id, actor, seen)
        mine = [one for one in person.borrowers if actor.may_act_for(one.lender)]
        async with transaction(desk.service.engine) as connection:
            ids = [borrower_id(one.lender, one.reference) for one in mine]
            borrowers = await small.load_borrowers(connection, dict.fromkeys(ids, ()))
            lines = await records.timeline(connection, person.ids, LAST, actor.lenders, EXPORTED_MAX)
            answers = await records.answers(connection, person.ids, actor.lenders, EXPORTED_MAX)
        words = await desk.opened(answers)
        return {
            "person": PersonShown.of(person, actor).model_dump(mode="json"),
            "borrowers": small.written_out(borrowers.values()),
            "record": [one.content | {"at": one.at.isoformat(), "kind": one.kind} for one in lines],
            "answers": [
                {"at": one.at.isoformat(), "channel": one.channel, "words": said}
                for one, said in zip(answers, words, strict=True)
            ],
        }

    return router


def _wishes(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.post("/persons/{person_id}/stops", status_code=201)
    async def ask_to_stop(person_id: UUID, body: StopAsked, run: Run, actor: Manager) -> Done:
        """No more by a channel, at an address or place, or at all about these loans."""
        person = await desk.person(person_id, actor)
        await run(
            AskToStop(
                person.id,
                body.kind,
                frozenset(body.channels),
                body.address,
                body.place,
                frozenset(body.loan_ids),
                body.in_writing,
            )
        )
        return Done(person_id=person.id)

    @router.delete("/persons/{person_id}/stops/{kind}")
    async def lift_stops(person_id: UUID, kind: StopKind, run: Run, actor: Manager) -> Done:
        """The person opens again what they had closed."""
        person = await desk.person(person_id, actor)
        await run(LiftStops(person.id, kind))
        return Done(person_id=person.id)

    @router.post("/persons/{person_id}/closed-times", status_code=201)
    async def close_time(person_id: UUID, body: TimeClosed, run: Run, actor: Manager) -> Done:
        """Keep hours of the week free of contact."""
        person = await desk.person(person_id, actor)
        await run(CloseTime(person.id, frozenset(body.days), body.start, body.end))
        return Done(person_id=person.id)

    @router.post("/persons/{person_id}/opened-times", status_code=201)
    async def open_time(person_id: UUID, body: TimeOpened, run: Run, actor: Manager) -> Done:
        """Note a time that the person named."""
        person = await desk.person(person_id, actor)
        await run(
            OpenTime(
                person.id, body.lender, body.starts_at, body.ends_at, body.kind, frozenset(body.channels)
            )
        )
        return Done(person_id=person.id)

    return router


def _speakers(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.post("/persons/{person_id}/representatives", status_code=201)
    async def state_representative(
        person_id: UUID, body: RepresentativeStated, run: Run, actor: Manager
    ) -> Done:
        """Somebody speaks for the person: contact goes to them."""
        person = await desk.person(person_id, actor)
        loans = None if body.loan_ids is None else frozenset(body.loan_ids)
        await run(StateRepresentation(person.id, body.by, loans))
        return Done(person_id=person.id)

    @router.post("/persons/{person_id}/over")
    async def end_it(person_id: UUID, body: Over, run: Run, actor: Manager) -> Done:
        """The danger is over, or nobody speaks for the person any more."""
        person = await desk.person(person_id, actor)
        await run(EndIt(person.id, body.ending))
        return Done(person_id=person.id)

    return router


def _identity(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.post("/persons/{person_id}/links", status_code=201)
    async def link(person_id: UUID, body: SameAs, run: Run, actor: Manager) -> Done:
        """Another person is the same: all of theirs is this person's."""
        person = await desk.person(person_id, actor)
        other = await desk.person(body.other, actor)
        await run(LinkPersons(person.id, other.id))
        return Done(person_id=person.id)

    @router.post("/persons/{person_id}/unlink")
    async def unlink(person_id: UUID, body: NotThis, run: Run, actor: Manager) -> Done:
        """A lender's borrower is somebody else after all."""
        person = await desk.person(person_id, actor)
        name = BorrowerKey(body.lender, body.borrower_reference)
        return Done(person_id=await run(UnlinkBorrower(person.id, name)))

    @router.post("/persons/{person_id}/erasure", status_code=202)
    async def erase(person_id: UUID, run: Run, actor: Manager) -> Done:
        """Forget the person here, and tell all services to."""
        person = await desk.person(person_id, actor)
        return Done(person_id=await run(ErasePerson(person.id)))

    return router
