"""What was told of a loan's credit record: only changes are told, and what proves wrong is corrected."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.ledger.domain.credit_record.carried import Carried, opening
from services.ledger.domain.credit_record.standing import month_of
from services.ledger.domain.due_dates import add_months


@dataclass(frozen=True, slots=True)
class CreditTold:
    """The record as it was told last. The codes stand in the order of the product's schemes."""

    carried: Carried
    codes: tuple[str, ...] = ()
    month_codes: tuple[str, ...] = ()
    """Those of the last month, as they were first reported."""
    stale: bool = False
    """Something has come that counts from a day before the record's last one: it must be made anew."""
    look_on: date | None = None
    """The day on which it must be looked at, should nothing happen before."""
    waits_through: date | None = None
    """Before it can be told, all payments through this day must be reported."""


def not_told_yet(opened_on: date) -> CreditTold:
    """The record of a loan that has just been opened: it is looked at when its first month is over."""
    return CreditTold(opening(opened_on), look_on=add_months(month_of(opened_on), 1))


class MonthReported(NamedTuple):
    """A month that goes into the record, with the code of each scheme at its end."""

    first_on: date
    codes: tuple[tuple[str, str], ...]
    correction: bool = False
    """It was reported otherwise before."""
