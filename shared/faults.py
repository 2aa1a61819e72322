"""Named points at which a test may kill the process, to prove that nothing is lost there. Absent in normal
runs.

`HUANCUI_FAULT=after_db_commit` kills at the first passage, `after_db_commit:3` at the third.
"""

import os
import signal
from enum import StrEnum


class FaultPoint(StrEnum):
    """Where a process can be told to die."""

    BEFORE_DB_COMMIT = "before_db_commit"
    AFTER_DB_COMMIT = "after_db_commit"
    AFTER_INBOX = "after_inbox"
    AFTER_TIMER_DELETE = "after_timer_delete"
    BEFORE_OFFSET_COMMIT = "before_offset_commit"
    AFTER_KAFKA_ACK = "after_kafka_ack"
    DURING_KAFKA_SEND = "during_kafka_send"
    AFTER_OUTBOX_DELETE = "after_outbox_delete"
    BEFORE_SEND = "before_send"
    AFTER_SEND = "after_send"


_armed: dict[FaultPoint, int] = {}


def arm(setting: str | None) -> None:
    """Arm the point named by the setting, `name` or `name:passage`. An unknown name raises ValueError."""
    _armed.clear()
    if setting:
        name, _, passage = setting.partition(":")
        _armed[FaultPoint(name)] = int(passage or 1)


def reached(point: FaultPoint) -> None:
    """Die here, as by `kill -9`, when this point is armed and its passage has come."""
    if not _armed:
        return
    left = _armed.get(point)
    if left is None:
        return
    _armed[point] = left - 1
    if left <= 1:
        os.kill(os.getpid(), signal.SIGKILL)
