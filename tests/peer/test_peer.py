"""The peer's stories come out as it expects, or differ by a rule of the list. The counts may only get
better.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.peer import figures, rules
from tests.peer.compare import Difference
from tests.peer.run import Outcome, summary, tell
from tests.peer.stories import BESIDE, Story, folders, load
from tests.peer.teller import Teller

PASSED, DIFFERS, FAILED = 591, 53, 0
"""Reached so far, of the stories that came with the data. Fewer passes, or more failures, fail the test."""
WHERE = ", ".join(map(str, folders()))
RULES = Path(__file__).resolve().parents[2] / "docs" / "peer-scenarios.md"


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    found = list(load(folders()))
    if not found:
        pytest.skip(f"no stories in {WHERE}: set HUANCUI_SCENARIOS to their folder")
    return found


@pytest.fixture(scope="module")
def outcomes(stories: list[Story]) -> list[Outcome]:
    return [tell(story) for story in stories]


def test_no_fewer_stories_pass_than_did(outcomes: list[Outcome]) -> None:
    verdicts = [one.verdict for one in outcomes]
    reached = tuple(verdicts.count(name) for name in ("passed", "differs", "failed"))
    if folders() == BESIDE:
        assert reached == (PASSED, DIFFERS, FAILED), "\n".join(summary(outcomes))
    else:
        assert not reached[-1], "\n".join(summary(outcomes))


def test_every_rule_of_the_list_has_its_reason_in_the_documents(outcomes: list[Outcome]) -> None:
    reasons = RULES.read_text()
    used = {rule for one in outcomes if not one.failure for rule in one.rules}

    assert used <= {rule.name for rule in rules.RULES}
    assert all(f"`{rule.name}`" in reasons for rule in rules.RULES)


def test_a_wrong_figure_is_found(stories: list[Story]) -> None:
    fit = (story for story in stories if _totals(story) and tell(story).verdict == "passed")
    story = next(fit, None)
    if story is None:
        pytest.skip("no story here tells totals and passes")
    step = _totals(story)[0]
    wrong = {**step, "principal": "0.01"}
    told = replace(story, steps=[wrong if one is step else one for one in story.steps])

    assert tell(told).failure == "totals"


def test_a_rule_explains_no_other_difference(stories: list[Story]) -> None:
    t = Teller(stories[0])
    t.expected_on = None
    lost = Difference("outstanding", [(100_000,)], [(90_000,)])

    assert rules.rule_for(t, lost) is None


def test_every_published_figure_is_met_but_for_day_counts_that_are_not_offered() -> None:
    found = list(figures.load(folders()))
    if not found:
        pytest.skip(f"no published figures in {WHERE}: set HUANCUI_SCENARIOS to their folder")

    assert [one for one in found if one.verdict == "failed"] == []
    assert {one.verdict for one in found} <= {"passed", figures.NOT_OFFERED}
    assert f"`{figures.NOT_OFFERED}`" in RULES.read_text()


def test_a_wrong_published_figure_is_found(tmp_path: Path) -> None:
    exact = {"annual_rate_pct": 0.0, "periods": 24, "principal": "6000.00", "first_interest": "0"}
    cases = [{**exact, "payment": "250.00"}, {**exact, "payment": "250.01"}]
    (tmp_path / "annuity.json").write_text(json.dumps(cases))

    assert [one.verdict for one in figures.load([tmp_path])] == ["passed", "failed"]


def _totals(story: Story) -> list[dict[str, object]]:
    return [step for step in story.steps if step.get("expect") == "totals"]
