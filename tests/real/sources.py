"""Where the real loans lie, and how their figures are read."""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT.parent / "shared" / "data"
Row = dict[str, str]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def folder() -> Path:
    """Where the data sets are: `HUANCUI_REAL_DATA`, or beside the repository."""
    return Path(os.environ.get("HUANCUI_REAL_DATA") or DEFAULT)


def rows(file: Path, every: int = 1) -> Iterator[Row]:
    """The rows of a table, or every so many-th of them."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open() as lines:
        for place, row in enumerate(csv.DictReader(lines)):
            if place % every == 0:
                yield row


def cents(text: str) -> int:
    """An amount as minor units; some are given with more decimals than money has."""
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_EVEN))


def month(text: str) -> date:
    """The first day of a month such as Jan-2018."""
    name, year = text.split("-")
    return date(int(year), _MONTHS.index(name) + 1, 1)
