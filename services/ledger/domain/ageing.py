"""How late a loan is: days past due from the oldest unpaid due date, less the days on which ageing stops.

0 on the due date, 1 on the day after. A date here is a date of the loan's time zone; amounts are minor
units of the loan's one currency. Nothing is kept between calls: the same schedule, payments and pauses
always give the same days.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.events.parts import Freezes, HoldReason
from shared.money import Money

_DAY = timedelta(days=1)
GRACE_SPAN_DAYS_MAX = 3_660
"""No grace is looked for further ahead than this: a calendar that is closed for ten years is a mistake."""


class CountedFrom(StrEnum):
    """What a due date is the due date of."""

    INSTALMENT = "instalment"
    MINIMUM_PAYMENT = "minimum payment"
    LIMIT_BREACH = "limit breach"


class Unpaid(NamedTuple):
    """An amount due on a date. `paid_off_on` is the value date of the payment after which nothing of it was
    left.

    Of an amount that is still open, `amount_minor` is what is left of it.
    """

    number: int
    due_on: date
    amount_minor: int
    paid_off_on: date | None = None

    def is_open(self, on: date) -> bool:
        """Whether it is due, and not paid off at the end of the day."""
        return (
            self.due_on <= on
            and self.amount_minor > 0
            and (self.paid_off_on is None or self.paid_off_on > on)
        )


class Pause(NamedTuple):
    """Days on which ageing stands still: both ends belong to it, and without an end it goes on.

    `due_through` limits it to what fell due by that day; later amounts age as ever.
    """

    starts_on: date
    ends_on: date | None = None
    reason: str = ""
    due_through: date | None = None


class Held(NamedTuple):
    """A hold as ageing looks at it. `person` is whose hold it is; None means everyone's who is part of the
    loan.
    """

    reason: HoldReason
    freezes: Freezes
    starts_on: date
    ends_on: date | None = None
    person: str | None = None
    arrears_only: bool = False
    """Only what was past due at its start is held (a mortgage in a moratorium): see `ageing_pauses`."""


class PausedDays(NamedTuple):
    """How many days a pause took off the count. A day under several pauses is told once, by the earliest."""

    reason: str
    days: int


class InstalmentAge(NamedTuple):
    """How late one amount is."""

    number: int
    due_on: date
    unpaid_minor: int
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a loan is as late as it is: the amount, the dates, and what was taken off."""

    on: date
    days_past_due: int
    arrears: Money
    """All that is unpaid after its due date."""
    counted_from: CountedFrom
    number: int | None = None
    """Of the amount that decides; None where nothing is past due."""
    unpaid: Money | None = None
    due_on: date | None = None
    days_since_due: int = 0
    paused: tuple[PausedDays, ...] = ()
    grace_days: int = 0
    """Taken off as well, where the product says that its grace does not count."""

    @property
    def text(self) -> str:
        """The reason as a sentence."""
        if self.unpaid is None:
            return f"nothing was past due on {self.on}"
        less = [f"{one.days} paused {_days(one.days)} ({one.reason})" for one in self.paused]
        if self.grace_days:
            less.append(f"{self.grace_days} {_days(self.grace_days)} of grace")
        what = f"{self.counted_from} {self.number} of {self.unpaid}, due on {self.due_on}"
        count = f"{self.days_past_due} {_days(self.days_past_due)} past due on {self.on}"
        since = f"was unpaid for {self.days_since_due} {_days(self.days_since_due)}"
        return f"{count} because {what}, {since}" + (f", less {' and '.join(less)}" if less else "")


def _days(count: int) -> str:
    return "day" if count == 1 else "days"


def ageing_pauses(holds: Iterable[Held], person: str | None = None) -> tuple[Pause, ...]:
    """The pauses that follow from holds, for the loan or for the record of one `person`.

    Only a hold whose scope names ageing pauses it: contact, interest and ageing are three freezes. A joint
    borrower's own hold does not change the other's record (our reading of the Debt Respite Scheme, SI
    2020/1311 reg. 7, where protection of a joint debt is by person). A hold on arrears alone leaves what
    falls due from its start on ageing.
    """
    return tuple(
        Pause(
            hold.starts_on,
            hold.ends_on,
            hold.reason.value,
            hold.starts_on - _DAY if hold.arrears_only else None,
        )
        for hold in holds
        if hold.freezes.ageing and (person is None or hold.person in (None, person))
    )


def days_past_due(
    rows: Iterable[Unpaid], on: date, pauses: Sequence[Pause] = (), *, grace_days: int = 0
) -> int:
    """Days past due at the end of a day: those of the amount that is latest, which is the oldest unpaid one.

    `grace_days` come off the count where a product says that its grace does not count (usually 0: grace
    delays what is said to the borrower, and is no gift of days).
    """
    due = [row.due_on for row in rows if row.is_open(on)]
    if due and all(pause.due_through is None for pause in pauses):
        # What holds for all alike leaves the oldest the latest: one count, not one for each.
        return _age(min(due), on, pauses, grace_days)
    return max((_age(due_on, on, pauses, grace_days) for due_on in due), default=0)


def instalment_ages(
    rows: Iterable[Unpaid], on: date, pauses: Sequence[Pause] = (), *, grace_days: int = 0
) -> tuple[InstalmentAge, ...]:
    """Days past due of each amount that is due and unpaid, oldest first."""
    return tuple(
        InstalmentAge(row.number, row.due_on, row.amount_minor, _age(row.due_on, on, pauses, grace_days))
        for row in sorted((row for row in rows if row.is_open(on)), key=_by_due)
    )


def arrears_minor(rows: Iterable[Unpaid], on: date) -> int:
    """What is unpaid after its due date, in minor units. An amount due today is not in arrears yet."""
    return sum(row.amount_minor for row in rows if row.due_on < on and row.is_open(on))


def oldest_unpaid(rows: Iterable[Unpaid], on: date) -> Unpaid | None:
    """The amount that is past due for longest, if any is."""
    return min((row for row in rows if row.due_on < on and row.is_open(on)), key=_by_due, default=None)


def arrears_since(rows: Iterable[Unpaid], on: date) -> date | None:
    """The first day of the unbroken time in which something was past due, if that lasts on this day.

    It may be earlier than the oldest unpaid amount tells: that of an earlier one which was paid since.
    """
    since: date | None = None
    last: date | None = None
    for row in sorted((row for row in rows if row.amount_minor > 0), key=_by_due):
        first = row.due_on + _DAY
        end = on if row.paid_off_on is None else min(row.paid_off_on - _DAY, on)
        if end < first:
            continue
        if last is None or first > last + _DAY:
            since, last = first, end
        else:
            last = max(last, end)
    return since if last == on else None


def explain(
    rows: Iterable[Unpaid],
    on: date,
    currency: str,
    pauses: Sequence[Pause] = (),
    *,
    grace_days: int = 0,
    counted_from: CountedFrom = CountedFrom.INSTALMENT,
) -> Explanation:
    """Why the loan is as late as `days_past_due` says."""
    past_due = sorted((row for row in rows if row.due_on < on and row.is_open(on)), key=_by_due)
    arrears = Money(sum(row.amount_minor for row in past_due), currency)
    if not past_due:
        return Explanation(on, 0, arrears, counted_from)
    row = max(past_due, key=lambda row: _age(row.due_on, on, pauses, grace_days))
    return Explanation(
        on=on,
        days_past_due=_age(row.due_on, on, pauses, grace_days),
        arrears=arrears,
        counted_from=counted_from,
        number=row.number,
        unpaid=Money(row.amount_minor, currency),
        due_on=row.due_on,
        days_since_due=(on - row.due_on).days,
        paused=tuple(_paused(row.due_on, on, pauses)),
        grace_days=grace_days,
    )


def grace_ends_on(
    due_on: date,
    grace_days: int,
    pauses: Sequence[Pause] = (),
    *,
    is_open: Callable[[date], bool] | None = None,
) -> date | None:
    """The last day on which a payment is still in time; None while a pause without end stops the count.

    Grace is counted in calendar days, or in working days where `is_open` says which days those are. Paused
    days do not use it up. Raises ValueError where the calendar stays closed for ten years.
    """
    day, left = due_on, grace_days
    stops = [pause for pause in pauses if pause.due_through is None or due_on <= pause.due_through]
    while left:
        day += _DAY
        if any(pause.ends_on is None and pause.starts_on <= day for pause in stops):
            return None
        if (day - due_on).days > GRACE_SPAN_DAYS_MAX:
            raise ValueError(f"the calendar has no working day within {GRACE_SPAN_DAYS_MAX} days of {due_on}")
        if not _stands_still(day, stops) and (is_open is None or is_open(day)):
            left -= 1
    return day


class Statement(NamedTuple):
    """A card statement as ageing looks at it: what of its own minimum payment is unpaid."""

    number: int
    issued_on: date
    due_on: date
    unpaid_minor: int
    paid_off_on: date | None = None


def minimum_payments(statements: Iterable[Statement]) -> tuple[Unpaid, ...]:
    """What a card counts from: the due date of each minimum payment, not its statement's date (CRR art.
    178(2)(c)).

    `unpaid_minor` is without what an earlier statement asked for already, so that nothing is counted twice.
    """
    return tuple(Unpaid(one.number, one.due_on, one.unpaid_minor, one.paid_off_on) for one in statements)


def limit_breach(
    balances: Iterable[tuple[date, int]], limits: Iterable[tuple[date, int]], on: date
) -> Unpaid | None:
    """What an overdraft counts from: the day from which its balance has been above its limit without a break.

    Both are steps: a day and what held from its end on, in minor units. Before the first limit there is
    none, so any balance breaches it; a limit that is lowered below the balance is breached on that day (CRR
    art. 178(2)(a), (b)).
    """
    steps = sorted([(day, 0, minor) for day, minor in limits] + [(day, 1, minor) for day, minor in balances])
    limit = balance = 0
    since: date | None = None
    for index, (day, kind, minor) in enumerate(steps):
        if day > on:
            break
        limit, balance = (minor, balance) if kind == 0 else (limit, minor)
        if index + 1 < len(steps) and steps[index + 1][0] == day:
            continue
        since = (since or day) if balance > limit else None
    return None if since is None else Unpaid(1, since, balance - limit)


def _age(due_on: date, on: date, pauses: Sequence[Pause], grace_days: int) -> int:
    days = (on - due_on).days - grace_days
    if pauses:
        days -= sum(one.days for one in _paused(due_on, on, pauses))
    return max(days, 0)


def _paused(due_on: date, on: date, pauses: Sequence[Pause]) -> Iterator[PausedDays]:
    """Paused days after the due date through `on`: those under several pauses count once."""
    through = due_on
    for pause in sorted(pauses, key=lambda pause: pause.starts_on):
        if pause.due_through is not None and due_on > pause.due_through:
            continue
        first = max(pause.starts_on, through + _DAY)
        last = on if pause.ends_on is None else min(pause.ends_on, on)
        if last >= first:
            yield PausedDays(pause.reason, (last - first).days + 1)
            through = last


def _stands_still(day: date, pauses: Iterable[Pause]) -> bool:
    return any(p.starts_on <= day and (p.ends_on is None or day <= p.ends_on) for p in pauses)


def _by_due(row: Unpaid) -> tuple[date, int]:
    return row.due_on, row.number
