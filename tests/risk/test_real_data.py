"""How good the models are on real cards and loans; and that the committed ones are reproducible."""

from pathlib import Path

import pytest

from cli.risk.data import read
from cli.risk.figures import Quality, false_alarms, quality
from cli.risk.training import out_of_fold, tasks_of, trained
from services.hardship.adapters.risk_model import FOLDER, text_of
from tests.real.sources import folder

CARDS, LOANS = "uci-card-default/uci_card_default.csv", "superlender-ng/repaid_loans.csv.gz"


def there(name: str) -> Path:
    """A data set's file."""
    file = folder() / name
    if not file.exists():
        pytest.skip(f"the real data are not there: {name}")
    return file


@pytest.mark.timeout(300)
def test_on_real_card_holders_the_models_rank_and_are_calibrated_and_even() -> None:
    misses, cures = tasks_of(read(there(CARDS)))
    _, found = out_of_fold(misses)
    figures: Quality = quality(misses.rows.outcomes, found.tolist())
    assert 0.785 <= figures.auc <= 0.81, "much over 0.80 is a leak"
    assert figures.ks >= 0.43
    assert figures.brier <= 0.134
    assert figures.calibration_error <= 0.01
    alarms = false_alarms(misses.rows.outcomes, found.tolist(), misses.rows.ages)
    assert max(alarms.values()) / min(alarms.values()) <= 1.6
    _, cured = out_of_fold(cures)
    assert quality(cures.rows.outcomes, cured.tolist()).auc >= 0.735


@pytest.mark.timeout(300)
def test_a_first_payment_that_will_be_late_is_known_better_than_by_chance() -> None:
    (task,) = tasks_of(read(there(LOANS)))
    _, found = out_of_fold(task)
    assert 0.68 <= quality(task.rows.outcomes, found.tolist()).auc <= 0.75


@pytest.mark.timeout(300)
def test_the_committed_models_are_those_that_the_cards_give() -> None:
    for task in tasks_of(read(there(CARDS))):
        model = trained(task)
        assert text_of(model.booster) == (FOLDER / f"{task.model}.txt").read_text(encoding="utf-8")
