"""`huancui brake`: pause what goes out, of a lender, a treatment, a template, a channel, or everything."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.commands import fail, in_one_line, operator

brake_app = typer.Typer(no_args_is_help=True, help="Pause contacts at once, and let them go out again.")

SERVICE = "reminders"


class Scope(StrEnum):
    """What a brake pauses."""

    EVERYTHING = "everything"
    LENDER = "lender"
    TREATMENT = "treatment"
    TEMPLATE = "template"
    CHANNEL = "channel"


Of = Annotated[
    Scope, typer.Argument(metavar="SCOPE", help="everything, lender, treatment, template, channel.")
]
Name = Annotated[str, typer.Argument(help="Which one, such as a lender's name; none for everything.")]


@brake_app.command("pull")
@in_one_line
def brake_pull(
    scope: Of,
    why: Annotated[str, typer.Option(help="The reason, which is kept.")],
    name: Name = "",
) -> None:
    """Pause contacts from this moment on, also those that wait to go out."""
    print(json.dumps(operator(SERVICE).do(_path(scope, name), {"why": why}, method="PUT")))


@brake_app.command("release")
@in_one_line
def brake_release(scope: Of, name: Name = "") -> None:
    """Let contacts go out again. What was withheld meanwhile stays so; treatments go on."""
    print(json.dumps(operator(SERVICE).do(_path(scope, name), method="DELETE")))


@brake_app.command("list")
@in_one_line
def brake_list() -> None:
    """What is paused now, by whom and why, one JSON object in each line."""
    for one in operator(SERVICE).read("brakes"):
        print(json.dumps(one))


def _path(scope: Scope, name: str) -> str:
    if (scope is Scope.EVERYTHING) == bool(name):
        fail("`everything` takes no name" if name else f"which {scope}? Name it after `{scope}`")
    return f"brakes/{scope}/{name or 'all'}"
