"""A real loan's row, as far as the run uses it, with what a test wants different."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from cli.demo.source import RealLoan, Status

CURRENT = RealLoan(
    number=1,
    state="NJ",
    income=9_000_000,
    debt_to_income=18.01,
    principal=2_800_000,
    rate=Decimal("0.1407"),
    term=60,
    instalment=65_253,
    issue_month=3,
    status=Status.CURRENT,
    paid_principal=98_414,
    paid_interest=101_519,
    paid_late_fees=0,
)
"""The first row: three instalments, and the interest of a longer first period."""


def a_loan(**changes: Any) -> RealLoan:
    """The first row, changed."""
    return replace(CURRENT, **changes)
