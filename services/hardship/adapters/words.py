"""The wordings of agreements from YAML: every language says everything."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter

from services.hardship.domain.agreement import Words

FOLDER = Path(__file__).resolve().parents[1] / "words"
_WORDS = TypeAdapter(dict[str, str])


class WordsMissing(ValueError):
    """A language lacks wordings, or has some that the others do not."""


def read_words(folder: Path = FOLDER) -> dict[str, Words]:
    """The wordings by language. Raises WordsMissing."""
    found: dict[str, Words] = {}
    for file in sorted(folder.glob("agreement-*.yaml")):
        words = _WORDS.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
        found[words["language"]] = words
    names = {name for words in found.values() for name in words}
    for language, known in found.items():
        if missing := sorted(names - set(known)):
            raise WordsMissing(f"{language} lacks {', '.join(missing)}")
    return found
