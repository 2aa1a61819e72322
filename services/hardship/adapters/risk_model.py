"""Models of LightGBM behind plain functions: trained, kept as text, asked. One thread, always."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.hardship.domain.risk.assessing import Calibration
from services.hardship.domain.risk.features import Feature

FOLDER = Path(__file__).resolve().parents[1] / "risk"
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 12,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "monotone_constraints_method": "advanced",
    "num_threads": 1,
    "seed": 20261126,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
ROUNDS = 300


class ModelUnreadable(Exception):
    """A model's files are missing, or do not fit the features; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model with what turns its figure into a probability."""

    name: str
    booster: Any
    calibration: Calibration

    def raw(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """The raw figure (log odds) of each row."""
        found: list[float] = self.booster.predict(rows, raw_score=True, num_threads=1).tolist()
        return found

    def shares(self, row: Sequence[float]) -> list[float]:
        """What each figure of a row adds to its raw figure."""
        found = self.booster.predict([list(row)], pred_contrib=True, num_threads=1)
        return [float(one) for one in found[0][:-1]]


def fit(
    rows: Any,
    outcomes: Any,
    features: Sequence[Feature],
    *,
    rounds: int = ROUNDS,
    sign: int = 1,
    **changes: Any,
) -> Any:
    """Train: the same array of rows always gives the same model. `sign` -1: the outcome is the good one."""
    import lightgbm  # slow to load, and only who asks a model needs it

    directions = [sign * one.direction for one in features]
    data = lightgbm.Dataset(rows, outcomes, feature_name=[one.name for one in features], free_raw_data=False)
    parameters = {**PARAMETERS, "monotone_constraints": directions, **changes}
    return lightgbm.train(parameters, data, num_boost_round=rounds)


def text_of(booster: Any) -> str:
    """A model as text."""
    found: str = booster.model_to_string()
    return found


def save(model: Model, folder: Path = FOLDER) -> None:
    """Write a model's two files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{model.name}.txt").write_text(text_of(model.booster), encoding="utf-8")
    kept = {"slope": model.calibration.slope, "shift": model.calibration.shift}
    (folder / f"{model.name}.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def load(name: str, features: Sequence[Feature], folder: Path = FOLDER) -> Model:
    """Read a model. Raises ModelUnreadable."""
    import lightgbm

    try:
        text = (folder / f"{name}.txt").read_text(encoding="utf-8")
        kept = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnreadable(f"{folder / name}: {error.strerror}: run `huancui risk train`") from None
    booster = lightgbm.Booster(model_str=text)
    if booster.feature_name() != [one.name for one in features]:
        raise ModelUnreadable(f"{folder / name}: made for other features: run `huancui risk train`")
    return Model(name, booster, Calibration(kept["slope"], kept["shift"]))
