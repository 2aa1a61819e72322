"""The run: the platform's history, then day after day of simulated time, and everybody does what they do."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from cli.access import add_lender
from cli.demo.acting import Acting, recoveries
from cli.demo.behaviour import Fate, fate_of
from cli.demo.borrowers import Borrowers
from cli.demo.importing import LENDER, Story, product, story_of, usd
from cli.demo.source import SNAPSHOT, chosen, read_rows
from cli.demo.state import Action, State, Step, add_to_history, note
from cli.demo.world import Told, World, midnight, opened
from cli.stack.files import keep
from cli.stack.layout import Layout
from services.ledger.domain.due_dates import add_months
from shared.events import wire
from shared.events.base import Event
from shared.events.ledger import FeedLate, LoanRegistered, PaymentApplied
from shared.events.loans import PaymentMethod, PaymentReceived, PaymentsComplete
from shared.events.reminders import LoanLinked

DAY = timedelta(days=1)
TIME_OF_DAY = timedelta(hours=19)
"""UTC: nine in Hawaii, three in the afternoon in New York: contact is open in all of the United States."""
MORNING = timedelta(hours=10, minutes=1)
"""UTC: the day has begun in Hawaii too."""
NIGHT = timedelta(hours=28)
"""UTC: the first midnight of the next day in the United States."""
AT_ONCE = 8
OPENED_AT_ONCE = 2_000


class Run:
    """One run over a stack that is there."""

    def __init__(self, layout: Layout, state: State, file: Path, say: Callable[[str, float], None]) -> None:
        """`say` hears what is being done, and which part of the run is done, from 0 to 1."""
        self.layout, self.state, self._file, self._say = layout, state, file, say
        self.stories: Sequence[Story] = [
            story_of(one, state.seed) for one in chosen(read_rows(), state.size, state.seed)
        ]
        self.fates: dict[str, Fate] = {
            one.reference: fate_of(one.loan, state.seed, state.months, state.shock) for one in self.stories
        }
        self.borrowers = Borrowers(state, self.stories, self.fates)
        self.latencies: list[float] = []

    async def go(self) -> None:
        """From where the state stands to the end."""
        begun = time.monotonic() - self.state.seconds
        if not self.layout.lender_file(LENDER).exists():
            add_lender(self.layout, LENDER)
        async with opened(self.layout, self.state.offsets, LENDER) as world:
            acting = Acting(world, self.state, self.borrowers, self._file.with_name("choices.json"))
            if self.state.day < SNAPSHOT:
                await self._tell_history(world, acting)
                self.state.day = SNAPSHOT
                keep(self._file, self.state)
            end = add_months(SNAPSHOT, self.state.months)
            while self.state.step != Step.DONE or self.state.day < end:
                await self._go_on(world, acting, (end - SNAPSHOT).days)
                self.state.seconds = time.monotonic() - begun
                keep(self._file, self.state)
                acting.step_kept()

    # -- before the snapshot ---------------------------------------------------------------------------------

    async def _tell_history(self, world: World, acting: Acting) -> None:
        """The loans, and all that had been paid of them. Told again after a kill, it is the same."""
        self._say("the lender and its product", 0.0)
        await world.tick(_moment(SNAPSHOT))
        await world.publish([product()])
        await world.known(self.stories[0].opening(), LoanRegistered, LoanLinked)
        await acting.prepare()
        for first in range(0, len(self.stories), OPENED_AT_ONCE):
            some = self.stories[first : first + OPENED_AT_ONCE]
            self._say(f"{first + len(some):,} loans of {len(self.stories):,}", 0.0)
            await world.publish(event for one in some for event in one.opening())
            await world.rest()
            await world.publish(event for one in some for event in one.history())
            await world.rest()
        await world.publish([PaymentsComplete(lender=LENDER, through=SNAPSHOT - DAY)])
        await world.rest()
        for on, name in recoveries(self.fates, SNAPSHOT):
            self.state.actions.setdefault(on.isoformat(), []).append(Action("recover", name))
        await self._listen(world, acting)

    # -- a day -----------------------------------------------------------------------------------------------

    async def _go_on(self, world: World, acting: Acting, days: int) -> None:
        """The next step of a day.

        The state is kept after each: one that was interrupted is done again with the same commands, so what
        follows from it is told between the same two steps as if it had not been.
        """
        begun, state = time.monotonic(), self.state
        match state.step:
            case Step.DONE:
                state.day, state.step, state.day_s = state.day + DAY, Step.NIGHT, 0.0
                self._say(f"{state.day:%d %B %Y}", (state.day - SNAPSHOT).days / days)
            case Step.NIGHT:
                # First the midnights of all zones, then the day: what follows from the night is told before
                # anyone is written to, and what happens when does not depend on who is faster.
                await world.tick(midnight(state.day) + MORNING)
                await world.rest()
                await self._listen(world, acting)
                state.step, state.moment = Step.HOURS, _moment(state.day)
            case Step.HOURS:
                await world.tick(state.moment)
                due = await world.rest()
                await self._listen(world, acting)
                if due is None or due >= midnight(state.day) + NIGHT:
                    state.step = Step.ACTIONS
                else:
                    state.moment = max(_full_hour(due), state.moment + timedelta(minutes=1))
            case Step.ACTIONS:
                await self._act(world, acting)
                state.step = Step.PAYMENTS
            case Step.PAYMENTS:
                told_at = time.time()
                await world.publish(
                    [*self._paid(state.day), PaymentsComplete(lender=LENDER, through=state.day)]
                )
                await world.rest()
                await self._listen(world, acting, told_at)
                state.step = Step.DONE
        state.day_s += time.monotonic() - begun
        state.slowest_day = max(state.slowest_day, state.day_s)

    async def _act(self, world: World, acting: Acting) -> None:
        actions = self.state.actions.pop(self.state.day.isoformat(), [])
        if actions:
            for first in range(0, len(actions), AT_ONCE):
                await asyncio.gather(*(acting.do(one) for one in actions[first : first + AT_ONCE]))
            await world.rest()
            await self._listen(world, acting)

    def _paid(self, day: date) -> list[Event]:
        payments = self.state.payments.pop(day.isoformat(), [])
        found: list[Event] = []
        for one in sorted(payments, key=lambda each: (each.reference, each.name)):
            note(self.state, "payments")
            late = self.state.loans[one.reference].ever_late
            cents = self.state.cents
            cents["paid"] = cents.get("paid", 0) + one.cents
            if late:
                cents["paid after arrears"] = cents.get("paid after arrears", 0) + one.cents
            found.append(
                PaymentReceived(
                    lender=LENDER,
                    loan_reference=one.reference,
                    payment_reference=one.name,
                    amount=usd(one.cents),
                    value_on=day,
                    method=PaymentMethod.DIRECT_DEBIT,
                )
            )
        return found

    async def _listen(self, world: World, acting: Acting, told_at: float | None = None) -> None:
        """Read what was told, and let everybody make of it what they do."""
        doubted = False
        found = await world.told()
        self._note(found)
        for one in found:
            self.borrowers.take(one.event)
            doubted = doubted or isinstance(one.event, FeedLate)
            if told_at is not None and isinstance(one.event, PaymentApplied) and one.recorded_at:
                self.latencies.append(one.recorded_at.timestamp() - told_at)
        if doubted:
            note(self.state, "feeds doubted")
            await acting.confirm_feed()
            await world.rest()
            await self._listen(world, acting)

    def _note(self, found: Sequence[Told]) -> None:
        self.state.events += len(found)
        for one in found:
            add_to_history(self.state, f"{one.event.NAME} {wire.encode_value(one.event).decode()}")


def _moment(day: date) -> datetime:
    return midnight(day) + TIME_OF_DAY


def _full_hour(moment: datetime) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + timedelta(hours=1)
