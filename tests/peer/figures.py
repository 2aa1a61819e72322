"""Published figures beside the stories: rates of charge, day counts, level amounts."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from services.ledger.domain.apr import Flow, apr_eu, apr_us
from services.ledger.domain.day_count import DayCount, days_between, year_fraction
from services.ledger.domain.due_dates import add_months
from services.ledger.domain.facts import Draw
from services.ledger.domain.replay import replay
from services.ledger.domain.terms import Measure, Repayment, Terms
from tests.peer.stories import cents, day

Case = dict[str, Any]
DAY_COUNTS = {
    "ACT/ACT ISDA": DayCount.ACT_ACT_ISDA,
    "30/360 USA": DayCount.THIRTY_360_US,
    "30/360 EurobondBasis": DayCount.THIRTY_E_360,
}
NOT_OFFERED = "convention-not-offered"
"""A day count of bond markets that no product of ours can name."""
_START = date(2026, 1, 15)


class Figure(NamedTuple):
    """What came of one figure."""

    kind: str
    name: str
    verdict: str
    """passed, failed, or the name of the rule by which it differs."""


def load(folders: Iterable[Path]) -> Iterator[Figure]:
    """All published figures of some folders and those below them, worked out and compared."""
    for file in sorted(file for where in folders for file in where.rglob("*.json")):
        cases = json.loads(file.read_text())
        for place, case in enumerate(cases if isinstance(cases, list) else ()):
            for kind, (field, verdict) in _KINDS.items():
                if isinstance(case, dict) and field in case:
                    yield Figure(kind, case.get("id", f"{file.name}:{place}"), verdict(case))


def summary(figures: Iterable[Figure]) -> Iterator[str]:
    """The counts by kind, and the names of those that fail."""
    by_kind: dict[str, list[Figure]] = {}
    for one in figures:
        by_kind.setdefault(one.kind, []).append(one)
    for kind, some in by_kind.items():
        verdicts = Counter(one.verdict for one in some)
        passed, failed = verdicts.pop("passed", 0), verdicts.pop("failed", 0)
        yield f"{kind}: passed {passed}, differs {verdicts.total()}, failed {failed}"
        yield from (f"  differs by {rule}: {count}" for rule, count in verdicts.items())
        if failed:
            yield f"  failed: {' '.join(one.name for one in some if one.verdict == 'failed')}"


def _said(holds: bool) -> str:
    return "passed" if holds else "failed"


def _rate(case: Case) -> str:
    if "payments" in case:
        payments = [Flow(day(on), cents(amount)) for on, amount in case["payments"]]
        rate = apr_us([Flow(day(case["advance_on"]), cents(case["advance"]))], payments)
    else:
        payments = [Flow(_after(years), cents(amount)) for years, amount in case["payments_years"]]
        rate = apr_eu([Flow(_START, cents(case["advance"]))], payments)
    printed = Decimal(case["apr_pct"])
    return _said((rate * 100).quantize(printed, ROUND_HALF_UP) == printed)


def _after(years: float) -> date:
    months = years * 12
    return (
        add_months(_START, round(months))
        if months == round(months)
        else _START + timedelta(round(years * 365))
    )


def _days(case: Case) -> str:
    day_count, since, until = DAY_COUNTS.get(case["convention"]), day(case["from"]), day(case["to"])
    if day_count is None:
        return NOT_OFFERED
    if "days" in case:
        return _said(days_between(day_count, since, until) == case["days"])
    exact = year_fraction(day_count, since, until)
    return _said(abs(exact - Fraction(case["year_fraction"])) <= Fraction(1, 10**11))


def _level(case: Case) -> str:
    terms = Terms(
        currency="EUR",
        repayment=Repayment.ANNUITY,
        opened_on=_START,
        instalments=int(case["periods"]),
        annual_rate=Decimal(str(case["annual_rate_pct"])) / 100,
        measure=Measure.PERIOD_SHARE,
        evens_out=False,
    )
    first = replay(terms, [Draw(_START, "draw", cents(case["principal"]))]).line(0)
    asked = Decimal(case["payment"]).quantize(Decimal("0.01"))
    interest = Decimal(case["first_interest"]).quantize(Decimal("0.01"))
    return _said(sum(first.owed) == asked * 100 and first.owed[2] == interest * 100)


_KINDS: dict[str, tuple[str, Callable[[Case], str]]] = {
    "yearly rates of charge": ("apr_pct", _rate),
    "day counts": ("convention", _days),
    "level amounts": ("payment", _level),
}
