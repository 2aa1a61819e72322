"""The peer's stories as they lie in files: products, steps and the figures expected."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT.parent / "shared" / "data" / "ledger-scenarios"


@dataclass(frozen=True)
class Story:
    """One scenario: a loan of a product, and what is done and expected, in order."""

    id: str
    title: str
    file: str
    loan: dict[str, Any]
    product: dict[str, Any]
    orders: dict[str, list[str]]
    steps: list[dict[str, Any]]


def folder() -> Path:
    """Where the stories are: `HUANCUI_SCENARIOS`, or beside the repository."""
    return Path(os.environ.get("HUANCUI_SCENARIOS") or DEFAULT)


def load(where: Path) -> Iterator[Story]:
    """All stories of a folder, in order."""
    for file in sorted(where.glob("*.json")):
        told = json.loads(file.read_text())
        for one in told["scenarios"]:
            yield Story(
                one["id"],
                one["title"],
                file.name,
                one["loan"],
                told["products"][one["loan"]["product"]],
                told["allocation_orders"],
                one["steps"],
            )


def minor(amount: str | None) -> int | None:
    """Euros as cents; None stays None."""
    return None if amount in (None, "") else int((Decimal(str(amount)) * 100).to_integral_value())


def cents(amount: str) -> int:
    """Euros as cents."""
    return int((Decimal(str(amount)) * 100).to_integral_value())


def day(text: str) -> date:
    """A date of a story."""
    return date.fromisoformat(text)
