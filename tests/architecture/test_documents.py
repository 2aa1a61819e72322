"""What the documents say of the code holds: the map, links, commands, metrics, examples."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from cli.main import app
from cli.publish import BadLine, read_line
from services.ledger.domain import opening
from services.ledger.domain.loan import Loan
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanOpened
from shared.flow import Flow, States, Step
from shared.observe import Metrics
from tests.architecture import api_reference
from tests.architecture.flow_map import FILE, FLOWS, flow_map

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\./huancui ([a-z]+)")
METRIC = re.compile(r"\bhuancui_[a-z_]+\b")
EXAMPLE = re.compile(r"^ *(\{\"type\": .+\})$", re.MULTILINE)
SUFFIXES = re.compile(r"_(bucket|sum|count|total)$")


def broken_links(page: Path, text: str) -> list[str]:
    """Links to files that do not exist."""
    local = [
        target for target in LINK.findall(text) if "://" not in target and not target.startswith("mailto:")
    ]
    return [target for target in local if not (page.parent / target).exists()]


def unknown_commands(text: str) -> list[str]:
    """Commands that the command line does not have."""
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {group.name for group in app.registered_groups if group.name}
    return [name for name in COMMAND.findall(text) if name not in known]


def unknown_metrics(text: str) -> list[str]:
    """Metrics that no service has."""
    known = {family.name for family in Metrics("ledger").registry.collect()}
    return [name for name in METRIC.findall(text) if SUFFIXES.sub("", name) not in known]


def test_the_event_flow_page_is_what_the_flows_say() -> None:
    assert FILE.read_text() == flow_map(FLOWS), "run: python -m tests.architecture.flow_map"


def test_the_map_shows_another_flow_differently() -> None:
    states = States(Loan, load=None, save=None, key="loan_id")  # type: ignore[arg-type]  # nothing is loaded here
    other = Flow(
        "other", [states], [Step(LoanOpened, opening.open_loan, emits=(LoanRegistered,), creates=True)]
    )

    page = flow_map([other])

    assert (
        "| LoanOpened | `loan-events.&lt;lender&gt;`, HTTP | `opening.open_loan` (makes the state) |" in page
    )
    assert "PaymentReceived" not in page


def bad_examples(text: str) -> list[str]:
    """Why example events in files for `publish` would be refused."""
    reasons = []
    for line in EXAMPLE.findall(text):
        try:
            read_line(line.encode(), datetime(2026, 1, 1, tzinfo=UTC))
        except BadLine as bad:
            reasons.append(str(bad))
    return reasons


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text()

    assert broken_links(page, text) == []
    assert unknown_commands(text) == []
    assert unknown_metrics(text) == []
    assert bad_examples(text) == []


def test_the_readme_shows_a_first_event() -> None:
    assert len(EXAMPLE.findall((ROOT / "README.md").read_text())) == 2


def test_a_wrong_link_command_metric_or_example_would_be_found() -> None:
    text = """[a](no/such.md) [b](README.md) ./huancui fly ./huancui test
    huancui_nothing_total huancui_parked_keys
    {"type": "LoanOpened", "lender": "acme", "data": {}}"""

    assert broken_links(ROOT / "README.md", text) == ["no/such.md"]
    assert unknown_commands(text) == ["fly"]
    assert unknown_metrics(text) == ["huancui_nothing_total"]
    assert "/loan_reference: Field required" in bad_examples(text)[0]


def test_the_api_reference_is_made_of_the_routes() -> None:
    assert api_reference.FILE.read_text(encoding="utf-8") == api_reference.api_reference(api_reference.apps())


def test_every_page_has_its_place_in_the_site() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = [page for section in site["nav"] for pages in section.values() for page in pages]
    listed = {page if isinstance(page, str) else next(iter(page.values())) for page in pages}
    assert listed == {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
