"""The monthly repayment code of the People's Bank of China's credit reference system, and its counts of
months.

The codes are those which the Bank's credit reports explain to their readers; how they rank where several
fit a month is our reading.
"""

from bisect import bisect_right
from typing import NamedTuple

from services.ledger.domain.credit_record.standing import (
    Coded,
    Dispute,
    Ending,
    Rule,
    Standing,
    month_of,
    record_days,
)

_SOURCE = "Credit Reference Centre of the People's Bank of China, notes to the personal credit report"
BY_DAYS = Rule("st.cn.pbc.days", _SOURCE)
ENDED = Rule("st.cn.pbc.ended", _SOURCE)
PAID_OTHERWISE = Rule("st.cn.pbc.paid_otherwise", _SOURCE)
NOTHING_DUE = Rule("st.cn.pbc.nothing_due", _SOURCE)
UNKNOWN = Rule("st.cn.pbc.unknown", _SOURCE)
OBJECTION = Rule(
    "st.cn.pbc.objection", "征信业管理条例 (Regulation on the Credit Reporting Industry), art. 25"
)

_RULES = {
    "C": ENDED,
    "G": ENDED,
    "#": UNKNOWN,
    "Z": PAID_OTHERWISE,
    "D": PAID_OTHERWISE,
    "*": NOTHING_DUE,
}
_FIRST_DAYS = (1, 31, 61, 91, 121, 151, 181)
_PAID_IN_FULL = frozenset({Ending.REPAID, Ending.REPLACED})


def code(standing: Standing) -> Coded:
    """The month's code.

    C settled in full · G ended otherwise · # unknown · Z paid in kind · D paid by the guarantor · 1 to 7
    from day 1, 31 … 181 on · * nothing fell due · N paid in full and in time.
    """
    days = record_days(standing)
    if standing.ending is not None:
        return Coded("C" if standing.ending in _PAID_IN_FULL else "G", ENDED)
    if not standing.known:
        return Coded("#", UNKNOWN)
    if standing.paid_in_kind or standing.paid_by_guarantor:
        return Coded("Z" if standing.paid_in_kind else "D", PAID_OTHERWISE)
    if days > 0:
        return Coded(str(bisect_right(_FIRST_DAYS, days)), BY_DAYS)
    due = standing.due_this_month and month_of(standing.as_of) != month_of(standing.opened_on)
    return Coded("N", BY_DAYS) if due else Coded("*", NOTHING_DUE)


def rule_of(month_code: str) -> Rule:
    """The rule by which a month has its code."""
    return _RULES.get(month_code, BY_DAYS)


def objection(standing: Standing) -> Coded:
    """Whether the record carries the note that the borrower objects, as it must while that is examined."""
    return Coded("disputed" if standing.dispute is Dispute.OPEN else "", OBJECTION)


class MissedCounts(NamedTuple):
    """The report's counts of instalments missed: unpaid now, the most at the end of any month, months with
    any.
    """

    now: int
    most: int
    months: int


def missed_counts(standing: Standing) -> MissedCounts:
    """The counts over the months of the standing, and the present one."""
    by_month = [month.missed for month in standing.months if month.first_on < month_of(standing.as_of)]
    counts = [*by_month, standing.missed_now]
    return MissedCounts(standing.missed_now, max(counts), sum(1 for count in counts if count))
