"""What all commands of `huancui` share: how they speak, how they fail, which stack they mean."""

import errno
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console

from cli.stack.layout import Layout, local_layout
from cli.stack.process import StackError
from shared.provisioning import ProvisioningFailed

if TYPE_CHECKING:
    from cli.operate import Operator

P = ParamSpec("P")
R = TypeVar("R")

say = Console(stderr=True, highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def fail(reason: str) -> NoReturn:
    """Say in one line what is wrong, and end with status 1."""
    say.print(f"huancui: {reason}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def explained(error: OSError) -> str:
    """What an error of the operating system means for the user."""
    if error.errno == errno.ENOSPC:
        return "the disk is full: free some space and try again"
    return f"{error.strerror or error}: {error.filename}" if error.filename else str(error)


def in_one_line(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose errors are one line each."""

    @wraps(command)
    def guarded(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except (StackError, ProvisioningFailed) as error:
            fail(str(error))
        except OSError as error:
            fail(explained(error))
        except KeyboardInterrupt:
            fail("interrupted")

    return guarded


def layout_with(ports: int | None) -> Layout:
    """The local layout, with other ports if they are given."""
    layout = local_layout()
    return layout if ports is None else replace(layout, ports=ports)


def operator(service: str) -> "Operator":
    """An administrator at a service of the running stack."""
    from cli.operate import Operator

    return Operator(known_layout(), service, "huancui")


def known_layout() -> Layout:
    """The local layout with the ports of the stack that runs."""
    from cli.stack.control import running

    layout = local_layout()
    return replace(layout, ports=running(layout).ports)
