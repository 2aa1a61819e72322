"""What a year comes to by plain reckoning: lives as lists of payments, and what must follow of each by what
the documentation says. It knows nothing of the services: days and cents are all it has.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST_DUE, INSTALMENTS, CENTS = date(2026, 2, 1), 12, 100_00
LAST_DAY = date(2027, 1, 31)
FIRST_MISS_DAYS, CAUGHT_UP_DAYS = (4, 14, 28), (8, 21)
"""Days after the due date on which who misses for the first time, and who has caught up before, is written
to.
"""


@dataclass(frozen=True)
class Paid:
    """Money on a day; taken back on another, where it is."""

    on: date
    cents: int = CENTS
    back_on: date | None = None


@dataclass(frozen=True)
class Life:
    """A borrower: what they pay, and what they say."""

    name: str
    payments: Sequence[Paid]
    promise: tuple[date, date] | None = None
    """Said on a day: that an instalment will be paid on another."""
    disputes_on: date | None = None
    in_touch: bool = True
    """Whether what is written to them follows from misses alone."""


def due_dates() -> list[date]:
    """The first of each month."""
    months = [FIRST_DUE.month - 1 + number for number in range(INSTALMENTS)]
    return [date(FIRST_DUE.year + month // 12, month % 12 + 1, 1) for month in months]


def punctual(*but: date) -> list[Paid]:
    """Every instalment on its day, but these."""
    return [Paid(on) for on in due_dates() if on not in but]


def _month(number: int, day: int = 1) -> date:
    return date(2026, number, day)


LIVES = (
    *(Life(f"punctual-{number}", punctual()) for number in range(3)),
    Life("forgets-june", [*punctual(_month(6)), Paid(_month(6, 7))]),
    Life("repays-in-may", [*(Paid(_month(m)) for m in (2, 3, 4)), Paid(_month(5), 9 * CENTS)]),
    Life("forgets-twice", [*punctual(_month(3), _month(9)), Paid(_month(3, 10)), Paid(_month(9, 11))]),
    Life("in-two-parts", [*punctual(_month(7)), Paid(_month(7), 60_00), Paid(_month(7, 4), 40_00)]),
    Life(
        "debit-comes-back",
        [*punctual(_month(4)), Paid(_month(4), back_on=_month(4, 8)), Paid(_month(4, 12))],
    ),
    Life("stops-in-august", [Paid(on) for on in due_dates() if on < _month(8)], in_touch=False),
    Life(
        "keeps-a-promise",
        [*punctual(_month(6)), Paid(_month(6, 12))],
        promise=(_month(6, 8), _month(6, 12)),
        in_touch=False,
    ),
    Life(
        "breaks-a-promise",
        [*punctual(_month(7)), Paid(_month(7, 20))],
        promise=(_month(7, 6), _month(7, 10)),
        in_touch=False,
    ),
    Life("disputes", punctual(), disputes_on=_month(4, 15), in_touch=False),
)


@dataclass
class Totals:
    """What the year came to."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By life and event."""
    applied_cents: int = 0
    unpaid_cents: int = 0
    contacts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By life and template, of those in touch."""


def reckon(lives: Sequence[Life] = LIVES) -> Totals:
    """Day by day, life by life."""
    totals = Totals()
    for life in lives:
        _live(life, totals)
    return totals


def _live(life: Life, totals: Totals) -> None:
    dues, missed, late_since, cures, on = due_dates(), set[date](), None, 0, date(2026, 1, 2)
    written: set[date] = set()
    last = life.disputes_on or LAST_DAY  # nothing of a disputed loan falls due or is paid
    while on <= last:
        # What fell due before today is judged once yesterday is reported, with the money of yesterday.
        before = _balance(life, on - timedelta(days=1))
        behind = [due for number, due in enumerate(dues, 1) if due < on and before < number * CENTS]
        for due in behind:
            if due not in missed:
                missed.add(due)
                totals.counts[life.name, "PaymentMissed"] += 1
        if behind and late_since is None:
            late_since = min(behind)
        if late_since is not None:
            days = CAUGHT_UP_DAYS if cures else FIRST_MISS_DAYS
            for place, day in enumerate(days):
                step = late_since + timedelta(days=day)
                if step <= on and step not in written:
                    written.add(step)
                    if life.in_touch:
                        totals.contacts[life.name, "missed_first" if place == 0 else "help_offer"] += 1
                    break
        elif missed and life.in_touch and any(on == due - timedelta(days=5) for due in dues):
            totals.contacts[life.name, "reminder_before_due"] += 1
        now = _balance(life, on)
        if late_since is not None and all(now >= n * CENTS for n, due in enumerate(dues, 1) if due <= on):
            totals.counts[life.name, "ArrearsCured"] += 1
            late_since, cures = None, cures + 1
        if now == INSTALMENTS * CENTS > _balance(life, on - timedelta(days=1)):
            totals.counts[life.name, "LoanRepaid"] += 1
        on += timedelta(days=1)
    _say(life, totals)
    totals.applied_cents += _balance(life, LAST_DAY)
    totals.unpaid_cents += INSTALMENTS * CENTS - _balance(life, LAST_DAY)


def _balance(life: Life, on: date) -> int:
    """What of the payments until a day is set against the loan: what comes while it is disputed is credit."""
    until = min(on, life.disputes_on or on)
    return sum(
        one.cents for one in life.payments if one.on <= until and (one.back_on is None or one.back_on > on)
    )


def _say(life: Life, totals: Totals) -> None:
    if life.promise is not None:
        said_on, promised_on = life.promise
        totals.counts[life.name, "PromiseMade"] += 1
        # No life here pays in the working days after the promised one, on which it would be kept as well.
        in_time = sum(one.cents for one in life.payments if said_on <= one.on <= promised_on)
        totals.counts[life.name, "PromiseKept" if in_time >= CENTS else "PromiseBroken"] += 1
    if life.disputes_on is not None:
        totals.counts[life.name, "DisputeRaised"] += 1
