"""Running benchmarks by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from rich.console import Console

from benchmarks import report
from benchmarks.due_timers import timers
from benchmarks.figures import Figure
from benchmarks.ground import SERVERS, Ground, Stalled, opened
from benchmarks.handing_in import handing_in
from benchmarks.holds import holds
from benchmarks.http_writes import http
from benchmarks.kafka_flow import gc, kafka_flow
from benchmarks.latency import latency
from benchmarks.memory import memory
from benchmarks.million import million
from benchmarks.options import options
from benchmarks.outbox import relay
from benchmarks.reminders import decided, gate, permits
from benchmarks.risk import scores
from benchmarks.whole_flow import whole_flow
from cli.stack.layout import local_layout

Bench = Callable[[Ground], Awaitable[list[Figure]]]
BENCHES: Mapping[str, Bench] = {
    "kafka-flow": kafka_flow,
    "gc": gc,
    "relay": relay,
    "timers": timers,
    "http": http,
    "latency": latency,
    "memory": memory,
    "million": million,
    "handing-in": handing_in,
    "options": options,
    "gate": gate,
    "permits": permits,
    "decided": decided,
    "holds": holds,
    "scores": scores,
    "whole-flow": whole_flow,
}


class UnknownBench(Exception):  # named like the domain's errors
    """There is no benchmark of this name. The text names those that there are."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"unknown: {', '.join(names)}; there are {', '.join(BENCHES)}")


def run(names: Sequence[str] = (), *, file: Path | None = None, short: bool = False) -> bool:
    """Run these benchmarks (none named: all), print the table, write the JSON; whether every goal was met.

    Raises UnknownBench, and StackError when the servers cannot be started.
    """
    if unknown := [name for name in names if name not in BENCHES]:
        raise UnknownBench(unknown)
    console, home = Console(), local_layout().home / "bench"
    say = Console(stderr=True)
    about = report.machine() | {"servers": SERVERS, "form": "short" if short else "full"}
    figures: list[Figure] = []
    failed: list[str] = []
    home.mkdir(parents=True, exist_ok=True)
    with opened(home, short=short, say=lambda text: say.print(text, style="dim", highlight=False)) as ground:
        for name in names or BENCHES:
            say.print(f"{name} …", highlight=False)
            try:
                figures += uvloop.run(_measured(BENCHES[name], ground))
            except Stalled as stalled:
                say.print(f"    {stalled}", style="red", highlight=False)
                failed.append(name)
            except Exception:  # one that fails must not cost what the others found
                say.print_exception()
                failed.append(name)
    report.show(console, about, figures)
    target = file or home / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    report.write(target, about | {"failed": failed}, figures)
    say.print(f"written to {target}", highlight=False)
    if failed:
        say.print(f"failed: {', '.join(failed)}", style="red", highlight=False)
    return not failed and all(one.met is not False for one in figures)


async def _measured(bench: Bench, ground: Ground) -> list[Figure]:
    return await bench(ground)
