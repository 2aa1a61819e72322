"""The figures that a model is given, made of facts, each with the direction in which it may count.

A direction is a promise to the person: having been late for longer never lowers the risk, having paid more
never raises it, whatever the data of the training say.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.hardship.domain.risk.facts import (
    LATE_MONTHS_MAX,
    MONTHS_LOOKED_AT,
    PAID_IN_FULL,
    UNUSED,
    Account,
    FirstLoan,
)

MISSING = float("nan")
RAISES, LOWERS, EITHER = 1, -1, 0
EARLIER_LOOKED_AT = 3


class Feature(NamedTuple):
    """One figure's name, and how it may count for the risk of missing."""

    name: str
    direction: int


def _each(name: str, direction: int, count: int = MONTHS_LOOKED_AT) -> tuple[Feature, ...]:
    return tuple(Feature(f"{name}_{number}", direction) for number in range(count))


ACCOUNT_FEATURES: tuple[Feature, ...] = (
    Feature("limit", EITHER),
    *_each("standing", RAISES),
    *_each("balance", EITHER),
    *_each("paid", LOWERS),
    *_each("used_share", EITHER),
    *_each("paid_share", LOWERS, MONTHS_LOOKED_AT - 1),
    Feature("worst_standing", RAISES),
    Feature("months_late", RAISES),
    Feature("standing_sum", RAISES),
    Feature("months_since_late", LOWERS),
    Feature("balance_trend", EITHER),
    Feature("months_unpaid", RAISES),
    Feature("paid_of_limit", LOWERS),
    Feature("most_paid_of_limit", LOWERS),
    Feature("full_months", LOWERS),
    Feature("unused_months", EITHER),
)
FIRST_LOAN_FEATURES: tuple[Feature, ...] = (
    Feature("principal", EITHER),
    Feature("cost_share", EITHER),
    Feature("term_days", EITHER),
    Feature("due_weekday", EITHER),
    Feature("due_day", EITHER),
    Feature("earlier_loans", EITHER),
    *_each("first_late_days", RAISES, EARLIER_LOOKED_AT),
    *_each("open_share", EITHER, EARLIER_LOOKED_AT),
    Feature("late_share", RAISES),
    Feature("late_days_mean", RAISES),
    Feature("late_days_most", RAISES),
    Feature("paid_days_mean", RAISES),
    Feature("ended_days_ago", EITHER),
    Feature("principal_growth", EITHER),
    Feature("earlier_term_days", EITHER),
)


def of_account(account: Account) -> list[float]:
    """The figures of a revolving loan, as ACCOUNT_FEATURES name them. What is not known is missing."""
    months, limit = account.months[:MONTHS_LOOKED_AT], max(account.limit, 1)
    standings = [float(min(one.standing, LATE_MONTHS_MAX)) for one in months]
    balances = [float(one.balance) for one in months]
    paid = [float(one.paid) for one in months]
    late = [place for place, standing in enumerate(standings) if standing >= 1]
    unit = MISSING if account.unit is None else account.unit
    return [
        account.limit / unit,
        *_filled(standings),
        *_filled([balance / unit for balance in balances]),
        *_filled([money / unit for money in paid]),
        *_filled([balance / limit for balance in balances]),
        *_filled(_paid_shares(balances, paid), MONTHS_LOOKED_AT - 1),
        max(standings, default=MISSING),
        float(len(late)),
        sum(max(one, 0.0) for one in standings),
        float(late[0] if late else MONTHS_LOOKED_AT),
        (balances[0] - balances[-1]) / limit if len(balances) > 1 else MISSING,
        float(sum(1 for balance, money in zip(balances, paid, strict=True) if balance > 0 and money <= 0)),
        sum(paid) / limit,
        max(paid, default=0.0) / limit,
        float(sum(1 for one in standings if one == PAID_IN_FULL)),
        float(sum(1 for one in standings if one == UNUSED)),
    ]


def _paid_shares(balances: Sequence[float], paid: Sequence[float]) -> list[float]:
    """What share of each statement but the newest was paid by the next; 1 where it asked for nothing."""
    return [
        min(money / asked, 2.0) if asked > 0 else 1.0
        for money, asked in zip(paid[:-1], balances[1:], strict=True)
    ]


def _filled(values: Sequence[float], count: int = MONTHS_LOOKED_AT) -> list[float]:
    return [*values, *[MISSING] * (count - len(values))]


def of_first_loan(loan: FirstLoan) -> list[float]:
    """The figures of a short loan before its first payment, in the order of FIRST_LOAN_FEATURES."""
    newest = loan.earlier[:EARLIER_LOOKED_AT]
    late = [float(max(one.first_late_days, 0)) for one in loan.earlier]
    last = newest[0] if newest else None
    return [
        float(loan.principal),
        loan.total_due / max(loan.principal, 1),
        float(loan.term_days),
        float(loan.due_weekday),
        float(loan.due_day),
        float(len(loan.earlier)),
        *_filled([float(one.first_late_days) for one in newest], EARLIER_LOOKED_AT),
        *_filled([one.open_days / max(one.term_days, 1) for one in newest], EARLIER_LOOKED_AT),
        sum(1 for one in late if one > 0) / len(late) if late else MISSING,
        sum(late) / len(late) if late else MISSING,
        max(late, default=MISSING),
        sum(one.first_late_days for one in loan.earlier) / len(late) if late else MISSING,
        MISSING if last is None else float(last.ended_days_ago),
        MISSING if last is None else loan.principal / max(last.principal, 1),
        MISSING if last is None else float(last.term_days),
    ]
