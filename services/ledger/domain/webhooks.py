"""Webhooks: a lender's feed, handed to an address of its own, in order. When to try again, when to give
up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
"""The pause after a failure doubles from the first to the longest."""
FORMER_SECRET_LASTS = timedelta(hours=24)
"""So long after a rotation everything is signed with the former secret as well."""
_DOUBLINGS_MAX = 12


class WebhookStatus(StrEnum):
    """Whether a webhook is handed anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By its lender."""
    DISABLED = "disabled"
    """By us; `reason` says why."""


class DisabledReason(StrEnum):
    """Why a webhook was disabled."""

    FAILING = "failing"
    """It has failed without a break for as long as we try."""
    GONE = "gone"
    """The address answered 410."""
    EVENTS_EXPIRED = "events_expired"
    """What was to be delivered next is no longer kept."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address of a lender, and how far it has been handed the feed."""

    id: UUID
    lender: str
    url: str
    types: tuple[str, ...]
    """Names of the events that it wants; none means all."""
    events_max: int
    """So many events at most in one request."""
    secret_number: int
    """The how-manieth secret is in use: secrets are derived, not kept."""
    former_secret_until: datetime | None
    status: WebhookStatus
    reason: DisabledReason | None
    after: int
    """The place in the feed after which it goes on."""
    created_at: datetime
    delivered_at: datetime | None = None
    failures: int = 0
    """Failures since the last success."""
    failing_since: datetime | None = None
    last_error: str | None = None
    next_try_at: datetime | None = None

    def secret_numbers(self, now: datetime) -> tuple[int, ...]:
        """Which secrets sign now, the newest first."""
        former = self.former_secret_until is not None and now < self.former_secret_until
        return (self.secret_number, self.secret_number - 1) if former else (self.secret_number,)


class Failure(NamedTuple):
    """What became of a webhook because of a delivery that failed."""

    status: WebhookStatus
    reason: DisabledReason | None
    next_try_at: datetime


def failed(
    webhook: Webhook, now: datetime, give_up_after: timedelta, *, gone: bool, wait_s: float | None = None
) -> Failure:
    """What follows from a failed delivery: another try after a pause (the address may ask for a longer one,
    of a day at most), or none.
    """
    since = webhook.failing_since or now
    if gone:
        return Failure(WebhookStatus.DISABLED, DisabledReason.GONE, now)
    if now - since >= give_up_after:
        return Failure(WebhookStatus.DISABLED, DisabledReason.FAILING, now)
    pause = min(FIRST_PAUSE * 2 ** min(webhook.failures, _DOUBLINGS_MAX), LONGEST_PAUSE)
    asked = timedelta(seconds=min(wait_s or 0, 86_400))
    return Failure(WebhookStatus.ACTIVE, None, now + max(pause, asked))


class Placed(Protocol):
    """An event with its place in the feed and its name."""

    @property
    def number(self) -> int:
        """Its place."""

    @property
    def name(self) -> str:
        """Its event's name."""


P = TypeVar("P", bound=Placed)


class Delivery(NamedTuple, Generic[P]):
    """What one request brings, and the place after it. Nothing to bring: only the place moves on."""

    events: tuple[P, ...]
    after: int


def deliveries(events: Sequence[P], types: Sequence[str], events_max: int) -> list[Delivery[P]]:
    """A page of the feed as requests, in order, each with as many of the wanted events as it may bring."""
    made: list[Delivery[P]] = []
    together: list[P] = []
    for one in events:
        if types and one.name not in types:
            continue
        together.append(one)
        if len(together) == events_max:
            made.append(Delivery(tuple(together), one.number))
            together = []
    if together:
        made.append(Delivery(tuple(together), together[-1].number))
    if events and (not made or made[-1].after < events[-1].number):
        made.append(Delivery((), events[-1].number))
    return made
