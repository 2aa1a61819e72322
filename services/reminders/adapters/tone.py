"""The learned weights of `tone`, from the file that the training wrote."""

import json
from pathlib import Path

from services.reminders.domain.words.tone import Tone

FILE = Path(__file__).resolve().parents[1] / "words" / "tone.json"


def load_tones(file: Path = FILE) -> tuple[Tone, ...]:
    """The weights of every language."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Tone(language, one["bias"], one["weights"], one["harsh_from"])
        for language, one in kept["languages"].items()
    )
