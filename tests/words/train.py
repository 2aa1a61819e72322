"""Learns the weights of `tone` from labelled sentences: `python -m tests.words.train` writes
services/reminders/words/tone.json.

Logistic regression by stochastic descent with weight decay, always in the same order, so that it gives the
same file again. It learns from `dev` and `more`, never from `heldout`, and from the sentences of our own
templates and articles, which are all kind.
"""

import hashlib
import json
import math
import random
import re
from collections.abc import Iterator

from services.reminders.adapters.articles import FOLDER as ARTICLES
from services.reminders.adapters.tone import FILE
from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.tone import traits_of
from tests.words.labelled_files import FOLDER, LANGUAGES, labelled

EPOCHS = 60
RATE = 0.3
DECAY = 0.00012
WEIGHTS_MAX = 4000
HARSH_FROM = {"en": 0.75, "zh-Hans": 0.5}
_GAPS = re.compile(r"\{[{%].*?[}%]\}")
_ENDS = re.compile(r"(?<=[.!?。！？])\s*|\n")
_KIND_LENGTH_MIN = {"en": 15, "zh-Hans": 6}


def examples(language: str) -> list[tuple[set[str], bool]]:
    """Traits of each sentence, and whether it is harsh."""
    told = [
        (one.text, one.label != "ok")
        for part in ("dev", "more")
        for one in labelled("wording", language, part)
    ]
    told += [(text, False) for text in _own(language)]
    return [(traits_of(fold(text).text, language), harsh) for text, harsh in told]


def _own(language: str) -> Iterator[str]:
    folders = (ARTICLES / language, ARTICLES.with_name("templates") / language)
    for file in sorted(file for folder in folders for file in folder.glob("*.md")):
        for sentence in _ENDS.split(_GAPS.sub("12", file.read_text(encoding="utf-8"))):
            if len(plain := sentence.strip("#*-> ")) > _KIND_LENGTH_MIN[language]:
                yield plain


def learned(told: list[tuple[set[str], bool]]) -> tuple[float, dict[str, float]]:
    """The bias and the weights that tell harsh sentences from others best."""
    order = random.Random(1)
    told = [(set(traits), harsh) for traits, harsh in told]
    bias, weights = 0.0, dict.fromkeys(sorted({trait for traits, _ in told for trait in traits}), 0.0)
    for epoch in range(EPOCHS):
        order.shuffle(told)
        for traits, harsh in told:
            length = math.sqrt(max(len(traits), 1))
            score = bias + math.fsum(weights[trait] for trait in traits) / length
            step = (1 / (1 + math.exp(-score)) - harsh) * RATE / (1 + epoch / 10)
            bias -= step / 10
            for trait in traits:
                weights[trait] -= step / length + DECAY * weights[trait]
    heaviest = sorted(weights, key=lambda trait: (-abs(weights[trait]), trait))[:WEIGHTS_MAX]
    return round(bias, 3), {trait: round(weights[trait], 2) for trait in sorted(heaviest)}


def made_of() -> str:
    """A digest of the labelled sentences that are learned from."""
    files = sorted(file for part in ("dev", "more") for file in FOLDER.glob(f"wording.*.{part}.tsv"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def trained() -> str:
    """The whole file."""
    languages = {}
    for language in LANGUAGES:
        bias, weights = learned(examples(language))
        languages[language] = {"bias": bias, "harsh_from": HARSH_FROM[language], "weights": weights}
    return json.dumps({"made_of": made_of(), "languages": languages}, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    FILE.write_text(trained(), encoding="utf-8")
