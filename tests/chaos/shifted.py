"""`python -m tests.chaos.shifted`: the follow-up service on a machine whose clock jumps.

SIGUSR1 puts the clock off by CHAOS_SHIFT_S seconds, SIGUSR2 puts it right again. It is put off below
everything else, before any part of the service has looked at it, as the machine's own clock would be.
"""

import os
import signal
from datetime import UTC, datetime, timedelta

import shared.clock

_shift = timedelta(0)


def _shifted_now() -> datetime:
    return datetime.now(UTC) + _shift


def _jump(number: int, _: object) -> None:
    global _shift  # noqa: PLW0603  # a machine has one clock
    _shift = (
        timedelta(seconds=float(os.environ["CHAOS_SHIFT_S"])) if number == signal.SIGUSR1 else timedelta(0)
    )


shared.clock.system_now = _shifted_now

if __name__ == "__main__":
    from shared.main import serve
    from tests.followup.__main__ import make

    signal.signal(signal.SIGUSR1, _jump)
    signal.signal(signal.SIGUSR2, _jump)
    serve(make)
