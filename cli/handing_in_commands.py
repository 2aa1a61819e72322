"""`huancui import` and `huancui takeover`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.commands import AsJson, in_one_line, known_layout, say
from cli.handing_in import HandIn, repeated_loans

SHOWN_MAX = 20

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Lender = Annotated[str, typer.Option(help="Whose events they are.")]
Problems = Annotated[
    Path | None,
    typer.Option(help="Write every line that was not applied here, as JSON; else the first are shown."),
]


@contextmanager
def _bar(what: str) -> Iterator[Any]:
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=say, disable=not say.is_terminal) as progress:
        task = progress.add_task(what, total=None, rate="")

        def on_progress(now: dict[str, Any]) -> None:
            rate = f"{now['lines_per_second']:,.0f} lines/s" if now["lines_per_second"] else ""
            progress.update(task, completed=now["lines_read"], total=now["lines_total"], rate=rate)

        yield on_progress


@in_one_line
def import_events(file: File, lender: Lender, problems: Problems = None, as_json: AsJson = False) -> None:
    """Hand a file of events in over HTTP: one {"type": …, "data": …} in each line.

    Broken off, the same command goes on where it stopped. Status 1 when a line was refused.
    """
    ledger = HandIn(known_layout(), lender)
    with _bar("importing") as on_progress:
        done = ledger.run(file, on_progress)
    _tell_problems(ledger, done, problems)
    print(json.dumps(done) if as_json else _in_words(done))
    if done["refused"]:
        raise typer.Exit(1)


@in_one_line
def takeover(
    file: File,
    lender: Lender,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every loan and tell what they add up to; change nothing.")
    ] = False,
    problems: Problems = None,
    as_json: AsJson = False,
) -> None:
    """Take a running book over: one loan in each line, as LoanMigrated has it.

    Afterwards every loan is compared with the journal. Status 1 when a line was refused, or the books differ.
    """
    ledger = HandIn(known_layout(), lender)
    twice = list(repeated_loans(file))
    with _bar("trying" if dry_run else "taking over") as on_progress:
        done = ledger.run(file, on_progress, takeover=True, dry=dry_run)
    report = ledger.report(done["import_id"])
    _tell_problems(ledger, done, problems)
    for line in twice[:SHOWN_MAX]:
        say.print(line, markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps({**report, "repeated": len(twice)}))
    else:
        _show_report(report)
        print(_in_words(done))
    if done["refused"] or twice or report["reconciled"] is False:
        raise typer.Exit(1)


def _in_words(done: dict[str, Any]) -> str:
    reasons = ", ".join(f"{reason} {number:,}" for reason, number in sorted(done["reasons"].items()))
    waiting = f" ({done['waiting']:,} of them wait)" if done["waiting"] else ""
    kept = ", nothing of it kept" if done["dry_run"] else ""
    refused = f"{done['refused']:,} refused" + (f": {reasons}" if reasons else "")
    return f"{done['lines_read']:,} lines read{kept}: {done['taken']:,} taken{waiting}, {refused}"


def _tell_problems(ledger: HandIn, done: dict[str, Any], file: Path | None) -> None:
    if not (done["refused"] or done["waiting"]):
        return
    if file is not None:
        with file.open("w") as opened:
            opened.writelines(f"{line}\n" for line in ledger.problems(done["import_id"]))
        return
    for number, line in enumerate(ledger.problems(done["import_id"])):
        if number == SHOWN_MAX:
            say.print("… and more: write them to a file with --problems FILE")
            break
        told = json.loads(line)
        problem = told.get("problem")
        say.print(
            f"line {told['line']}: {problem['detail'] if problem else told['status']}",
            markup=False,
            soft_wrap=True,
        )


def _show_report(report: dict[str, Any]) -> None:
    table = Table("currency", "", "loans", "principal", "interest", "fees", "penalty", "credit", box=None)
    for where in ("in_file", "in_books"):
        for sums in (report[where] or {"sums": []})["sums"]:
            amounts = [
                sums[name]["amount"] for name in ("principal", "interest", "fees", "penalty", "credit")
            ]
            table.add_row(sums["currency"], where.removeprefix("in_"), f"{sums['loans']:,}", *amounts)
    shown = Console(highlight=False)
    shown.print(table)
    late = Table("days past due", *report["in_file"]["days_past_due"], box=None)
    for where in ("in_file", "in_books"):
        if report[where]:
            counts = (f"{number:,}" for number in report[where]["days_past_due"].values())
            late.add_row(where.removeprefix("in_"), *counts)
    shown.print(late)
    if report["reconciled"] is not None:
        lines = ", ".join(map(str, report["differing_lines"]))
        print(
            "the books hold what the file says"
            if report["reconciled"]
            else f"other in the books: lines {lines}"
        )
