"""For which states a message is, by the steps of a flow."""

from collections.abc import Sequence

from shared.decision import Key
from shared.errors import DomainError
from shared.events.base import Event
from shared.flow import Flow, Step
from shared.message import Message
from shared.quick import replace

RECORD = "record"
"""The key type under which a message stands that belongs to no state: nothing queues behind it."""


def counts_whole(message: Message, asked: Sequence[tuple[Step, Key]]) -> bool:
    """Of an event each state keeps its own part: it waits or parks there alone. A command is one request."""
    return message.interactive and not isinstance(message.body, Event) and len(asked) > 1


def targets(flow: Flow, message: Message) -> list[tuple[Step, Key]]:
    """Every (step, state) that a message is for, in the order of the flow's table.

    A message that was kept for one state is for that one alone: the others had it already.
    """
    if message.targets is None:
        found = [
            (step, Key(flow.state_of(step).name, id_))
            for step in flow.steps.get(type(message.body), ())
            for id_ in flow.keys_of(step, message.body)
        ]
        only = message.held_key
        kept_for_one = only is not None and only.type != RECORD
        # What waits for another state is kept under that state's key, and is still for its own.
        message.targets = ([one for one in found if one[1] == only] or found) if kept_for_one else found
    return message.targets


def parked_alone(flow: Flow, message: Message, error: Exception) -> Message:
    """The message as one that cannot be applied, since its effects could not be saved: the fold parks it."""
    named = (
        next((key for _, key in targets(flow, message)), None)
        if message.unreadable is None
        else message.unread_key
    )
    reason = Unsaveable(error=type(error).__name__)
    return replace(
        message, unreadable=reason, unread_key=named, outcome=None, error=None, answer=None, touched=[]
    )


class Unsaveable(DomainError):
    """What followed from this message could not be saved; the log of that moment names the statement."""
