"""What a benchmark found: a value, its goal, and the raw limit measured beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value with all its repeats. With `at_most` less is better (a time, a size), else more is.

    `raw` is the limit of the same machine in the same run, without any library of ours; `raw_what` says of
    what. `ratio_goal` is the share of it that must be reached.
    """

    bench: str
    what: str
    unit: str
    values: Sequence[float]
    goal: float | None = None
    at_most: bool = False
    raw_values: Sequence[float] = ()
    raw_what: str = ""
    ratio_goal: float | None = None
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the repeats."""
        return median(self.values)

    @property
    def raw(self) -> float | None:
        """The median of the raw limit's repeats."""
        return median(self.raw_values) if self.raw_values else None

    @property
    def ratio(self) -> float | None:
        """The value over the raw limit: 1 is as fast (or as small) as can be."""
        return self.value / self.raw if self.raw else None

    @property
    def met(self) -> bool | None:
        """Whether every goal is met; None where there is none."""
        told = []
        if self.goal is not None:
            told.append(self.value <= self.goal if self.at_most else self.value >= self.goal)
        if self.ratio_goal is not None:
            told.append(self.ratio is not None and self.ratio >= self.ratio_goal)
        return all(told) if told else None

    def as_json(self) -> dict[str, Any]:
        """All of it, for a file."""
        return {
            "bench": self.bench,
            "what": self.what,
            "unit": self.unit,
            "value": self.value,
            "values": list(self.values),
            "goal": self.goal,
            "better": "less" if self.at_most else "more",
            "met": self.met,
            "raw": self.raw,
            "raw_values": list(self.raw_values),
            "raw_what": self.raw_what,
            "ratio": self.ratio,
            "ratio_goal": self.ratio_goal,
            "note": self.note,
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least `percent` (above 0) of them do not exceed: the nearest rank."""
    assert values, "there is no percentile of nothing"
    assert 0 < percent <= 100
    return sorted(values)[math.ceil(percent / 100 * len(values)) - 1]


def in_ms(latencies_s: Sequence[float]) -> str:
    """Percentiles of latencies, for a note."""
    told = (f"p{percent} {percentile(latencies_s, percent) * 1000:.0f} ms" for percent in (50, 95, 99))
    return ", ".join(told) + f", most {max(latencies_s) * 1000:.0f} ms"
