"""The table of a product's terms leaves none out, and names none that there is not."""

import re
from pathlib import Path

from shared.events.product_terms import ProductTerms

CONNECTING = Path(__file__).parents[2] / "docs" / "connecting.md"


def table(text: str) -> set[str]:
    """The terms that stand in the first column of the table under `## Products`."""
    section = text.split("\n## Products\n")[1].split("\n## ", maxsplit=1)[0]
    rows = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    return {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}


def test_the_table_has_all_terms_of_a_product() -> None:
    assert table(CONNECTING.read_text(encoding="utf-8")) == set(ProductTerms.model_fields)


def test_a_term_that_is_left_out_is_noticed() -> None:
    text = CONNECTING.read_text(encoding="utf-8").replace("| `late_fee` |", "| late fee |")
    assert set(ProductTerms.model_fields) - table(text) == {"late_fee"}
