"""The event layer's statements: each serves a whole batch at once, so their number does not grow with it."""

from shared.spine.inbox import Seen, claim, forget, seen, store_answers
from shared.spine.outbox import OutboxRow, emit, number
from shared.spine.progress import (
    Move,
    PositionMoved,
    add_positions,
    all_positions,
    input_read_through,
    move,
    note_read_through,
    positions,
    read_through,
)
from shared.spine.sends import ClaimedSend, SendRow, claim_sends, postpone_send, queue_sends, settle_sends
from shared.spine.states import HeldRow, held, keep, keep_again, let_go, lock, lock_id
from shared.spine.timers import DueTimer, cancel_timers, due_timers, fire_timers, set_by, set_timers

__all__ = [
    "ClaimedSend",
    "DueTimer",
    "HeldRow",
    "Move",
    "OutboxRow",
    "PositionMoved",
    "Seen",
    "SendRow",
    "add_positions",
    "all_positions",
    "cancel_timers",
    "claim",
    "claim_sends",
    "due_timers",
    "emit",
    "fire_timers",
    "forget",
    "held",
    "input_read_through",
    "keep",
    "keep_again",
    "let_go",
    "lock",
    "lock_id",
    "move",
    "note_read_through",
    "number",
    "positions",
    "postpone_send",
    "queue_sends",
    "read_through",
    "seen",
    "set_by",
    "set_timers",
    "settle_sends",
    "store_answers",
]
