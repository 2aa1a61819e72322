"""Routes of webhooks: a lender's addresses to which its feed is handed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.adapters.webhook_http import Network, check_url, derived_secret, networks_of
from services.ledger.api.cases import lenders_of
from services.ledger.api.cursors import write_cursor
from services.ledger.api.feed import find_place, lender_of
from services.ledger.domain.webhooks import DisabledReason, Webhook, WebhookStatus
from services.ledger.flow import FLOW
from services.ledger.settings import LedgerSettings
from services.ledger.store import results, webhooks
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import Conflict, NotFound, Refused
from shared.events.base import Instant, LenderName
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead, Exactly, Page, Paging
from shared.http.commands import IdempotencyKey
from shared.scopes import Scope
from shared.service import Service
from shared.signatures import written

WEBHOOKS_MAX = 10
TOLD = sorted({event.__name__ for steps in FLOW.steps.values() for step in steps for event in step.emits})
MANAGES = Allow(Scope.WEBHOOKS_MANAGE)


class WebhookUnknown(NotFound):
    """There is no such webhook, or it belongs to another lender."""


class WebhooksNotSigned(Conflict):
    """This ledger has no key to sign webhooks with: give it HUANCUI_WEBHOOK_KEY, of 32 characters or more."""


class TooManyWebhooks(Conflict):
    """A lender has 10 webhooks at most. Remove one first."""


class SecretReplaced(Conflict):
    """This is not the secret in use: it was rotated since you looked. Rotate the one that is among the
    facts.
    """


class EventUnknown(Refused):
    """A webhook wants events that the ledger tells."""


class NewWebhook(BaseModel):
    """An address to which a lender's feed is to be handed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://hooks.example.com/huancui", "types": []}]},
    )

    url: Annotated[str, Field(max_length=2_000, description="https, on the public internet")]
    lender: Annotated[LenderName | None, Field(description="Needed where you act for several")] = None
    types: Annotated[
        list[str],
        Field(max_length=50, description="Names of the events wanted, such as PaymentMissed; none: all"),
    ] = []
    events_max: Annotated[
        int,
        Field(
            ge=1, le=100, description="1: a request brings one event; more: a list of so many events at most"
        ),
    ] = 1
    since: Annotated[
        Instant | None, Field(description="Begin with what was published then; else from now on")
    ] = None


class WebhookShown(BaseModel):
    """A webhook, and how it does."""

    webhook_id: UUID
    lender: str
    url: str
    types: list[str]
    events_max: int
    status: WebhookStatus
    reason: Annotated[DisabledReason | None, Field(description="Why it was disabled")]
    cursor: Annotated[str, Field(description="It was handed the feed up to here")]
    secret_number: int
    former_secret_until: datetime | None
    created_at: datetime
    delivered_at: datetime | None
    failures: Annotated[int, Field(description="Since the last delivery that was taken")]
    failing_since: datetime | None
    last_error: str | None
    next_try_at: datetime | None
    has_more: Annotated[bool | None, Field(description="Whether there is something to be delivered")] = None

    @classmethod
    def of(cls, one: Webhook, has_more: bool | None = None) -> "WebhookShown":
        """As it stands."""
        return cls(
            webhook_id=one.id,
            lender=one.lender,
            url=one.url,
            types=list(one.types),
            events_max=one.events_max,
            status=one.status,
            reason=one.reason,
            cursor=write_cursor(one.lender, one.after),
            secret_number=one.secret_number,
            former_secret_until=one.former_secret_until,
            created_at=one.created_at,
            delivered_at=one.delivered_at,
            failures=one.failures,
            failing_since=one.failing_since,
            last_error=one.last_error,
            next_try_at=one.next_try_at,
            has_more=has_more,
        )


class WithSecret(BaseModel):
    """A webhook whose secret is told."""

    webhook: WebhookShown
    secret: Annotated[
        str | None,
        Field(
            description="Told this once (whsec_…): null when the request is repeated. Rotate it if it is lost"
        ),
    ]


class Rotation(BaseModel):
    """Which secret is to be replaced."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"secret_number": 1}]})

    secret_number: Annotated[int, Field(ge=1, le=1_000_000, description="The number of the one in use")]


class Resumption(BaseModel):
    """From where a webhook goes on; without a place, where it stopped."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    after: Annotated[str | None, Field(max_length=200, description="A cursor of the feed")] = None
    since: Instant | None = None


def _without_secret(told: WithSecret) -> WithSecret:
    return told.model_copy(update={"secret": None})


class _Desk:
    """What the routes share."""

    def __init__(self, service: Service, settings: LedgerSettings) -> None:
        self.service = service
        self.networks: tuple[Network, ...] = networks_of(settings.webhook_networks)
        self._key = settings.webhook_key.get_secret_value().encode() if settings.webhook_key else None

    async def find(self, id_: UUID, actor: Actor) -> Webhook:
        """Raises WebhookUnknown."""
        async with transaction(self.service.engine) as connection:
            found = await webhooks.find(connection, id_)
        if found is None or not actor.may_act_for(found.lender):
            raise WebhookUnknown(webhook_id=id_)
        return found

    async def with_secret(self, id_: UUID, actor: Actor) -> WithSecret:
        """Raises WebhooksNotSigned."""
        found = await self.find(id_, actor)
        secret = written(derived_secret(self.key(), found.id, found.secret_number))
        return WithSecret(webhook=WebhookShown.of(found), secret=secret)

    def key(self) -> bytes:
        """Raises WebhooksNotSigned."""
        if self._key is None:
            raise WebhooksNotSigned
        return self._key

    async def add(self, id_: UUID, lender: str, body: NewWebhook) -> None:
        """Raises what speaks against it."""
        self.key()
        check_url(body.url, self.networks)
        if unknown := sorted(set(body.types) - set(TOLD)):
            raise EventUnknown(types=", ".join(unknown), known=", ".join(TOLD))
        async with transaction(self.service.engine) as connection:
            place = await results.place_at(connection, lender, body.since)
            new = webhooks.NewWebhook(id_, lender, body.url, sorted(set(body.types)), body.events_max, place)
            if not await webhooks.add(connection, new, WEBHOOKS_MAX):
                raise TooManyWebhooks

    async def set_state(
        self, id_: UUID, actor: Actor, status: WebhookStatus, after: int | None = None
    ) -> WebhookShown:
        """Raises WebhookUnknown."""
        await self.find(id_, actor)
        async with transaction(self.service.engine) as connection:
            await webhooks.set_state(connection, id_, status, after)
        return WebhookShown.of(await self.find(id_, actor))


def webhooks_router(service: Service, settings: LedgerSettings) -> APIRouter:
    """Webhooks."""
    router, desk = APIRouter(tags=["feed"]), _Desk(service, settings)
    _add_reads(router, desk)
    _add_changes(router, desk)
    _add_ends(router, desk)

    @router.post("/webhooks", status_code=201)
    async def add_webhook(
        body: NewWebhook,
        key: IdempotencyKey,
        once: Exactly,
        seen: AuditedRead,
        actor: Annotated[Actor, MANAGES],
    ) -> WithSecret:
        """Have a lender's feed handed to an address of its own, signed as Standard Webhooks says.

        Events come one after the other, in the feed's order, at least once: the next when the one before was
        answered with 2xx. What fails is tried again for days.
        """
        lender = lender_of(actor, body.lender)
        id_ = name_id("webhook", f"{lender}\n{actor.subject}\n{key}")

        async def add() -> WithSecret:
            await seen(Key("Webhook", id_))
            await desk.add(id_, lender, body)
            return await desk.with_secret(id_, actor)

        return await once(add, WithSecret, _without_secret)

    return router


def _add_reads(router: APIRouter, desk: _Desk) -> None:
    @router.get("/webhooks")
    async def list_webhooks(
        paging: Paging,
        actor: Annotated[Actor, Allow(Scope.FEED_READ)],
        lender: LenderName | None = None,
    ) -> Page[WebhookShown]:
        """Webhooks of your lenders, with how they do."""
        after = UUID(paging.after[0]) if paging.after else None
        async with transaction(desk.service.engine) as connection:
            rows = await webhooks.webhooks_page(connection, lenders_of(actor, lender), after, paging.fetch)
        return paging.page(rows, lambda one: [one.id], WebhookShown.of)

    @router.get("/webhooks/{webhook_id}")
    async def show_webhook(webhook_id: UUID, actor: Annotated[Actor, Allow(Scope.FEED_READ)]) -> WebhookShown:
        """One webhook, and how it does."""
        found = await desk.find(webhook_id, actor)
        async with transaction(desk.service.engine) as connection:
            more = await results.has_more(connection, found.lender, found.after)
        return WebhookShown.of(found, more)


def _add_changes(router: APIRouter, desk: _Desk) -> None:
    @router.post("/webhooks/{webhook_id}/rotate")
    async def rotate_secret(
        webhook_id: UUID,
        body: Rotation,
        key: IdempotencyKey,
        once: Exactly,
        seen: AuditedRead,
        actor: Annotated[Actor, MANAGES],
    ) -> WithSecret:
        """Sign with a new secret from now on. For 24 hours requests carry the former one's signature as
        well.
        """

        async def rotate() -> WithSecret:
            await seen(Key("Webhook", webhook_id))
            found = await desk.find(webhook_id, actor)
            request = name_id("rotation", f"{actor.subject}\n{key}")
            async with transaction(desk.service.engine) as connection:
                if not await webhooks.rotate(connection, webhook_id, body.secret_number, request):
                    raise SecretReplaced(secret_number=found.secret_number)
            return await desk.with_secret(webhook_id, actor)

        return await once(rotate, WithSecret, _without_secret)


def _add_ends(router: APIRouter, desk: _Desk) -> None:
    @router.post("/webhooks/{webhook_id}/pause")
    async def pause_webhook(
        webhook_id: UUID, once: Exactly, seen: AuditedRead, actor: Annotated[Actor, MANAGES]
    ) -> WebhookShown:
        """Deliver nothing for a while. What was told meanwhile is delivered afterwards."""

        async def pause() -> WebhookShown:
            await seen(Key("Webhook", webhook_id))
            return await desk.set_state(webhook_id, actor, WebhookStatus.PAUSED)

        return await once(pause, WebhookShown)

    @router.post("/webhooks/{webhook_id}/resume")
    async def resume_webhook(
        webhook_id: UUID,
        body: Resumption,
        once: Exactly,
        seen: AuditedRead,
        actor: Annotated[Actor, MANAGES],
    ) -> WebhookShown:
        """Deliver again, what was disabled too; with a place, from there: so events are delivered once
        more.
        """

        async def resume() -> WebhookShown:
            await seen(Key("Webhook", webhook_id))
            found = await desk.find(webhook_id, actor)
            place = None
            if body.after is not None or body.since is not None:
                place = await find_place(desk.service, found.lender, body.after, body.since)
            return await desk.set_state(webhook_id, actor, WebhookStatus.ACTIVE, place)

        return await once(resume, WebhookShown)

    @router.post("/webhooks/{webhook_id}/remove")
    async def remove_webhook(
        webhook_id: UUID, once: Exactly, seen: AuditedRead, actor: Annotated[Actor, MANAGES]
    ) -> WebhookShown:
        """Deliver nothing to this address any more, and forget it."""

        async def remove() -> WebhookShown:
            await seen(Key("Webhook", webhook_id))
            found = await desk.find(webhook_id, actor)
            async with transaction(desk.service.engine) as connection:
                await webhooks.remove(connection, webhook_id)
            return WebhookShown.of(found)

        return await once(remove, WebhookShown)
