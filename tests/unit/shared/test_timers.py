"""Which timers fire in one batch."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.ledger.flow import FLOW
from shared.decision import Key
from shared.messaging.timers import TimerSettings, together
from shared.spine import DueTimer
from tests.harness import instant

MOMENT = instant("2026-02-02T00:00:00")


def timers(*named: tuple[str, int]) -> list[DueTimer]:
    """Timers of some kinds, so many seconds after the moment."""
    return [
        DueTimer(Key("X", UUID(int=i)), kind, MOMENT + timedelta(seconds=after), UUID(int=i), None)
        for i, (kind, after) in enumerate(named)
    ]


@pytest.mark.parametrize(
    ("due", "fire"),
    [
        ([("day", 0), ("day", 1), ("day", 1)], 3),
        # What looks at the others waits for them, and those that come after wait for it.
        ([("day", 0), ("judge", 0), ("day", 0)], 1),
        ([("judge", 0), ("judge", 1), ("day", 1)], 2),
    ],
)
def test_a_timer_that_looks_at_others_fires_after_all_that_was_due_before_it(
    due: list[tuple[str, int]], fire: int
) -> None:
    settings = TimerSettings(alone=frozenset({"judge"}))
    found = timers(*due)
    assert together(found, settings) == found[:fire]


def test_a_report_is_judged_after_the_loans_days() -> None:
    assert FLOW.alone == {"FeedRead"}
