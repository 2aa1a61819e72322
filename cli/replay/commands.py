"""`huancui replay`: real histories, told to a stack of their own, and what must come of them."""

import asyncio
import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.commands import in_one_line, known_layout, layout_with, say
from cli.demo.clean import CLOCK_START, make_room
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.clock import ClockKind

if TYPE_CHECKING:
    from cli.replay.driving import Replayed
    from cli.replay.superlender import Feed

replay_app = typer.Typer(
    no_args_is_help=True, help="Tell real histories to a stack, and check what comes of them."
)
STATE = Path("run") / "superlender.json"
ERRORS_SHOWN = 20


@replay_app.command()
@in_one_line
def superlender(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds repaid_loans.csv.gz.")],
    loans: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many, by their approval.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a replay that was interrupted.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="End the stack afterwards.")] = False,
    ports: Annotated[int | None, typer.Option(help="First of the ports (28000, or HUANCUI_PORTS).")] = None,
) -> None:
    """Short loans with four real dates each: the first instalments that were missed are told, and no others.

    Status 1 where one differs, or a line could not be read.
    """
    from cli.replay.driving import Replayed, load, save
    from cli.replay.superlender import read
    from cli.stack.control import stop

    layout = layout_with(ports)
    feed = read(folder, loans)
    for number, reason in feed.bad[:ERRORS_SHOWN]:
        say.print(f"line {number}: {reason}", markup=False, soft_wrap=True)
    if not feed.by_day:
        raise StackError(f"{folder} holds no loan that could be read")
    before = min(feed.by_day) - timedelta(days=2)
    state = load(layout.home / STATE) if resume else None
    if resume and state is None:
        raise StackError("there is no replay to go on with: begin one without --resume")
    if state is None:
        make_room(layout, STATE)
        state = Replayed(before)
        save(state, layout.home / STATE)
    _play(layout, feed, state, before)
    if once:
        stop(layout, lambda step: None)
    _tell(feed, state)
    told = {name for name, times in state.missed.items() if times}
    if told != feed.late.keys() or feed.bad:
        raise typer.Exit(1)


def _play(layout: Layout, feed: "Feed", state: "Replayed", before: date) -> None:
    from cli.replay.driving import replay
    from cli.stack.control import start
    from cli.stack.state import supervisor_lives

    columns = (TextColumn("{task.description:20}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=say, disable=not say.is_terminal) as progress:
        task = progress.add_task("", total=1.0)

        def on_step(what: str, done: float = 0.0) -> None:
            progress.update(task, description=what, completed=done)

        if not supervisor_lives(layout):
            os.environ[CLOCK_START] = f"{before}T00:00:00Z"
            start(layout, ClockKind.SIMULATED, on_step)
        known: Layout = known_layout()
        asyncio.run(replay(known, feed, state, layout.home / STATE, on_step))


def _tell(feed: "Feed", state: "Replayed") -> None:
    from cli.replay.superlender import WITHIN

    told = {name for name, times in state.missed.items() if times}
    table = Table("figure", "in the data", "told", box=None)
    table.add_row("loans", f"{feed.loans:,}", "")
    table.add_row("first instalments missed", f"{len(feed.late):,}", f"{len(told):,}")
    for days in WITHIN:
        late = sum(one <= days for one in feed.late.values())
        table.add_row(f"of these paid within {days} days", f"{late:,}", "")
    table.add_row("missed and not told", f"{len(feed.late.keys() - told):,}", "")
    table.add_row("told and not missed", "", f"{len(told - feed.late.keys()):,}")
    table.add_row("loans told as repaid", f"{feed.loans:,}", f"{state.repaid:,}")
    table.add_row("time", "", f"{state.seconds:.0f} s, {state.events:,} events told")
    Console(highlight=False).print(table)
