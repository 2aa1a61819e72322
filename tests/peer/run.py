"""Tells stories and says of each: it passes, it differs by rules of the list, or it fails, and where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.peer.commands import NotTold, do
from tests.peer.compare import compare
from tests.peer.rules import rule_for
from tests.peer.stories import Story
from tests.peer.teller import Teller

READINGS_MAX = 3
"""So many commands of a story whose meaning is open are tried both ways."""


@dataclass
class Outcome:
    """What came of a story."""

    story: Story
    rules: list[str] = field(default_factory=list)
    """Names of the rules by which it differs, in order."""
    failure: str = ""
    """What the first difference that no rule explains is about."""
    lines: list[str] = field(default_factory=list)
    reached: int = 0

    @property
    def verdict(self) -> str:
        """passed, differs or failed."""
        return "failed" if self.failure else "differs" if self.rules else "passed"


def tell(story: Story) -> Outcome:
    """Tell a story; where a command may mean one of two transactions, that meaning which fits what is
    expected.
    """
    first, ambiguous = _tell(story, ())
    best = first
    for readings in product((0, 1), repeat=min(ambiguous, READINGS_MAX)):
        if best.verdict == "passed":
            break
        outcome, _ = _tell(story, readings)
        if _rank(outcome) > _rank(best):
            best = outcome
    return best


def _rank(outcome: Outcome) -> tuple[int, int, int]:
    return (not outcome.failure, -len(set(outcome.rules)), outcome.reached)


def _tell(story: Story, readings: tuple[int, ...]) -> tuple[Outcome, int]:
    t, outcome = Teller(story, readings=readings), Outcome(story)
    for place, step in enumerate(story.steps):
        outcome.reached = place
        try:
            _take(t, outcome, step)
        except NotTold as why:
            outcome.failure = f"not told: {why}"
        except Exception as why:  # an unseen story that breaks the ledger has failed, and the others are told
            outcome.failure = f"broke at step {place}: {type(why).__name__} {why}"
        if outcome.failure:
            break
    return outcome, t.ambiguous


def _take(t: Teller, outcome: Outcome, step: dict[str, Any]) -> None:
    if "do" in step:
        do(t, step)
    elif (difference := compare(t, step)) is not None:
        rule = rule_for(t, difference)
        head = f"step {outcome.reached}, {t.today}: {difference.what}" + (f" ({rule})" if rule else "")
        outcome.lines += [head, *difference.lines()]
        if rule:
            outcome.rules.append(rule)
        else:
            outcome.failure = difference.what


def summary(outcomes: list[Outcome]) -> Iterator[str]:
    """The counts, and by which rules and where stories differ and fail."""
    verdicts = [one.verdict for one in outcomes]
    yield ", ".join(f"{name} {verdicts.count(name)}" for name in ("passed", "differs", "failed"))
    for name in sorted({rule for one in outcomes for rule in one.rules if not one.failure}):
        ids = [one.story.id for one in outcomes if not one.failure and name in one.rules]
        yield f"  differs by {name}: {len(ids)} ({' '.join(ids)})"
    for name in sorted({one.failure for one in outcomes if one.failure}):
        ids = [one.story.id for one in outcomes if one.failure == name]
        yield f"  failed at {name}: {len(ids)} ({' '.join(ids)})"
