"""`huancui replay`: real histories, told to a stack of their own, and what must come of them."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.commands import in_one_line, known_layout, layout_with, say
from cli.demo.clean import CLOCK_START, make_room
from cli.stack.files import keep, kept
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
S = TypeVar("S")
Say = Callable[[str, float], None]
Play = Callable[[Layout, Say], Coroutine[Any, Any, None]]

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


@replay_app.command("lendingclub-hardship")
@in_one_line
def lendingclub_hardship(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds hardship_plans.csv.")],
    cases: Annotated[int | None, typer.Option(min=1, help="Only the first so many of each kind.")] = None,
    resume: Resume = False,
    once: Once = False,
    ports: Ports = None,
) -> None:
    """Hardship plans and settlements: agreed through hardship and mediation, applied by the ledger, kept or
    not; what they ask for is what was reported.

    Status 1 where one differs, or a line could not be read.
    """
    from cli.replay.cases import OPENED_ON, read
    from cli.replay.helping import Played, play
    from cli.replay.reported import as_table, differences

    layout, found = layout_with(ports), read(folder, cases)
    file = layout.home / "run" / "lendingclub-hardship.json"
    for name, number, reason in found.bad[:ERRORS_SHOWN]:
        say.print(f"{name}, line {number}: {reason}", markup=False, soft_wrap=True)
    if not found.every:
        raise StackError("there is nothing in the data that could be read")
    state = _begun(layout, file, resume, Played())
    _play(layout, OPENED_ON, once, lambda known, on_step: play(known, found, state, file, on_step))
    Console(highlight=False).print(as_table(found, state))
    differing = differences(found, state)
    for one in differing[:ERRORS_SHOWN]:
        say.print(one, markup=False, soft_wrap=True)
    if differing or found.bad:
        raise typer.Exit(1)


def _replay(name: str, feed: "Feed", layout: Layout, *, resume: bool, once: bool) -> None:
    from cli.replay.driving import Replayed, replay

    for number, reason in feed.bad[:ERRORS_SHOWN]:
        say.print(f"line {number}: {reason}", markup=False, soft_wrap=True)
    if not feed.loans:
        raise StackError("there is nothing in the data that could be read")
    first, file = min(feed.by_day), layout.home / "run" / f"{name}.json"
    state = _begun(layout, file, resume, Replayed(first - timedelta(days=2)))
    _play(layout, first, once, lambda known, on_step: replay(known, feed, state, file, on_step))
    if not _tell(feed, state) or feed.bad:
        raise typer.Exit(1)


def _begun(layout: Layout, file: Path, resume: bool, new: S) -> S:
    """Where an interrupted replay stands, or a new one over an empty stack."""
    state = kept(file, type(new)) if resume else None
    if resume and state is None:
        raise StackError("there is no replay to go on with: begin one without --resume")
    if state is None:
        make_room(layout, file.relative_to(layout.home))
        keep(file, new)
    return state or new


def _play(layout: Layout, first: date, once: bool, play: Play) -> None:
    """Play with the stack running, on a clock that begins before the first day."""
    from cli.stack.control import start, stop
    from cli.stack.state import supervisor_lives

    columns = (TextColumn("{task.description:20}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=say, disable=not say.is_terminal) as progress:
        task = progress.add_task("", total=1.0)

        def on_step(what: str, done: float = 0.0) -> None:
            progress.update(task, description=what, completed=done)

        if not supervisor_lives(layout):
            os.environ[CLOCK_START] = f"{first - timedelta(days=2)}T00:00:00Z"
            start(layout, ClockKind.SIMULATED, on_step)
        asyncio.run(play(known_layout(), on_step))
    if once:
        stop(layout, lambda step: None)


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
