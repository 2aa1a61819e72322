"""The education library: complete in both languages, kind, and easy to read."""

import re
from pathlib import Path
from shutil import copytree

import pytest

from services.reminders.adapters.articles import FOLDER, BadArticle, load_articles
from services.reminders.adapters.tone import load_tones
from services.reminders.domain.words.articles import Article, offered_with
from services.reminders.domain.words.languages import TONGUES
from services.reminders.domain.words.messages import Occasion
from services.reminders.domain.words.wording import check

ARTICLES = load_articles()
TONES = load_tones()
TOPICS = {
    "budgeting",
    "borrowing-within-means",
    "plans-and-your-record",
    "your-rights",
    "scams",
    "priority-debts",
    "talk-to-someone",
}
_SYLLABLES = re.compile(r"[aeiouy]+")


def named(article: Article) -> str:
    return f"{article.language}/{article.topic}"


def sentences(text: str) -> list[str]:
    plain = re.sub(r"[#*\-]|\d+\.", " ", text)
    return [one.strip() for one in re.split(r"[.!?:。！？：；\n]+", plain) if one.strip()]


def reading_ease(text: str) -> float:
    """Flesch's measure; 60 and more is plain English. A group of vowels is a syllable, a last e is none."""
    words = re.findall(r"[a-z]+", text.lower())
    syllables = sum(max(1, len(_SYLLABLES.findall(re.sub(r"e$", "", word)))) for word in words)
    return 206.835 - 1.015 * len(words) / len(sentences(text)) - 84.6 * syllables / len(words)


def test_every_topic_is_there_in_both_languages() -> None:
    assert {(one.language, one.topic) for one in ARTICLES} == {
        (lang, t) for lang in ("en", "zh-Hans") for t in TOPICS
    }


@pytest.mark.parametrize("article", ARTICLES, ids=named)
def test_an_article_passes_the_wording_check(article: Article) -> None:
    assert check(f"{article.title}\n{article.summary}\n{article.text}", TONGUES, TONES) == ()


@pytest.mark.parametrize("article", [one for one in ARTICLES if one.language == "en"], ids=named)
def test_an_english_article_is_plain_and_short(article: Article) -> None:
    words = len(article.text.split())

    assert 250 <= words <= 450
    assert reading_ease(article.text) >= 70
    assert max(len(one.split()) for one in sentences(article.text)) <= 30


@pytest.mark.parametrize("article", [one for one in ARTICLES if one.language == "zh-Hans"], ids=named)
def test_a_chinese_article_is_plain_and_short(article: Article) -> None:
    lengths = [len(one) for one in sentences(article.text)]

    assert 450 <= len(article.text) <= 900
    assert sum(lengths) / len(lengths) <= 25
    assert max(lengths) <= 60


def test_the_measure_of_reading_tells_plain_from_stilted() -> None:
    assert reading_ease("We can move the date. Just ask.") > 90
    assert (
        reading_ease("Notwithstanding contractual obligations, rescheduling necessitates authorisation.") < 30
    )


def test_articles_are_offered_where_they_fit() -> None:
    offered = {one.topic for one in offered_with(ARTICLES, Occasion.DISPUTE_RECEIVED, "en")}

    assert offered == {"your-rights"}
    assert {one.language for one in offered_with(ARTICLES, Occasion.MISSED_FIRST, "zh-Hans")} == {"zh-Hans"}


@pytest.mark.parametrize(
    "occasion", [Occasion.REMINDER_BEFORE_DUE, Occasion.MISSED_FIRST, Occasion.ANSWER_CANNOT_PAY]
)
def test_help_to_read_is_offered_before_anyone_is_late_and_after(occasion: Occasion) -> None:
    assert offered_with(ARTICLES, occasion, "en")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.removeprefix("---\n"), "begins with ---"),
        (lambda text: text.replace("summary:", "subject:"), "needs title, summary, offered"),
        (lambda text: text.replace("offered: ", "offered: birthday, "), "'birthday' is not a valid Occasion"),
    ],
)
def test_a_faulty_article_is_named(tmp_path: Path, change: object, why: str) -> None:
    assert callable(change)
    folder = tmp_path / "learn"
    copytree(FOLDER, folder)
    file = folder / "en" / "scams.md"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(BadArticle, match=why):
        load_articles(folder)


def test_an_article_that_one_language_lacks_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "learn"
    copytree(FOLDER, folder)
    (folder / "zh-Hans" / "scams.md").unlink()

    with pytest.raises(BadArticle, match="scams: not in zh-Hans"):
        load_articles(folder)
