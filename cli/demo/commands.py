"""`huancui run`: the main job, from an empty folder to a report, with the stack left running."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.access import local_token
from cli.commands import in_one_line, known_layout, layout_with, say
from cli.demo.clean import CLOCK_START, make_room
from cli.demo.importing import LENDER
from cli.demo.source import LOANS, SNAPSHOT
from cli.demo.state import State
from cli.stack.files import keep, kept
from cli.stack.layout import Layout, services_here
from cli.stack.process import StackError
from shared.clock import ClockKind
from shared.decision import Role

if TYPE_CHECKING:
    from cli.demo.driver import Run

STATE, REPORT = Path("run") / "state.json", Path("run") / "report.html"
_BEFORE = SNAPSHOT - timedelta(days=1)

Ports = Annotated[int | None, typer.Option(help="First of the ports (28000, or HUANCUI_PORTS).")]
Loans = Annotated[int, typer.Option(min=1, max=LOANS, help="How many of the real loans.")]
Months = Annotated[int, typer.Option(min=1, max=24, help="How long time runs past the snapshot.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")]
Shock = Annotated[float, typer.Option(min=0, max=1, help="Share of the Pacific states that loses its job.")]
Once = Annotated[bool, typer.Option("--once", help="End the stack after the report.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")]


@in_one_line
def run(
    ports: Ports = None,
    loans: Loans = 2_000,
    months: Months = 12,
    seed: Seed = 7,
    shock: Shock = 0.0,
    once: Once = False,
    resume: Resume = False,
) -> None:
    """Run real loans through all four services for a year of simulated time, and tell what came of it."""
    from cli.demo.report import as_tables, result_of, write_page
    from cli.stack.control import stop

    layout = layout_with(ports)
    state = _begun(layout) if resume else _anew(layout, State(seed, loans, months, shock, _BEFORE))
    columns = (TextColumn("{task.description:36}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=say, disable=not say.is_terminal) as progress:
        task = progress.add_task("", total=1.0)
        told = [""]

        def on_step(what: str, done: float = 0.0) -> None:
            progress.update(task, description=what, completed=done)
            month = what[3:] if what[:2].isdigit() and done else what
            if not say.is_terminal and what and month != told[0]:
                told[0] = month
                say.print(f"huancui: {month}")

        _started(layout, on_step)
        done = _run(state, on_step)
    result = result_of(state, done.stories, done.fates, done.latencies)
    write_page(result, layout.home / REPORT)
    shown = Console(highlight=False)
    for table in as_tables(result):
        shown.print(table)
        shown.print()
    shown.print(f"The report with charts: {layout.home / REPORT}")
    if once:
        stop(layout, lambda step: None)
        shown.print("The stack has ended. Its data stays until the next run.")
    else:
        for line in _to_try(layout):
            shown.print(line, soft_wrap=True)
    if result.breaches:
        raise typer.Exit(1)


def _run(state: State, on_step: Callable[[str, float], None]) -> "Run":
    from cli.demo.driver import Run

    layout = known_layout()
    running = Run(layout, state, layout.home / STATE, on_step)
    asyncio.run(running.go())
    return running


def _started(layout: Layout, on_step: Callable[[str], None]) -> None:
    """The stack on a simulated clock that begins before the snapshot."""
    from cli.stack.control import start
    from cli.stack.state import supervisor_lives

    if not supervisor_lives(layout):
        os.environ[CLOCK_START] = f"{_BEFORE}T00:00:00Z"
        start(layout, ClockKind.SIMULATED, on_step)


def _begun(layout: Layout) -> State:
    state = kept(layout.home / STATE, State)
    if state is None:
        raise StackError("there is no run to go on with: begin one with ./huancui run")
    return state


def _anew(layout: Layout, state: State) -> State:
    """An empty stack, and the state kept at once: it says that what comes now is a run's."""
    make_room(layout, STATE)
    keep(layout.home / STATE, state)
    return state


def _to_try(layout: Layout) -> list[str]:
    """Where to look now, and commands that work as they stand."""
    token = local_token(layout, Role.OPERATOR, lenders=[LENDER], subject="you", hours=8)
    urls = [f"{name:12} {layout.url(name)}/docs" for name in services_here()]
    ask = f'curl -s -H "Authorization: Bearer {token}"'
    return [
        "",
        "The services stay up until ./huancui down. Their API docs:",
        *urls,
        "",
        "Try, with a token of the lender's desk that is good for eight hours:",
        f'{ask} "{layout.url("ledger")}/v1/lenders/{LENDER}/portfolio"',
        f'{ask} "{layout.url("hardship")}/v1/cases"',
        f'{ask} "{layout.url("reminders")}/v1/lenders/{LENDER}/conduct-report?month=2018-09"',
    ]
