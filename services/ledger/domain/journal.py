"""The loan's double entries: what each movement of its book does to the accounts.

Amounts are minor units; above zero is a debit. The entries of one cause and value date add up to zero. Income
is recognised as it is earned, so what a borrower owes of interest and fees is what was earned and not yet
paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.ledger.domain.book import Movement, Why
from services.ledger.domain.terms import Component


class Account(StrEnum):
    """The accounts of the journal."""

    PRINCIPAL = "principal"
    INTEREST_RECEIVABLE = "interest_receivable"
    FEES_RECEIVABLE = "fees_receivable"
    PENALTY_RECEIVABLE = "penalty_receivable"
    DISBURSED = "disbursed"
    OPENING_BALANCES = "opening_balances"
    """What loans were taken over with from another system."""
    CASH = "cash"
    BORROWER_CREDIT = "borrower_credit"
    INTEREST_INCOME = "interest_income"
    SUSPENDED_INTEREST = "suspended_interest"
    """Earned and unpaid, but no income, since the borrower is long past due."""
    FEE_INCOME = "fee_income"
    PENALTY_INCOME = "penalty_income"
    GOODWILL = "goodwill"
    MODIFICATION_LOSS = "modification_loss"
    FORGIVENESS = "forgiveness"
    WRITE_OFF = "write_off"
    ALLOWANCE = "allowance"
    """What was written off in the lender's accounts, against the borrower's debt that stands."""
    SUSPENSE = "suspense"
    """Money that has come and belongs to no loan yet."""
    TRANSFERRED = "transferred"
    """What stood in a loan that went to another lender, and money that came to the one and is the other's.
    Over both lenders it adds up to nothing.
    """
    REFINANCED = "refinanced"
    """What was owed of a loan that a new one of the same lender has replaced: the new one paid it off."""
    BETWEEN_HOLDERS = "between_holders"
    """What the holders of a shared loan owe each other: for shares sold, at face value, and for the cents by
    which parts are rounded. Over all holders of a loan it is nothing.
    """


class Posting(NamedTuple):
    """One side of a change. `cause` is the reference of the fact that led to it."""

    cause: str
    account: Account
    minor: int
    value_on: date


OWED = (
    Account.PENALTY_RECEIVABLE,
    Account.FEES_RECEIVABLE,
    Account.INTEREST_RECEIVABLE,
    Account.PRINCIPAL,
    Account.BORROWER_CREDIT,
)
"""By `Component`: where an amount stands that a borrower owes, or has to good."""
STANDING = frozenset({*OWED, Account.ALLOWANCE, Account.SUSPENDED_INTEREST})
"""Accounts whose balance passes to whoever buys a share; all others tell what has happened to its owner."""
_INCOME = (Account.PENALTY_INCOME, Account.FEE_INCOME, Account.INTEREST_INCOME)
_AGAINST: Mapping[Why, Account] = {
    Why.DRAWN: Account.DISBURSED,
    Why.TAKEN_OVER: Account.OPENING_BALANCES,
    Why.STATED: Account.DISBURSED,
    Why.PAID: Account.CASH,
    Why.CREDITED: Account.GOODWILL,
    Why.CHARGED_BACK: Account.CASH,
    Why.REFUNDED: Account.CASH,
    Why.FORGIVEN: Account.FORGIVENESS,
    Why.GIVEN_BACK: Account.DISBURSED,
    Why.WAIVED: Account.MODIFICATION_LOSS,
    Why.RESCHEDULED: Account.MODIFICATION_LOSS,
}
_ONLY_NOTED = (Why.CHARGED, Why.MOVED, Why.GONE)
"""Fees are owed as they are earned, and no more once they are waived: `income` posts both. What goes with a
loan to another lender is posted by the transfer.
"""
FROM_FORMER = "@"
"""A cause with this in its name came by a former lender: so did its money."""
_BY_FORMER = dict.fromkeys((Account.CASH, Account.GOODWILL, Account.DISBURSED), Account.TRANSFERRED)
_Key = tuple[str, Account, date]
Entries = dict[_Key, int]


def entries(movements: Iterable[Movement]) -> Entries:
    """What movements do to the accounts, summed by cause, account and value date."""
    sums: Entries = defaultdict(int)
    for cause, value_on, why, component, amount, _ in movements:
        if why in _ONLY_NOTED or (why is Why.WAIVED and component in (Component.PENALTY, Component.FEES)):
            continue
        if why is Why.CHARGED_OFF:  # the lender's own view: the borrower owes what he owed
            sums[cause, Account.WRITE_OFF, value_on] += amount
            sums[cause, Account.ALLOWANCE, value_on] -= amount
        elif component is Component.INTEREST and why in (Why.WAIVED, Why.FORGIVEN):
            # It is earned no more, so `income` takes it off what is owed; here the income becomes a loss
            # instead.
            sums[cause, _AGAINST[why], value_on] -= amount
            sums[cause, Account.INTEREST_INCOME, value_on] += amount
        else:
            sums[cause, OWED[component], value_on] += amount
            if (against := _AGAINST.get(why)) is not None:
                if FROM_FORMER in cause:
                    against = _BY_FORMER.get(against, against)
                sums[cause, against, value_on] -= amount
    return sums


def income(cause: str, value_on: date, before: tuple[int, int, int], after: tuple[int, int, int]) -> Entries:
    """What has been earned since: penalties, fees, interest."""
    sums: Entries = {}
    for component, was, now in zip(range(3), before, after, strict=True):
        if now != was:
            sums[cause, OWED[component], value_on] = now - was
            sums[cause, _INCOME[component], value_on] = was - now
    return sums


def suspended(cause: str, on: date, more: int) -> Entries:
    """So much interest more is no income, or (below zero) is income after all."""
    return {(cause, Account.INTEREST_INCOME, on): more, (cause, Account.SUSPENDED_INTEREST, on): -more}


def balances(movements: Iterable[Movement], earned: tuple[int, int, int]) -> tuple[int, ...]:
    """What stands in each account of `OWED` after all of a book's movements, with what was earned."""
    sums: dict[Account, int] = defaultdict(int)
    for (_, account, _), minor in entries(movements).items():
        sums[account] += minor
    for account, minor in zip(OWED, earned, strict=False):
        sums[account] += minor
    return tuple(sums[account] for account in OWED)


def postings(*parts: Mapping[_Key, int]) -> tuple[Posting, ...]:
    """Entries as postings, those of one place added up, nothing where they cancel out."""
    sums: Entries = defaultdict(int)
    for part in parts:
        for key, minor in part.items():
            sums[key] += minor
    return tuple(Posting(cause, account, minor, on) for (cause, account, on), minor in sums.items() if minor)


def correction(was: Entries, now: Entries) -> Entries:
    """What must be posted so that a journal that says `was` says `now`: nothing is ever taken out of it."""
    return {key: now.get(key, 0) - was.get(key, 0) for key in {**was, **now}}
