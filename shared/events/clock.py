"""The simulated clock's ticks."""

from typing import Annotated

from pydantic import StringConstraints

from shared.events.base import Event, Instant


class ClockTicked(Event, topic="clock", key="clock", version=1):
    """Simulated time has moved to `now`. Services on the wall clock ignore it; time never moves back."""

    clock: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")] = "simulated"
    now: Instant
