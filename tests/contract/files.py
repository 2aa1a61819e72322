"""The files that stand for what was released."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RELEASED = HERE / "released"
GOLDEN = HERE / "golden"


def names(folder: Path) -> list[str]:
    """The event versions that have a file there, such as `PaymentApplied.v1`."""
    return sorted(path.stem for path in folder.glob("*.json"))


def load(folder: Path, name: str) -> dict[str, Any]:
    """The contents of one event version's file."""
    contents: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return contents
