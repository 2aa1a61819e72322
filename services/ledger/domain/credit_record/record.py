"""All schemes side by side, and what has changed between two standings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain.buckets import M0_M7
from services.ledger.domain.credit_record import china, eba, ifrs9, metro2, pbc
from services.ledger.domain.credit_record.standing import Coded, Standing
from shared.events.ledger import CreditStatusChanged

HISTORY = "metro2_history"
SCHEMES: Mapping[str, Callable[[Standing], Coded]] = MappingProxyType(
    {
        "metro2_status": metro2.status,
        "metro2_payment_rating": metro2.payment_rating,
        HISTORY: metro2.history,
        "metro2_special_comment": metro2.special_comment,
        "metro2_compliance": metro2.compliance_condition,
        "pbc_month": pbc.code,
        "pbc_objection": pbc.objection,
        "cn_m": china.months_past_due,
        "cn_five_class": china.five_class,
        "ifrs9_stage": ifrs9.stage,
        "eba": eba.code,
    }
)
"""Every scheme by its name. Which of them a loan is reported in is its lender's choice."""
MONTHLY = "pbc_month"
"""It says how a month ended, so it is told once the month is over; all others as they stand on a day."""
_BOUNDS: Mapping[str, Sequence[int]] = MappingProxyType(
    {
        "metro2_status": metro2.FIRST_DAYS,
        "cn_m": M0_M7.bounds,
        "cn_five_class": china.FIRST_DAYS,
        "ifrs9_stage": (ifrs9.Policy().stage_2_days, ifrs9.Policy().stage_3_days),
        "eba": (eba.RELAPSE_MORE_THAN_DAYS + 1, eba.DEFAULT_MORE_THAN_DAYS + 1),
    }
)


def first_days(schemes: Iterable[str]) -> list[int]:
    """The days past due on which one of the schemes may turn to another code."""
    return sorted({day for scheme in schemes for day in _BOUNDS.get(scheme, ())})


class StatusChange(NamedTuple):
    """A scheme's code is another one than before. `correction`: the earlier code had been wrong when it was
    told.
    """

    scheme: str
    before: str
    after: str
    rule: str
    as_of: date
    correction: bool

    def event(self, loan_id: UUID) -> CreditStatusChanged:
        """The event that tells it."""
        return CreditStatusChanged(loan_id=loan_id, **self._asdict())


def codes(standing: Standing, schemes: Iterable[str] = SCHEMES) -> dict[str, Coded]:
    """The codes of a standing in the given schemes."""
    return {scheme: SCHEMES[scheme](standing) for scheme in schemes}


def changes(
    before: Standing | None,
    after: Standing,
    schemes: Iterable[str] = SCHEMES,
    *,
    correction: bool = False,
) -> list[StatusChange]:
    """What has changed, scheme by scheme; from None everything that is shown.

    `correction` says that `before` was not right, as after a backdated payment or a dispute. Another month
    in the history is no change, and a month that the history had told otherwise is always a correction.
    """
    found = []
    for scheme in schemes:
        new = SCHEMES[scheme](after)
        old = "" if before is None else SCHEMES[scheme](before).code
        corrects = correction
        if scheme == HISTORY:
            if before is None or not _retold(old, new.code, _months_between(before.as_of, after.as_of)):
                continue
            corrects = True
        if old != new.code:
            found.append(StatusChange(scheme, old, new.code, new.rule.id, after.as_of, corrects))
    return found


def _retold(old: str, new: str, months: int) -> bool:
    """Whether a month that both histories hold has another code in the later one."""
    if months < 0:
        return _retold(new, old, -months)
    return old[: len(old) - months] != new[months:] if months < len(new) else False


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month
