"""Training, and measuring out of fold: nobody's outcome is known to the model that is asked about them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from cli.risk.data import Rows
from cli.risk.figures import calibrated
from services.hardship.adapters.risk_model import Model, fit
from services.hardship.domain.risk.facts import Account

SEED, FOLDS = 20261126, 5


class Task(NamedTuple):
    """What is asked of a file: a model's name, the rows that it is asked about, how it is trained."""

    model: str
    about: str
    rows: Rows
    sign: int
    """-1: the outcome is the good one, so each figure counts the other way."""
    settings: Mapping[str, Any]


MISSES: Mapping[str, Any] = {}
CURES: Mapping[str, Any] = {"rounds": 200, "learning_rate": 0.02, "num_leaves": 8}
FIRST: Mapping[str, Any] = {"rounds": 300, "num_leaves": 16}


def tasks_of(rows: Rows) -> list[Task]:
    """What can be asked of a file."""
    if rows.kind == "first_loan":
        return [Task("first-payment", "first payment late", rows, 1, FIRST)]
    late = [isinstance(one, Account) and one.late_now for one in rows.facts]
    cured = rows.where(late, [1 - one for one in rows.outcomes])
    return [
        Task("card-misses", "next payment missed", rows, 1, MISSES),
        Task("card-cures", "late now, cured without help", cured, -1, CURES),
    ]


def folds_of(rows: Rows, folds: int = FOLDS) -> np.ndarray:
    """Which fold each row is in: groups whole, both outcomes spread evenly."""
    groups, outcomes = np.asarray(rows.groups), np.asarray(rows.outcomes)
    names, first = np.unique(groups, return_inverse=True)
    worst = np.zeros(len(names), dtype=int)
    np.maximum.at(worst, first, outcomes)
    random, fold = np.random.default_rng(SEED), np.zeros(len(names), dtype=int)
    for outcome in (0, 1):
        places = np.flatnonzero(worst == outcome)
        random.shuffle(places)
        fold[places] = np.arange(len(places)) % folds
    found: np.ndarray = fold[first]
    return found


def out_of_fold(task: Task, folds: int = FOLDS) -> tuple[np.ndarray, np.ndarray]:
    """The raw figures, and the probabilities: calibrated, too, by the other folds alone."""
    rows, fold = task.rows, folds_of(task.rows, folds)
    figures, outcomes = np.asarray(rows.figures), np.asarray(rows.outcomes)
    raw, found = np.zeros(len(outcomes)), np.zeros(len(outcomes))
    for one in range(folds):
        rest = fold != one
        booster = fit(figures[rest], outcomes[rest], rows.features, sign=task.sign, **task.settings)
        raw[~rest] = booster.predict(figures[~rest], raw_score=True, num_threads=1)
    for one in range(folds):
        rest = fold != one
        calibration = calibrated(raw[rest].tolist(), outcomes[rest].tolist())
        found[~rest] = [calibration.probability(each) for each in raw[~rest]]
    return raw, found


def trained(task: Task) -> Model:
    """The model of all rows, calibrated by what was found out of fold."""
    rows = task.rows
    raw, _ = out_of_fold(task)
    booster = fit(
        np.asarray(rows.figures), np.asarray(rows.outcomes), rows.features, sign=task.sign, **task.settings
    )
    return Model(task.model, booster, calibrated(raw.tolist(), rows.outcomes))
