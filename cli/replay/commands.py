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
    from cli.replay.feed import Feed

replay_app = typer.Typer(
    no_args_is_help=True, help="Tell real histories to a stack, and check what comes of them."
)
ERRORS_SHOWN = 20

Resume = Annotated[bool, typer.Option("--resume", help="Go on with a replay that was interrupted.")]
Once = Annotated[bool, typer.Option("--once", help="End the stack afterwards.")]
Ports = Annotated[int | None, typer.Option(help="First of the ports (28000, or HUANCUI_PORTS).")]


@replay_app.command()
@in_one_line
def superlender(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds repaid_loans.csv.gz.")],
    loans: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many, by their approval.")
    ] = None,
    resume: Resume = False,
    once: Once = False,
    ports: Ports = None,
) -> None:
    """Short loans with four real dates each: the first instalments that were missed are told, and no others.

    Status 1 where one differs, or a line could not be read.
    """
    from cli.replay.superlender import read

    _replay("superlender", read(folder, loans), layout_with(ports), resume=resume, once=once)


@replay_app.command()
@in_one_line
def uci(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="uci_card_default.csv")],
    cards: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    resume: Resume = False,
    once: Once = False,
    ports: Ports = None,
) -> None:
    """Six months of card statements: each is taken, the minimum payments that did not come are told, and no
    others.

    Status 1 where one differs, or a line could not be read.
    """
    from cli.replay.uci import read

    _replay("uci", read(file, cards), layout_with(ports), resume=resume, once=once)


def _replay(name: str, feed: "Feed", layout: Layout, *, resume: bool, once: bool) -> None:
    from cli.replay.driving import Replayed, load, save
    from cli.stack.control import stop

    for number, reason in feed.bad[:ERRORS_SHOWN]:
        say.print(f"line {number}: {reason}", markup=False, soft_wrap=True)
    if not feed.loans:
        raise StackError("there is nothing in the data that could be read")
    before, file = min(feed.by_day) - timedelta(days=2), layout.home / "run" / f"{name}.json"
    state = load(file) if resume else None
    if resume and state is None:
        raise StackError("there is no replay to go on with: begin one without --resume")
    if state is None:
        make_room(layout, file.relative_to(layout.home))
        state = Replayed(before)
        save(state, file)
    _play(layout, feed, state, file, before)
    if once:
        stop(layout, lambda step: None)
    if not _tell(feed, state) or feed.bad:
        raise typer.Exit(1)


def _play(layout: Layout, feed: "Feed", state: "Replayed", file: Path, before: date) -> None:
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
        asyncio.run(replay(known_layout(), feed, state, file, on_step))


def _tell(feed: "Feed", state: "Replayed") -> bool:
    """Show what the data says beside what was told; whether they agree."""
    told = {one for one, times in state.missed.items() if times and one in feed.judged}
    table = Table("figure", "in the data", "told", box=None)
    table.add_row("loans", f"{feed.loans:,}", f"{state.counts.get('LoanRegistered', 0):,}")
    table.add_row("instalments judged", f"{len(feed.judged):,}", "")
    table.add_row("missed", f"{len(feed.missed):,}", f"{len(told):,}")
    for what, number in feed.notes:
        table.add_row(what, f"{number:,}", "")
    table.add_row("missed and not told", f"{len(feed.missed - told):,}", "")
    table.add_row("told and not missed", "", f"{len(told - feed.missed):,}")
    for what, number in feed.expected.items():
        table.add_row(what, f"{number:,}", f"{state.counts.get(what, 0):,}")
    table.add_row("time", "", f"{state.seconds:.0f} s, {state.events:,} events told")
    Console(highlight=False).print(table)
    same = all(state.counts.get(what, 0) == number for what, number in feed.expected.items())
    return told == feed.missed and same and state.counts.get("LoanRegistered", 0) == feed.loans
