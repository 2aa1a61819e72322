"""The data sets, and the replay of those that a folder holds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.real import berka, hardship, lending_club, one_payment, open_intro, superlender
from tests.real.sources import Row, rows
from tests.real.tally import Tally


@dataclass(frozen=True)
class DataSet:
    """Tables and how their rows are replayed."""

    files: tuple[str, ...]
    replay: Callable[[Iterable[Row]], Tally]
    every: int = 1
    """The sample takes every so many-th row."""


SETS = (
    DataSet(lending_club.FILES, lending_club.replay, every=101),
    DataSet(open_intro.FILES, open_intro.replay, every=25),
    DataSet(superlender.FILES, superlender.replay, every=40),
    DataSet(hardship.FILES, hardship.replay),
    DataSet(one_payment.FILES, one_payment.replay),
    DataSet(berka.FILES, berka.replay, every=4),
)


def found(where: Path) -> list[DataSet]:
    """The data sets that lie in a folder, whole."""
    return [one for one in SETS if all((where / file).exists() for file in one.files)]


def replay_all(where: Path, *, sample: bool) -> Iterator[Tally]:
    """Replay what lies in a folder: all rows, or the fixed sample of them."""
    for one in found(where):
        every = one.every if sample else 1
        yield one.replay(chain.from_iterable(rows(where / file, every) for file in one.files))
