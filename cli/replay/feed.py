"""What a platform told in a real history, and what must come of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from shared.events.base import Event

Row = dict[str, str]


def instalment_key(reference: str, due_on: date) -> str:
    """What falls due on a day on a loan."""
    return f"{reference} {due_on}"


@dataclass
class Feed:
    """What is told, by the day on which it happened, and which instalments turn out missed."""

    lender: str
    by_day: dict[date, list[Event]] = field(default_factory=lambda: defaultdict(list))
    judged: set[str] = field(default_factory=set)
    """The instalments of which the data says whether they were missed."""
    missed: set[str] = field(default_factory=set)
    """Of these the ones that were: they are told as missed, and no others."""
    expected: dict[str, int] = field(default_factory=dict)
    """How often other events must be told, by their names; `cents` is the sum of all statements."""
    notes: list[tuple[str, int]] = field(default_factory=list)
    """Figures of the data that explain it, and are checked against nothing."""
    loans: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of what could not be read."""


def take_each(lines: Iterable[tuple[int, Row]], take: Callable[[int, Row], None]) -> list[tuple[int, str]]:
    """Take each line; those that cannot be read, with the reason. The others go on."""
    bad = []
    for number, row in lines:
        try:
            take(number, row)
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            bad.append((number, f"{type(error).__name__}: {error}"))
    return bad


def cents(text: str) -> int:
    """An amount as minor units; some are given with more decimals than money has."""
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_EVEN))
