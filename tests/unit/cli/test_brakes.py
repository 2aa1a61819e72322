"""`huancui brake`: what it asks of reminders, and what it refuses to ask."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import brakes
from cli.main import app


class Reminders:
    """Stands for the service: keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any] | None]] = []

    def do(self, path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> dict[str, Any]:
        self.asked.append((method, path, body))
        return {"pulled": method == "PUT"}

    def read(self, path: str) -> list[dict[str, Any]]:
        return [{"scope": "lender", "name": "acme"}, {"scope": path, "name": ""}]


@pytest.fixture
def reminders(monkeypatch: pytest.MonkeyPatch) -> Reminders:
    one = Reminders()
    monkeypatch.setattr(brakes, "operator", lambda service: {"reminders": one}[service])
    return one


def brake(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(app, ["brake", *arguments])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_one_command_pauses_everything_or_one_thing(reminders: Reminders) -> None:
    assert brake("pull", "everything", "--why", "a wrong feed") == (0, [{"pulled": True}])
    assert brake("pull", "template", "help_offer", "--why", "a wrong word")[0] == 0
    assert brake("release", "template", "help_offer") == (0, [{"pulled": False}])
    assert reminders.asked == [
        ("PUT", "brakes/everything/all", {"why": "a wrong feed"}),
        ("PUT", "brakes/template/help_offer", {"why": "a wrong word"}),
        ("DELETE", "brakes/template/help_offer", None),
    ]


def test_what_is_paused_is_shown_line_by_line(reminders: Reminders) -> None:
    assert brake("list") == (0, [{"scope": "lender", "name": "acme"}, {"scope": "brakes", "name": ""}])


@pytest.mark.parametrize(
    "arguments",
    [
        ("pull", "lender", "--why", "x"),
        ("pull", "everything", "acme", "--why", "x"),
        ("pull", "everything"),
        ("pull", "person", "x", "--why", "x"),
        ("release", "channel"),
    ],
)
def test_a_brake_without_its_name_or_reason_asks_nothing(
    reminders: Reminders, arguments: tuple[str, ...]
) -> None:
    code, _ = brake(*arguments)
    assert code != 0
    assert reminders.asked == []
