"""A book opened for writing: lists instead of tuples, for the time of one call. No one else keeps it."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from services.ledger.domain.book import FOREVER, Book, Card, Charge, Kind, Movement, Settled, Why
from services.ledger.domain.facts import Key
from services.ledger.domain.terms import Balance, Component, Terms

PENALTY, FEES, INTEREST, PRINCIPAL, CREDIT = Component
OWED = (PENALTY, FEES, INTEREST, PRINCIPAL)
RATE_SCALE = 12
"""Rates are kept as whole numbers of 10⁻¹²."""
BEARING = (Kind.LEVEL, Kind.PRINCIPAL, Kind.SILENT)
"""Instalments whose period bears interest and which are computed anew when the balance changes."""

_LISTS = (
    "starts",
    "dues",
    "kinds",
    "levels",
    "spans",
    "parts",
    "credited",
    "reopened",
    "accrued",
    "carried",
    "weights",
    "scales",
    "late_accrued",
    "late_penalty",
    "in_advance",
    "late",
    "shifted",
    "settled",
)

_lists = attrgetter(*_LISTS)


class Working:
    """The columns of a `Book`, as lists."""

    __slots__ = (
        "accrued",
        "ageing_pauses",
        "balance",
        "bears",
        "card",
        "carried",
        "charged_off",
        "charges",
        "closed",
        "credit",
        "credited",
        "disputed",
        "drawn",
        "dues",
        "follows_balance",
        "held",
        "in_advance",
        "kinds",
        "last",
        "late",
        "late_accrued",
        "late_penalty",
        "lent",
        "levels",
        "movements",
        "owed",
        "paid",
        "parts",
        "pauses",
        "payments",
        "rates",
        "re_aged",
        "reopened",
        "run_on",
        "scales",
        "seen",
        "settled",
        "shifted",
        "spans",
        "starts",
        "terms",
        "weights",
    )

    def __init__(self, book: Book) -> None:
        self.terms: Terms = book.terms
        self.last: Key | None = book.last
        self.seen, self.run_on = book.seen, book.run_on
        self.starts, self.dues, self.kinds = list(book.starts), list(book.dues), list(book.kinds)
        self.levels, self.spans, self.credited = list(book.levels), list(book.spans), list(book.credited)
        self.parts = list(book.parts)
        self.reopened = list(book.reopened)
        self.owed = [list(column) for column in book.owed]
        self.paid = [list(column) for column in book.paid]
        self.accrued, self.carried = list(book.accrued), list(book.carried)
        self.weights, self.scales = list(book.weights), list(book.scales)
        self.in_advance, self.late, self.settled = list(book.in_advance), list(book.late), list(book.settled)
        self.shifted = list(book.shifted)
        self.late_accrued, self.late_penalty = list(book.late_accrued), list(book.late_penalty)
        self.drawn, self.balance, self.credit = book.drawn, book.balance, book.credit
        self.lent = book.lent
        self.rates, self.pauses, self.held = book.rates, book.pauses, book.held
        self.ageing_pauses = book.ageing_pauses
        self.charges, self.payments, self.disputed = book.charges, book.payments, book.disputed
        self.charged_off, self.closed, self.re_aged = book.charged_off, book.closed, book.re_aged
        self.card: Card | None = book.card
        self.movements: list[Movement] = []
        self.renew()

    def book(self) -> Book:
        """The book as it stands now."""
        owed, paid = self.owed, self.paid
        return Book(
            self.terms,
            self.last,
            self.seen,
            self.run_on,
            tuple(self.starts),
            tuple(self.dues),
            tuple(self.kinds),
            tuple(self.levels),
            tuple(self.spans),
            tuple(self.parts),
            (tuple(owed[0]), tuple(owed[1]), tuple(owed[2]), tuple(owed[3])),
            (tuple(paid[0]), tuple(paid[1]), tuple(paid[2]), tuple(paid[3])),
            tuple(self.credited),
            tuple(self.reopened),
            tuple(self.accrued),
            tuple(self.carried),
            tuple(self.weights),
            tuple(self.scales),
            tuple(self.late_accrued),
            tuple(self.late_penalty),
            tuple(self.in_advance),
            tuple(self.late),
            tuple(self.shifted),
            tuple(self.settled),
            self.drawn,
            self.balance,
            self.lent,
            self.credit,
            self.rates,
            self.pauses,
            self.held,
            self.ageing_pauses,
            self.charges,
            self.payments,
            self.disputed,
            self.charged_off,
            self.closed,
            self.re_aged,
            self.card,
            tuple(self.movements),
        )

    def insert(
        self, place: int, start: int, due: int, kind: Kind, level: int = 0, owed: Sequence[int] = (0, 0, 0, 0)
    ) -> None:
        """Put a new instalment at a place; those from there on move up by one."""
        for column in _lists(self):
            column.insert(place, 0)
        for component in range(4):
            self.owed[component].insert(place, owed[component])
            self.paid[component].insert(place, 0)
        self.starts[place], self.dues[place], self.kinds[place] = start, due, kind
        self.levels[place], self.scales[place], self.spans[place] = level, 1, 1

    def make_room(self, count: int, place: int = 0) -> None:
        """Put so many empty instalments at a place: at once, which costs a tenth of one by one."""
        none, one = [0] * count, [1] * count
        for column in (*_lists(self), *self.owed, *self.paid):
            column[place:place] = none
        self.scales[place : place + count], self.spans[place : place + count] = one, one

    def drop_last(self) -> None:
        """Take the last instalment out."""
        for column in _lists(self):
            column.pop()
        for column in (*self.owed, *self.paid):
            column.pop()

    def renew(self) -> None:
        """See anew whether the loan bears interest, after a rate has changed."""
        self.bears = any(rate for _, rate in self.rates)
        follows = self.terms.balance is Balance.ACTUAL and self.terms.card is None
        self.follows_balance = self.bears and follows

    def unpaid(self, place: int) -> int:
        """What is still to be paid of the instalment at a place."""
        return sum(column[place] for column in self.owed) - sum(column[place] for column in self.paid)

    def owe(self, place: int, component: Component, amount: int) -> None:
        """Change what is owed of a component of an instalment."""
        self.owed[component][place] += amount
        if component is PRINCIPAL:
            self.balance += amount

    def pay(self, place: int, component: Component, amount: int, today: int) -> None:
        """Set an amount against a component of an instalment."""
        self.paid[component][place] += amount
        if component is PRINCIPAL:
            self.balance -= amount
        due = self.dues[place]
        if today < due:
            self.in_advance[place] += amount
        elif today > due:
            self.late[place] += amount

    def moved(
        self, cause: str, value_on: date, why: Why, component: Component, amount: int, place: int = -1
    ) -> None:
        """Note an amount that moved."""
        if self.card is not None and place == len(self.dues) - 1:
            place = -1  # what no statement has asked for belongs to none
        if amount:
            self.movements.append(Movement(cause, value_on, why, component, amount, place))

    def note_settled(self, today: int) -> None:
        """Note the day on which instalments came to be settled, and forget it where something is owed
        again.
        """
        settled = self.settled
        for k, (op, of, oi, oc, pp, pf, pi, pc) in enumerate(zip(*self.owed, *self.paid, strict=True)):
            if oc > pc or op + of + oi + oc > pp + pf + pi + pc:
                if settled[k]:
                    settled[k] = 0
            elif not settled[k]:
                settled[k] = today

    def disputed_on(self, today: int) -> int:
        """How much of the loan is under dispute on a day."""
        return sum(amount for amount, until in self.disputed if until > today)

    def last_regular(self) -> int:
        """The place of the last instalment that is not an extra one; -1 where there is none."""
        return next((k for k in range(len(self.dues) - 1, -1, -1) if self.kinds[k] != Kind.EXTRA), -1)


def empty(terms: Terms) -> Book:
    """The book of a loan of which nothing has happened yet."""
    none: tuple[int, ...] = ()
    opened = terms.opened_on.toordinal()
    rate = int(terms.annual_rate.scaleb(RATE_SCALE))
    return Book(
        terms=terms,
        last=None,
        seen=opened,
        run_on=opened,
        starts=none,
        dues=none,
        kinds=none,
        levels=none,
        spans=none,
        parts=none,
        owed=(none, none, none, none),
        paid=(none, none, none, none),
        credited=none,
        reopened=none,
        accrued=none,
        carried=none,
        weights=none,
        scales=none,
        late_accrued=none,
        late_penalty=none,
        in_advance=none,
        late=none,
        shifted=none,
        settled=none,
        drawn=0,
        balance=0,
        lent=0,
        credit=0,
        rates=((0, rate),),
        pauses=(),
        held=(),
        ageing_pauses=(),
        charges=(),
        payments=(),
        disputed=(),
        charged_off=0,
        closed=0,
        re_aged=0,
        card=None,
    )


__all__ = ["BEARING", "FOREVER", "Charge", "Settled", "Working", "empty"]
