"""Texts to persons, made at the last moment from templates and what is known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reminders.adapters.templates import Templates
from services.reminders.domain.contact import Channel
from services.reminders.domain.outgoing import (
    check_before_sending,
    form_for,
    language_for,
    occasion_for,
)
from services.reminders.domain.words.articles import Article, offered_with
from services.reminders.domain.words.messages import Form, Occasion
from services.reminders.domain.words.tone import Tone

_READ_MORE = {"en": "Worth reading: {title}, {url}", "zh-Hans": "也许对您有帮助：《{title}》 {url}"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A text as it goes out. It is never stored: names and sums are in it."""

    occasion: Occasion
    language: str
    subject: str | None
    text: str
    template: str
    """And its version, such as `missed_first/en/3`."""
    article: str | None = None
    """The topic of the article that it points to."""


class Composer:
    """Makes texts; `learn_url` is where the library is open to everyone."""

    def __init__(
        self, templates: Templates, articles: tuple[Article, ...], tones: tuple[Tone, ...], learn_url: str
    ) -> None:
        self._templates, self._articles, self._tones = templates, articles, tones
        self._learn_url = learn_url.rstrip("/")

    def compose(
        self,
        occasion: Occasion,
        channel: Channel,
        languages: Sequence[str],
        facts: Mapping[str, object],
        *,
        established: bool,
    ) -> Composed:
        """The text for an occasion. An address where the person is not established gets one that tells of no
        debt; a mail that tells of one points to an article that fits.

        Raises NoTextForChannel, BadTemplate where a fact is missing, TextRefused, TellsStranger and
        TellsOfDebt where what came of it must not be sent.
        """
        occasion = occasion_for(occasion, established=established)
        form, language = form_for(channel), language_for(languages, self._templates.languages)
        # Who was identified at an address knows who their lender is; a stranger there must not learn it.
        known = tuple(str(facts.get(one, "")) for one in ("sender", "lender")) if established else ()
        rendered = self._templates.render(occasion, form, language, facts, known)
        message, text, article = rendered.message, rendered.message.text, None
        if form is Form.MAIL and occasion.tells_of_debt:
            article = next(iter(offered_with(self._articles, occasion, language)), None)
        if article is not None:
            more = _READ_MORE[language].format(title=article.title, url=f"{self._learn_url}/{article.topic}")
            text = f"{text}\n\n{more}"
        check_before_sending(
            f"{message.subject or ''}\n{text}", self._tones, occasion, established=established
        )
        topic = None if article is None else article.topic
        return Composed(occasion, language, message.subject, text, rendered.template, topic)
