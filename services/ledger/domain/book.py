"""A loan's book: what is owed of each instalment, what was paid, what the borrower has to good, as of a day.

It is frozen and packed: one tuple of ints per quantity, one place in it per instalment, amounts in minor
units, days as ordinals. `replay` makes a book from facts, `add` brings it one fact on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

from services.ledger.domain.facts import Key
from services.ledger.domain.terms import Component, Terms
from shared.quick import quick

FOREVER = date.max.toordinal()
"""The end of what has none."""
Column = tuple[int, ...]


class Kind(IntEnum):
    """What an instalment is."""

    LEVEL = 0
    """Its level amount covers interest and principal."""
    PRINCIPAL = 1
    """Its level amount is principal; interest comes on top."""
    DOWN_PAYMENT = 2
    EXTRA = 3
    """It stands after the last regular one, for fees and charged back money that fell due later."""
    FIXED = 4
    """All its parts are given, by the platform or by a re-ageing: nothing computes them anew."""
    SILENT = 5
    """Its level amount is principal; its interest falls due with the next instalment that is not silent."""
    MINIMUM = 6
    """A card statement's minimum payment, less what earlier ones ask for still. It starts on the statement's
    day.
    """
    OPEN = 7
    """What of a card no statement has asked for yet: always last, without a due date, and no instalment."""


class Why(StrEnum):
    """What makes an amount move."""

    DRAWN = "drawn"
    TAKEN_OVER = "taken_over"
    PAID = "paid"
    CREDITED = "credited"
    GIVEN_BACK = "given_back"
    """A purchase was refunded: as if it had not been drawn."""
    CHARGED = "charged"
    WAIVED = "waived"
    FORGIVEN = "forgiven"
    CHARGED_BACK = "charged_back"
    REFUNDED = "refunded"
    MOVED = "moved"
    """From one instalment to another; nothing is owed more or less."""
    RESCHEDULED = "rescheduled"
    """The platform's new schedule asks for more, or less."""
    CHARGED_OFF = "charged_off"
    GONE = "gone"
    """It is owed in another's books now."""
    CAPPED = "capped"
    """Paid beyond what the cap on the cost allows: it is the borrower's credit."""
    CREDIT_USED = "credit_used"
    """The borrower's credit settled what fell due."""
    STATED = "stated"
    """The platform's statement says that it is owed; no draw is known of it."""


MONEY_IN = (Why.PAID, Why.CREDITED, Why.GIVEN_BACK)
"""What a payment or a credit does, and where it goes."""


class Movement(NamedTuple):
    """One amount that a fact moved. Above zero: the borrower owes more (or has less to good)."""

    cause: str
    """The fact's reference."""
    value_on: date
    why: Why
    component: Component
    amount: int
    instalment: int = -1
    """Its place in the schedule, from 0; -1 where the amount belongs to none."""


class Charge(NamedTuple):
    """A fee or penalty, less what was waived of it."""

    reference: str
    due: int
    amount: int
    penalty: bool
    disputed_until: int = 0
    reopened: bool = False
    """It was charged back with a payment: owed again, but earned before."""
    planned: bool = False
    """It stands in the schedule that the platform provides, and goes with it."""


class Settled(NamedTuple):
    """Where a payment went, by component from penalty to principal."""

    reference: str
    parts: tuple[int, int, int, int]


class Billed(NamedTuple):
    """A card's statement. Days are ordinals."""

    reference: str
    issued: int
    due: int
    """As it was told; a relief may have moved what it asks for."""
    balance: int
    """All that was owed at the end of its day; instalments to come that were agreed are apart."""
    minimum: int
    """What it asks for, with what earlier ones ask for still."""
    interest: int
    """Charged with it, for the days since the one before."""
    to_clear: int
    """What of the balance has not been paid since."""
    cleared: int = 0
    """The day on which all of it was paid; 0 before."""

    @property
    def paid_in_full(self) -> bool:
        """Whether the whole balance was paid by the due date."""
        return bool(self.cleared) and self.cleared <= self.due


class Card(NamedTuple):
    """What a revolving loan's book has beside the columns."""

    limits: tuple[tuple[int, int], ...]
    """From a day on, a limit."""
    over_since: int = 0
    """Since when more principal is owed than the limit allows; 0: it is within."""
    was_over: tuple[int, int] = (0, 0)
    """When the limit was exceeded last before, and since when it no longer was."""
    statements: tuple[Billed, ...] = ()
    deferred: tuple[tuple[int, int], ...] = ()
    """What falls due from a day to before another falls due on that other day."""
    lowered: tuple[tuple[int, int, int], ...] = ()
    """What falls due from a day through another asks for no more than an amount; -1: interest and fees."""
    firm: int = 0
    """The last day of anything but a draw: what was drawn after it may be told in any order."""

    def limit_on(self, day: int) -> int:
        """The limit that holds on a day."""
        return next((limit for since, limit in reversed(self.limits) if since <= day), self.limits[0][1])


class Line(NamedTuple):
    """One instalment, for reading."""

    number: int
    starts_on: date
    due_on: date
    kind: Kind
    owed: tuple[int, int, int, int]
    """Penalty, fees, interest, principal."""
    paid: tuple[int, int, int, int]
    in_advance: int
    late: int
    settled_on: date | None
    shifted: int = 0
    """By how many days its due date was moved off a closed day."""

    @property
    def nominal_on(self) -> date:
        """When it would fall due if no day were closed."""
        return self.due_on - timedelta(days=self.shifted)

    @property
    def unpaid(self) -> int:
        """What is still to be paid of it."""
        return sum(self.owed) - sum(self.paid)


@quick
@dataclass(frozen=True, slots=True)
class Book:
    """A loan's state after its facts. The columns have one place per instalment, in order of due dates."""

    terms: Terms
    last: Key | None
    """The place of the last fact it has seen: what sorts before it needs a replay."""
    seen: int
    """The day up to which it was brought."""
    run_on: int
    """Interest is accrued to this day, itself not included."""
    starts: Column
    dues: Column
    kinds: Column
    levels: Column
    spans: Column
    parts: Column
    """Where interest counts by months: `parts` over `spans` is what a day of the period is of a month."""
    owed: tuple[Column, Column, Column, Column]
    """By component, from penalty to principal."""
    paid: tuple[Column, Column, Column, Column]
    credited: Column
    """Principal among `owed` that was charged back or refunded beyond the credit."""
    reopened: Column
    """Interest among `owed` that was charged back."""
    accrued: Column
    """Exact interest of the days gone by, in units of `scales`."""
    carried: Column
    """Interest handed on to the next instalment, since this one was settled before its end."""
    weights: Column
    """Interest of a whole period on one minor unit, in units of `scales`."""
    scales: Column
    late_accrued: Column
    """Exact penalty interest on principal that is past due."""
    late_penalty: Column
    """What of `owed` is penalty interest."""
    in_advance: Column
    late: Column
    shifted: Column
    """By how many days the due date was moved off a closed day; below zero: back."""
    settled: Column
    """The day on which nothing was left to pay of it; 0 while something is."""
    drawn: int
    balance: int
    """Principal that is owed, due or not."""
    lent: int
    """Principal times days, up to the day that interest has run to: what a cap on the cost is measured by."""
    credit: int
    """The borrower's money that nothing owed has taken up."""
    rates: tuple[tuple[int, int], ...]
    """From a day on, a rate in units of 10⁻¹²."""
    pauses: tuple[tuple[int, int], ...]
    """No interest from a day to before a day."""
    held: tuple[tuple[int, int, bool], ...]
    """Holds on interest and fees, each from a day to before a day; true: on what was past due at its start
    alone.
    """
    ageing_pauses: tuple[tuple[int, int, int], ...]
    """From a day to before a day, of what was due by a day."""
    charges: tuple[Charge, ...]
    payments: tuple[Settled, ...]
    disputed: tuple[tuple[int, int], ...]
    """Amounts under dispute, each until a day."""
    charged_off: int
    closed: int
    re_aged: int
    card: Card | None
    """None: the loan is not revolving."""
    movements: tuple[Movement, ...] = field(default=(), compare=False)
    """What the last call moved, in order."""

    def __len__(self) -> int:
        return len(self.dues)

    @property
    def principal_outstanding(self) -> int:
        """Principal that is owed, due or not."""
        return self.balance

    @property
    def outstanding(self) -> int:
        """All that is still to be paid, due or not, interest to come included."""
        return sum(map(sum, self.owed)) - sum(map(sum, self.paid))

    def unpaid(self, place: int) -> int:
        """What is still to be paid of the instalment at a place."""
        return sum(o[place] - p[place] for o, p in zip(self.owed, self.paid, strict=True))

    def arrears(self, on: date) -> int:
        """What fell due before a day and is unpaid."""
        today = on.toordinal()
        return sum(self.unpaid(k) for k, due in enumerate(self.dues) if due < today)

    def oldest_unpaid(self) -> int | None:
        """The place of the first instalment of which something is unpaid."""
        return next((k for k in self.places() if self.unpaid(k) > 0), None)

    def places(self) -> range:
        """The places of instalments: what of a card has no due date is none."""
        return range(len(self.dues) if self.card is None else len(self.dues) - 1)

    def minimum_places(self) -> Iterator[int]:
        """The places of a card's minimum payments, one for each statement, in their order."""
        return (k for k, kind in enumerate(self.kinds) if kind == Kind.MINIMUM)

    def line(self, place: int) -> Line:
        """The instalment at a place."""
        settled = self.settled[place]
        return Line(
            place + 1,
            date.fromordinal(self.starts[place]),
            date.fromordinal(self.dues[place]),
            Kind(self.kinds[place]),
            _parts(self.owed, place),
            _parts(self.paid, place),
            self.in_advance[place],
            self.late[place],
            date.fromordinal(settled) if settled else None,
            self.shifted[place],
        )

    def lines(self) -> Iterator[Line]:
        """All instalments in order."""
        return map(self.line, self.places())

    @property
    def bears_interest(self) -> bool:
        """Whether any rate that held, or will, is above zero."""
        return any(rate for _, rate in self.rates)

    @property
    def annual_rate(self) -> Decimal:
        """The yearly rate that holds at the end of the book's day."""
        held = [rate for since, rate in self.rates if since <= self.seen] or [0]
        return Decimal(held[-1]).scaleb(-12)


def _parts(columns: Sequence[Column], place: int) -> tuple[int, int, int, int]:
    penalty, fees, interest, principal = columns
    return (penalty[place], fees[place], interest[place], principal[place])
