"""How well the rules do on the labelled sentences. `python -m tests.words.measure` writes the figures into
docs/words.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from services.reminders.adapters.tone import load_tones
from services.reminders.domain.words.intents import Said, read
from services.reminders.domain.words.languages import SPEECHES, TONGUES
from services.reminders.domain.words.wording import check
from tests.words.labelled_files import LANGUAGES, Labelled, labelled, meant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "words.md"
BEGIN, END = "<!-- figures: python -m tests.words.measure -->", "<!-- end of figures -->"
TONES = load_tones()
TODAY = date(2026, 3, 11)
REGIONS = {"en": "US", "zh-Hans": "CN"}
PARTS = ("dev", "heldout", "more")


@dataclass(frozen=True)
class Score:
    """How many were right, found though not there, and missed; with the sentences that went wrong."""

    right: int
    false: int
    missed: int
    wrong: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        """The share of what was found that was there."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of what was there that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def wording(sentences: Iterable[Labelled], categories: frozenset[str] | None = None) -> Score:
    """Refused or not, whatever the category that the check names; of these categories (and harmless ones)
    alone.
    """
    right = false = missed = 0
    wrong = []
    for one in sentences:
        if categories is not None and one.label not in categories and one.label != "ok":
            continue
        refused = bool(check(one.text, TONGUES, TONES))
        right += refused and one.label != "ok"
        false += refused and one.label == "ok"
        missed += not refused and one.label != "ok"
        if refused is (one.label == "ok"):
            wrong.append(one.text)
    return Score(right, false, missed, tuple(wrong))


def intents(sentences: Iterable[Labelled], language: str) -> Score:
    """Intents that were read, by kind."""
    right = false = missed = 0
    wrong = []
    for one in sentences:
        expected = Counter(each.intent for each in meant(one.label))
        found = Counter(said.intent.value for said in read(one.text, TODAY, SPEECHES, REGIONS[language]).said)
        right += (expected & found).total()
        false += (found - expected).total()
        missed += (expected - found).total()
        if expected != found:
            wrong.append(one.text)
    return Score(right, false, missed, tuple(wrong))


def details(sentences: Iterable[Labelled], language: str) -> Score:
    """Sums, days, times, reasons and shares, of the intents that were read."""
    right = missed = 0
    wrong = []
    for one in sentences:
        left = list(read(one.text, TODAY, SPEECHES, REGIONS[language]).said)
        for each in meant(one.label):
            said = next((said for said in left if said.intent == each.intent), None)
            if said is None:
                continue
            left.remove(said)
            fitting = [
                detail(said, name) == (plain(Decimal(value)) if name == "amount" else value)
                for name, value in each.details
            ]
            right += sum(fitting)
            missed += len(fitting) - sum(fitting)
            if not all(fitting):
                wrong.append(one.text)
    return Score(right, 0, missed, tuple(wrong))


def detail(said: Said, name: str) -> str | None:
    """A detail of an intent, as labels write it."""
    if name == "amount":
        return None if said.amount is None else plain(said.amount)
    if name == "on":
        return said.on.isoformat() if said.on else None
    if name == "at":
        return f"{said.at:%H:%M}" if said.at else None
    if name == "if":
        return "payday" if said.after_payday else None
    value = said.reason if name == "reason" else said.share
    return value and value.value


def plain(amount: Decimal) -> str:
    """A sum without zeros that mean nothing."""
    return f"{amount.normalize():f}"


@cache
def figures() -> str:
    """The tables of docs/words.md."""
    return "\n".join([*_wording_table(), "", *_intents_table()])


def _wording_table() -> Iterator[str]:
    yield "| wording | sentences | precision | recall | recall on threats and shame |"
    yield "|---|---|---|---|---|"
    for language in LANGUAGES:
        for part in PARTS:
            sentences = labelled("wording", language, part)
            score = wording(sentences)
            grave = (
                "" if part == "more" else f"{wording(sentences, frozenset({'threat', 'shame'})).recall:.3f}"
            )
            yield (
                f"| {language}, {part} | {len(sentences)} | {score.precision:.3f} | {score.recall:.3f} | "
                f"{grave} |"
            )


def _intents_table() -> Iterator[str]:
    yield "| intents | answers | precision | recall | recall on crisis | details right |"
    yield "|---|---|---|---|---|---|"
    for language in LANGUAGES:
        for part in PARTS:
            sentences = labelled("intents", language, part)
            score, known = intents(sentences, language), details(sentences, language)
            crisis = intents([one for one in sentences if one.label == "crisis"], language)
            yield (
                f"| {language}, {part} | {len(sentences)} | {score.precision:.3f} | {score.recall:.3f} | "
                f"{crisis.recall:.3f} | {known.recall:.3f} |"
            )


def page_with(text: str, tables: str) -> str:
    """The page with these tables in place of its old ones."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), figures()), encoding="utf-8")
