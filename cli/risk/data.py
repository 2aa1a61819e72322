"""Files of cards and of short loans, read line by line and mapped onto the facts that a ledger tells."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.hardship.domain.risk.facts import Account, EarlierLoan, FirstLoan, Month
from services.hardship.domain.risk.features import (
    ACCOUNT_FEATURES,
    FIRST_LOAN_FEATURES,
    Feature,
    of_account,
    of_first_loan,
)

STANDINGS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
MISSED = "default.payment.next.month"
LOAN_COLUMNS = (
    "borrower_no",
    "principal",
    "total_due",
    "term_days",
    "approved_at",
    "first_due_on",
    "first_paid_at",
)
AGES = ((21, 24), (25, 29), (30, 39), (40, 49), (50, 59), (60, 200))
BAD_SHARE_MAX = 0.05
"""A file with more bad lines than this is another file than it seems."""


class DataUnreadable(Exception):
    """A file cannot be used; the text says which lines, and why."""


@dataclass
class Rows:
    """A file's rows as facts and figures. `groups` are kept together when a file is split; `ages` serve the
    report of fairness alone, and no model sees them.
    """

    kind: str
    features: Sequence[Feature]
    facts: list[Account | FirstLoan] = field(default_factory=list)
    figures: list[list[float]] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    ages: list[str | None] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    """Lines that could not be used, and why."""

    def where(self, keep: Sequence[bool], outcome: Sequence[int]) -> "Rows":
        """Some of the rows, with another outcome."""
        chosen = [place for place, one in enumerate(keep) if one]
        return Rows(
            self.kind,
            self.features,
            [self.facts[place] for place in chosen],
            [self.figures[place] for place in chosen],
            [outcome[place] for place in chosen],
            [self.groups[place] for place in chosen],
            [self.ages[place] for place in chosen],
        )


def read(file: Path) -> Rows:
    """Read a file of either kind, known by its columns. Raises DataUnreadable."""
    try:
        with _opened(file) as lines:
            table = csv.DictReader(lines)
            columns = set(table.fieldnames or ())
            if {*STANDINGS, MISSED, "LIMIT_BAL"} <= columns:
                return _cards(table)
            if set(LOAN_COLUMNS) <= columns:
                return _loans(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataUnreadable(f"{file}: {error}") from None
    raise DataUnreadable(
        f"{file}: neither cards ({', '.join(('LIMIT_BAL', *STANDINGS, MISSED))} …) nor short loans "
        f"({', '.join(LOAN_COLUMNS)}): the first line must name these columns"
    )


def _opened(file: Path) -> Any:
    return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")


def _cards(table: Any) -> Rows:
    found, bad = Rows("card", ACCOUNT_FEATURES), list[str]()
    for number, row in enumerate(table, start=2):
        try:
            months = tuple(
                Month(int(row[name]), int(row[f"BILL_AMT{place}"]), int(row[f"PAY_AMT{place}"]))
                for place, name in enumerate(STANDINGS, start=1)
            )
            account, outcome = Account(int(row["LIMIT_BAL"]), months, 1.0), int(row[MISSED])
            if outcome not in (0, 1) or account.limit <= 0:
                raise ValueError(f"{MISSED} must be 0 or 1, and LIMIT_BAL above 0")
        except (ValueError, TypeError, KeyError) as error:
            bad.append(f"line {number}: {error}")
            continue
        found.facts.append(account)
        found.figures.append(of_account(account))
        found.outcomes.append(outcome)
        found.groups.append(number)
        found.ages.append(_age(row.get("AGE")))
    return _unless_bad(found, bad)


def _age(text: str | None) -> str | None:
    if text is None or not text.isdecimal():
        return None
    return next((f"{low}-{high}" for low, high in AGES if low <= int(text) <= high), None)


@dataclass(frozen=True)
class _Loan:
    borrower: int
    principal: int
    total_due: int
    term_days: int
    approved_at: datetime
    due_on: date
    late_days: int
    closed_at: datetime


def _loans(table: Any) -> Rows:
    read_, bad = defaultdict[int, list[_Loan]](list), list[str]()
    for number, row in enumerate(table, start=2):
        try:
            loan = _loan(row)
        except (ValueError, TypeError, KeyError) as error:
            bad.append(f"line {number}: {error}")
            continue
        read_[loan.borrower].append(loan)
    found = Rows("first_loan", FIRST_LOAN_FEATURES)
    for borrower in sorted(read_):
        for facts, late in _with_earlier(sorted(read_[borrower], key=lambda one: one.approved_at)):
            found.facts.append(facts)
            found.figures.append(of_first_loan(facts))
            found.outcomes.append(int(late))
            found.groups.append(borrower)
            found.ages.append(None)
    return _unless_bad(found, bad)


def _loan(row: dict[str, str]) -> _Loan:
    due_on, paid_on = (
        date.fromisoformat(row["first_due_on"]),
        datetime.fromisoformat(row["first_paid_at"]).date(),
    )
    closed = row.get("closed_at") or row["first_paid_at"]
    return _Loan(
        int(row["borrower_no"]),
        round(float(row["principal"]) * 100),
        round(float(row["total_due"]) * 100),
        int(row["term_days"]),
        datetime.fromisoformat(row["approved_at"]),
        due_on,
        (paid_on - due_on).days,
        datetime.fromisoformat(closed),
    )


def _with_earlier(loans: Sequence[_Loan]) -> Iterator[tuple[FirstLoan, bool]]:
    for one in loans:
        # Only what was over when this one was paid out was known then.
        before = sorted(
            (other for other in loans if other.closed_at <= one.approved_at),
            key=lambda other: other.closed_at,
            reverse=True,
        )
        earlier = tuple(
            EarlierLoan(
                other.principal,
                other.term_days,
                other.late_days,
                (other.closed_at - other.approved_at).days,
                (one.approved_at - other.closed_at).days,
            )
            for other in before
        )
        yield (
            FirstLoan(
                one.principal, one.total_due, one.term_days, one.due_on.weekday(), one.due_on.day, earlier
            ),
            one.late_days > 0,
        )


def _unless_bad(found: Rows, bad: list[str]) -> Rows:
    found.bad = bad
    if len(bad) > BAD_SHARE_MAX * (len(bad) + len(found.outcomes)):
        raise DataUnreadable("\n".join(bad))
    if len(set(found.outcomes)) < 2:
        raise DataUnreadable("both outcomes must occur")
    return found
