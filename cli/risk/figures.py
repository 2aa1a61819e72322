"""How good probabilities are: ranking, separation, error, calibration, false alarms by group."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from services.hardship.domain.risk.assessing import Calibration

BINS = 10
FLAGGED_SHARE = 0.25
_STEPS_MAX, _SMALL = 50, 1e-9


class Quality(NamedTuple):
    """Figures of one model on one file."""

    rows: int
    base_rate: float
    auc: float
    ks: float
    brier: float
    calibration_error: float


def quality(outcomes: Sequence[int], probabilities: Sequence[float]) -> Quality:
    """All of them."""
    y, p = np.asarray(outcomes, dtype=float), np.asarray(probabilities, dtype=float)
    return Quality(
        len(y),
        float(y.mean()),
        _auc(y, p),
        _ks(y, p),
        float(((p - y) ** 2).mean()),
        _calibration_error(y, p),
    )


def _auc(y: np.ndarray, p: np.ndarray) -> float:
    """How often one who misses has the higher figure; equal ones count half (Mann and Whitney)."""
    _, first, counts = np.unique(p, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[first]
    ones = float(y.sum())
    return float((ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def _ks(y: np.ndarray, p: np.ndarray) -> float:
    """The widest gap between the two distributions (Kolmogorov and Smirnov), ties together."""
    values, places = np.unique(p, return_inverse=True)
    bad = np.bincount(places, weights=y, minlength=len(values)).cumsum() / y.sum()
    good = np.bincount(places, weights=1 - y, minlength=len(values)).cumsum() / (1 - y).sum()
    return float(np.abs(bad - good).max())


def _calibration_error(y: np.ndarray, p: np.ndarray) -> float:
    """The mean gap between what was said and what came, over ten groups of equal size."""
    groups = np.array_split(np.argsort(p, kind="stable"), BINS)
    return float(sum(abs(p[one].mean() - y[one].mean()) * len(one) for one in groups if len(one)) / len(y))


def false_alarms(
    outcomes: Sequence[int], probabilities: Sequence[float], groups: Sequence[str | None]
) -> Mapping[str, float]:
    """Of those who paid, the share that is in the top quarter of risk, group by group."""
    y, p = np.asarray(outcomes), np.asarray(probabilities, dtype=float)
    flagged = p >= np.quantile(p, 1 - FLAGGED_SHARE)
    found = {}
    for group in sorted({one for one in groups if one is not None}):
        paid = np.asarray([one == group for one in groups]) & (y == 0)
        if paid.any():
            found[group] = float(flagged[paid].mean())
    return found


def calibrated(raw: Sequence[float], outcomes: Sequence[int]) -> Calibration:
    """The slope and shift by which raw figures are most probable (Platt), by Newton's method."""
    x, y = np.asarray(raw, dtype=float), np.asarray(outcomes, dtype=float)
    slope, shift = 1.0, 0.0
    for _ in range(_STEPS_MAX):
        p = 1 / (1 + np.exp(-(slope * x + shift)))
        w, error = p * (1 - p), y - p
        gradient = np.array([(error * x).sum(), error.sum()])
        curve = np.array([[(w * x * x).sum(), (w * x).sum()], [(w * x).sum(), w.sum()]])
        step = np.linalg.solve(curve + _SMALL * np.eye(2), gradient)
        slope, shift = slope + float(step[0]), shift + float(step[1])
        if float(np.abs(step).max()) < _SMALL:
            break
    return Calibration(slope, shift)
