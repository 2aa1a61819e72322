"""The memory of an idle ledger, everything in it running."""

import asyncio

from benchmarks.figures import Figure
from benchmarks.ground import Ground, resident_mb

GOAL_MB = 120.0
IDLE_S = 10.0


async def memory(ground: Ground) -> list[Figure]:
    """Resident memory a while after the start, beside that of a process that only imports."""
    prefix = await ground.topics()
    environment = ground.settings(await ground.databases.make("ledger"), prefix)
    with (
        ground.service("services.ledger", environment) as ledger,
        ground.process("benchmarks.raw_imports") as bare,
    ):
        await asyncio.sleep(IDLE_S)  # a while is what is measured: no condition tells that nothing happens
        measured, raw = resident_mb(ledger), resident_mb(bare)
    return [
        Figure(
            "memory",
            "resident memory of an idle ledger",
            "MB",
            [measured],
            goal=GOAL_MB,
            at_most=True,
            raw_values=[raw],
            raw_what="its outside libraries imported, nothing else",
        )
    ]
