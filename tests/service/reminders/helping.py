"""Reminders and its callers: a person with a loan, told of by platform and ledger, on a simulated clock."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.reminders.adapters.articles import load_articles
from services.reminders.api import Tools, reminders_router
from services.reminders.main import TONES
from shared.decision import Role
from shared.events.base import Event
from shared.events.borrowers import Address, BorrowerRegistered, Medium
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.ledger import ArrearsCured, LoanRegistered, PaymentApplied, PaymentMissed
from shared.events.loans import Channel, LoanKind, LoanOpened
from shared.events.parts import Party
from shared.money import Money
from shared.sealed import Sealer
from tests.harness import Running, instant, until
from tests.web import an_app, bearer, calling

SECRET = b"s" * 32
LOAN = loan_id(LENDER, "L-1")
OTHER_LOAN = loan_id("other", "X-1")
PERSON = person_id(LENDER, "B-1")
ELSEWHERE = person_id("other", "B-9")
OLGA = bearer(Role.OPERATOR, "olga")
FOREIGN = bearer(Role.OPERATOR, "otto", lenders=["other"])
ADA = bearer(Role.ADMINISTRATOR, "ada")
AUDIT = bearer(Role.AUDITOR, "anne")
GATEWAY = bearer(Role.INTEGRATOR, "gateway")
THEMSELVES = bearer(Role.BORROWER, str(PERSON))
CONDUCT: Mapping[str, Any] = {
    "name": "Acme",
    "phone": "400 100",
    "mail": "help@acme.example",
    "hours": "9-17",
    "help_link": "https://help.acme.example",
    "pay_link": "https://pay.acme.example",
}
MAIL = Address(medium=Medium.MAIL, value="wei@home.example", established=True)
PHONE = Address(medium=Medium.SMS, value="+86 400 555 0100", established=True)


def registered(reference: str = "B-1", lender: str = LENDER, **fields: Any) -> BorrowerRegistered:
    """A lender has this customer, in Shanghai."""
    return BorrowerRegistered(
        **{
            "lender": lender,
            "borrower_reference": reference,
            "name": "Li Wei",
            "addresses": (MAIL, PHONE),
            "languages": ("en",),
            "time_zone": "Asia/Shanghai",
            "country": "CN",
            **fields,
        }
    )


def opened(reference: str = "L-1", lender: str = LENDER, borrower: str = "B-1") -> LoanOpened:
    """The loan was paid out to them."""
    return LoanOpened(
        lender=lender,
        loan_reference=reference,
        kind=LoanKind.TERM,
        channel=Channel.BANK,
        principal=Money(120_000, "CNY"),
        opened_on=date(2025, 12, 1),
        parties=(Party(borrower_reference=borrower),),
    )


def booked(reference: str = "L-1", lender: str = LENDER) -> LoanRegistered:
    """The ledger has it."""
    return LoanRegistered(
        loan_id=loan_id(lender, reference),
        lender=lender,
        loan_reference=reference,
        owed=Money(120_000, "CNY"),
        opened_on=date(2025, 12, 1),
    )


def missed(due_on: str = "2026-01-05", instalment: int = 1, loan: UUID = LOAN) -> PaymentMissed:
    """An instalment was not paid."""
    day = date.fromisoformat(due_on)
    return PaymentMissed(
        loan_id=loan,
        instalment=instalment,
        due_on=day,
        grace_ended_on=day,
        unpaid=Money(10_000, "CNY"),
        days_past_due=1,
    )


def paid(amount: int = 10_000, on: str = "2026-01-08", payment: int = 1) -> PaymentApplied:
    """Money came."""
    return PaymentApplied(
        loan_id=LOAN,
        payment_id=UUID(int=payment),
        applied=Money(amount, "CNY"),
        credit=Money(0, "CNY"),
        value_on=date.fromisoformat(on),
    )


def cured(on: str = "2026-01-08") -> ArrearsCured:
    """Nothing is late any more."""
    return ArrearsCured(loan_id=LOAN, cured_on=date.fromisoformat(on))


@dataclass
class World:
    """Reminders, and whoever calls it."""

    reminders: Running
    client: httpx.AsyncClient
    app: FastAPI

    async def publish(self, *events: Event) -> None:
        """Publish one after the other, and wait until each was taken with what follows."""
        for event in events:
            await self.reminders.publish(event)
            await self.reminders.settled()

    async def on(self, day: str | date, hour: int = 4) -> None:
        """Let time pass from due moment to due moment until an hour (UTC) of a day; 4 is noon in Shanghai."""
        await self.at(instant(f"{day}T{hour:02}:00:00"))

    async def at(self, end: datetime) -> None:
        """Let time pass until a moment."""
        moment = None
        while moment != end:
            due = (await self.reminders.service.quiescence()).next_due_at
            moment = min(due or end, end)
            await self.publish(ClockTicked(now=moment))
            await self.rest(moment)

    async def rest(self, moment: datetime) -> None:
        """Wait until nothing is due, and nothing waits to be sent."""

        async def resting() -> bool:
            await self.reminders.settled()
            due = (await self.reminders.service.quiescence()).next_due_at
            # In one look: what became of a send is told in the same transaction that removes it.
            waiting = await self.reminders.value(
                "SELECT (SELECT count(*) FROM send) + (SELECT count(*) FROM outbox WHERE held IS NULL)"
            )
            return (due is None or due > moment) and waiting == 0

        await until(resting, "reminders comes to rest")

    async def get(self, path: str, who: Mapping[str, str] = OLGA, expected: int = 200) -> Any:
        """Ask."""
        answer = await self.client.get(f"/v1/{path}", headers=who)
        assert answer.status_code == expected, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    async def tell(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: Mapping[str, str] = OLGA,
        expected: int | None = None,
        key: str | None = None,
    ) -> Any:
        """Tell; unless a status is expected, any success will do."""
        headers = {**who, "Idempotency-Key": key or str(uuid4())}
        answer = await self.client.request(method, f"/v1/{path}", json=body, headers=headers)
        fine = answer.is_success if expected is None else answer.status_code == expected
        assert fine, f"{answer.status_code} {answer.text}"
        return answer.json()

    async def post(self, path: str, body: Any = None, who: Mapping[str, str] = OLGA, **how: Any) -> Any:
        """Tell by POST."""
        return await self.tell("POST", path, body, who, **how)

    def told(self, *kinds: type[Event]) -> list[Any]:
        """What reminders has told of these kinds."""
        topics = {kind.TOPIC for kind in kinds}
        return [one for topic in topics for one in self.reminders.published(topic) if isinstance(one, kinds)]

    async def lent(self) -> None:
        """A person with a loan, and a lender that says how it conducts contact."""
        await self.tell("PUT", f"lenders/{LENDER}/conduct", CONDUCT)
        await self.publish(registered(), booked(), opened())


@asynccontextmanager
async def world_of(reminders: Running) -> AsyncIterator[World]:
    """Calls to the API of a reminders that runs."""
    tools = Tools(Sealer(b"k" * 32), TONES, load_articles(), (SECRET,))
    app = an_app(reminders.service, reminders_router(reminders.service, tools))
    async with calling(app) as client:
        yield World(reminders, client, app)


def days_after(moment: datetime, days: int) -> datetime:
    """Some days on."""
    return moment + timedelta(days=days)
