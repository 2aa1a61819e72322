"""The wording check: what no text to a person may say, with the phrase, where it stands, and a kinder
wording.

A rule looks for a harsh phrase within one sentence; its language tells when such a phrase does no
harm there: it is negated ("we will not call your employer"), told of others ("if someone says that you will
be arrested, it is a scam"), a right of the reader ("you may go to court"), or on offer ("if you like, we can
write to your sister").

Sources: 15 U.S.C. 1692d-1692f and 12 CFR 1006.14, .18, .22 (harassment, false representation, unfair means);
Measures for credit card business of commercial banks (China) art. 68 (no threats, insults, unrelated third
persons); FCA CONC 7.3, 7.9.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.reminders.domain.words.folding import Folded, fold
from services.reminders.domain.words.tone import Tone
from shared.quick import replace

SENTENCES_KEPT = 2_048


class Category(StrEnum):
    """What is wrong with a phrase."""

    THREAT = "threat"
    SHAME = "shame"
    FALSE_URGENCY = "false_urgency"
    FALSE_AUTHORITY = "false_authority"
    DISCLOSURE = "disclosure"
    PRESSURE = "pressure"
    """By way of family, employer, friends, or a new debt."""
    INSULT = "insult"
    TONE = "tone"
    """No phrase that a rule names, but the sentence sounds like those that hurt."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A harsh phrase. `legal`: what a statutory notice may say when it is conditional."""

    category: Category
    kinder: str
    """Key of the kinder wording."""
    pattern: re.Pattern[str]
    legal: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A harsh phrase in a sentence, with what stands around it."""

    rule: Rule
    sentence: str
    start: int
    end: int
    act: int | None = None
    """Where the harmful act begins, if the phrase begins with who does it: "we will | call your boss"."""

    @property
    def before(self) -> str:
        """The sentence up to the phrase, or up to its act."""
        return self.sentence[: self.start if self.act is None else self.act]

    @property
    def phrase(self) -> str:
        """The phrase, as folded."""
        return self.sentence[self.start : self.end]

    @property
    def after(self) -> str:
        """The sentence behind the phrase."""
        return self.sentence[self.end :]


@dataclass(frozen=True, eq=False)
class Tongue:
    """How one language is checked."""

    language: str
    letters: re.Pattern[str]
    """Finds a letter of its script; sentences without one are not looked at."""
    sentence: re.Pattern[str]
    rules: tuple[Rule, ...]
    harmless: Callable[[Found], bool]
    conditional: re.Pattern[str]
    """What makes a legal statement information instead of a threat."""
    reassuring: re.Pattern[str]
    """A promise not to do something, thanks, an apology: what comes with it sounds harsher than it is."""
    kinder: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase that must not be sent."""

    category: Category
    phrase: str
    """As it was written."""
    start: int
    end: int
    """Its place in the text, in characters; the end lies behind the last one."""
    kinder: str
    """A wording that says what may be said, in the language of the phrase."""


def check(
    text: str, tongues: tuple[Tongue, ...], tones: tuple[Tone, ...] = (), *, statutory: bool = False
) -> tuple[Finding, ...]:
    """What is wrong with a text, in its order; nothing when it may be sent.

    Every language is looked at, since a text may mix them. A statutory notice may say what the law lets a
    lender do, as long as it says so conditionally.
    """
    folded = fold(text)
    of_tongue = {tone.language: tone for tone in tones}
    found = [
        one
        for tongue in tongues
        for sentence in tongue.sentence.finditer(folded.text)
        if tongue.letters.search(sentence.group())
        for one in _findings(folded, sentence, tongue, of_tongue.get(tongue.language), statutory)
    ]
    return tuple(_joined(found, text))


def _findings(
    folded: Folded, sentence: re.Match[str], tongue: Tongue, tone: Tone | None, statutory: bool
) -> Iterator[Finding]:
    for category, first, last, kinder in _in_sentence(sentence.group(), tongue, tone, statutory):
        start, end = folded.span(sentence.start() + first, sentence.start() + last)
        yield Finding(category, folded.written[start:end], start, end, tongue.kinder[kinder])


# Most sentences of a template are the same for everyone.
@lru_cache(maxsize=SENTENCES_KEPT)
def _in_sentence(
    sentence: str, tongue: Tongue, tone: Tone | None, statutory: bool
) -> tuple[tuple[Category, int, int, str], ...]:
    """What is wrong in a folded sentence: the category, its place, the kinder wording's name."""
    informs = statutory and tongue.conditional.search(sentence) is not None
    judged = False
    found = []
    for rule in tongue.rules:
        if rule.legal and informs:
            continue
        for match in rule.pattern.finditer(sentence):
            judged = True
            act = match.start("act") if "act" in rule.pattern.groupindex and match["act"] else None
            if not tongue.harmless(Found(rule, sentence, *match.span(), act)):
                found.append((rule.category, *match.span(), rule.kinder))
    # Where a rule has looked at a phrase and found it harmless, that stands.
    judged = judged or informs or tongue.reassuring.search(sentence) is not None
    if tone is not None and not judged and tone.is_harsh(sentence):
        found.append((Category.TONE, 0, len(sentence), "tone"))
    return tuple(found)


def _joined(found: list[Finding], written: str) -> list[Finding]:
    """Findings of one category that overlap as one, with the kinder wording of the first."""
    joined: list[Finding] = []
    for one in sorted(found, key=lambda each: (each.category, each.start, -each.end)):
        last = joined[-1] if joined else None
        if last is None or last.category is not one.category or one.start >= last.end:
            joined.append(one)
        elif one.end > last.end:
            joined[-1] = replace(last, phrase=written[last.start : one.end], end=one.end)
    return sorted(joined, key=lambda each: (each.start, each.end, each.category))
