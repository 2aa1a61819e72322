"""The education library: open to everyone, and nobody is counted."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel

from services.reminders.domain.outgoing import language_for
from services.reminders.domain.words.articles import Article
from shared.errors import NotFound
from shared.http import PUBLIC

_ACCEPT_LENGTH_MAX = 200

AcceptLanguage = Annotated[
    str, Header(max_length=_ACCEPT_LENGTH_MAX, description="The reader's languages, such as zh-CN, en;q=0.5")
]
Topic = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,49}$")]


class ArticleUnknown(NotFound):
    """There is no such article."""


class ArticleListed(BaseModel):
    """An article of the library."""

    topic: str
    title: str
    summary: str


class ArticleShown(ArticleListed):
    """An article with its text."""

    language: str
    text: str
    """Markdown."""


def wanted_languages(accepted: str) -> list[str]:
    """The languages of an Accept-Language header, the preferred one first; a malformed weight counts as
    none (RFC 9110, 12.5.4).
    """
    weighed = []
    for place, one in enumerate(accepted.split(",")):
        language, _, weight = one.partition(";")
        number = weight.strip().removeprefix("q=") or "1"
        plain = number.replace(".", "", 1)
        q = float(number) if plain.isascii() and plain.isdigit() else 0.0
        if language.strip() and q > 0:
            weighed.append((-q, place, language.strip()))
    return [language for _, _, language in sorted(weighed)]


def learn_router(articles: tuple[Article, ...]) -> APIRouter:
    """Reading the library."""
    router = APIRouter(tags=["learn"], dependencies=[PUBLIC])
    languages = sorted({one.language for one in articles})

    def chosen(accepted: str, response: Response) -> str:
        language = language_for(wanted_languages(accepted), languages)
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Accept-Language"
        return language

    @router.get("/learn")
    async def list_articles(response: Response, accept_language: AcceptLanguage = "") -> list[ArticleListed]:
        """All articles, in the reader's language: budgets, rights, plans, scams, whom to talk to."""
        language = chosen(accept_language, response)
        return [
            ArticleListed(topic=one.topic, title=one.title, summary=one.summary)
            for one in articles
            if one.language == language
        ]

    @router.get("/learn/{topic}")
    async def read_article(
        topic: Topic, response: Response, accept_language: AcceptLanguage = ""
    ) -> ArticleShown:
        """One article, in the reader's language."""
        language = chosen(accept_language, response)
        for one in articles:
            if (one.topic, one.language) == (topic, language):
                return ArticleShown(
                    topic=topic, title=one.title, summary=one.summary, language=language, text=one.text
                )
        raise ArticleUnknown(topic=topic)

    return router
