"""The simulated clock's ticks."""

from shared.events.base import Event, Instant


class ClockTicked(Event, topic="clock", key="clock", version=1):
    """Simulated time has moved to `now`. Services on the wall clock ignore it; time never moves back."""

    clock: str = "simulated"
    now: Instant
