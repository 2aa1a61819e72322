"""Promises to pay: made, waited for in quiet, kept or broken by the value dates of payments.

What becomes of a promise follows from all that is known, never from the order in which it came to be known: a
payment found late takes a broken promise back, a reversed one a kept promise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.packs import Holidays
from shared.errors import Conflict, NotFound, Refused
from shared.money import Money
from shared.quick import replace

HORIZON_DAYS_MAX = 60
"""A promise further ahead is rather a plan: short promises are kept (89 % of settlements in one payment,
44 % of those over two years), and a plan protects the person meanwhile.
"""
GRACE_WORKING_DAYS = 3
"""So long a payment made on the promised day may take to arrive."""
REMINDED_DAYS_BEFORE = 1
KEPT_DAYS = 400
"""So long after its grace a promise may still be taken back by what becomes known of payments."""
_DAY = timedelta(days=1)
_WEEKEND = frozenset({5, 6})


class PromiseTooFarAhead(Refused):
    """A promise must fall due within sixty days. For more time there are plans."""


class PromiseInThePast(Refused):
    """A promise must fall due today or later."""


class PromiseOfNothing(Refused):
    """A promise must name a sum above zero, in the loan's currency."""


class PromiseUnknown(NotFound):
    """There is no such promise."""


class PromiseOver(Conflict):
    """The promise is over: it was kept, broken or withdrawn."""


class Standing(StrEnum):
    """What is known of a promise."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: an amount by a day. `standing` is what was last told of it, by the event `told`."""

    id: UUID
    loan_id: UUID
    amount: Money
    made_on: date
    due_on: date
    grace_ends_on: date
    """The last value date that still keeps it."""
    standing: Standing = Standing.OPEN
    told: UUID | None = None
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """What a payment brought to a loan, as the ledger last told it; nothing once it was reversed."""

    id: UUID
    loan_id: UUID
    value_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Kept:
    """The promise is met by payments up to this day."""

    promise: Promise
    on: date


@dataclass(frozen=True, slots=True)
class Broken:
    """The grace is over, and this much has not come."""

    promise: Promise
    missing: Money


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What had been told of the promise, by the event `told`, is not so."""

    promise: Promise
    was: Standing
    told: UUID


Outcome = Kept | Broken | TakenBack


@dataclass(frozen=True, slots=True)
class Promises:
    """A person's promises with the payments that may meet them."""

    made: tuple[Promise, ...] = ()
    payments: tuple[Payment, ...] = ()
    repaid: tuple[tuple[UUID, date], ...] = ()
    """Loans of which nothing is owed any more, since when: their promises ask for nothing more."""

    def find(self, promise_id: UUID) -> Promise:
        """The promise of an id. Raises PromiseUnknown."""
        found = next((one for one in self.made if one.id == promise_id), None)
        if found is None:
            raise PromiseUnknown(promise_id=promise_id)
        return found

    def quiet_until(self, loan_id: UUID, today: date) -> date | None:
        """The last day on which a running promise keeps all others quiet about a loan; None without one."""
        running = [
            one.grace_ends_on
            for one in self.made
            if one.loan_id == loan_id and one.standing is Standing.OPEN and one.grace_ends_on >= today
        ]
        return max(running, default=None)

    @property
    def broken(self) -> int:
        """How many were broken, as far as is known."""
        return sum(one.standing is Standing.BROKEN for one in self.made)


def grace_end(due_on: date, calendars: Sequence[Holidays]) -> date:
    """The last day of a promise's grace: so many working days after the promised one, as banks work where the
    person is.
    """
    day, left = due_on, GRACE_WORKING_DAYS
    while left:
        day += _DAY
        # A calendar that does not know the year closes all its days: a weekday has to do then.
        holiday = any(day in one.closed for one in calendars)
        left -= day.weekday() not in _WEEKEND and not holiday
    return day


def make(
    promises: Promises,
    promise_id: UUID,
    loan_id: UUID,
    amount: Money,
    due_on: date,
    today: date,
    grace_ends_on: date,
) -> Promises:
    """Add a promise made today. One for the same loan and day replaces what was promised for it before.

    Raises PromiseOfNothing, PromiseInThePast or PromiseTooFarAhead.
    """
    if any(one.id == promise_id for one in promises.made):
        return promises
    if amount.minor <= 0:
        raise PromiseOfNothing(amount=amount)
    if due_on < today:
        raise PromiseInThePast(due_on=due_on, today=today)
    if due_on > (latest := today + timedelta(days=HORIZON_DAYS_MAX)):
        raise PromiseTooFarAhead(due_on=due_on, latest=latest)
    kept = tuple(
        replace(one, standing=Standing.WITHDRAWN)
        if (one.loan_id, one.due_on, one.standing) == (loan_id, due_on, Standing.OPEN)
        else one
        for one in promises.made
    )
    made = Promise(promise_id, loan_id, amount, today, due_on, grace_ends_on)
    return replace(promises, made=(*kept, made))


def withdraw(promises: Promises, promise_id: UUID) -> Promises:
    """The person takes a promise back: nothing follows from it. Raises PromiseUnknown or PromiseOver."""
    promise = promises.find(promise_id)
    if promise.standing is not Standing.OPEN:
        raise PromiseOver(promise_id=promise_id, standing=promise.standing)
    return _with(promises, replace(promise, standing=Standing.WITHDRAWN))


def leave(promises: Promises, loan_id: UUID) -> Promises:
    """The loan is another's to ask for: what was promised for it binds nobody here."""
    made = tuple(
        replace(one, standing=Standing.WITHDRAWN)
        if one.loan_id == loan_id and one.standing is Standing.OPEN
        else one
        for one in promises.made
    )
    return replace(promises, made=made)


def pay(promises: Promises, payment: Payment) -> Promises:
    """Note a payment that the ledger has told of."""
    others = tuple(one for one in promises.payments if one.id != payment.id)
    return replace(promises, payments=(*others, payment))


def change_payment(promises: Promises, payment_id: UUID, amount: Money) -> Promises:
    """Note what is left of a payment in its loan, as the ledger last told it: nothing once it was reversed.
    One so old that it is not kept any more meets no promise.
    """
    payments = tuple(
        replace(one, amount=amount) if one.id == payment_id else one for one in promises.payments
    )
    return replace(promises, payments=payments)


def repay(promises: Promises, loan_id: UUID, since: date | None) -> Promises:
    """Note since when nothing is owed of a loan; None: something is owed again."""
    others = tuple(one for one in promises.repaid if one[0] != loan_id)
    return replace(promises, repaid=others if since is None else (*others, (loan_id, since)))


def settle(promises: Promises, today: date) -> tuple[Promises, tuple[Outcome, ...]]:
    """What is to be told of promises now, in order; `note` keeps by which event it was.

    A day counts as over when the next has come where the person is.
    """
    outcomes: list[Outcome] = []
    after = promises
    for promise, kept_on, missing in _met(promises):
        standing = _standing(promise, kept_on, today)
        if standing is promise.standing:
            continue
        if promise.told is not None:
            outcomes.append(TakenBack(promise, promise.standing, promise.told))
        now = replace(promise, standing=standing, told=None)
        if standing is Standing.KEPT:
            assert kept_on is not None
            outcomes.append(Kept(now, kept_on))
        elif standing is Standing.BROKEN:
            outcomes.append(Broken(now, missing))
        after = _with(after, now)
    return after, tuple(outcomes)


def note(promises: Promises, promise_id: UUID, told: UUID) -> Promises:
    """Keep by which event it was told that a promise was kept or broken."""
    return _with(promises, replace(promises.find(promise_id), told=told))


def to_remind(promises: Promises, today: date) -> tuple[Promise, ...]:
    """Promises of which the person is to be reminded today, once: those made at least two days ahead."""
    return tuple(
        one
        for one in promises.made
        if one.standing is Standing.OPEN
        and not one.reminded
        and (first := _reminded_on(one)) is not None
        and first <= today < one.due_on
    )


def remind(promises: Promises, promise_id: UUID) -> Promises:
    """The person was reminded of a promise."""
    return _with(promises, replace(promises.find(promise_id), reminded=True))


def next_day(promises: Promises, today: date) -> date | None:
    """The next day, after today, on which a promise wants something: a reminder, or a last look."""
    days = [
        day
        for one in promises.made
        if one.standing is Standing.OPEN
        for day in (None if one.reminded else _reminded_on(one), one.grace_ends_on + _DAY)
        if day is not None and day > today
    ]
    return min(days, default=None)


def forget_old(promises: Promises, today: date) -> Promises:
    """Drop promises whose grace ended long ago: what was told of them stays told. Payments go when no
    promise that is left can need them.
    """
    first = today - timedelta(days=KEPT_DAYS)
    made = tuple(one for one in promises.made if one.standing is Standing.OPEN or one.grace_ends_on >= first)
    needed = min([first, *(one.made_on for one in made)])
    payments = tuple(one for one in promises.payments if one.value_on >= needed)
    loans = {one.loan_id for one in made}
    repaid = tuple(one for one in promises.repaid if one[1] >= first or one[0] in loans)
    return Promises(made, payments, repaid)


def _reminded_on(promise: Promise) -> date | None:
    on = promise.due_on - timedelta(days=REMINDED_DAYS_BEFORE)
    return on if on > promise.made_on else None


def _standing(promise: Promise, kept_on: date | None, today: date) -> Standing:
    if kept_on is not None:
        return Standing.KEPT
    return Standing.BROKEN if today > promise.grace_ends_on else Standing.OPEN


def _with(promises: Promises, promise: Promise) -> Promises:
    made = tuple(promise if one.id == promise.id else one for one in promises.made)
    return replace(promises, made=made)


def _met(promises: Promises) -> Iterator[tuple[Promise, date | None, Money]]:
    """Each promise that stands, with the day on which payments had met it and what is missing.

    Each payment, in the order of value dates, goes to the promise that ends first of those whose time it
    falls into; what that one does not need goes to the next. So none fails for want of what another
    can spare.
    """
    standing = sorted(
        (one for one in promises.made if one.standing is not Standing.WITHDRAWN),
        key=lambda one: (one.grace_ends_on, one.due_on, one.made_on, one.id.int),
    )
    missing = {one.id: one.amount for one in standing}
    met: dict[UUID, date] = {}
    for payment in sorted(promises.payments, key=lambda one: (one.value_on, one.id.int)):
        left = payment.amount
        for one in standing:
            if not left or not _counts_for(payment, one) or one.id in met:
                continue
            part = min(left, missing[one.id])
            left, missing[one.id] = left - part, missing[one.id] - part
            if not missing[one.id]:
                met[one.id] = payment.value_on
    repaid = dict(promises.repaid)
    for one in standing:
        over = repaid.get(one.loan_id)
        if one.id not in met and over is not None and over <= one.grace_ends_on:
            met[one.id] = max(over, one.made_on)
        yield one, met.get(one.id), missing[one.id]


def _counts_for(payment: Payment, promise: Promise) -> bool:
    return (
        payment.loan_id == promise.loan_id
        and payment.amount.currency == promise.amount.currency
        and promise.made_on <= payment.value_on <= promise.grace_ends_on
    )
