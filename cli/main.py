"""The `huancui` command."""

import subprocess
import sys
from pathlib import Path

import typer
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
CHECKED_TIERS = ("unit", "property")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Huancui: humane debt collection.")
say = Console(stderr=True)


def _run(title: str, *command: str) -> None:
    """Run one check; stop with its exit status when it fails."""
    say.rule(title)
    status = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
    if status:
        say.print(f"[red]{title} failed[/red]")
        raise typer.Exit(status)


@app.command()
def check() -> None:
    """Format, lint, strict types and the tiers that need no server."""
    _run("Format", "ruff", "format", "--check", ".")
    _run("Lint", "ruff", "check", ".")
    _run("Types", "mypy")
    _run("Tests", "pytest", *(f"tests/{tier}" for tier in CHECKED_TIERS))


@app.command()
def test() -> None:
    """Every test tier."""
    _run("Tests", "pytest", "tests")


if __name__ == "__main__":
    app()
