"""Finding what a person can afford: five loans, every relief priced by a ledger, without a network."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ground
from shared.messaging.memory import MemoryBroker
from tests.harness import STILL, running
from tests.service.hardship.helping import LOANS, lent, stated, world_of

GOAL_MS = 300.0
WARM_UP = 10


async def options(ground: Ground) -> list[Figure]:
    """Both services in this process: what is measured is their work, not the network's."""
    broker, seconds = MemoryBroker(), []
    hardship_url = await ground.databases.make("hardship")
    ledger_url = await ground.databases.make("ledger")
    with TemporaryDirectory() as folder:
        async with (
            running("hardship", hardship_url, broker, **STILL) as hardship,
            running("ledger", ledger_url, broker, **STILL) as ledger,
            world_of(hardship, ledger, broker, Path(folder)) as world,
        ):
            await lent(world, *LOANS)
            case = await world.opened()
            await world.post(f"cases/{case}/statement", stated("3000.00", "2000.00"))
            for _ in range(WARM_UP + ground.sized(500, 100)):
                began = time.perf_counter()
                await world.post(f"cases/{case}/options")
                seconds.append(time.perf_counter() - began)
    taken = seconds[WARM_UP:]
    return [
        Figure(
            "options",
            f"options of {len(LOANS)} loans, p99",
            "ms",
            [percentile(taken, 99) * 1000],
            goal=GOAL_MS,
            at_most=True,
            note=in_ms(taken),
        )
    ]
