"""Real histories through the whole stack by the command line: what the data says comes of them, and no more,
also where they were killed on the way.
"""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.stack.process import wait_until
from tests.e2e.command import WITHIN_S, Runner
from tests.real.sources import folder

BEGUN_S = 4.0
WHOLE = (
    ("superlender", "superlender-ng", "--loans", "60"),
    ("uci", "uci-card-default/uci_card_default.csv", "--cards", "60"),
    ("lendingclub-hardship", "lendingclub-hardship", "--cases", "6"),
)


def figures(said: str) -> dict[str, list[str]]:
    """The rows of the table, by their first words."""
    rows = (line.split("  ") for line in said.splitlines())
    parts = ([part.strip() for part in row if part.strip()] for row in rows)
    return {row[0]: row[1:] for row in parts if row}


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("name", "where", "most", "number"), WHOLE)
def test_a_real_history_comes_to_what_its_data_says(
    runner: Callable[[str], Runner], name: str, where: str, most: str, number: str
) -> None:
    data: Path = folder() / where
    if not data.exists():
        pytest.skip(f"no data set at {data}: set HUANCUI_REAL_DATA to its folder")
    mine = runner(name)
    options = ("replay", name, str(data), most, number)
    process = mine.begin(*options)
    assert wait_until(lambda: mine.kept(f"{name}.json").get("seconds", 0.0) > BEGUN_S, WITHIN_S)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = figures(mine.do(*options, "--once", "--resume"))
    if name == "lendingclub-hardship":
        assert found["plans agreed"] == found["settlements agreed"] == ["6", "6"]
        assert len(set(found["asked for, cents"])) == 1
    else:
        missed = found["missed"]
        assert missed[0] == missed[1] != "0"
        assert found["missed and not told"] == found["told and not missed"] == ["0"]
