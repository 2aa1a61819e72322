"""The `huancui` command: the local stack, its tokens and lenders, publishing, and the checks."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import checks
from cli.brakes import brake_app
from cli.commands import AsJson, fail, in_one_line, known_layout, layout_with, operator, say
from cli.demo.commands import run
from cli.handing_in_commands import import_events, takeover
from cli.replay.commands import replay_app
from cli.risk.commands import risk_app
from cli.stack.layout import ROOT, local_layout
from cli.words import words_app
from shared.clock import ClockKind
from shared.decision import Role

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Huancui: humane debt collection.", rich_markup_mode=None
)
lender_app = typer.Typer(no_args_is_help=True, help="Lenders of the local stack.")
app.add_typer(lender_app, name="lender")
parked_app = typer.Typer(no_args_is_help=True, help="Messages that could not be applied.")
app.add_typer(parked_app, name="parked")
audit_app = typer.Typer(no_args_is_help=True, help="The audit of a service.")
app.add_typer(audit_app, name="audit")
app.add_typer(brake_app, name="brake")
app.add_typer(words_app, name="words")
app.add_typer(risk_app, name="risk")
app.add_typer(replay_app, name="replay")

Ports = Annotated[int | None, typer.Option(help="First of the ports (28000, or HUANCUI_PORTS).")]
Service = Annotated[str, typer.Option(help="Which service.")]
StateType = Annotated[str, typer.Argument(metavar="TYPE", help="The state's type, such as Loan.")]
StateKey = Annotated[str, typer.Argument(metavar="KEY", help="The state's id.")]


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Shows what is being done: a spinner on a terminal, else one line for each step."""
    told = [""]
    with say.status("") as status:

        def on_step(step: str) -> None:
            if step and step != told[0]:
                told[0] = step
                status.update(step)
                if not say.is_terminal:
                    say.print(f"huancui: {step}")

        yield on_step


# -- the stack -----------------------------------------------------------------------------------------------


@app.command()
@in_one_line
def up(
    ports: Ports = None,
    clock: Annotated[ClockKind, typer.Option(help="The services' clock.")] = ClockKind.SYSTEM,
) -> None:
    """Start PostgreSQL, Kafka and the services. They run until `down`."""
    from cli.stack.control import start

    with steps() as on_step:
        state = start(layout_with(ports), clock, on_step)
    for name, process in state.processes.items():
        say.print(f"{name:12} {process.url}")
    say.print("The stack runs. See ./huancui status; end it with ./huancui down.")


@app.command()
@in_one_line
def down() -> None:
    """End the stack. Its data stays."""
    from cli.stack.control import stop

    with steps() as on_step:
        was_running = stop(local_layout(), on_step)
    say.print("The stack has ended." if was_running else "The stack was not running.")


@app.command()
@in_one_line
def status(as_json: AsJson = False) -> None:
    """Tell how the stack is; status 0 only when everything is ready."""
    from cli.stack.control import readiness, running

    state = running(local_layout())
    ready = readiness(state)
    if as_json:
        print(json.dumps({**state.public(), "ready": ready}))
    else:
        table = Table("process", "state", "pid", "restarts", "address", box=None)
        for name, process in state.processes.items():
            how = "ready" if ready[name] else "not ready" if process.pid else "ended, is started again"
            table.add_row(name, how, str(process.pid or ""), str(process.restarts), process.url)
        Console(highlight=False).print(table)
    if not all(ready.values()):
        raise typer.Exit(1)


@app.command()
@in_one_line
def logs(
    service: Annotated[str | None, typer.Argument(help="One process: ledger, kafka, postgres …")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is written from now on.")
    ] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 40,
) -> None:
    """Show the logs of all processes, or of one."""
    from cli.stack.control import log_files, read_logs

    files = log_files(local_layout(), service)
    for name, line in read_logs(files, lines, follow):
        print(line if len(files) == 1 else f"{name} | {line}", flush=follow)


@app.command()
@in_one_line
def doctor(ports: Ports = None) -> None:
    """Look whether this machine has what the stack needs."""
    from cli.doctor import examine

    well = True
    for name, fine, found in examine(layout_with(ports)):
        well = well and fine
        mark = "ok  " if fine else "FAIL"
        print(f"{mark} {name:11} {found}", flush=True)
    if not well:
        raise typer.Exit(1)


app.command()(run)


@app.command()
@in_one_line
def example(ports: Ports = None) -> None:
    """Start the stack if it is not running, then publish a first file of events and show its loans."""
    from cli.first_run import first_run
    from cli.stack.control import start
    from cli.stack.state import supervisor_lives

    layout = layout_with(ports)
    with steps() as on_step:
        if not supervisor_lives(layout):
            start(layout, ClockKind.SYSTEM, on_step)
        on_step("publishing a first file of events")
        seen = first_run(known_layout(), on_step)
    for line in seen:
        print(line)
    say.print("The stack runs. See ./huancui status; end it with ./huancui down.")


@app.command()
@in_one_line
def migrate() -> None:
    """Bring the databases of the running stack's services up to date."""
    from cli.stack.control import running

    state = running(local_layout())
    for service, url in state.database_urls.items():
        say.print(f"huancui: bringing the database of {service} up to date")
        migrated = subprocess.run(
            [sys.executable, "-m", f"services.{service}.migrate"],
            cwd=ROOT,
            env={**os.environ, "HUANCUI_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        if migrated.returncode:
            fail(f"the database of {service} could not be brought up to date; see above")


# -- access --------------------------------------------------------------------------------------------------


@app.command()
@in_one_line
def token(
    role: Annotated[Role, typer.Option(help="What its holder may do.")],
    lender: Annotated[list[str] | None, typer.Option(help="A lender of its holder; may be repeated.")] = None,
    subject: Annotated[str, typer.Option(help="Who holds it.")] = "local",
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How long it is good.")] = 1,
) -> None:
    """Print a token for the local stack."""
    from cli.access import local_token

    print(local_token(local_layout(), role, lenders=lender or (), subject=subject, hours=hours))


@lender_app.command("add")
@in_one_line
def lender_add(name: str) -> None:
    """Add a lender: its topics, its Kafka user, its token.

    What it needs is printed and kept in .huancui/lenders/.
    """
    from cli.access import add_lender

    print(json.dumps(add_lender(known_layout(), name), indent=2))


# -- events --------------------------------------------------------------------------------------------------


@app.command()
@in_one_line
def publish(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    as_json: AsJson = False,
) -> None:
    """Publish a file of events, one JSON object in each line.

    Status 1 when a line was bad; the good ones are sent.
    """
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from cli.access import kafka_config
    from cli.publish import publish as send

    columns = TextColumn("publishing"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=say, disable=not say.is_terminal) as progress:
        task = progress.add_task("publishing", total=file.stat().st_size)
        summary = asyncio.run(
            send(file, kafka_config(local_layout()), lambda size: progress.advance(task, size))
        )
    for number, reason in summary.bad:
        say.print(f"line {number}: {reason}", markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps(summary.as_json()))
    else:
        print(f"{summary.sent} sent, {len(summary.bad)} bad")
    if summary.bad:
        raise typer.Exit(1)


app.command("import")(import_events)
app.command()(takeover)


# -- operating -----------------------------------------------------------------------------------------------


@parked_app.command("list")
@in_one_line
def parked_list(
    service: Service = "ledger",
    waiting: Annotated[bool, typer.Option(help="Those that wait for a predecessor instead.")] = False,
) -> None:
    """States whose messages could not be applied, one JSON object in each line."""
    for row in operator(service).every("waiting" if waiting else "parked"):
        print(json.dumps(row))


@parked_app.command("show")
@in_one_line
def parked_show(type_: StateType, key: StateKey, service: Service = "ledger") -> None:
    """The kept messages of a state with their reasons, one JSON object in each line."""
    for row in operator(service).every(f"parked/{type_}/{key}"):
        print(json.dumps(row))


@parked_app.command("retry")
@in_one_line
def parked_retry(type_: StateType, key: StateKey, service: Service = "ledger") -> None:
    """Try a state's kept messages again, in order, until one fails."""
    print(json.dumps(operator(service).do(f"parked/{type_}/{key}/retry")))


@parked_app.command("skip")
@in_one_line
def parked_skip(
    type_: StateType,
    key: StateKey,
    seq: Annotated[int, typer.Argument(help="Number of the message.")],
    why: Annotated[str, typer.Option(help="The reason, which is kept.")],
    service: Service = "ledger",
) -> None:
    """Set one message aside for good and try those behind it."""
    print(json.dumps(operator(service).do(f"parked/{type_}/{key}/{seq}/skip", {"why": why})))


@audit_app.command("verify")
@in_one_line
def audit_verify(service: Service = "ledger") -> None:
    """Compute the audit's chain again; status 1 when it does not hold."""
    verified = operator(service).do("audit/verify")
    print(json.dumps(verified))
    if not verified["whole"]:
        raise typer.Exit(1)


# -- checks --------------------------------------------------------------------------------------------------


@app.command("test")
@in_one_line
def run_tests(
    long: Annotated[bool, typer.Option("--long", help="Run the long forms too.")] = False,
    paths: Annotated[list[str] | None, typer.Argument(help="Only these, with pytest's own options.")] = None,
) -> None:
    """Check format, lint and types, then run every test tier."""
    tests = ("Tests", checks.pytest_command(paths or ["tests"], long=long))
    raise typer.Exit(checks.run_checks([tests] if paths else [*checks.static_checks(), tests], say))


@app.command()
@in_one_line
def check() -> None:
    """Format, lint, strict types and the quick tiers."""
    every = [*checks.static_checks(), ("Tests", checks.pytest_command(checks.tiers()))]
    raise typer.Exit(checks.run_checks(every, say))


@app.command()
@in_one_line
def chaos() -> None:
    """The failure scenarios in their long form."""
    if not (ROOT / "tests" / "chaos").is_dir():
        fail("there is no folder tests/chaos in this copy")
    raise typer.Exit(checks.run_checks([("Chaos", checks.pytest_command(["tests/chaos"], long=True))], say))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@in_one_line
def bench(context: typer.Context) -> None:
    """Measure; all arguments go to the benchmarks."""
    if not (ROOT / "benchmarks" / "__main__.py").is_file():
        fail("there is no folder benchmarks in this copy")
    raise typer.Exit(checks.run_checks([("Benchmarks", ["benchmarks", *context.args])], say))


if __name__ == "__main__":
    app()
