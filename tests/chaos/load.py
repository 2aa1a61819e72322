"""Loans and payments to send through a world, by Kafka or by HTTP, and a note of what was acknowledged."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
from fastapi import FastAPI

from shared.events.base import Event
from shared.events.loans import LoanOpened, PaymentReceived
from tests.builders import a_loan, a_payment, an_instalment, money
from tests.web import client_of

TRY_AGAIN_AFTER_S = 0.1
FAR_AWAY = ((1, date(2126, 2, 1), "400.00"), (2, date(2126, 3, 1), "600.00"))
NOT_DONE_YET = frozenset({409, 503})
"""Answers after which the same request may be made again under the same key."""


def some_loans(count: int, *, name: str = "L") -> list[LoanOpened]:
    """Loans of 1,000.00 CNY each, named `<name>0`, `<name>1` …; no day of theirs comes while a test runs."""
    schedule = [an_instalment(n, due_on=on, amount=money(amount)) for n, on, amount in FAR_AWAY]
    return [a_loan(f"{name}{n}", instalments=schedule) for n in range(count)]


def some_payments(
    loans: Sequence[LoanOpened], count: int, *, seed: int = 7, name: str = "P"
) -> list[PaymentReceived]:
    """Payments of 0.01 to 9.99 CNY over these loans, in an order that the seed decides."""
    dice = random.Random(seed)
    return [
        a_payment(
            money(f"{dice.randint(0, 9)}.{dice.randint(1, 99):02}"),
            reference=f"{name}{n}",
            loan=dice.choice(loans).loan_reference,
        )
        for n in range(count)
    ]


def a_story(loans: int, payments: int, *, seed: int = 7, name: str = "L") -> list[Event]:
    """Loans, then payments over them. With equal arguments the same story."""
    opened = some_loans(loans, name=name)
    return [*opened, *some_payments(opened, payments, seed=seed, name=f"{name}-P")]


@dataclass
class HttpLoad:
    """Hands events in by HTTP, each under an Idempotency-Key of its own until it is acknowledged.

    `attempted` are all events that were ever sent, `acknowledged` those that were answered with 2xx.
    """

    headers: dict[str, str]
    attempted: list[Event] = field(default_factory=list)
    acknowledged: list[Event] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    replayed: int = 0

    async def once(self, target: str | FastAPI, event: Event) -> int:
        """One attempt; the status, or 0 where no answer came."""
        async with client_of(target) as client:
            return await self._attempt(client, event)

    async def hand_in(
        self, target: str | FastAPI, events: Sequence[Event], *, callers: int = 8, within_s: float = 120
    ) -> None:
        """All events, by several callers at once, each until it is acknowledged. Raises TimeoutError."""
        waiting: Iterator[Event] = iter(events)
        async with asyncio.timeout(within_s), client_of(target) as client:
            await asyncio.gather(*(self._caller(client, waiting) for _ in range(callers)))

    async def _caller(self, client: httpx.AsyncClient, waiting: Iterator[Event]) -> None:
        for event in waiting:
            while not 200 <= (status := await self._attempt(client, event)) < 300:
                assert status == 0 or status in NOT_DONE_YET, f"the service refused: {status}"
                await asyncio.sleep(TRY_AGAIN_AFTER_S)

    async def _attempt(self, client: httpx.AsyncClient, event: Event) -> int:
        if event not in self.attempted:
            self.attempted.append(event)
        body: dict[str, Any] = {"type": event.NAME, "data": event.model_dump(mode="json")}
        try:
            response = await client.post(
                "/v1/events", json=body, headers={**self.headers, "Idempotency-Key": _key(event)}
            )
        except httpx.TransportError:
            return 0
        self.statuses.append(response.status_code)
        if response.is_success:
            self.acknowledged.append(event)
            self.replayed += "Idempotent-Replayed" in response.headers
        return response.status_code


def _key(event: Event) -> str:
    """The same event has the same key, whoever sends it and when."""
    reference = getattr(event, "payment_reference", "opening")
    return f"{event.NAME}/{event.partition_key}/{reference}"
