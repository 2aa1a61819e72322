"""The peer's stories as they lie in files: products, steps and the figures expected."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BESIDE = [ROOT.parent / "shared" / "data" / name for name in ("ledger-scenarios", "finance-vectors")]
"""The folders that are read unless another one is given."""


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


def folders() -> list[Path]:
    """Where stories and published figures are: `HUANCUI_SCENARIOS`, or two folders beside the repository."""
    given = os.environ.get("HUANCUI_SCENARIOS")
    return [Path(given)] if given else BESIDE


def load(where: Iterable[Path]) -> Iterator[Story]:
    """All stories of some folders and those below them, in order."""
    for file in sorted(file for one in where for file in one.rglob("*.json")):
        told = json.loads(file.read_text())
        for one in told["scenarios"] if isinstance(told, dict) and "scenarios" in told else ():
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
