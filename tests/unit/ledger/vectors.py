"""Published figures to check against, kept outside the repository."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(
    os.environ.get(
        "HUANCUI_FINANCE_VECTORS",
        Path(__file__).resolve().parents[3].parent / "shared" / "data" / "finance-vectors",
    )
)


def vectors(file: str) -> list[dict[str, Any]]:
    """The cases of a file; the test is skipped, with a word, where the folder is not there."""
    path = FOLDER / file
    if not path.exists():
        pytest.skip(f"no published figures at {path}: set HUANCUI_FINANCE_VECTORS to their folder")
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return cases
