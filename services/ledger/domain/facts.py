"""What happened to a loan, as its book counts it: one small value for each fact.

Facts are folded by value date, on one day by kind, then by reference: never by arrival, so that any order of
reports gives the same book. A fact that is taken back is simply not among the facts any more. Amounts are
minor units of the loan's currency, above zero; references are unique within a loan.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.ledger.domain.opening_balances import TakenOver as TakenOver  # noqa: PLC0414  # a fact
from services.ledger.domain.terms import Planned, SameDay, Terms
from shared.events.loans import PeriodUnit


class Draw(NamedTuple):
    """Money was paid out to the borrower."""

    value_on: date
    reference: str
    amount: int


class ScheduleChange(NamedTuple):
    """The platform has sent a provided schedule anew: all that fall due on `value_on` or later."""

    value_on: date
    reference: str
    instalments: tuple[Planned, ...]


class RateChange(NamedTuple):
    """Another yearly rate holds from `effective_on` on, that day included. It counts from `value_on` on: the
    schedule follows from the day on which the change was agreed.
    """

    value_on: date
    reference: str
    annual_rate: Decimal
    effective_on: date


class InterestPause(NamedTuple):
    """No interest (`fees`: no fees) through `ends_on`, nor ever later; `arrears_only`: on arrears alone."""

    value_on: date
    reference: str
    starts_on: date
    ends_on: date | None = None
    fees: bool = False
    arrears_only: bool = False
    person: str = ""


class AgeingPause(NamedTuple):
    """Days through `ends_on` do not count as days past due; `arrears_only`: of what was due before them."""

    value_on: date
    reference: str
    ends_on: date | None = None
    arrears_only: bool = False
    person: str = ""
    reason: str = ""


class DueDateMoved(NamedTuple):
    """The instalment due on `due_on` falls due on `new_due_on`; those after it follow in rhythm."""

    value_on: date
    reference: str
    due_on: date
    new_due_on: date


class MorePeriods(NamedTuple):
    """What falls due on `due_on` and later is spread over so many instalments more."""

    value_on: date
    reference: str
    due_on: date
    extra: int


class Grace(NamedTuple):
    """From the instalment due on `due_on` on, no principal, or no interest, falls due for some
    instalments; it falls due with those after them.
    """

    value_on: date
    reference: str
    due_on: date
    principal: int = 0
    interest: int = 0


class TokenPayments(NamedTuple):
    """The next `periods` instalments ask for `amount` only; the rest of the principal moves to the end."""

    value_on: date
    reference: str
    amount: int
    periods: int


class Fee(NamedTuple):
    """A fee or a penalty was charged. It belongs to the instalment in whose period it falls due."""

    value_on: date
    reference: str
    amount: int
    due_on: date
    penalty: bool = False


class FeeWaiver(NamedTuple):
    """A fee is not asked for any more, in whole or in part. What was paid of it is the borrower's credit."""

    value_on: date
    reference: str
    fee: str
    amount: int


class Dispute(NamedTuple):
    """The borrower disputes a fee, or an amount of the loan: no money is set against it until the dispute
    ends.
    """

    value_on: date
    reference: str
    amount: int | None = None
    """None: all of it."""
    fee: str | None = None
    ended_on: date | None = None


class Statement(NamedTuple):
    """A card's statement at the end of a day: its minimum payment falls due on `due_on`.

    Where the ledger makes it, `balance` and `minimum` are what the borrower was told: what comes to light
    later may lower what this statement asks for, and never raises it.
    """

    value_on: date
    reference: str
    due_on: date
    minimum: int | None = None
    """None: as the terms have it (to see what a statement would say)."""
    balance: int | None = None
    interest: int | None = None
    """Unpaid interest in the balance, as the platform's core says; None where it does not say."""


class LimitChange(NamedTuple):
    """A card's limit from a day on. It is no money and changes nothing that is owed."""

    value_on: date
    reference: str
    limit: int


class LowerMinimum(NamedTuple):
    """Minimum payments that fall due from `starts_on` through `ends_on` ask for no more than an amount."""

    value_on: date
    reference: str
    starts_on: date
    ends_on: date
    amount: int | None = None
    """None: for interest and fees only."""


class Payment(NamedTuple):
    """The borrower's money. `direction`, by component from penalty to principal, wins over the terms'
    order.
    """

    value_on: date
    reference: str
    amount: int
    kind: str = "payment"
    direction: tuple[int, int, int, int] | None = None


class Credit(NamedTuple):
    """Money that the lender grants (goodwill, a refund of the goods, interest given back): not the
    borrower's.
    """

    value_on: date
    reference: str
    amount: int
    kind: str = "goodwill"


class Chargeback(NamedTuple):
    """The payer's bank took back (part of) a payment: its amount is owed again, with the next instalment."""

    value_on: date
    reference: str
    amount: int
    payment: str


class CreditRefund(NamedTuple):
    """The borrower's credit was paid out. What was paid out beyond it is owed."""

    value_on: date
    reference: str
    amount: int


class InterestWaiver(NamedTuple):
    """Interest that is unpaid is not asked for any more, oldest first, up to an amount."""

    value_on: date
    reference: str
    amount: int
    penalty: bool = False


class Forgiveness(NamedTuple):
    """Principal is forgiven, from the last instalment back."""

    value_on: date
    reference: str
    amount: int


class ReAge(NamedTuple):
    """All unpaid principal is spread anew over `instalments` from `first_due` on; with `levels`, so much is
    asked for on each of `dues`, and what is left a period after them."""

    value_on: date
    reference: str
    first_due: date
    unit: PeriodUnit
    every: int
    instalments: int
    dues: tuple[date, ...] = ()
    levels: tuple[int, ...] = ()


class ReAmortise(NamedTuple):
    """Principal (`arrears`: all) that is past due is spread over the instalments to come."""

    value_on: date
    reference: str
    arrears: bool = False


class ChargeOff(NamedTuple):
    """The lender has written the loan off in its accounts. The borrower owes what the terms say."""

    value_on: date
    reference: str


class Acceleration(NamedTuple):
    """The whole debt was called due: all principal, with the interest of the days gone by."""

    value_on: date
    reference: str


class Departure(NamedTuple):
    """The loan is in another's books from this day on: nothing is owed here any more. The borrower's credit
    goes along to another lender (`with_credit`), and stays with a lender who replaces the loan by a new one.
    """

    value_on: date
    reference: str
    with_credit: bool = True


class PassedOn(NamedTuple):
    """Money that came when the loan had gone: it was passed on to where the loan is now."""

    value_on: date
    reference: str
    amount: int


class Closing(NamedTuple):
    """The platform closed the loan: what is left unpaid is not asked for."""

    value_on: date
    reference: str


Fact = (
    Draw
    | TakenOver
    | ScheduleChange
    | RateChange
    | InterestPause
    | AgeingPause
    | DueDateMoved
    | MorePeriods
    | Grace
    | TokenPayments
    | Fee
    | FeeWaiver
    | Dispute
    | Payment
    | Credit
    | Chargeback
    | CreditRefund
    | InterestWaiver
    | Forgiveness
    | ReAge
    | ReAmortise
    | ChargeOff
    | Acceleration
    | Departure
    | PassedOn
    | Closing
    | Statement
    | LimitChange
    | LowerMinimum
)

Key = tuple[int, int, str]
_RANK: dict[type, int] = {
    Draw: 0,
    TakenOver: 0,
    ScheduleChange: 1,
    RateChange: 2,
    InterestPause: 2,
    AgeingPause: 2,
    DueDateMoved: 3,
    MorePeriods: 3,
    LimitChange: 1,
    LowerMinimum: 3,
    Fee: 4,
    FeeWaiver: 5,
    Dispute: 5,
    Payment: 6,
    Credit: 6,
    Chargeback: 6,
    CreditRefund: 6,
    InterestWaiver: 7,
    Forgiveness: 7,
    ReAge: 8,
    ReAmortise: 8,
    Grace: 9,
    TokenPayments: 9,
    ChargeOff: 9,
    Acceleration: 9,
    Closing: 10,
    Statement: 11,
    Departure: 12,
    PassedOn: 13,
}
"""On one day what is lent and what terms hold come before fees, these before money, all before what
rearranges them, that before what asks for less of it, and a statement after all that its day has brought.
"""


def key_of(fact: Fact, terms: Terms) -> Key:
    """Where a fact stands among a loan's facts: the day it counts from as an ordinal, its rank, its
    reference.

    What is agreed after its own beginning counts from that beginning. A card's limits are known from its
    opening on, since one of a day to come must not carry the book there.
    """
    day = fact.value_on
    if isinstance(fact, InterestPause):
        day = min(day, fact.starts_on)
    elif isinstance(fact, RateChange):
        day = min(day, fact.effective_on)
    elif isinstance(fact, DueDateMoved | MorePeriods | Grace):
        day = min(day, fact.due_on)
    elif isinstance(fact, LowerMinimum):
        day = min(day, fact.starts_on)
    elif isinstance(fact, LimitChange):
        day = terms.opened_on
    as_named = terms.same_day is SameDay.BY_REFERENCE and not isinstance(fact, Statement)
    rank = 0 if as_named else _RANK[type(fact)]
    return (day.toordinal(), rank, fact.reference)
