"""`huancui risk`: files read line by line, training that repeats itself, figures right on known data."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.risk.data import DataUnreadable, Rows, read
from cli.risk.figures import calibrated, false_alarms, quality
from cli.risk.training import folds_of, tasks_of, trained
from services.hardship.adapters.risk_model import text_of

HEAD = (
    "ID,LIMIT_BAL,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,"
    "BILL_AMT6,PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month"
)


def a_file(folder: Path, rows: int = 800, bad: int = 0) -> Path:
    """Cards of whom those who are late mostly miss."""
    random, lines = np.random.default_rng(1), [HEAD]
    for number in range(rows):
        late = int(random.random() < 0.4)
        missed = int(random.random() < (0.7 if late else 0.1))
        months = ",".join(str(2 * late if random.random() < 0.9 else 0) for _ in range(6))
        money = ",".join(str(int(random.integers(0, 50_000))) for _ in range(12))
        lines.append(f"{number},100000,{20 + number % 50},{months},{money},{missed}")
    lines += ["x,y,,,,,,,,,,,,,,,,,,,,1"] * bad
    file = folder / "cards.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_the_same_file_gives_the_same_model_byte_for_byte(tmp_path: Path) -> None:
    task = tasks_of(read(a_file(tmp_path)))[0]
    one, other = trained(task), trained(task)
    assert text_of(one.booster) == text_of(other.booster)
    assert one.calibration == other.calibration


def test_no_group_is_in_two_folds() -> None:
    rows = Rows("card", (), outcomes=[0, 1] * 50, groups=[number // 2 for number in range(100)])
    folds = folds_of(rows)
    assert all(folds[2 * group] == folds[2 * group + 1] for group in range(50))
    assert set(folds) == set(range(5))


def test_figures_are_what_they_are_by_hand() -> None:
    found = quality([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert found.auc == 0.75
    assert found.ks == 0.5
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert quality([0, 1], [0.5, 0.5]).auc == 0.5


def test_false_alarms_are_counted_among_those_who_paid() -> None:
    alarms = false_alarms([0, 0, 0, 1], [0.9, 0.1, 0.1, 0.2], ["young", "young", "old", "old"])
    assert alarms == {"old": 0.0, "young": 0.5}


def test_calibration_finds_the_slope_by_which_figures_were_stretched() -> None:
    random = np.random.default_rng(3)
    raw = random.normal(size=20_000)
    outcomes = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 * raw - 1)))).astype(int)
    found = calibrated(raw.tolist(), outcomes.tolist())
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.shift == pytest.approx(-1, abs=0.05)


def test_a_bad_line_is_named_and_left_out_and_too_many_are_another_file(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, bad=1)).bad == ["line 802: invalid literal for int() with base 10: ''"]
    with pytest.raises(DataUnreadable, match="line 802"):
        read(a_file(tmp_path, rows=800, bad=100))
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(DataUnreadable, match="must name these columns"):
        read(other)


def test_the_commands_train_evaluate_and_explain(tmp_path: Path) -> None:
    file, folder, run = str(a_file(tmp_path)), str(tmp_path / "models"), CliRunner().invoke
    assert run(app, ["risk", "evaluate", file, "--folder", folder]).exit_code == 2
    assert run(app, ["risk", "train", file, "--folder", folder]).exit_code == 0
    told = json.loads(run(app, ["risk", "evaluate", file, "--folder", folder, "--json"]).stdout)
    assert [one["model"] for one in told] == ["card-misses", "card-cures"]
    assert told[0]["auc"] > 0.7
    assert told[0]["worst_to_best"] >= 1
    shown = run(app, ["risk", "explain", file, "--folder", folder, "--rows", "2"]).stdout.splitlines()
    explained = [json.loads(one) for one in shown]
    assert len(explained) == 2
    assert all(one["reasons"][0]["zh"] for one in explained)
    assert run(app, ["risk", "evaluate", str(tmp_path)]).exit_code == 2
