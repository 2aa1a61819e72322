"""What of a shared loan is whose: each holder's part of every account, on any day and of any posting.

The journal stands for the whole loan, and holders' parts follow from it and from the shares: so they add up
to the loan's accounts to the last minor unit, whatever is corrected later, and however many holders there
are. What *stands* in an account (principal, what is owed of interest) is split by the shares of the day that
is asked about; what has *happened* (money that came, income, losses) by those of its value date. Nobody is a
whole minor unit off the exact part of one account under one set of shares. What then does not add up to zero
for a holder is a debt between holders: the face value of shares that were sold, and the units by which parts
were rounded.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from services.ledger.domain.export import Side, Transaction
from services.ledger.domain.journal import STANDING, Account
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import BeforeOpening
from services.ledger.domain.shares import Holding, split, split_running
from shared.decision import Context, Decision
from shared.events.servicing import SharesChanged
from shared.money import Money
from shared.quick import replace

_DAY = timedelta(days=1)
Sums = Mapping[tuple[Account, date | None], int]
"""What was posted to each account while shares held that began on a day; None: before the first ones."""
Parts = dict[str, dict[Account, int]]
"""By holder, what stands in each account. Each holder's parts add up to zero."""


def change_shares(loan: Loan, event: SharesChanged, context: Context) -> Decision[Loan]:
    """From a day on the loan belongs to these holders; told again for the same day, the newest report counts.

    Raises BeforeOpening, HolderNamedTwice.
    """
    if event.effective_on < loan.opened_on:
        raise BeforeOpening(on=event.effective_on, opened_on=loan.opened_on)
    new = Holding.of(event.effective_on, event.shares)
    return Decision(replace(loan, version=loan.version + 1, holdings=(*loan.holdings, new)))


class Shared(NamedTuple):
    """Whose a loan is over time. Before its first holding it is the lender's own."""

    lender: str
    loan_reference: str
    currency: str
    holdings: tuple[Holding, ...]
    """By the days from which they hold."""
    recorded_at: tuple[datetime, ...]
    """When each of them came to be known."""

    @property
    def own(self) -> Holding:
        """All of it is the lender's."""
        return Holding(date.min, (self.lender,), (Decimal(1),))

    def at(self, on: date) -> Holding:
        """Who holds it on a day."""
        place = bisect_right(self.holdings, on, key=lambda one: one.since)
        return self.holdings[place - 1] if place else self.own


def parts_of(shared: Shared, sums: Sums, on: date) -> Parts:
    """What of each account is whose at the end of a day."""
    parts: Parts = defaultdict(lambda: defaultdict(int))
    by_since: dict[date | None, Holding] = {one.since: one for one in shared.holdings}
    standing: dict[Account, int] = defaultdict(int)
    for (account, since), minor in sums.items():
        if account in STANDING:
            standing[account] += minor
        else:
            _add(parts, account, by_since.get(since, shared.own), minor)
    for account, minor in standing.items():
        _add(parts, account, shared.at(on), minor)
    for accounts in parts.values():
        accounts[Account.BETWEEN_HOLDERS] = -sum(accounts.values())
    return {
        holder: {account: minor for account, minor in accounts.items() if minor}
        for holder, accounts in parts.items()
    }


def _add(parts: Parts, account: Account, holding: Holding, minor: int) -> None:
    for holder, part in zip(holding.holders, split(minor, holding.shares), strict=True):
        parts[holder][account] += part


def by_holder(
    shared: Shared, before: Sums, transactions: Iterable[Transaction], from_on: date, through: date
) -> Iterator[Transaction]:
    """A loan's transactions of a period, by value date, each side split by holder; and for each day on which
    its shares changed, one that hands over what stood. `before` is what was posted earlier.
    """
    standing: dict[Account, int] = defaultdict(int)
    happened: dict[tuple[Account, date], int] = defaultdict(int)
    for (account, since), minor in before.items():
        standing[account] += minor
        happened[account, since or date.min] += minor
    changes = [
        (one, at)
        for one, at in zip(shared.holdings, shared.recorded_at, strict=True)
        if from_on <= one.since <= through
    ]
    for transaction in transactions:
        while changes and changes[0][0].since <= transaction.value_on:
            yield from _handed_over(shared, standing, *changes.pop(0))
        holding = shared.at(transaction.value_on)
        sides = []
        for account, amount, _ in transaction.sides:
            place = (account, holding.since)
            total = standing[account] if account in STANDING else happened[place]
            parts = split_running(total, amount.minor, holding.shares)
            sides += _sides(account, holding.holders, parts, amount.currency)
            standing[account] += amount.minor
            happened[place] += amount.minor
        yield transaction._replace(sides=_closed(sides))
    for one, at in changes:
        yield from _handed_over(shared, standing, one, at)


def _handed_over(
    shared: Shared, standing: Mapping[Account, int], new: Holding, recorded_at: datetime
) -> Iterator[Transaction]:
    """What stands passes from those who held the loan to those who hold it now."""
    old, sides = shared.at(new.since - _DAY), []
    for account, minor in standing.items():
        if account in STANDING:
            parts: dict[str, int] = defaultdict(int)
            for sign, holding in ((-1, old), (1, new)):
                for holder, part in zip(holding.holders, split(minor, holding.shares), strict=True):
                    parts[holder] += sign * part
            sides += _sides(account, parts, parts.values(), shared.currency)
    if sides:
        cause = f"shares:{new.since}"
        yield Transaction(shared.lender, shared.loan_reference, cause, new.since, recorded_at, _closed(sides))


def _sides(account: Account, holders: Iterable[str], parts: Iterable[int], currency: str) -> list[Side]:
    return [
        Side(account, Money(part, currency), holder)
        for holder, part in zip(holders, parts, strict=True)
        if part
    ]


def _closed(sides: list[Side]) -> tuple[Side, ...]:
    """The sides with what makes those of each holder add up to zero."""
    sums: dict[str | None, int] = defaultdict(int)
    for _, amount, holder in sides:
        sums[holder] += amount.minor
    currency = sides[0].amount.currency if sides else ""
    between = [
        Side(Account.BETWEEN_HOLDERS, Money(-minor, currency), holder)
        for holder, minor in sums.items()
        if minor
    ]
    return (*sides, *between)
