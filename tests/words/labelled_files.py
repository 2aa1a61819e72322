"""The labelled sentences as values."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("labelled")
LANGUAGES = ("en", "zh-Hans")
_LABEL = re.compile(r"(\w+)(?:\((.*)\))?")


@dataclass(frozen=True)
class Labelled:
    """A sentence with its label."""

    label: str
    text: str


@dataclass(frozen=True)
class Meant:
    """One intent that an answer should be read as, with details as texts, such as {"amount": "500"}."""

    intent: str
    details: tuple[tuple[str, str], ...]


def labelled(kind: str, language: str, part: str) -> list[Labelled]:
    """A file's sentences."""
    lines = (FOLDER / f"{kind}.{language}.{part}.tsv").read_text(encoding="utf-8").splitlines()
    return [Labelled(*line.split("\t")) for line in lines]


def meant(label: str) -> list[Meant]:
    """The intents of a label such as `paid+promise(amount=50,on=2026-03-13)`."""
    return [] if label == "none" else [_one(part) for part in label.split("+")]


def _one(part: str) -> Meant:
    match = _LABEL.fullmatch(part)
    assert match is not None, part
    pairs = (pair.partition("=") for pair in (match[2] or "").split(",") if pair)
    return Meant(match[1], tuple((name, value) for name, _, value in pairs))
