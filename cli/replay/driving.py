"""Tells a history day by day, and notes what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from cli.access import add_lender
from cli.demo.acting import LENDERS_DESK
from cli.demo.world import World, midnight, opened
from cli.replay.feed import Feed, instalment_key
from cli.stack.files import keep
from cli.stack.layout import Layout
from shared.events.ids import loan_id
from shared.events.ledger import (
    FeedLate,
    LoanRegistered,
    PaymentMissed,
    PaymentMissedRetracted,
    StatementMade,
)
from shared.events.loans import LoanOpened, PaymentsComplete

DAY = timedelta(days=1)
MORNING = timedelta(hours=1)
"""UTC: the day has begun in Lagos and in Taipei."""
AT_ONCE = 20_000
"""Events: so many are told before the services come to rest."""


@dataclass
class Replayed:
    """Where a replay stands."""

    day: date
    """The last day that is done."""
    offsets: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    """By instalment, how often it was told as missed, less what was taken back."""
    told: dict[str, str] = field(default_factory=dict)
    """The id of a told miss, and its instalment."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often each event was told; `cents` is the sum of all statements."""
    seconds: float = 0.0
    events: int = 0


async def replay(
    layout: Layout, feed: Feed, state: Replayed, file: Path, say: Callable[[str, float], None]
) -> None:
    """From where the state stands to the day after the last event."""
    begun = time.monotonic() - state.seconds
    days, names = sorted(feed.by_day), _names(feed)
    last = max(days) + 2 * DAY
    if not layout.lender_file(feed.lender).exists():
        add_lender(layout, feed.lender)
    async with opened(layout, state.offsets, feed.lender) as world:
        if state.day < days[0]:
            await world.tick(midnight(days[0]) + MORNING)
            begins = feed.by_day[days[0]]
            loan = next(n for n, one in enumerate(begins) if isinstance(one, LoanOpened))
            await world.known(begins[: loan + 1], LoanRegistered)
            state.day = days[0] - DAY
        while state.day < last:
            state.day += DAY
            say(f"{state.day:%d %B %Y}", 1 - (last - state.day).days / max((last - days[0]).days, 1))
            await world.tick(midnight(state.day) + MORNING)
            await world.rest()
            events = feed.by_day.get(state.day, [])
            for first in range(0, len(events), AT_ONCE):
                await world.publish(events[first : first + AT_ONCE])
                await world.rest()
            await world.publish([PaymentsComplete(lender=feed.lender, through=state.day)])
            await world.rest()
            if await _listen(world, names, state):
                path = f"lenders/{feed.lender}/feed/confirm"
                await world.ask("ledger", "POST", path, LENDERS_DESK, key=str(state.day))
                await world.rest()
                await _listen(world, names, state)
            state.seconds = time.monotonic() - begun
            keep(file, state)


def _names(feed: Feed) -> dict[UUID, str]:
    opened_ones = (one for some in feed.by_day.values() for one in some if isinstance(one, LoanOpened))
    return {loan_id(feed.lender, one.loan_reference): one.loan_reference for one in opened_ones}


async def _listen(world: World, names: dict[UUID, str], state: Replayed) -> bool:
    """Note what was told; whether a report was doubted."""
    doubted = False
    for one in await world.told():
        state.events += 1
        event = one.event
        state.counts[event.NAME] = state.counts.get(event.NAME, 0) + 1
        match event:
            case PaymentMissed():
                key = instalment_key(names[event.loan_id], event.due_on)
                state.missed[key] = state.missed.get(key, 0) + 1
                state.told[one.id] = key
            case PaymentMissedRetracted() if key := state.told.pop(str(event.missed_event_id), ""):
                state.missed[key] -= 1
            case StatementMade():
                state.counts["cents"] = state.counts.get("cents", 0) + event.balance.minor
            case FeedLate():
                doubted = True
    return doubted
