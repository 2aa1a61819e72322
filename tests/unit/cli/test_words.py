"""`huancui words`: a file of texts in, a line of JSON for each out, and a status that scripts can use."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app


def run(tmp_path: Path, text: str | bytes, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    file = tmp_path / "texts.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(app, ["words", arguments[0], str(file), *arguments[1:]])
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return result.exit_code, lines, result.output


def test_a_file_of_kind_texts_passes(tmp_path: Path) -> None:
    status, lines, _ = run(tmp_path, "Take your time.\n不着急。\n", "check")

    assert (status, [line["ok"] for line in lines]) == (0, [True, True])


def test_every_line_gets_its_verdict_and_a_harsh_one_makes_status_1(tmp_path: Path) -> None:
    status, lines, _ = run(tmp_path, "\ufeffThank you.\n\nWe will visit you tonight.\r\n谢谢", "check")

    assert status == 1
    assert [line["line"] for line in lines] == [1, 2, 3, 4]
    assert [line["ok"] for line in lines] == [True, True, False, True]
    assert lines[2]["findings"] == [
        {
            "category": "threat",
            "phrase": "We will visit you tonight",
            "start": 0,
            "end": 25,
            "kinder": "We will not come to you. You can call or write to us whenever it suits you.",
        }
    ]


def test_with_an_occasion_missing_parts_are_named(tmp_path: Path) -> None:
    status, lines, _ = run(
        tmp_path, "Northbank: your payment of $50 is due.", "check", "--occasion", "missed_first"
    )

    assert status == 1
    assert lines[0]["missing"] == ["answer", "dispute", "help", "pay", "stop"]


def test_an_unknown_occasion_is_answered_with_those_there_are(tmp_path: Path) -> None:
    status, _, output = run(tmp_path, "x", "check", "--occasion", "birthday")

    assert status == 2
    assert "no occasion birthday" in output
    assert "missed_first" in output


def test_answers_are_read_as_of_a_day(tmp_path: Path) -> None:
    status, lines, _ = run(
        tmp_path, "下周五还500\n1,250.50 on 3/20\nhm\n", "intents", "--today", "2026-03-11"
    )

    assert status == 0
    assert lines == [
        {
            "line": 1,
            "sure": True,
            "intents": [
                {
                    "intent": "promise",
                    "phrase": "下周五还500",
                    "start": 0,
                    "end": 7,
                    "amount": "500",
                    "on": "2026-03-20",
                }
            ],
        },
        {
            "line": 2,
            "sure": True,
            "intents": [
                {
                    "intent": "promise",
                    "phrase": "1,250.50 on 3/20",
                    "start": 0,
                    "end": 16,
                    "amount": "1250.50",
                    "on": "2026-03-20",
                }
            ],
        },
        {"line": 3, "sure": False, "intents": []},
    ]


@pytest.mark.parametrize(("region", "on"), [("gb", "2026-05-06"), ("US", "2026-06-05")])
def test_a_region_tells_day_and_month_apart(tmp_path: Path, region: str, on: str) -> None:
    _, lines, _ = run(tmp_path, "100 on 6/5", "intents", "--today", "2026-03-11", "--region", region)

    assert lines[0]["intents"][0]["on"] == on


@pytest.mark.parametrize(
    ("text", "arguments", "why"),
    [
        (b"\xff\xfe", ("check",), "line 1 is not UTF-8"),
        (b"x", ("intents", "--today", "11.3.2026"), "--today"),
        (b"x", ("intents", "--today", "2026-03-11", "--region", "China"), "two letters"),
    ],
)
def test_what_cannot_be_used_is_explained(
    tmp_path: Path, text: bytes, arguments: tuple[str, ...], why: str
) -> None:
    status, _, output = run(tmp_path, text, *arguments)

    assert status == 2
    assert why in output
