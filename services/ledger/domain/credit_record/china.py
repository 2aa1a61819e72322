"""Mainland China's months past due (M0 … M7) and the five risk classes of banks' assets.

The classes are those of the Measures for the Risk Classification of Financial Assets of Commercial Banks
(order of 11 February 2023, in force since 1 July 2023). The numbers of days, and what restructuring does,
are our reading.
"""

from collections.abc import Sequence

from services.ledger.domain.buckets import M0_M7, bucket
from services.ledger.domain.credit_record.standing import (
    Coded,
    RiskClass,
    Rule,
    Standing,
    contract_days,
    record_days,
)
from services.ledger.domain.due_dates import add_months

_MEASURES = "商业银行金融资产风险分类办法 (2023)"
MONTHS = Rule("st.cn.m", "usage of lenders in mainland China", ours=True)
DAYS = Rule("cn.assets.days", f"{_MEASURES}, art. 10 to 13", ours=True)
IMPAIRED = Rule("cn.assets.impaired", f"{_MEASURES}, art. 11", ours=True)
WRITTEN_OFF = Rule("cn.assets.written_off", f"{_MEASURES}, art. 13", ours=True)
RESTRUCTURED = Rule("cn.assets.restructured", f"{_MEASURES}, art. 19 to 22", ours=True)

WATCH_MONTHS = 12
"""A restructured asset is watched for at least a year from the first payment after the change."""
_ORDER = tuple(RiskClass)
_MORE_THAN = ((360, RiskClass.LOSS), (270, RiskClass.DOUBTFUL), (90, RiskClass.SUBSTANDARD))
FIRST_DAYS = (1, *(days + 1 for days, _ in reversed(_MORE_THAN)))
"""The days past due on which the class turns."""


def months_past_due(standing: Standing) -> Coded:
    """M0 to M7, by the days that the borrower's record shows."""
    return Coded(bucket(record_days(standing), M0_M7), MONTHS)


def five_class(standing: Standing) -> Coded:
    """The risk class: the worst of what the days past due, an impairment and a restructuring ask for.

    Any day past due is special mention at least, more than 90 days substandard, more than 270 doubtful,
    more than 360 loss. A restructured loan is special mention at least until its watch is over, substandard
    if it was restructured again within it.
    """
    return _worst([_by_days(contract_days(standing)), *_other_grounds(standing)])


def _by_days(days: int) -> Coded:
    for more_than, risk in _MORE_THAN:
        if days > more_than:
            return Coded(risk.value, DAYS)
    return Coded((RiskClass.SPECIAL_MENTION if days > 0 else RiskClass.NORMAL).value, DAYS)


def _other_grounds(standing: Standing) -> list[Coded]:
    grounds = []
    if standing.written_off:
        grounds.append(Coded(RiskClass.LOSS.value, WRITTEN_OFF))
    if standing.credit_impaired:
        grounds.append(Coded(RiskClass.SUBSTANDARD.value, IMPAIRED))
    change = standing.restructuring
    if change is not None and standing.as_of < add_months(change.first_due_on, WATCH_MONTHS):
        floor = RiskClass.SUBSTANDARD if change.again_within_watch else RiskClass.SPECIAL_MENTION
        grounds.append(Coded(floor.value, RESTRUCTURED))
    return grounds


def _worst(grounds: Sequence[Coded]) -> Coded:
    return max(grounds, key=lambda one: _ORDER.index(RiskClass(one.code)))
