"""The tree keeps its own rules."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.imports import import_breaches, use_breaches
from tests.architecture.shape import shape_breaches, undone_breaches, word_breaches
from tests.architecture.source import FOLDERS, Breach, Source, sources

ROOT = Path(__file__).resolve().parents[2]
RULES = (import_breaches, use_breaches, shape_breaches, undone_breaches, word_breaches)


@pytest.fixture(scope="module")
def tree() -> list[Source]:
    return sources(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_breaks_a_rule(rule: Callable[[Source], Iterator[Breach]], tree: list[Source]) -> None:
    breaches = [str(breach) for source in tree for breach in rule(source)]

    assert breaches == [], "\n".join(breaches)


def test_the_rules_look_at_every_part_of_the_tree(tree: list[Source]) -> None:
    looked_at = {source.parts[0] for source in tree}

    assert looked_at == {folder for folder in FOLDERS if list((ROOT / folder).rglob("*.py"))}
    assert {"shared", "services", "cli", "tests"} <= looked_at
    assert "services/ledger/flow.py" in {source.path for source in tree}
