"""A run's outcome for people (a table) and for machines (JSON)."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

PACKAGES = ("aiokafka", "asyncpg", "fastapi", "pydantic", "sqlalchemy", "uvicorn", "uvloop")
ROOT = Path(__file__).resolve().parent.parent


def machine() -> dict[str, Any]:
    """Where and on what the figures were measured."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _commit() -> str | None:
    """The commit of the source tree, marked when files differ from it; None where this is no work tree."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return told.stdout.strip() or None


def table(figures: Sequence[Figure]) -> Table:
    """All figures, one in a row."""
    made = Table(title="Benchmarks", show_lines=True)
    for heading in ("bench", "figure"):
        made.add_column(heading)
    for heading in ("goal", "value", "raw limit, or beside it", "ratio", "met"):
        made.add_column(heading, justify="right")
    for one in figures:
        notes = [one.note, f"beside it: {one.raw_what}" if one.raw_values else ""]
        what = "\n".join([one.what, *(f"[dim]{note}[/dim]" for note in notes if note)])
        made.add_row(
            one.bench, what, _goal(one), _number(one.value, one.unit), _raw(one), _ratio(one), _met(one)
        )
    return made


def _number(value: float, unit: str) -> str:
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return f"{shown} {unit}"


def _goal(one: Figure) -> str:
    return "" if one.goal is None else ("≤ " if one.at_most else "≥ ") + _number(one.goal, one.unit)


def _raw(one: Figure) -> str:
    return "" if one.raw is None else _number(one.raw, one.unit)


def _ratio(one: Figure) -> str:
    if one.ratio is None:
        return ""
    return f"{one.ratio:.2f}" + (f"\n[dim]≥ {one.ratio_goal}[/dim]" if one.ratio_goal is not None else "")


def _met(one: Figure) -> str:
    return {None: "", True: "[green]yes[/green]", False: "[red]no[/red]"}[one.met]


def show(console: Console, about: dict[str, Any], figures: Sequence[Figure]) -> None:
    """Print where it was measured, and the table."""
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    for line in (
        f"{about['processor']}, {about['cores']} cores, {about['memory_mb']:,} MB, {about['system']}",
        f"load average before: {about['load_before']} (above 0.3, other work takes its share of the figures)",
        f"Python {about['python']}, {packages}",
        about["servers"],
        f"{about['measured_at']}, commit {about['commit']}, {about['form']} form",
    ):
        console.print(line, highlight=False)
    console.print(table(figures))


def write(file: Path, about: dict[str, Any], figures: Sequence[Figure]) -> None:
    """Write a run as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"about": about, "figures": [one.as_json() for one in figures]}, indent=2) + "\n"
    )
