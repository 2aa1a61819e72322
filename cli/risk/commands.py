"""`huancui risk train|evaluate|explain FILE`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

# What they need takes seconds to load: only these commands do.
if TYPE_CHECKING:
    from cli.risk.data import Rows
    from cli.risk.training import Task
    from services.hardship.adapters.risk_model import Model

risk_app = typer.Typer(no_args_is_help=True, help="Train, evaluate and explain the models of risk, offline.")

File = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="CSV (also .gz) of cards or of short loans."
    ),
]
Folder = Annotated[Path | None, typer.Option(help="Where models lie; left out: where the service has them.")]


def _read(file: Path) -> "Rows":
    from cli.risk.data import DataUnreadable, read

    try:
        found = read(file)
    except DataUnreadable as error:
        typer.echo(f"huancui: {error}", err=True)
        raise typer.Exit(2) from None
    for line in found.bad:
        typer.echo(f"huancui: left out: {line}", err=True)
    return found


@risk_app.command("train")
def train(file: File, folder: Folder = None) -> None:
    """Train on a file: the same file always gives the same models, byte for byte."""
    from cli.risk.training import tasks_of, trained
    from services.hardship.adapters.risk_model import FOLDER, save

    for task in tasks_of(_read(file)):
        save(trained(task), folder or FOLDER)
        typer.echo(f"{task.model}: trained on {len(task.rows.outcomes)} rows")


@risk_app.command("evaluate")
def evaluate(
    file: File,
    folds: Annotated[
        int | None,
        typer.Option(min=2, max=20, help="Train anew, and ask each row of a model that has not seen it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
    folder: Folder = None,
) -> None:
    """How good the models are on a file, and how evenly their false alarms fall on age groups."""
    from cli.risk.figures import false_alarms, quality
    from cli.risk.training import out_of_fold, tasks_of

    told: list[dict[str, Any]] = []
    for task in tasks_of(_read(file)):
        if folds is not None:
            _, probabilities = out_of_fold(task, folds)
            found = [float(one) for one in probabilities]
        else:
            model = _model(task, folder)
            found = [model.calibration.probability(one) for one in model.raw(task.rows.figures)]
        alarms = false_alarms(task.rows.outcomes, found, task.rows.ages) if task.sign == 1 else {}
        told.append(
            {
                "model": task.model,
                "about": task.about,
                **quality(task.rows.outcomes, found)._asdict(),
                "false_alarms_by_age": dict(alarms),
                "worst_to_best": max(alarms.values()) / min(alarms.values()) if alarms else None,
            }
        )
    typer.echo(json.dumps(told, indent=2)) if as_json else _show(told)


def _model(task: "Task", folder: Path | None) -> "Model":
    from services.hardship.adapters.risk_model import FOLDER, ModelUnreadable, load

    try:
        return load(task.model, task.rows.features, folder or FOLDER)
    except ModelUnreadable as error:
        typer.echo(f"huancui: {error}, or evaluate with --folds 5", err=True)
        raise typer.Exit(2) from None


def _show(told: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "about", "rows", "base", "AUC", "KS", "Brier", "calibration error")
    for one in told:
        figures = (one[name] for name in ("base_rate", "auc", "ks", "brier", "calibration_error"))
        table.add_row(one["model"], one["about"], f"{one['rows']:,}", *(f"{each:.4f}" for each in figures))
    console = Console()
    console.print(table)
    for one in told:
        if one["false_alarms_by_age"]:
            ages = Table("age", "false alarms, top quarter flagged", title=one["model"])
            for group, share in one["false_alarms_by_age"].items():
                ages.add_row(group, f"{share:.3f}")
            ages.add_row("worst to best", f"{one['worst_to_best']:.2f}")
            console.print(ages)


@risk_app.command("explain")
def explain(
    file: File,
    rows: Annotated[int, typer.Option(min=1, help="How many rows of the file, from the first.")] = 10,
    folder: Folder = None,
) -> None:
    """For each row its risk, why, and what it opens; one JSON object a line."""
    from cli.risk.training import tasks_of
    from services.hardship.domain.risk.assessing import WORDS, Assessment, Basis, by_rule, reasons_of

    task = tasks_of(_read(file))[0]
    model = _model(task, folder)
    names = [one.name for one in task.rows.features]
    for facts, figures in list(zip(task.rows.facts, task.rows.figures, strict=True))[:rows]:
        found = by_rule(facts)
        if found is None:
            risk = model.calibration.probability(model.raw([figures])[0])
            reasons = reasons_of(names, model.shares(figures))
            found = Assessment(Basis.MODEL, model.name, risk, None, reasons)
        typer.echo(
            json.dumps(
                {
                    "basis": found.basis,
                    "misses_next": None if found.misses_next is None else round(found.misses_next, 4),
                    "reasons": [
                        {"code": one, "en": WORDS[one][0], "zh": WORDS[one][1]} for one in found.reasons
                    ],
                    "opens": sorted(found.opens),
                },
                ensure_ascii=False,
            )
        )
