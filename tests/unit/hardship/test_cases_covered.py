"""Which of the edge cases of freezes have a test of their name; those without one are printed."""

from pathlib import Path

from tests.unit.reminders.test_cases_covered import covered

TESTS = Path(__file__).resolve().parents[2]
OF_FREEZES = set(range(52, 66))


def test_every_edge_case_of_freezes_has_a_test_and_those_of_hardship_without_one_are_listed() -> None:
    found = covered([file.read_text() for file in TESTS.rglob("test_*.py")])

    missing = set(range(52, 81)) - found
    print("\nedge cases of hardship without a test:", ", ".join(map(str, sorted(missing))) or "none")
    assert found >= OF_FREEZES
