"""Tells a history day by day, and notes which first instalments were told as missed."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from cli.access import add_lender
from cli.demo.acting import LENDERS_DESK
from cli.demo.world import World, opened
from cli.replay.superlender import LENDER, Feed
from cli.stack.files import write_private
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.events.ids import loan_id
from shared.events.ledger import FeedLate, LoanRegistered, LoanRepaid, PaymentMissed, PaymentMissedRetracted
from shared.events.loans import LoanOpened, PaymentsComplete

DAY = timedelta(days=1)
MORNING = timedelta(hours=1)
"""UTC: the day has begun in Lagos."""
KNOWN_WITHIN_S = 90.0


@dataclass
class Replayed:
    """Where a replay stands."""

    day: date
    """The last day that is done."""
    offsets: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    """By loan, how often its first instalment was told as missed, less what was taken back."""
    told: dict[str, str] = field(default_factory=dict)
    """The id of a told miss, and its loan."""
    repaid: int = 0
    seconds: float = 0.0
    events: int = 0


def load(file: Path) -> Replayed | None:
    """What was kept, if anything."""
    return msgspec.json.decode(file.read_bytes(), type=Replayed) if file.exists() else None


def save(state: Replayed, file: Path) -> None:
    """Keep it."""
    write_private(file, msgspec.json.encode(state).decode())


async def replay(
    layout: Layout, feed: Feed, state: Replayed, file: Path, say: Callable[[str, float], None]
) -> None:
    """From where the state stands to the day after the last event."""
    begun = time.monotonic() - state.seconds
    days, names = sorted(feed.by_day), _names(feed)
    last = max(days) + 2 * DAY
    if not layout.lender_file(LENDER).exists():
        add_lender(layout, LENDER)
    async with opened(layout, state.offsets, LENDER) as world:
        if state.day < days[0]:
            await world.tick(_midnight(days[0]) + MORNING)
            await _known(world, feed, days[0])
            state.day = days[0] - DAY
        while state.day < last:
            state.day += DAY
            say(f"{state.day:%d %B %Y}", 1 - (last - state.day).days / max((last - days[0]).days, 1))
            await world.tick(_midnight(state.day) + MORNING)
            await world.rest()
            await world.publish(
                [*feed.by_day.get(state.day, ()), PaymentsComplete(lender=LENDER, through=state.day)]
            )
            await world.rest()
            if await _listen(world, names, state):
                await world.ask(
                    "ledger", "POST", f"lenders/{LENDER}/feed/confirm", LENDERS_DESK, key=str(state.day)
                )
                await world.rest()
                await _listen(world, names, state)
            state.seconds = time.monotonic() - begun
            save(state, file)


def _names(feed: Feed) -> dict[object, str]:
    opened_ones = (one for some in feed.by_day.values() for one in some if isinstance(one, LoanOpened))
    return {loan_id(LENDER, one.loan_reference): one.loan_reference for one in opened_ones}


async def _known(world: World, feed: Feed, day: date) -> None:
    """A service finds a new lender's topics within seconds; before, nothing of them is read."""
    await world.publish(one for one in feed.by_day[day] if isinstance(one, LoanOpened))
    end = time.monotonic() + KNOWN_WITHIN_S
    while time.monotonic() < end:
        if any(isinstance(one.event, LoanRegistered) for one in await world.told()):
            return
        await asyncio.sleep(0.2)
    raise StackError("the ledger does not read the lender's topics: see ./huancui logs ledger")


async def _listen(world: World, names: dict[object, str], state: Replayed) -> bool:
    """Note what was told; whether a report was doubted."""
    doubted = False
    for one in await world.told():
        state.events += 1
        event = one.event
        match event:
            case PaymentMissed(instalment=1):
                name = names[event.loan_id]
                state.missed[name] = state.missed.get(name, 0) + 1
                state.told[one.id] = name
            case PaymentMissedRetracted() if name := state.told.pop(str(event.missed_event_id), ""):
                state.missed[name] -= 1
            case LoanRepaid():
                state.repaid += 1
            case FeedLate():
                doubted = True
    return doubted


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
