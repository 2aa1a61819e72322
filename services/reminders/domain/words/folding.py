"""Texts as the rules read them: one spelling for what people write in many ways, whether by habit or to slip
past a check.

Full-width forms, capitals, accents, look-alike letters, digits for letters ("h0use"), spread letters ("p a
y", "报.警"), traditional characters and English short forms ("won't", "dont") all become plain. Every
character of the folded text knows where it stood, so that what is found can be shown in the writer's own
words.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from services.reminders.domain.words.hanzi import SIMPLIFIED

# Letters of other scripts that look like Latin ones, small; and marks that stand for ordinary ones.
_LOOKALIKE_PAIRS = (
    "аaвbсcԁdеeһhіiїiјjкkӏlмmпnоoрpԛqгrѕsтtυuνvԝwхxуyзe"
    + "αaβbεeηnιiκkνvοoρpτtυuωwχxγyσo"
    + "ɑaɡgıiʀrᴏoǀlⅼlꞁl"
)
_LOOKALIKES = dict(zip(_LOOKALIKE_PAIRS[::2], _LOOKALIKE_PAIRS[1::2], strict=True))
_MARKS = dict(
    zip("’‘`´ʼ＇“”„「」『』，；：！？（）—–‐‑【】", '\'\'\'\'\'\'""""""",;:!?()----[]', strict=True)
)
_INVISIBLE = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\ufe0f"}

HAN = "\u3400-\u9fff"
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_TOKEN = re.compile(r"(?<![a-z0-9@$!|.,])(?=[0-9@$!|]*[a-z])[a-z0-9@$][a-z0-9@$!|]*(?![a-z0-9@$|])")
# What has digits for a good reason: amounts, ordinals, times, short codes.
_FIGURE = re.compile(
    r"(?:usd|rmb|cny|gbp|aud|eur|hk|us|nt|m|h|w|q|no)?[$@]?\d+"
    r"(?:k|w|m|h|x|st|nd|rd|th|am|pm|rmb|cny|usd|gbp|aud|eur|hrs?|mins?|days?|pct|d|g|s|p|a|ml)?!*"
    r"|[a-z]+\d+!*|[a-z]+[!|]+|\d+[a-z]{1,4}"
)
_SHORT_LEET = re.compile(r"\b(?:t0|w3|g0|s0|d0|m3|n0|h3|1t|1s|1f|1n|@t|b3|w1ll)\b")
_SPREAD_LETTERS = re.compile(r"(?<![a-z0-9])[a-z](?:([ .\-_*·•~+/])[a-z](?:\1[a-z])+)(?![a-z0-9'])")
_MARKED_LETTERS = re.compile(r"(?<=[a-z])[*_~·•^]+(?=[a-z])")
_SPACED_HAN = re.compile(rf"(?<=[{HAN}])[ \t]+(?=[{HAN}])")
_MARKED_HAN = re.compile(rf"(?<=[{HAN}])[.*\-_~·•/|+^=#&、]{{1,3}}(?=[{HAN}])")
_SPREAD_HAN = re.compile(rf"(?<![{HAN}])[{HAN}](?:[,.。!?;:]{{1,2}}[{HAN}]){{2,}}(?![{HAN}])")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_SHORT_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b{short}\b"), long)
    for short, long in (
        (r"won'?t", "will not"),
        (r"shan'?t", "shall not"),
        (r"can'?t|cannot", "can not"),
        (r"ain'?t", "is not"),
        (r"(do|does|did|is|are|was|were|have|has|had|could|should|would|must|need)n'?t", r"\1 not"),
        (r"(you|they|we|he|she|it|i|that|there|someone|somebody|who|nobody)'ll", r"\1 will"),
        (r"(you|they)ll", r"\1 will"),
        (r"(you|they|we)'re", r"\1 are"),
        (r"(you|they)re", r"\1 are"),
        (r"(you|they|we|i)'?ve", r"\1 have"),
        (r"i'?m", "i am"),
        (r"(he|she|it|that|there|what|who|how)'s", r"\1 is"),
        (r"(i|you|he|she|we|they)'d", r"\1 would"),
        (r"let's", "let us"),
        (r"gonna", "going to"),
        (r"wanna", "want to"),
        (r"gotta", "have to"),
        (r"pls|plz", "please"),
        (r"ur", "your"),
        (r"u", "you"),
        (r"txt", "text"),
        (r"txting", "texting"),
    )
)


@dataclass(frozen=True)
class Folded:
    """A text in plain spelling, with the place of each of its characters in the text as it was written."""

    text: str
    places: tuple[int, ...]
    written: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the folded text stands in the written one: start, and the end behind its last
        character.
        """
        return self.places[start], self.places[end - 1] + 1

    def replaced(self, pattern: re.Pattern[str], by: str | Callable[[re.Match[str]], str]) -> "Folded":
        """The text with every match of the pattern replaced; the new characters stand where the old ones
        stood.
        """
        parts: list[str] = []
        places: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            new = by(match) if callable(by) else match.expand(by)
            start, end = match.span()
            if new == match.group():
                continue
            parts += (self.text[done:start], new)
            places += self.places[done:start]
            places += _places(match.group(), self.places[start:end], new)
            done = end
        if not done:
            return self
        places += self.places[done:]
        return Folded("".join([*parts, self.text[done:]]), tuple(places), self.written)


def fold(written: str) -> Folded:
    """The text in plain spelling."""
    plain = [(char, place) for place, one in enumerate(written) for char in _plain(one)]
    folded = Folded("".join(char for char, _ in plain), tuple(place for _, place in plain), written)
    folded = folded.replaced(_SPREAD_LETTERS, lambda match: match.group().replace(match.group(1), ""))
    folded = folded.replaced(_MARKED_LETTERS, "")
    unspelled = folded.replaced(_LEET_TOKEN, _unleet)
    if unspelled is not folded:  # Who writes "h0use" means "to" by "t0".
        unspelled = unspelled.replaced(_SHORT_LEET, lambda match: match.group().translate(_LEET))
    folded = unspelled
    folded = folded.replaced(_DRAWN_OUT, r"\1")
    folded = folded.replaced(_SPACED_HAN, "").replaced(_MARKED_HAN, _keeps_lists)
    folded = folded.replaced(_SPREAD_HAN, lambda match: re.sub(r"[,.。!?;:]", "", match.group()))
    for short, long in _SHORT_FORMS:
        folded = folded.replaced(short, long)
    return folded


def _places(old: str, places: tuple[int, ...], new: str) -> list[int]:
    """Where each new character stands: where the same one stood, and what is no part of the old text spread
    over it.
    """
    kept: list[int] = []
    at = 0
    for char in new:
        at = old.find(char, at)
        if at < 0:
            return [places[min(i * len(old) // len(new), len(old) - 1)] for i in range(len(new) - 1)] + [
                places[-1]
            ]
        kept.append(places[at])
        at += 1
    return kept


@lru_cache(maxsize=4_096)
def _plain(one: str) -> str:
    if one in _INVISIBLE:
        return ""
    if one in _MARKS:
        return _MARKS[one]
    compatible = unicodedata.normalize("NFKC", one).casefold()
    parts = "".join(
        char for char in unicodedata.normalize("NFD", compatible) if not unicodedata.combining(char)
    )
    return "".join(SIMPLIFIED.get(char, _LOOKALIKES.get(char, char)) for char in parts)


def _unleet(match: re.Match[str]) -> str:
    token = match.group()
    if token.isalpha() or _FIGURE.fullmatch(token):
        return token
    body = token.rstrip("!")
    return body.translate(_LEET) + token[len(body) :]


def _keeps_lists(match: re.Match[str]) -> str:
    # 、 parts the members of a list; the other marks part nothing in Chinese.
    return match.group() if match.group() == "、" else ""
