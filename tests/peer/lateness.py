"""How late the peer says a loan is, beside what our own ageing says of our book."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from services.ledger.domain.ageing import Pause, Unpaid, days_past_due, instalment_ages
from services.ledger.domain.buckets import Scheme, bucket
from tests.peer.stories import cents, day

if TYPE_CHECKING:
    from tests.peer.teller import Teller

RANGES = Scheme(
    "peer",
    bounds=(1, 4, 31, 61, 91, 121, 151, 181, 241),
    labels=(
        "NO_DELINQUENCY",
        "RANGE_1",
        "RANGE_3",
        "RANGE_30",
        "RANGE_60",
        "RANGE_90",
        "RANGE_120",
        "RANGE_150",
        "RANGE_180",
        "RANGE_240",
    ),
)
GRACE_DAYS = 3
_ONE = timedelta(days=1)


@dataclass
class Lateness:
    """What was paused, and the stage that the last closing or transaction found."""

    pauses: list[tuple[date, date]] = field(default_factory=list)
    actions: list[tuple[str, date, date | None]] = field(default_factory=list)
    stage: str = "NO_DELINQUENCY"
    instalments: dict[str, int] = field(default_factory=dict)

    def pause(self, start: date, end: date) -> None:
        """Stop ageing from a day to a day."""
        self.pauses.append((start, end))
        self.actions.append(("PAUSE", start, end))

    def resume(self, on: date) -> None:
        """Let ageing go on: the pause that holds ends today."""
        self.pauses = [(a, on if a <= on <= b else b) for a, b in self.pauses]
        self.actions.append(("RESUME", on, None))

    def note(self, t: "Teller") -> None:
        """Find the stage anew."""
        rows, pauses = unpaid(t), self.as_pauses()
        self.stage = bucket(days_past_due(rows, t.today, pauses, grace_days=GRACE_DAYS), RANGES)
        self.instalments = {}
        late = instalment_ages(rows, t.today, pauses) if self.stage != "NO_DELINQUENCY" else ()
        for one in late:
            if one.days_past_due:
                name = bucket(one.days_past_due, RANGES)
                self.instalments[name] = self.instalments.get(name, 0) + one.unpaid_minor

    def as_pauses(self) -> list[Pause]:
        """The peer's pauses count from the evening of their first day to that of their last."""
        return [Pause(start + _ONE, end) for start, end in self.pauses]


def unpaid(t: "Teller") -> list[Unpaid]:
    """What is due of the book, as rows of the ageing."""
    book = t.book()
    if not any(one.value_on <= t.today for one in t.draws()):
        return []
    return [Unpaid(line.number, line.due_on, line.unpaid) for line in book.lines() if line.unpaid > 0]


def _oldest(t: "Teller") -> date | None:
    return min((row.due_on for row in unpaid(t) if row.due_on < t.today), default=None)


Rows = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def delinquency(t: "Teller", step: dict[str, Any]) -> Rows:
    """Stage and its beginning, theirs and ours."""
    oldest = _oldest(t) if t.lateness.stage != "NO_DELINQUENCY" else None
    since = str(oldest + timedelta(days=GRACE_DAYS)) if oldest else None
    return [(step["range"], step["since"])], [(t.lateness.stage, since)]


def loan(t: "Teller", step: dict[str, Any]) -> Rows:
    """Stage, amount, beginning, days counted and days since the due date."""
    rows, oldest = unpaid(t), _oldest(t)
    since = oldest + timedelta(days=GRACE_DAYS) if oldest else None
    amount = sum(row.amount_minor for row in rows if row.due_on < t.today)
    days = days_past_due(rows, t.today, t.lateness.as_pauses(), grace_days=GRACE_DAYS)
    theirs = (
        step["classification"],
        cents(step["delinquentAmount"]),
        _spoken(step["delinquentDate"]),
        int(step["delinquentDays"]),
        int(step["pastDueDays"]),
    )
    return [theirs], [(t.lateness.stage, amount, since, days, days_past_due(rows, t.today))]


def instalments(t: "Teller", step: dict[str, Any]) -> Rows:
    """What is late, by stage of the instalments."""
    theirs = [(row["Range"], cents(row["Amount"])) for row in step["rows"]]
    return sorted(theirs), sorted(t.lateness.instalments.items())


def actions(t: "Teller", step: dict[str, Any]) -> Rows:
    """What was done about ageing."""
    theirs = [
        (row["action"], day(row["from"]), day(row["to"]) if row["to"] else None) for row in step["rows"]
    ]
    return list(theirs), list(t.lateness.actions)


def pauses(t: "Teller", step: dict[str, Any]) -> Rows:
    """When ageing stood still."""
    theirs = [
        (row["active"] == "true", _spoken(row["pausePeriodStart"]), _spoken(row["pausePeriodEnd"]))
        for row in step["rows"]
    ]
    return list(theirs), [(a <= t.today <= b, a, b) for a, b in t.lateness.pauses]


def history(t: "Teller", step: dict[str, Any]) -> Rows:
    """From when to when which stage held, newest first: ours by the days themselves."""
    theirs = [(row["range"], row["from"], row["to"]) for row in step["rows"]]
    rows = [Unpaid(line.number, line.due_on, sum(line.owed), line.settled_on) for line in t.book().lines()]
    first = min(row.due_on for row in rows)
    ours: list[tuple[str, str, str | None]] = []
    for n in range((t.today - first).days + 1):
        on = first + timedelta(days=n)
        stage = bucket(days_past_due(rows, on, grace_days=GRACE_DAYS), RANGES)
        if not ours or ours[0][0] != stage:
            ours = [(stage, str(on), None), *[(s, a, b or str(on - _ONE)) for s, a, b in ours]]
    ours = [row for row in ours if row[0] != "NO_DELINQUENCY"]
    return list(theirs), list(ours)


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _spoken(text: str | None) -> date | None:
    """A date such as 04 October 2023."""
    if text is None:
        return None
    number, month, year = text.split()
    return date(int(year), _MONTHS.index(month) + 1, int(number))
