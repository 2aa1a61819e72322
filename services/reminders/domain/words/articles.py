"""Articles of the education library: about money and rights, offered in messages where they fit, and open to
everyone.
"""

from dataclasses import dataclass

from services.reminders.domain.words.messages import Occasion


@dataclass(frozen=True)
class Article:
    """One article in one language. Its topic is the same in all languages."""

    topic: str
    language: str
    title: str
    summary: str
    offered: frozenset[Occasion]
    """The occasions whose messages may point to it."""
    text: str
    """Markdown."""


def offered_with(articles: tuple[Article, ...], occasion: Occasion, language: str) -> tuple[Article, ...]:
    """The articles that fit an occasion, in the person's language."""
    return tuple(one for one in articles if one.language == language and occasion in one.offered)
