"""Which of the eighty edge cases have a test of their name, and which have none yet."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
ALL = range(1, 81)
NAMED = re.compile(r"^\s*(?:async )?def test_case_(\d\d)_", re.MULTILINE)
OF_CONTACT = {*range(1, 33), *range(34, 43), 46, 47, 48, 49, 50, 51, 57, 61, 64, 65, 70, 76, 77, 79, 80}
"""Those that the contact gate, with its packs, must get right."""


def covered(texts: list[str]) -> set[int]:
    """The numbers of the cases that tests are named for."""
    return {int(number) for text in texts for number in NAMED.findall(text)}


def test_every_edge_case_of_contact_has_a_test_and_the_others_are_listed() -> None:
    found = covered([file.read_text() for file in TESTS.rglob("test_*.py")])

    print("\nedge cases without a test:", ", ".join(map(str, sorted(set(ALL) - found))) or "none")
    assert found >= OF_CONTACT
    assert found <= set(ALL)


def test_a_case_that_is_only_mentioned_does_not_count() -> None:
    assert covered(
        ["# test_case_12_\ndef test_case_13_a() -> None: ...\n    async def test_case_14_b(): ..."]
    ) == {13, 14}
