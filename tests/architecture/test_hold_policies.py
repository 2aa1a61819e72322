"""The page of holds is what their policies say, and a policy that is not whole is not read."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from services.hardship.adapters.hold_policies import FOLDER, HoldPolicyUnreadable, read_hold_policies
from tests.architecture.hold_policies import FILE, page


def test_the_page_of_holds_is_what_their_policies_say() -> None:
    assert FILE.read_text() == page(read_hold_policies()), "run: python -m tests.architecture.hold_policies"


def _without_plan(text: str) -> str:
    return text[: text.index("  plan:")] + text[text.index("# A request") :]


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lambda text: text.replace("review_days: 45", "review_days: 0"), "reasons/mediation/review_days"),
        (_without_plan, "these reasons are missing: plan"),
        (lambda text: text.replace("own: [closes, review_days,", "own: [colour,"), "own names what is not"),
        (lambda text: text.replace("reasons:", "reasons: ["), "not YAML"),
    ],
)
def test_a_policy_that_is_not_whole_is_refused_with_its_place(
    tmp_path: Path, spoil: Callable[[str], str], place: str
) -> None:
    folder = copytree(FOLDER, tmp_path / "policies")
    file = folder / "holds.yaml"
    file.write_text(
        spoil(file.read_text().replace("[closes, review_days, on_request]", "[closes, review_days]"))
    )
    with pytest.raises(HoldPolicyUnreadable, match=place):
        read_hold_policies(folder)


def test_another_policy_would_make_another_page(tmp_path: Path) -> None:
    folder = copytree(FOLDER, tmp_path / "policies")
    file = folder / "breathing-space.yaml"
    file.write_text(file.read_text().replace("days: 60", "days: 61", 1))
    assert page(read_hold_policies(folder)) != page(read_hold_policies())
