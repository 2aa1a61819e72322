"""Hands lenders' feeds to their webhooks, in order, again and again until they are taken; removes what is too
old to be read; measures whose reports are late.
"""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from pydantic_core import to_json

from services.ledger.adapters.webhook_http import Caller, Network, NotTaken, derived_secret
from services.ledger.domain.webhooks import Delivery, DisabledReason, Failure, Webhook, WebhookStatus, failed
from services.ledger.domain.webhooks import deliveries as in_requests
from services.ledger.store import feeds, imports, reads, results, webhooks
from services.ledger.store.results import Result
from shared.clock import system_now
from shared.database import is_infrastructure, transaction
from shared.events.ids import name_id
from shared.service import Service
from shared.signatures import signatures

log = structlog.get_logger()

ONE_TYPE, MANY_TYPE = "application/cloudevents+json", "application/cloudevents-batch+json"
PAGE = 200
LOOK_AFTER_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class OutletSettings:
    """`give_up_after` is how long a failing webhook is tried; `keep` how long results can be read."""

    key: bytes | None
    networks: tuple[Network, ...]
    tls: ssl.SSLContext
    give_up_after: timedelta = timedelta(days=5)
    keep: timedelta = timedelta(days=30)
    poll_ms: int = 200
    lease: timedelta = timedelta(seconds=60)
    together_max: int = 20
    """So many webhooks are served at once."""


class Outlets:
    """Delivers to the webhooks of one service's lenders. Several replicas may: a lease keeps them apart."""

    def __init__(self, service: Service, settings: OutletSettings) -> None:
        self._engine, self._settings = service.engine, settings
        self._metrics = service.metrics
        self._late: frozenset[tuple[str, str]] = frozenset()
        self._lease = uuid4()
        self._stop = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until `stop`."""
        looked_after = 0.0
        while not self._stop.is_set():
            try:
                if self._settings.key is not None:
                    await self._begin()
                now = asyncio.get_running_loop().time()
                if now - looked_after > LOOK_AFTER_EVERY_S:
                    looked_after = now
                    await self._look_after()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("outlets_retried", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._settings.poll_ms / 1000)
        if self._serving:
            await asyncio.wait(self._serving)

    def stop(self) -> None:
        """End after the requests in hand."""
        self._stop.set()

    async def _look_after(self) -> None:
        """Remove what is too old, and measure what waits for people."""
        before = system_now() - self._settings.keep
        async with transaction(self._engine) as connection:
            await results.remove_old(connection, before)
            await imports.remove_old_lines(connection, before)
            late = frozenset(await feeds.late_feeds(connection))
            failing, disabled = await webhooks.troubled(connection)
            unanswered = await reads.holds_unanswered(connection)
        self._metrics.feeds_late.set(len(late))
        self._metrics.holds_unanswered.set(unanswered)
        self._metrics.webhooks_failing.set(failing)
        self._metrics.webhooks_disabled.set(disabled)
        for lender, reason in sorted(late - self._late):
            log.error("feed_late", lender=lender, reason=reason)
        self._late = late

    async def _begin(self) -> None:
        """Serve webhooks that wait, each in a task of its own: a slow one holds nobody else up."""
        free = self._settings.together_max - len(self._serving)
        if free <= 0:
            return
        now = system_now()
        async with transaction(self._engine) as connection:
            claimed = await webhooks.claim(connection, self._lease, now, now + self._settings.lease, free)
        for webhook in claimed:
            task = asyncio.ensure_future(self._serve(webhook))
            self._serving.add(task)
            task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease ends by itself, and the webhook is served again.
            log.warning("webhook_not_served", error=type(error).__name__)

    async def _serve(self, webhook: Webhook) -> None:
        """Deliver what a webhook has not had yet, until all is delivered or something fails."""
        async with Caller(webhook.url, self._settings.networks, self._settings.tls) as caller:
            more = True
            while more and not self._stop.is_set():
                more = await self._page(webhook, caller)
                if more:
                    async with transaction(self._engine) as connection:
                        found = await webhooks.find(connection, webhook.id)
                    more, webhook = found is not None, found or webhook
        async with transaction(self._engine) as connection:
            await webhooks.let_go(connection, webhook.id, self._lease)

    async def _page(self, webhook: Webhook, caller: Caller) -> bool:
        """Deliver one page of the feed; whether to go on."""
        async with transaction(self._engine) as connection:
            bounds = await results.bounds(connection, webhook.lender)
            page = await results.page(connection, webhook.lender, webhook.after, PAGE)
        if webhook.after < bounds.removed_through:
            expired = Failure(WebhookStatus.DISABLED, DisabledReason.EVENTS_EXPIRED, system_now())
            await self._failed(webhook, "events are no longer kept", expired)
            return False
        for delivery in in_requests(page, webhook.types, webhook.events_max):
            moved = await self._deliver(webhook, caller, delivery)
            if moved is None or self._stop.is_set():
                return False
            webhook = moved
        return bool(page)

    async def _deliver(self, webhook: Webhook, caller: Caller, delivery: Delivery[Result]) -> Webhook | None:
        """Hand one request in and move on; None where that failed or the webhook is no longer ours."""
        if delivery.events:
            try:
                await caller.post(*self._request(webhook, delivery.events))
            except NotTaken as not_taken:
                failure = failed(
                    webhook,
                    system_now(),
                    self._settings.give_up_after,
                    gone=not_taken.gone,
                    wait_s=not_taken.wait_s,
                )
                await self._failed(webhook, str(not_taken), _spread(failure))
                return None
        now = system_now()
        async with transaction(self._engine) as connection:
            moved = await webhooks.move_on(
                connection,
                webhook,
                self._lease,
                delivery.after,
                delivered_at=now if delivery.events else None,
                until=now + self._settings.lease,
            )
            return await webhooks.find(connection, webhook.id) if moved else None

    async def _failed(self, webhook: Webhook, error: str, failure: Failure) -> None:
        async with transaction(self._engine) as connection:
            await webhooks.note_failure(connection, webhook, self._lease, system_now(), error, failure)
        if failure.status is WebhookStatus.DISABLED:
            log.error(
                "webhook_disabled", webhook_id=str(webhook.id), lender=webhook.lender, reason=failure.reason
            )
        else:
            log.warning(
                "webhook_failed", webhook_id=str(webhook.id), failures=webhook.failures + 1, error=error
            )

    def _request(self, webhook: Webhook, events: Sequence[Result]) -> tuple[bytes, dict[str, str]]:
        """Body and headers. The same events have the same id, however often they are sent."""
        assert self._settings.key is not None, "nothing is claimed without a key"
        now = system_now()
        told = [one.cloud_event(webhook.lender) for one in events]
        one_by_one = webhook.events_max == 1
        id_ = told[0]["id"] if one_by_one else _id_of(told[0]["id"], told[-1]["id"])
        body = to_json(told[0] if one_by_one else told)
        secrets = [
            derived_secret(self._settings.key, webhook.id, number) for number in webhook.secret_numbers(now)
        ]
        timestamp = int(now.timestamp())
        return body, {
            "Content-Type": ONE_TYPE if one_by_one else MANY_TYPE,
            "User-Agent": "huancui-webhooks/1",
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(secrets, id_, timestamp, body),
        }


def _id_of(first: str, last: str) -> str:
    return str(name_id("deliveries", f"{first}\n{last}"))


def _spread(failure: Failure, by: float = 0.1) -> Failure:
    """Webhooks that failed together are not all tried again at one moment."""
    now: datetime = system_now()
    pause = (failure.next_try_at - now) * (1 + random.uniform(0, by))  # noqa: S311  # no secret
    return failure._replace(next_try_at=now + pause)
