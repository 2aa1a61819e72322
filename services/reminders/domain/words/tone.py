"""Whether a sentence sounds like harsh ones: a linear model over its words, for threats and shame that no
rule has a phrase for.

The rules name what they refuse; this only says that a sentence resembles those that hurt more than those that
do not. Its weights are data, learned from labelled sentences by `python -m tests.words.train`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_WORDS_MIN = 5
_CHARACTERS_MIN = 7
_WORD = re.compile(r"[a-z]+|\d+")
_FIGURES = re.compile(r"\d+")
_GRAM_CHARACTERS_MAX = 3


@dataclass(frozen=True, eq=False)
class Tone:
    """The weights of one language."""

    language: str
    bias: float
    weights: Mapping[str, float]
    harsh_from: float
    """At this score and above a sentence is refused. Chosen so that few kind sentences are."""

    def is_harsh(self, folded: str) -> bool:
        """Whether a folded sentence sounds harsh. Of a very short one nobody could tell."""
        chinese = self.language.startswith("zh")
        length = len(folded.strip()) if chinese else len(_WORD.findall(folded))
        return (
            length >= (_CHARACTERS_MIN if chinese else _WORDS_MIN) and self.score(folded) >= self.harsh_from
        )

    def score(self, folded: str) -> float:
        """How harsh it sounds; 0 is as likely harsh as not."""
        traits = traits_of(folded, self.language)
        return self.bias + sum(self.weights.get(trait, 0.0) for trait in traits) / math.sqrt(
            max(len(traits), 1)
        )


def traits_of(folded: str, language: str) -> set[str]:
    """What the weights are of: words and pairs of words; in Chinese up to three characters in a row.

    Polite and plain "you" count as one, and so do all figures: neither makes a sentence harsh.
    """
    if language.startswith("zh"):
        text = f"<{_FIGURES.sub('#', folded.strip()).replace('您', '你')}>"
        lengths = range(1, _GRAM_CHARACTERS_MAX + 1)
        return {text[i : i + length] for length in lengths for i in range(len(text) - length + 1)}
    words = ["#" if word.isdigit() else word for word in _WORD.findall(folded)]
    return {*words, *(f"{one} {other}" for one, other in zip(["<", *words], [*words, ">"], strict=True))}
