"""How operators look after a running service: what is kept and why, what is held back, rest, the audit."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import audit, parking
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import DomainError, NotFound
from shared.http import Allow, AuditedRead, Exactly, Page, Pages, Paging, Seen
from shared.parking import HeldKey, HeldMessage
from shared.scopes import Scope
from shared.service import Service

_HELD_EVENTS = (
    "SELECT seq, topic, key, held, created_at FROM outbox "
    "WHERE held IS NOT NULL AND seq > $1 ORDER BY seq LIMIT $2"
)
_FREE_EVENTS = "UPDATE outbox SET held = NULL WHERE topic = $1 AND key = $2 AND held IS NOT NULL"
_AUDIT = (
    "SELECT link, place, at, subject, role, lenders, action, outcome, key_type, key_id, message_id "
    "FROM audit_entry WHERE ($1::uuid IS NULL OR key_id = $1) AND (link, place) > ($2, $3) "
    "ORDER BY link, place LIMIT $4"
)


class NoEventHeld(NotFound):
    """No event of this topic and key is held back."""


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class KeptKey(_Answer):
    """A state whose messages are kept; `reason` and `name` are those of the first."""

    type: str = Field(examples=["Loan"])
    key: UUID
    messages: int = Field(description="How many are kept")
    since: datetime
    reason: str = Field(examples=["loan_unknown"])
    name: str = Field(description="The first message", examples=["PaymentReceived"])
    attempts: int


class KeptMessage(_Answer):
    """A kept message: what it says, why it is kept, what was done about it."""

    seq: int
    status: str = Field(description="parked, queued, waiting or skipped", examples=["parked"])
    name: str
    message_id: UUID
    origin: str = Field(description="record, timer or outcome")
    topic: str | None
    partition: int | None
    offset: int | None
    headers: dict[str, str]
    data: Any = Field(description="As it came; null for topics with personal data: only the place is kept")
    reason: str
    detail: str
    stack: str | None
    attempts: int
    held_at: datetime
    skipped_by: str | None
    skipped_why: str | None


class Released(BaseModel):
    """What became of a key's kept messages."""

    applied: int = Field(description="How many were applied")
    left: int = Field(description="How many are still parked or queued behind one that is")


class Skip(BaseModel):
    """Setting a message aside for good."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(min_length=5, max_length=500, description="For whoever asks later; name no person")


class HeldEvent(BaseModel):
    """An event that the broker would not take, or one behind it."""

    seq: int
    topic: str
    key: str
    why: str
    created_at: datetime


class Release(BaseModel):
    """Which held events to publish again."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(min_length=1, max_length=249, examples=["ledger-events"])
    key: str = Field(min_length=1, max_length=1_000)


class EventsReleased(BaseModel):
    """What was released."""

    events: int


class Rest(_Answer):
    """Whether a service has come to rest: simulated time goes on after two equal rounds over all services."""

    now: datetime = Field(description="The service's clock")
    consumed: int = Field(description="Records ever consumed")
    emitted: int = Field(description="Events ever emitted")
    outbox: int = Field(description="Events not published yet")
    due: int = Field(description="Timers and sends that are due")
    next_due_at: datetime | None = Field(description="When the next timer or send is due")
    behind: int = Field(description="Records not applied yet; at least 1 while partitions are taken over")


class AuditRow(_Answer):
    """Who did what to which state, and how it ended."""

    link: int
    place: int
    at: datetime
    subject: str
    role: str
    lenders: list[str] | None
    action: str
    outcome: str = Field(description="done, or the code of the refusal")
    key_type: str
    key_id: UUID | None
    message_id: UUID | None


class AuditVerified(BaseModel):
    """Whether the audit's chain is whole. Keep the digest elsewhere, to prove it later."""

    whole: bool
    links: int = Field(description="How many links hold")
    entries: int
    digest: str | None = Field(description="Of the last link, in hexadecimal")
    broken_because: str | None = Field(description="What is wrong with the link after those that hold")


async def _state(
    type_: Annotated[
        str,
        Path(alias="type", max_length=100, description="Type of state, as lists call it", examples=["Loan"]),
    ],
    key: Annotated[UUID, Path(description="Id of the state")],
) -> Key:
    return Key(type_, key)


State = Annotated[Key, Depends(_state)]


def operations_router(service: Service) -> APIRouter:
    """The operators' routes of `service`."""
    router = APIRouter()
    for part in (_kept_lists, _kept_messages, _held_events, _rest, _audit):
        router.include_router(part(service))
    return router


def _kept_lists(service: Service) -> APIRouter:
    router = APIRouter(tags=["kept messages"], dependencies=[Allow(Scope.KEPT_READ)])

    async def kept_keys(paging: Pages, waiting: bool) -> Page[KeptKey]:
        async with transaction(service.engine) as connection:
            rows = await parking.held_keys(
                connection, waiting=waiting, after=_seq(paging), limit=paging.fetch
            )
        return paging.page(rows, _cursor_of, KeptKey.model_validate)

    @router.get("/parked")
    async def list_parked(paging: Paging) -> Page[KeptKey]:
        """States whose messages cannot be applied: repair the cause, then retry, or skip a message."""
        return await kept_keys(paging, waiting=False)

    @router.get("/waiting")
    async def list_waiting(paging: Paging) -> Page[KeptKey]:
        """States that messages wait for, because what they build on has not arrived."""
        return await kept_keys(paging, waiting=True)

    return router


def _kept_messages(service: Service) -> APIRouter:
    router = APIRouter(tags=["kept messages"])

    @router.get("/parked/{type}/{key}", dependencies=[Allow(Scope.KEPT_READ)])
    async def show_parked(state: State, paging: Paging, seen: AuditedRead) -> Page[KeptMessage]:
        """The kept messages of a state in order, skipped ones among them, with reason and stack."""
        async with transaction(service.engine) as connection:
            rows = await parking.held_messages(connection, state, after=_seq(paging), limit=paging.fetch)
        await seen(state)
        return paging.page(rows, _seq_of, KeptMessage.model_validate)

    @router.post("/parked/{type}/{key}/retry")
    async def retry_parked(
        state: State,
        actor: Annotated[Actor, Allow(Scope.KEPT_MANAGE)],
        seen: AuditedRead,
        once: Exactly,
    ) -> Released:
        """Try a state's kept messages again, in order, until one fails."""
        return await once(lambda: _release(service, state, seen, actor), Released)

    @router.post("/parked/{type}/{key}/{seq}/skip")
    async def skip_parked(
        state: State,
        seq: Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the message")],
        body: Skip,
        actor: Annotated[Actor, Allow(Scope.KEPT_MANAGE)],
        seen: AuditedRead,
        once: Exactly,
    ) -> Released:
        """Set a message aside for good, with who decided it and why, and try those behind it."""
        return await once(lambda: _release(service, state, seen, actor, skip=seq, why=body.why), Released)

    return router


async def _release(
    service: Service, key: Key, seen: Seen, actor: Actor, *, skip: int | None = None, why: str = ""
) -> Released:
    async with transaction(service.engine) as connection:
        await parking.held_messages(connection, key, after=0, limit=1)
    # The intention is written first: what was done is never without a row, even if we fall over in between.
    await seen(key, "begun")
    try:
        applied = await service.door.release(key, skip=skip, by=actor.subject, why=why)
    except DomainError as refused:
        await seen(key, refused.code)
        raise
    await seen(key)
    async with transaction(service.engine) as connection:
        return Released(applied=applied, left=len(await parking.queue_of(connection, key)))


def _held_events(service: Service) -> APIRouter:
    router = APIRouter(tags=["held events"])

    @router.get("/outbox/held", dependencies=[Allow(Scope.KEPT_READ)])
    async def list_held_events(paging: Paging) -> Page[HeldEvent]:
        """Events that the broker would not take, and those of the same key behind them."""
        async with transaction(service.engine) as connection:
            rows = (await connection.exec_driver_sql(_HELD_EVENTS, (_seq(paging), paging.fetch))).all()
        return paging.page(rows, _seq_of, _shown_event)

    @router.post("/outbox/held/release", dependencies=[Allow(Scope.KEPT_MANAGE)])
    async def release_held_events(body: Release, seen: AuditedRead, once: Exactly) -> EventsReleased:
        """Publish the held events of a key after all, in order, once what was wrong is put right."""
        return await once(lambda: free(body, seen), EventsReleased)

    async def free(body: Release, seen: Seen) -> EventsReleased:
        await seen(None, "begun")
        async with transaction(service.engine) as connection:
            freed = await connection.exec_driver_sql(_FREE_EVENTS, (body.topic, body.key.encode()))
        if not freed.rowcount:
            await seen(None, NoEventHeld.code)
            raise NoEventHeld(topic=body.topic)
        await seen(None)
        return EventsReleased(events=freed.rowcount)

    return router


def _rest(service: Service) -> APIRouter:
    router = APIRouter(tags=["running"])

    @router.get("/quiescence", dependencies=[Allow(Scope.REST_READ)])
    async def show_quiescence(
        within_s: Annotated[float, Query(ge=0, le=10, description="Wait so long for it to come to rest")] = 0,
    ) -> Rest:
        """Whether the service has come to rest."""
        return Rest.model_validate(await service.quiescence(within_s))

    return router


def _audit(service: Service) -> APIRouter:
    router = APIRouter(tags=["audit"], dependencies=[Allow(Scope.AUDIT_READ)])

    @router.get("/audit")
    async def list_audit(
        paging: Paging,
        key: Annotated[UUID | None, Query(description="Only what was done to this state")] = None,
    ) -> Page[AuditRow]:
        """The audit, oldest first."""
        link, place = paging.after or (0, 0)
        async with transaction(service.engine) as connection:
            rows = (await connection.exec_driver_sql(_AUDIT, (key, link, place, paging.fetch))).all()
        return paging.page(rows, lambda row: (row.link, row.place), AuditRow.model_validate)

    @router.post("/audit/verify")
    async def verify_audit() -> AuditVerified:
        """Compute the whole chain again. It changes nothing."""
        async with transaction(service.engine) as connection:
            return await _verified(connection)

    return router


async def _verified(connection: AsyncConnection) -> AuditVerified:
    found = await audit.verify(connection)
    if isinstance(found, audit.Broken):
        return AuditVerified(
            whole=False, links=found.link - 1, entries=0, digest=None, broken_because=found.why
        )
    return AuditVerified(
        whole=True, links=found.links, entries=found.entries, digest=found.digest, broken_because=None
    )


def _seq(paging: Pages) -> int:
    return int(paging.after[0]) if paging.after else 0


def _seq_of(row: HeldMessage | Any) -> tuple[int]:
    return (row.seq,)


def _cursor_of(row: HeldKey) -> tuple[int]:
    return (row.cursor,)


def _shown_event(row: Any) -> HeldEvent:
    return HeldEvent(
        seq=row.seq,
        topic=row.topic,
        key=row.key.decode(errors="replace"),
        why=row.held,
        created_at=row.created_at,
    )
