"""The checks: format, lint, types and the test tiers, each under its heading; the first failure ends them."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from cli.stack.layout import ROOT

QUICK_TIERS = ("unit", "property", "contract", "architecture", "service")
TEST_WORKERS = 2
NOTHING_COLLECTED = 5


def static_checks() -> list[tuple[str, list[str]]]:
    """Format, lint and strict types, by title."""
    return [
        ("Format", ["ruff", "format", "--check", "."]),
        ("Lint", ["ruff", "check", "."]),
        ("Types", ["mypy"]),
    ]


def pytest_command(paths: Sequence[str], *, long: bool = False, extra: Sequence[str] = ()) -> list[str]:
    """The pytest command for these paths. Its closing line is the last it prints."""
    return ["pytest", "-n", str(TEST_WORKERS), *(["--long"] if long else []), *paths, *extra]


def tiers(root: Path = ROOT) -> list[str]:
    """The folders of the quick tiers that hold tests."""
    folders = (root / "tests" / tier for tier in QUICK_TIERS)
    return [str(folder.relative_to(root)) for folder in folders if any(_tests_in(folder))]


def _tests_in(folder: Path) -> Iterator[Path]:
    return folder.rglob("test_*.py")


def run_checks(checks: Sequence[tuple[str, list[str]]], console: Console) -> int:
    """Run them in order. Returns the exit status of the first that failed, or 0."""
    for number, (title, command) in enumerate(checks, 1):
        console.rule(f"{title} ({number}/{len(checks)})")
        began = time.monotonic()
        status = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
        if status:
            console.print(f"[red]{title} failed[/red] after {time.monotonic() - began:.0f} s")
            return status
    return 0
