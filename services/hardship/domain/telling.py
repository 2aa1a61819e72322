"""Events as a decision collects them: each with the id that it will have, should it be taken back."""

from uuid import UUID

from shared.decision import Context
from shared.events.base import Event


class Telling:
    """What a decision tells, in order."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.events: list[Event] = []

    def tell(self, event: Event) -> UUID:
        """Add an event; the id that it will have."""
        self.events.append(event)
        return self._context.event_id(len(self.events) - 1)
