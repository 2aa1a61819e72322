"""Freezes what is new: `python -m tests.contract.release`.

Writes the released schema and the golden record of each event version that has none. Those that are there are
never written again: they are what was promised.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.events.asyncapi import example_data, example_headers, message_name
from shared.events.known import event_classes
from shared.events.schemas import schema_of
from tests.contract.files import GOLDEN, RELEASED


def freeze(released: Path = RELEASED, golden: Path = GOLDEN) -> list[str]:
    """Write what is missing; the names of the event versions that were frozen."""
    frozen = []
    for cls in event_classes():
        name = message_name(cls)
        record = {"headers": example_headers(cls), "data": example_data(cls)}
        written = [_write(released / f"{name}.json", schema_of(cls)), _write(golden / f"{name}.json", record)]
        if any(written):
            frozen.append(name)
    return frozen


def _write(path: Path, contents: dict[str, Any]) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.stdout.writelines(f"{name} is released\n" for name in freeze())
