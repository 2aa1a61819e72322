"""Plays what was agreed through hardship, mediation and ledger, and notes what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_UP
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cli.access import add_lender
from cli.demo.acting import LENDERS_DESK, MEDIATOR, asked_usd, monthly, register_mediator
from cli.demo.world import Refused, World, midnight, opened
from cli.replay.cases import CURRENCY, LENDER, OPENED_ON, PLAN_MONTHS, Case, Cases, Kind, product, usd
from cli.stack.files import keep
from cli.stack.layout import Layout
from services.ledger.domain.due_dates import add_months
from shared.decision import Role
from shared.events.base import Event
from shared.events.hardship import PlanAccepted, PlanBroken, PlanCompleted
from shared.events.ids import loan_id, person_id
from shared.events.ledger import FeedLate, FeedSuspicion, LoanRegistered, LoanRepaid, ScheduleRevised
from shared.events.loans import PaymentReceived, PaymentsComplete
from shared.events.mediation import SettlementReached
from shared.events.reminders import LoanLinked

DAY = timedelta(days=1)
AGREED_ON = OPENED_ON + DAY
NOON = timedelta(hours=19)
"""UTC: the day has begun in New York."""
AT_ONCE = 8
JUDGED_AFTER = (DAY, 9 * DAY)
"""After a due day: the ledger tells what was missed, and hardship what that means for a plan, once a few
working days have gone by.
"""
SPENDING = 250_000
"""Cents a month: what a person in a hardship plan lives on."""


@dataclass
class Outcome:
    """What was told of a case."""

    agreed: bool = False
    parts: list[int] = field(default_factory=list)
    """What its months ask for, in cents."""
    completed: bool = False
    broken: bool = False
    repaid: bool = False
    refused: str = ""
    """What a service said no to, and why."""


@dataclass
class Played:
    """Where a replay stands."""

    step: int = 0
    """The next one."""
    offsets: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    dues: dict[str, dict[str, int]] = field(default_factory=dict)
    """By case and day, what the ledger asks for."""
    chosen: dict[str, str] = field(default_factory=dict)
    """By case, the option that was chosen."""
    seconds: float = 0.0
    events: int = 0


class Step(NamedTuple):
    """One thing that is done before the services come to rest again."""

    about: str
    do: Callable[[], Awaitable[None]]


async def play(
    layout: Layout, cases: Cases, state: Played, file: Path, say: Callable[[str, float], None]
) -> None:
    """From where the state stands to the end."""
    begun = time.monotonic() - state.seconds
    if not layout.lender_file(LENDER).exists():
        add_lender(layout, LENDER)
    async with opened(layout, state.offsets, LENDER) as world:
        playing = Playing(world, cases, state, file)
        steps = list(playing.steps())
        while state.step < len(steps):
            step = steps[state.step]
            say(step.about, state.step / len(steps))
            await step.do()
            await world.rest()
            await playing.listen()
            state.step += 1
            state.seconds = time.monotonic() - begun
            keep(file, state)


class Playing:
    """Everybody's part in it."""

    def __init__(self, world: World, cases: Cases, state: Played, file: Path) -> None:
        self._world, self._cases, self._state, self._file = world, cases, state, file
        self._loans: dict[UUID, Case] = {loan_id(LENDER, one.reference): one for one in cases.every}
        for one in cases.every:
            state.outcomes.setdefault(one.reference, Outcome())

    def steps(self) -> Iterator[Step]:
        """All there is to do, in its order."""
        yield Step("loans", self._open)
        for kind, agree in ((Kind.PLAN, self._plan), (Kind.SETTLEMENT, self._settle)):
            some = self._cases.of(kind)
            for first in range(0, len(some), AT_ONCE):
                yield Step(f"{kind}s", self._all(some[first : first + AT_ONCE], agree))
        months = max((one.parts for one in self._cases.every), default=0) + 1
        for n in range(1, months + 1):
            due_on = add_months(OPENED_ON, n)
            yield Step(f"{due_on:%B %Y}", self._month(due_on))
            for after in JUDGED_AFTER:
                yield Step(f"{due_on:%B %Y}", self._until(due_on + after))

    def _all(
        self, some: Sequence[Case], agree: Callable[[Case], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        async def agreed(one: Case) -> None:
            try:
                await agree(one)
            except Refused as refusal:
                self._state.outcomes[one.reference].refused = str(refusal)

        async def do() -> None:
            await asyncio.gather(*map(agreed, some))

        return do

    def _until(self, day: date) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            await self._world.tick(_noon(day))

        return do

    async def _open(self) -> None:
        await self._world.tick(_noon(OPENED_ON))
        first = self._cases.every[0]
        await self._world.known([product(), *first.opening()], LoanRegistered, LoanLinked)
        await register_mediator(self._world)
        await self._world.publish(event for one in self._cases.every for event in one.opening())
        await self._world.rest()
        await self._world.tick(_noon(AGREED_ON))

    # -- what is agreed --------------------------------------------------------------------------------------

    async def _plan(self, case: Case) -> None:
        """They state what they have, and take three months of interest only."""
        who, key = _themselves(case), case.reference

        async def ask(path: str, body: Any = None) -> Any:
            return await self._world.ask("hardship", "POST", path, who, body, key=key)

        asked = {"reason": case.reason, "loan_ids": [str(loan_id(LENDER, case.reference))]}
        opened_one = await ask(f"persons/{who[1]}/cases", asked)
        path = f"cases/{opened_one['case_id']}"
        if key not in self._state.chosen:
            await ask(f"{path}/statement", _statement(case))
            wanted = f"interest_only:{PLAN_MONTHS}m"
            options = (await ask(f"{path}/options"))["options"]
            fitting = [one for one in options if any(loan["candidate"] == wanted for loan in one["loans"])]
            if not fitting:
                self._state.outcomes[key].refused = f"{wanted} is none of the options"
                return
            self._state.chosen[key] = fitting[0]["option"]
            keep(self._file, self._state)
        made = await ask(f"{path}/plans", {"option": self._state.chosen[key]})
        yes = {"accepted": True, "text_hash": made["text_hash"]}
        await ask(f"plans/{made['plan_id']}/answer", yes)

    async def _settle(self, case: Case) -> None:
        """Before a mediator the lender offers what was agreed, and the borrower takes it."""
        who, loan = _themselves(case), str(loan_id(LENDER, case.reference))

        async def ask(path: str, by: tuple[Role, str], body: Any = None) -> Any:
            key = f"{case.reference} {by[0]}"
            return await self._world.ask("mediation", "POST", path, by, body, key=key)

        made = await ask("cases", who, {"person_id": who[1], "loan_ids": [loan]})
        path = f"cases/{made['case_ids'][0]}"
        await ask(f"{path}/consent", LENDERS_DESK, {"agreed": True})
        await ask(f"{path}/take-up", MEDIATOR)
        for side in (who, LENDERS_DESK):
            await ask(f"{path}/statements", side, {"text": "This is how we see it."})
        offer = {
            "loan_id": loan,
            "phases": [_asked_for(case)],
            "forgiven_on_completion": asked_usd(case.balance - case.amount),
        }
        offered = await ask(f"{path}/offers", LENDERS_DESK, {"loans": [offer]})
        of_it = f"{path}/offers/{offered['offer_id']}"
        # What they have was never stated: the mediator makes sure that they can pay it.
        await ask(f"{of_it}/confirm", MEDIATOR, {"confirmed": True})
        await ask(f"{of_it}/answer", who, {"accepted": True})

    # -- what is paid ----------------------------------------------------------------------------------------

    def _month(self, due_on: date) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            await self._world.tick(_noon(due_on))
            await self._world.rest()
            complete = PaymentsComplete(lender=LENDER, through=due_on)
            await self._world.publish([*self._payments(due_on), complete])

        return do

    def _payments(self, due_on: date) -> Iterator[Event]:
        for case in self._cases.every:
            cents = self._state.dues.get(case.reference, {}).get(due_on.isoformat(), 0)
            past = sum(1 for one in case.dues() if one <= due_on)
            stopped = case.broken and past > case.kept_parts
            if cents and not stopped:
                yield PaymentReceived(
                    lender=LENDER,
                    loan_reference=case.reference,
                    payment_reference=f"paid-{due_on}",
                    amount=usd(cents),
                    value_on=due_on,
                )

    # -- what is told ----------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Note what was told; a report that is doubted is confirmed."""
        doubted = False
        for one in await self._world.told():
            self._state.events += 1
            event = one.event
            match event:
                case ScheduleRevised():
                    self._revised(self._loans[event.loan_id], event)
                case PlanAccepted() | SettlementReached():
                    for part in event.loans:
                        self._outcome(part.loan_id).agreed = True
                case PlanCompleted():
                    for id_ in event.loan_ids:
                        self._outcome(id_).completed = True
                case PlanBroken():
                    for id_ in event.loan_ids:
                        self._outcome(id_).broken = True
                case LoanRepaid():
                    self._outcome(event.loan_id).repaid = True
                case FeedLate(reason=FeedSuspicion.TOO_MANY_MISSED):
                    doubted = True
        if doubted:
            path, key = f"lenders/{LENDER}/feed/confirm", str(self._state.step)
            await self._world.ask("ledger", "POST", path, LENDERS_DESK, key=key)
            await self._world.rest()
            await self.listen()

    def _outcome(self, id_: UUID) -> Outcome:
        return self._state.outcomes[self._loans[id_].reference]

    def _revised(self, case: Case, event: ScheduleRevised) -> None:
        self._state.dues[case.reference] = {
            one.due_on.isoformat(): one.amount.minor for one in event.instalments
        }
        outcome = self._state.outcomes[case.reference]
        if not outcome.parts:  # the first change is what was agreed
            months = set(case.dues())
            outcome.parts = [one.amount.minor for one in event.instalments if one.due_on in months]


def _themselves(case: Case) -> tuple[Role, str]:
    return (Role.BORROWER, str(person_id(LENDER, case.reference)))


def _statement(case: Case) -> dict[str, Any]:
    """What leaves a month's interest, and not an instalment, until the plan is over."""
    interest = (case.balance * case.annual_rate / 12).to_integral_value(ROUND_UP)
    left_over = 2 * (int(interest) + 100)
    return {
        "currency": CURRENCY,
        "income": [monthly("wages", SPENDING + left_over)],
        "spending": [monthly("home_and_contents", SPENDING)],
        "recovers_on": str(add_months(OPENED_ON, PLAN_MONTHS) + 2 * DAY),
    }


def _asked_for(case: Case) -> dict[str, Any]:
    dues = case.dues()
    phase = {"effective_on": str(AGREED_ON), "ends_on": str(dues[-1])}
    if case.parts == 1:
        return {**phase, "kind": "lump_sum_settlement", "amount": asked_usd(case.amount)}
    parts = [
        {"number": n, "due_on": str(due_on), "amount": asked_usd(cents)}
        for n, (due_on, cents) in enumerate(zip(dues, case.agreed(), strict=True), 1)
    ]
    return {**phase, "kind": "instalments", "instalments": parts}


def _noon(day: date) -> datetime:
    return midnight(day) + NOON
