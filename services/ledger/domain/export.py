"""The journal as other bookkeeping programs read it: plain text for hledger or for beancount.

One transaction per loan, cause, value date and instant of recording, so that a later correction of a cause
stands beside what it corrects. Amounts have their currency's decimals. Of a shared loan each side
says whose it is. Nothing is rounded: every transaction adds up to zero.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from services.ledger.domain.journal import Account
from shared.money import EXPONENTS, Money

OPENED_ON = "1700-01-01"
"""All accounts are open from the first day that beancount can read."""

NAMES: Mapping[Account, str] = {
    Account.PRINCIPAL: "Assets:Loans:Principal",
    Account.INTEREST_RECEIVABLE: "Assets:Loans:Interest",
    Account.FEES_RECEIVABLE: "Assets:Loans:Fees",
    Account.PENALTY_RECEIVABLE: "Assets:Loans:Penalties",
    Account.DISBURSED: "Assets:Cash:Disbursed",
    Account.OPENING_BALANCES: "Equity:OpeningBalances",
    Account.CASH: "Assets:Cash:Received",
    Account.BORROWER_CREDIT: "Liabilities:Borrowers:Credit",
    Account.INTEREST_INCOME: "Income:Interest",
    Account.SUSPENDED_INTEREST: "Liabilities:SuspendedInterest",
    Account.FEE_INCOME: "Income:Fees",
    Account.PENALTY_INCOME: "Income:Penalties",
    Account.GOODWILL: "Expenses:Goodwill",
    Account.MODIFICATION_LOSS: "Expenses:Modification",
    Account.FORGIVENESS: "Expenses:Forgiveness",
    Account.WRITE_OFF: "Expenses:WriteOff",
    Account.ALLOWANCE: "Assets:Loans:Allowance",
    Account.SUSPENSE: "Liabilities:Suspense",
    Account.TRANSFERRED: "Assets:Transferred",
    Account.REFINANCED: "Assets:Cash:Refinanced",
    Account.BETWEEN_HOLDERS: "Equity:Holders",
}
"""Each account under one of the five roots that both programs know."""


class Format(StrEnum):
    """Whose text it is."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


class Side(NamedTuple):
    """What one account gets; above zero is a debit."""

    account: Account
    amount: Money
    holder: str | None = None
    """Whose it is, where the loan is shared."""


class Transaction(NamedTuple):
    """What one cause did to a loan's accounts on one value date, as recorded at one instant."""

    lender: str
    loan_reference: str
    cause: str
    value_on: date
    recorded_at: datetime
    """In UTC."""
    sides: tuple[Side, ...]


def head(format_: Format, currencies: Iterable[str]) -> str:
    """What stands before the transactions: the accounts, and the currencies with their decimals."""
    codes = sorted(set(currencies))
    names = sorted(NAMES.values())
    if format_ is Format.HLEDGER:
        lines = [f"commodity {_format_of(code)}" for code in codes] + [f"account {name}" for name in names]
        return "\n".join(["; Journal of loans", *lines, ""]) + "\n"
    lines = ['option "title" "Journal of loans"']
    lines += [f'option "operating_currency" "{code}"' for code in codes]
    lines += [
        line
        for code in codes
        for line in (f"{OPENED_ON} commodity {code}", f"  precision: {EXPONENTS[code]}")
    ]
    return "\n".join([*lines, *(f"{OPENED_ON} open {name}" for name in names), ""]) + "\n"


def write(format_: Format, transactions: Iterable[Transaction]) -> Iterator[str]:
    """One text per transaction, each with an empty line after it."""
    one_of = _hledger if format_ is Format.HLEDGER else _beancount
    return map(one_of, transactions)


def _hledger(one: Transaction) -> str:
    lines = [f"{one.value_on} {_plain(one.loan_reference)} {_plain(one.cause)}"]
    lines += [f"    ; {name}:{_plain(value)}" for name, value in _metadata(one).items()]
    tags = [f"  ; holder:{_plain(side.holder)}" if side.holder else "" for side in one.sides]
    sides = (f"    {_side(side)}{tag}" for side, tag in zip(one.sides, tags, strict=True))
    return "\n".join([*lines, *sides, ""]) + "\n"


def _beancount(one: Transaction) -> str:
    lines = [f"{one.value_on} * {_quoted(one.loan_reference)} {_quoted(one.cause)}"]
    lines += [f"  {name}: {_quoted(value)}" for name, value in _metadata(one).items()]
    for side in one.sides:
        lines.append(f"  {_side(side)}")
        if side.holder:
            lines.append(f"    holder: {_quoted(side.holder)}")
    return "\n".join([*lines, ""]) + "\n"


def _metadata(one: Transaction) -> Mapping[str, str]:
    return {
        "lender": one.lender,
        "loan": one.loan_reference,
        "cause": one.cause,
        "recorded": one.recorded_at.isoformat(timespec="microseconds"),
    }


def _side(side: Side) -> str:
    return f"{NAMES[side.account]:<30}  {side.amount.amount:>20} {side.amount.currency}"


def _format_of(currency: str) -> str:
    """An example amount, by which hledger learns a currency's decimals: `1000.00 CNY`, `1000. JPY`."""
    return f"1000.{'0' * EXPONENTS[currency]} {currency}"


def _plain(text: str) -> str:
    """In hledger a tag's value ends at a comma or the end of its line, and a semicolon begins a comment."""
    return "".join(" " if letter in ",;|\\" or not letter.isprintable() else letter for letter in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
