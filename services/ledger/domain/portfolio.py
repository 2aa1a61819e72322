"""A portfolio as of a day: its figures together, and what of the coming instalments may be expected to
come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.ledger.domain.buckets import Scheme
from services.ledger.domain.roll_rates import (
    Aged,
    AgeingLine,
    AtRisk,
    CureRate,
    Due,
    Exit,
    ExpectedCash,
    Move,
    Roll,
    Seasoned,
    Spell,
    VintagePoint,
    ageing_table,
    cure_rates,
    expected_cash,
    portfolio_at_risk,
    roll_rates,
    vintages,
)

CURED_WITHIN_DAYS = 90
"""Arrears that end so many days after they were told count as cured."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store has counted; its size does not grow with the number of loans."""

    aged: tuple[Aged, ...]
    moves: tuple[Move, ...]
    spells: tuple[Spell, ...]
    seasoned: tuple[Seasoned, ...]
    due: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All figures of a portfolio, each by currency."""

    ageing: tuple[AgeingLine, ...]
    at_risk: tuple[AtRisk, ...]
    rolls: tuple[Roll, ...]
    cures: tuple[CureRate, ...]
    vintages: tuple[VintagePoint, ...]
    cash: tuple[ExpectedCash, ...]


def portfolio(counts: Counts, on: date, scheme: Scheme) -> Portfolio:
    """The figures as of a day, in the buckets of a scheme."""
    rolls = roll_rates(counts.moves, scheme)
    parts = collected(rolls, scheme)
    due: dict[str, list[Due]] = defaultdict(list)
    for row in counts.due:
        due[row.currency].append(row)
    cash = (
        line
        for currency, rows in sorted(due.items())
        for line in expected_cash(rows, on, parts.get(currency, {}))
    )
    return Portfolio(
        ageing=ageing_table(counts.aged, scheme),
        at_risk=portfolio_at_risk(counts.aged),
        rolls=rolls,
        cures=cure_rates(counts.spells, on, CURED_WITHIN_DAYS),
        vintages=vintages(counts.seasoned, on),
        cash=tuple(cash),
    )


def collected(rolls: Iterable[Roll], scheme: Scheme) -> Mapping[str, Mapping[str, Fraction]]:
    """By currency and bucket: what part of their instalments loans have been found to pay.

    A loan that is in no worse bucket on the second date, or repaid, has paid as much as fell due between;
    one that rolled on has not. Shares are of what was owed. A bucket without loans on the first date is not
    named.
    """
    parts: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for roll in rolls:
        if roll.share_of_owed is None:
            continue
        paid = roll.after == Exit.REPAID or (
            roll.after in scheme.labels and scheme.rank(roll.after) <= scheme.rank(roll.before)
        )
        before = parts[roll.currency].get(roll.before, Fraction(0))
        parts[roll.currency][roll.before] = before + (roll.share_of_owed if paid else 0)
    return parts
