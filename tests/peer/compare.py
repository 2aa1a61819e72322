"""Compares what a story expects with the book."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from services.ledger.domain.book import Book, Line
from services.ledger.domain.facts import Credit, Draw, Payment
from tests.peer import lateness
from tests.peer.stories import minor
from tests.peer.teller import Teller, Told

Row = tuple[Any, ...]
TOTALS = (
    "principal",
    "interest",
    "fees",
    "penalties",
    "due_total",
    "paid",
    "in_advance",
    "late",
    "outstanding",
)


@dataclass(frozen=True)
class Difference:
    """Where the book is not what a story expects: the rows of both, in the peer's columns."""

    what: str
    theirs: list[Row]
    ours: list[Row]

    def lines(self) -> Iterator[str]:
        """The rows side by side, those that differ marked."""
        for their, our in zip_longest(self.theirs, self.ours):
            yield f"  {'=' if their == our else '!'} {their}"
            if their != our:
                yield f"    {our}"


def compare(t: Teller, step: dict[str, Any]) -> Difference | None:
    """What differs from what a step expects; None where nothing does."""
    what = step["expect"]
    theirs, ours = _EXPECT[what](t, step)
    return None if theirs == ours else Difference(what, theirs, ours)


def schedule_rows(t: Teller, book: Book) -> list[Row]:
    """Our schedule in the peer's columns, draws among the instalments."""
    waiting = sorted(t.draws()) or [t.planned_draw()]
    rows: list[Row] = []
    balance = 0
    for line in book.lines():
        while waiting and _comes_first(t, waiting[0], line, not rows):
            drawn = waiting.pop(0).amount
            rows.append((None, drawn))
            balance += drawn
        penalties, fees, interest, principal = line.owed
        balance -= principal - book.credited[line.number - 1]
        asked = sum(line.owed)
        settled = str(line.settled_on) if line.settled_on and asked else None
        amounts = (max(balance, 0), principal, interest, fees, penalties, asked, sum(line.paid))
        paid = (line.in_advance, line.late, line.unpaid)
        days = (line.due_on - line.starts_on).days
        rows.append((line.number, str(line.due_on), days, settled, *amounts, *paid))
    return rows


def _comes_first(t: Teller, draw: Draw, line: Line, first: bool) -> bool:
    on_due_date = not t.progressive or line.starts_on == line.due_on
    return first or draw.value_on < line.due_on or (draw.value_on == line.due_on and on_due_date)


def _schedule(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    return [_read(row) for row in step["rows"]], schedule_rows(t, t.book())


def _read(row: list[Any]) -> Row:
    if row[0] is None:
        return (None, minor(row[4]))
    # An instalment that asks for nothing has no day on which it was paid.
    paid_on = row[3] if minor(row[9]) else None
    return (row[0], row[1], row[2], paid_on, *[minor(cell) for cell in row[4:]])


def _totals(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    rows = [row for row in schedule_rows(t, t.book()) if row[0] is not None]
    ours = tuple(sum(row[5 + k] for row in rows) for k in range(len(TOTALS)))
    return [tuple(minor(step[name]) for name in TOTALS)], [ours]


def transaction_rows(t: Teller) -> list[Row]:
    """Our transactions in the peer's columns."""
    rows = [_transaction_row(one) for one in t.told]
    for on, kind, (penalty, charged, interest), _ in t.accruals:
        rows.append((str(on), kind, penalty + charged + interest, 0, interest, charged, penalty, 0, False))
    return sorted([*rows, *_activity(t)], key=_by_day)


def _by_day(row: Row) -> Row:
    return (row[0], row[1], row[2] or 0, row[3] or 0)


def _transaction_row(one: Told) -> Row:
    penalty, charged, interest, principal = one.parts
    on, amount = str(one.fact.value_on), getattr(one.fact, "amount", sum(one.parts))
    if one.kind == "Disbursement":
        return (on, one.kind, amount, 0, 0, 0, 0, one.balance, one.reversed)
    if one.kind in ("Re-age", "Re-amortize"):
        return (on, one.kind, principal, principal, 0, 0, 0, 0, one.reversed)
    balance = 0 if one.kind == "Charge-off" else one.balance
    return (on, one.kind, amount, principal, interest, charged, penalty, balance, one.reversed)


def _activity(t: Teller) -> Iterator[Row]:
    """What each instalment brought in, once it fell due or the loan was repaid, where the peer tells it."""
    told = (row[1] for step in t.story.steps for row in step.get("rows", []) if isinstance(row, list))
    if "Accrual Activity" not in told:
        return
    book = t.book()
    paid = [
        one.fact.value_on for one in t.told if isinstance(one.fact, Payment | Credit) and not one.reversed
    ]
    repaid = None if book.outstanding else max(paid, default=None)
    by_day: dict[str, list[int]] = {}
    for line in book.lines():
        on = min(line.due_on, repaid) if repaid else line.due_on
        if repaid or (t.closed_through and on <= t.closed_through):
            mine = by_day.setdefault(str(on), [0, 0, 0])
            for k in range(3):
                mine[k] += line.owed[k]
    for when, (penalty, charged, interest) in by_day.items():
        amount = penalty + charged + interest
        if amount:
            yield (when, "Accrual Activity", amount, 0, interest, charged, penalty, 0, False)


def _transactions(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    theirs = [(row[0], row[1], *[minor(cell) for cell in row[2:8]], row[8]) for row in step["rows"]]
    # A column that a story leaves open in a row says nothing.
    silent = [k for k in range(2, 8) if any(row[k] is None for row in theirs)]
    silent += [] if any(row[8] not in (None, "") for row in theirs) else [8]
    rows = [[(*row[:8], bool(row[8])) for row in side] for side in (theirs, transaction_rows(t))]
    told, ours = ([_without(row, silent) for row in side] for side in rows)
    return sorted(told, key=_by_day), sorted(ours, key=_by_day)


def _without(row: Row, columns: list[int]) -> Row:
    return tuple(None if k in columns else cell for k, cell in enumerate(row))


def _transaction(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    names = ("amount", "principal", "interest", "fees", "penalties", "balance")
    theirs = (step["date"], step["kind"], *[minor(step[name]) for name in names])
    ours = [row[:8] for row in transaction_rows(t)]
    return [theirs], [theirs] if theirs in ours else [row for row in ours if row[:2] == theirs[:2]]


def _status(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    told = {"Closed (obligations met)": "CLOSED_OBLIGATIONS_MET"}.get(step["is"], step["is"].upper())
    book = t.book()
    ours = "OVERPAID" if book.credit else "CLOSED_OBLIGATIONS_MET"
    if not t.draws():
        ours = "APPROVED"
    elif book.outstanding > 0:
        ours = "ACTIVE"
    return [(told,)], [(ours,)]


def _amount(ours: Callable[[Teller], int]) -> Callable[[Teller, dict[str, Any]], tuple[list[Row], list[Row]]]:
    return lambda t, step: ([(minor(step["is"]),)], [(ours(t),)])


def _reversed(t: Teller, step: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    told = any(one.reversed for one in t.told if str(one.fact.value_on) == step["date"])
    return [(step["date"], True)], [(step["date"], told)]


_EXPECT: dict[str, Callable[[Teller, dict[str, Any]], tuple[list[Row], list[Row]]]] = {
    "schedule": _schedule,
    "totals": _totals,
    "transactions": _transactions,
    "transaction": _transaction,
    "status": _status,
    "outstanding": _amount(lambda t: t.book().outstanding),
    "overpaid": _amount(lambda t: t.book().credit),
    "overdue": _amount(lambda t: t.book().arrears(t.today)),
    "reversed": _reversed,
    "delinquency": lateness.delinquency,
    "delinquency_loan": lateness.loan,
    "delinquency_installments": lateness.instalments,
    "delinquency_actions": lateness.actions,
    "delinquency_pauses": lateness.pauses,
    "delinquency_history": lateness.history,
}
