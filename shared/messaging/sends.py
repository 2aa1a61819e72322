"""Sends: mail, SMS, webhooks. Each is asked for its permit again at the last moment, and handed out with an
idempotency key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import faults, spine
from shared.clock import Clock, system_now
from shared.database import is_infrastructure, transaction
from shared.decision import SendSettled
from shared.door import Door
from shared.faults import FaultPoint
from shared.spine import ClaimedSend

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Withheld:
    """The permit is refused: a final, visible outcome."""

    rule: str


class TryLater(Exception):
    """The provider did not take it this time."""


class NeverTaken(Exception):
    """The provider will never take it."""


Deliver = Callable[[ClaimedSend, Mapping[str, Any]], Awaitable[str]]
"""Hands a send to a provider, with `send.id` as idempotency key; the provider's reference. Raises TryLater or
NeverTaken.
"""

Permit = Callable[[AsyncConnection, Sequence[ClaimedSend]], Awaitable[Mapping[Any, Withheld]]]
"""Asked for a batch at the moment of sending: those sends, by id, that must not go out."""


async def always_permitted(
    connection: AsyncConnection, sends: Sequence[ClaimedSend]
) -> Mapping[Any, Withheld]:
    """For sends that reach nobody who could be disturbed."""
    return {}


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """After `attempts_max` tries a send has failed for good; the pause doubles from `first_pause_s` with
    each.
    """

    batch_max: int = 50
    poll_ms: int = 200
    lease_s: float = 60.0
    deliver_within_s: float = 20.0
    attempts_max: int = 8
    first_pause_s: float = 2.0


class Dispatcher:
    """Hands out one service's sends. Several replicas may do so at once: a lease keeps them apart."""

    def __init__(
        self,
        engine: AsyncEngine,
        door: Door,
        clock: Clock,
        channels: Mapping[str, Deliver],
        outcome: type[SendSettled],
        permit: Permit = always_permitted,
        settings: DispatchSettings = DispatchSettings(),
    ) -> None:
        self._engine, self._door, self._clock = engine, door, clock
        self._channels, self._outcome, self._permit = channels, outcome, permit
        self._settings = settings
        self._stop = asyncio.Event()
        self._idle = door.saved.sleeper()

    async def run(self) -> None:
        """Dispatch until `stop`."""
        while not self._stop.is_set():
            try:
                busy = await self._once()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("dispatch_retried", error=type(error).__name__)
                busy = False
            if not busy:
                await self._idle.sleep(self._settings.poll_ms / 1000)

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stop.set()
        self._idle.wake()

    async def _once(self) -> bool:
        at = system_now()
        async with transaction(self._engine) as connection:
            horizon = await self._clock.horizon(connection, await spine.input_read_through(connection))
            if horizon is None:
                return False
            lease = at + timedelta(seconds=self._settings.lease_s)
            sends = await spine.claim_sends(connection, horizon, at, lease, self._settings.batch_max)
            withheld = await self._permit(connection, sends) if sends else {}
        if not sends:
            return False
        settled = await asyncio.gather(*(self._hand_out(send, withheld.get(send.id)) for send in sends))
        outcomes = [one for one in settled if one is not None]
        if outcomes:
            await self._door.outcomes(outcomes, stopping=self._stop.is_set)
        return True

    async def _hand_out(
        self, send: ClaimedSend, withheld: Withheld | None
    ) -> tuple[SendSettled, str | None] | None:
        """Deliver one; what became of it, or None when it is to be tried again."""
        if withheld is not None:
            return self._settled(send, "withheld", withheld.rule)
        faults.reached(FaultPoint.BEFORE_SEND)
        try:
            deliver = self._channels.get(send.channel)
            if deliver is None:
                raise NeverTaken(f"no channel {send.channel}")
            reference = await asyncio.wait_for(
                deliver(send, from_json(send.payload)), self._settings.deliver_within_s
            )
        except NeverTaken as never:
            return self._settled(send, "failed", str(never))
        except (
            Exception
        ) as error:  # a provider's failure of any kind is tried again, a limited number of times
            if send.attempts >= self._settings.attempts_max:
                return self._settled(send, "failed", type(error).__name__)
            log.warning("send_postponed", send_id=send.id, attempt=send.attempts, error=type(error).__name__)
            pause = self._settings.first_pause_s * 2 ** (send.attempts - 1)
            async with transaction(self._engine) as connection:
                await spine.postpone_send(connection, send.id, system_now() + timedelta(seconds=pause))
            return None
        faults.reached(FaultPoint.AFTER_SEND)
        return self._settled(send, "sent", reference)

    def _settled(self, send: ClaimedSend, outcome: str, detail: str) -> tuple[SendSettled, str | None]:
        return self._outcome(send.key.id, send.id, send.channel, outcome, detail), send.traceparent
