"""The peer's stories come out as it expects, or differ by a rule of the list. The counts may only get
better.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.peer import rules
from tests.peer.compare import Difference
from tests.peer.run import Outcome, summary, tell
from tests.peer.stories import Story, folder, load
from tests.peer.teller import Teller

PASSED, DIFFERS, FAILED = 582, 40, 22
"""Reached so far, of the stories that came with the data. Fewer passes, or more failures, fail the test."""
RULES = Path(__file__).resolve().parents[2] / "docs" / "peer-scenarios.md"


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    found = list(load(folder()))
    if not found:
        pytest.skip(f"no stories in {folder()}: set HUANCUI_SCENARIOS")
    return found


@pytest.fixture(scope="module")
def outcomes(stories: list[Story]) -> list[Outcome]:
    return [tell(story) for story in stories]


def test_no_fewer_stories_pass_than_did(outcomes: list[Outcome]) -> None:
    verdicts = [one.verdict for one in outcomes]
    reached = tuple(verdicts.count(name) for name in ("passed", "differs", "failed"))

    assert reached == (PASSED, DIFFERS, FAILED), "\n".join(summary(outcomes))


def test_every_rule_of_the_list_has_its_reason_in_the_documents(outcomes: list[Outcome]) -> None:
    reasons = RULES.read_text()
    used = {rule for one in outcomes if not one.failure for rule in one.rules}

    assert used <= {rule.name for rule in rules.RULES}
    assert all(f"`{rule.name}`" in reasons for rule in rules.RULES)


def test_a_wrong_figure_is_found(stories: list[Story]) -> None:
    story = next(story for story in stories if tell(story).verdict == "passed" and _totals(story))
    step = _totals(story)[0]
    wrong = {**step, "principal": "0.01"}
    told = replace(story, steps=[wrong if one is step else one for one in story.steps])

    assert tell(told).failure == "totals"


def test_a_rule_explains_no_other_difference(stories: list[Story]) -> None:
    t = Teller(stories[0])
    t.expected_on = None
    lost = Difference("outstanding", [(100_000,)], [(90_000,)])

    assert rules.rule_for(t, lost) is None


def _totals(story: Story) -> list[dict[str, object]]:
    return [step for step in story.steps if step.get("expect") == "totals"]
