"""The education library from its files: `learn/<language>/<topic>.md`, with a few named lines before the
text.
"""

import re
from pathlib import Path

from services.reminders.domain.words.articles import Article
from services.reminders.domain.words.messages import Occasion

FOLDER = Path(__file__).resolve().parents[1] / "learn"
_FILE = re.compile(r"\A---\n(?P<head>.*?)\n---\n+(?P<text>.+)\Z", re.DOTALL)
_NAMES = ("title", "summary", "offered")


class BadArticle(Exception):
    """An article cannot be used; the text says which and why."""


def load_articles(folder: Path = FOLDER) -> tuple[Article, ...]:
    """All articles; every topic must be there in every language. Raises `BadArticle`."""
    articles = tuple(_read(file, file.parent.name) for file in sorted(folder.glob("*/*.md")))
    languages = {one.language for one in articles}
    for topic in {one.topic for one in articles}:
        has = {one.language for one in articles if one.topic == topic}
        if missing := languages - has:
            raise BadArticle(f"{topic}: not in {', '.join(sorted(missing))}")
    return articles


def _read(file: Path, language: str) -> Article:
    name = f"{language}/{file.name}"
    match = _FILE.match(file.read_text(encoding="utf-8"))
    if match is None:
        raise BadArticle(
            f"{name}: begins with --- and named lines ({', '.join(_NAMES)}), then --- and the text"
        )
    told = dict(line.split(": ", 1) for line in match["head"].splitlines() if ": " in line)
    if set(told) != set(_NAMES):
        raise BadArticle(f"{name}: has {', '.join(sorted(told)) or 'nothing'}; needs {', '.join(_NAMES)}")
    try:
        offered = frozenset(Occasion(one.strip()) for one in told["offered"].split(","))
    except ValueError as error:
        raise BadArticle(f"{name}: {error}") from error
    return Article(file.stem, language, told["title"], told["summary"], offered, match["text"].strip() + "\n")
