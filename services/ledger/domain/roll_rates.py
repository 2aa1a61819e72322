"""A portfolio's figures: ageing table, roll rates, portfolio at risk, cure rates, vintages, expected cash.

Everything is by currency, and nothing is added across currencies. Rows may be single loans or counts of
many alike. Shares are exact fractions of 1; a share of nothing is None. Amounts are minor units.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from services.ledger.domain.buckets import Scheme, bucket
from services.ledger.domain.due_dates import add_months

PAR_DAYS = (30, 60, 90)
EXPECTED_CASH_DAYS = 90
VINTAGE_DAYS = 30


class Aged(NamedTuple):
    """Open loans of a currency that are the same number of days past due."""

    currency: str
    days_past_due: int
    loans: int
    owed_minor: int
    """All principal that is outstanding, due or not."""
    arrears_minor: int


class AgeingLine(NamedTuple):
    """One bucket of one currency."""

    currency: str
    bucket: str
    loans: int
    owed_minor: int
    arrears_minor: int


def ageing_table(rows: Iterable[Aged], scheme: Scheme) -> tuple[AgeingLine, ...]:
    """What stands in each bucket, every bucket of each currency named, the empty ones too."""
    sums: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        lines = sums.setdefault(row.currency, {label: [0, 0, 0] for label in scheme.labels})
        line = lines[bucket(row.days_past_due, scheme)]
        for place, value in enumerate((row.loans, row.owed_minor, row.arrears_minor)):
            line[place] += value
    return tuple(
        AgeingLine(currency, label, *line)
        for currency, lines in sorted(sums.items())
        for label, line in lines.items()
    )


class AtRisk(NamedTuple):
    """What is outstanding on loans more than `days` days past due, and its share of the whole."""

    currency: str
    days: int
    loans: int
    owed_minor: int
    share: Fraction | None


def portfolio_at_risk(rows: Iterable[Aged], days: Iterable[int] = PAR_DAYS) -> tuple[AtRisk, ...]:
    """PAR 30, 60, 90: the whole outstanding amount of loans *more than* so many days past due (from day 31
    on).

    That is the measure of the microfinance standards (CGAP's consensus definitions, 2003); our reading.
    """
    by_currency: dict[str, list[Aged]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    lines = []
    for currency, those in sorted(by_currency.items()):
        total = sum(row.owed_minor for row in those)
        for limit in days:
            risky = [row for row in those if row.days_past_due > limit]
            owed = sum(row.owed_minor for row in risky)
            loans = sum(row.loans for row in risky)
            lines.append(AtRisk(currency, limit, loans, owed, _share(owed, total)))
    return tuple(lines)


class Exit(StrEnum):
    """How a loan may have left the buckets between two dates."""

    REPAID = "repaid"
    WRITTEN_OFF = "written_off"
    TRANSFERRED = "transferred"


class Staged(NamedTuple):
    """Where a loan stands from a day on."""

    bucket: str
    """As it was told; empty where it has never been late."""
    since: date | None
    """The day from which days past due are counted, later by the days on which ageing stood still; None:
    not late.
    """
    days_most: int | None
    """Where its bucket ends. A loan whose ageing stands still, or whose platform has not reported, counts
    as no later than its borrower was told.
    """
    arrears_minor: int
    exit: Exit | None
    """How it has left the buckets."""


class Move(NamedTuple):
    """Loans of a currency by bucket on the first date, and by bucket or exit on the second."""

    currency: str
    before: str
    after: str
    loans: int
    owed_minor: int
    """What they owed on the first date."""


class Roll(NamedTuple):
    """One cell of the roll-rate matrix: which part of those in `before` is in `after`."""

    currency: str
    before: str
    after: str
    loans: int
    owed_minor: int
    share_of_loans: Fraction | None
    share_of_owed: Fraction | None


def roll_rates(moves: Iterable[Move], scheme: Scheme) -> tuple[Roll, ...]:
    """The roll-rate matrix of each currency, by rows; the shares of a row that is not empty add up to one.

    Raises ValueError for a move from or to a bucket that the scheme does not have.
    """
    ends = (*scheme.labels, *(one.value for one in Exit))
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        if move.before not in scheme.labels or move.after not in ends:
            raise ValueError(f"{move.before} to {move.after} is no move within {scheme.name}")
        for sums in (
            cells[move.currency, move.before, move.after],
            totals[move.currency, move.before],
        ):
            sums[0] += move.loans
            sums[1] += move.owed_minor
    rolls = []
    for currency in sorted({currency for currency, _ in totals}):
        for before in scheme.labels:
            all_loans, all_owed = totals.get((currency, before), (0, 0))
            for after in ends:
                loans, owed = cells.get((currency, before, after), (0, 0))
                shares = _share(loans, all_loans), _share(owed, all_owed)
                rolls.append(Roll(currency, before, after, loans, owed, *shares))
    return tuple(rolls)


class Spell(NamedTuple):
    """One time in arrears: the worst bucket it reached, when it began, when it was cured (if it was)."""

    currency: str
    bucket: str
    began_on: date
    cured_on: date | None
    arrears_minor: int
    spells: int = 1
    """How many alike; the arrears are theirs together."""


class CureRate(NamedTuple):
    """Of the spells that reached a bucket: how many were cured within the time, and their share."""

    currency: str
    bucket: str
    spells: int
    cured: int
    share: Fraction | None
    share_of_arrears: Fraction | None


def cure_rates(spells: Iterable[Spell], on: date, within_days: int) -> tuple[CureRate, ...]:
    """Cured within so many days of their beginning, by currency and bucket.

    A spell that began more recently is left out even if it is cured: how the others like it end is not known
    yet, and the early cures alone would flatter the rate.
    """
    known_before = on - timedelta(days=within_days)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for spell in spells:
        if spell.began_on > known_before:
            continue
        line = sums[spell.currency, spell.bucket]
        line[0] += spell.spells
        line[2] += spell.arrears_minor
        if spell.cured_on and spell.cured_on <= spell.began_on + timedelta(days=within_days):
            line[1] += spell.spells
            line[3] += spell.arrears_minor
    return tuple(
        CureRate(currency, label, count, cured, _share(cured, count), _share(cured_minor, minor))
        for (currency, label), (count, cured, minor, cured_minor) in sorted(sums.items())
    )


class Seasoned(NamedTuple):
    """Loans of a currency that were opened in a month, and the month in which they first were
    `VINTAGE_DAYS` late.
    """

    currency: str
    opened_on: date
    reached_on: date | None
    loans: int
    principal_minor: int


class VintagePoint(NamedTuple):
    """Of the loans opened in a month: what part has ever been that late within so many months after it."""

    currency: str
    opened_in: date
    """The first day of the month."""
    months: int
    loans: int
    share_of_loans: Fraction | None
    share_of_principal: Fraction | None


def vintages(rows: Iterable[Seasoned], on: date) -> tuple[VintagePoint, ...]:
    """The curve of each month's loans, through the last month that is over on `on`."""
    cohorts: dict[tuple[str, date], list[Seasoned]] = defaultdict(list)
    for row in rows:
        cohorts[row.currency, row.opened_on.replace(day=1)].append(row)
    points = []
    for (currency, opened_in), those in sorted(cohorts.items()):
        all_loans = sum(row.loans for row in those)
        all_minor = sum(row.principal_minor for row in those)
        months = 0
        while (over := add_months(opened_in, months + 1)) <= on:
            reached = [row for row in those if row.reached_on and row.reached_on < over]
            loans = sum(row.loans for row in reached)
            minor = sum(row.principal_minor for row in reached)
            shares = _share(loans, all_loans), _share(minor, all_minor)
            points.append(VintagePoint(currency, opened_in, months, loans, *shares))
            months += 1
    return tuple(points)


class Due(NamedTuple):
    """What is unpaid of the instalments that fall due on a day, on loans that are in a bucket now."""

    currency: str
    due_on: date
    bucket: str
    unpaid_minor: int


class ExpectedCash(NamedTuple):
    """What falls due on a day, and what of it is expected to come."""

    currency: str
    due_on: date
    scheduled_minor: int
    expected_minor: int


def expected_cash(
    rows: Iterable[Due],
    on: date,
    collected: Mapping[str, Fraction],
    days: int = EXPECTED_CASH_DAYS,
) -> tuple[ExpectedCash, ...]:
    """Cash from instalments that fall due from `on` through so many days, `on` being the first of them.

    `collected` is the part of what falls due that loans of a bucket have been found to pay; a bucket that
    it does not name pays nothing. What was due before `on` is not in it. Each day's expected sum is rounded
    down, so that the forecast never promises more than the parts give.
    """
    scheduled: dict[tuple[str, date], int] = defaultdict(int)
    expected: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for row in rows:
        if on <= row.due_on < on + timedelta(days=days):
            scheduled[row.currency, row.due_on] += row.unpaid_minor
            expected[row.currency, row.due_on] += row.unpaid_minor * collected.get(row.bucket, Fraction(0))
    return tuple(
        ExpectedCash(currency, due_on, minor, int(expected[currency, due_on]))
        for (currency, due_on), minor in sorted(scheduled.items())
    )


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
