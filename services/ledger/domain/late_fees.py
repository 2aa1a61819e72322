"""Late fees: charged once for an instalment that is told as missed, taken back with what it was charged for.

A late fee falls due with the next instalment, never with the one that was missed. It is charged for principal
or interest alone: a fee for a fee would grow by itself (so the FTC's Credit Practices Rule, 16 CFR 444.4, and
Regulation Z, 12 CFR 1026.36(c)(2)). None is charged while an agreed plan runs (a deferral, small payments),
for days on which a hold forbids interest and fees, under dispute, after a write-off, above the cap on the
cost, or where the platform's core keeps the book.
"""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from services.ledger.domain import facts
from services.ledger.domain.ageing import Unpaid
from services.ledger.domain.book import Book, Charge
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.loan import Loan
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.replay import cost_room
from services.ledger.domain.terms import Component
from shared.decision import Context

PREFIX = "fee:late:"
"""Names of fees that the ledger itself charges begin so."""


def may_charge(loan: Loan, today: date) -> bool:
    """Whether the loan's day may bring a late fee: then its whole file must be there."""
    return bool(loan.rules.late_fee_minor) and loan.open_due_on is not None and loan.open_due_on < today


def has_any(loan: Loan) -> bool:
    """Whether a late fee was ever charged."""
    return any(one.reference.startswith(PREFIX) for one in loan.book.charges)


def charged(loan: Loan, row: Unpaid, missed: UUID, today: date, context: Context) -> Loan:
    """The loan with the fee for an instalment that is told as missed by the event of this id; as it was where
    none is charged.
    """
    book = loan.book
    if not _is_charged(loan, row, today):
        return loan
    name = f"{PREFIX}{row.number}:{today}:{missed}"
    fee = facts.Fee(today, name, loan.rules.late_fee_minor, _due_on(book, today), penalty=True)
    recorded = record(loan, fee, context)
    # Where something is past due the loan's whole file is there. Should it not be, there is no fee.
    return recorded.loan if isinstance(recorded, Recorded) else loan


def _due_on(book: Book, today: date) -> date:
    """With the next instalment, or a period after the last. Of a card the next statement asks for it."""
    if book.card is not None:
        return today
    due = next((day for day in book.dues if day > today.toordinal()), None)
    return date.fromordinal(due) if due else due_date(today, book.terms.unit, book.terms.count, 1)


def fee_for(loan: Loan, missed: UUID) -> int:
    """What was charged, and is not taken back, for the instalment told as missed by the event of this id."""
    return sum(one.amount for one in loan.book.charges if one.reference.endswith(f":{missed}"))


def charged_by(charge: Charge) -> date:
    """The day by which a fee was charged. A late fee falls due on a later one, others when charged."""
    if charge.reference.startswith(PREFIX):
        return _told(charge.reference)[0]
    return date.fromordinal(charge.due)


def without_cause(loan: Loan, missed: Collection[UUID]) -> Iterator[Charge]:
    """Late fees for instalments that were not missed after all, or for days on which, as is known now, no
    fee was allowed. `missed` are the events that still hold.
    """
    due_on = {one.event_id: one.due_on for one in loan.told.missed}
    for one in loan.book.charges:
        if one.reference.startswith(PREFIX) and one.amount:
            told_on, event_id = _told(one.reference)
            since = due_on.get(event_id, told_on)
            if event_id not in missed or _is_paused(loan.book, since, told_on):
                yield one


def taken_back(loan: Loan, fee: Charge, context: Context) -> Recorded:
    """The loan without a fee that had no cause: it is waived on the day on which it was charged, so that all
    money since then goes where it would have gone.
    """
    on, _ = _told(fee.reference)
    # All of it, though a cap lets less be asked today: more may fit once the history changes again.
    whole = max(loan.rules.late_fee_minor, fee.amount)
    waiver = facts.FeeWaiver(on, f"waiver:{fee.reference}", fee.reference, whole)
    recorded = record(loan, waiver, context)
    assert isinstance(recorded, Recorded), (
        "what takes a cause away lies before its fee, so the file was needed"
    )
    return recorded


def _told(reference: str) -> tuple[date, UUID]:
    _, on, event_id = reference.removeprefix(PREFIX).split(":")
    return date.fromisoformat(on), UUID(event_id)


def _is_charged(loan: Loan, row: Unpaid, today: date) -> bool:
    if not loan.rules.late_fee_minor or loan.core_is_master or loan.agreements.plan is not None:
        return False
    book, place = loan.book, row.number - 1
    unpaid = sum(
        book.owed[one][place] - book.paid[one][place] for one in (Component.INTEREST, Component.PRINCIPAL)
    )
    if unpaid <= 0 or book.charged_off or any(until > today.toordinal() for _, until in book.disputed):
        return False
    return not _is_paused(book, row.due_on, today) and cost_room(book, today) != 0


def _is_paused(book: Book, since: date, through: date) -> bool:
    """Whether interest and fees stand still on a day after one day through another."""
    first, last = since.toordinal() + 1, through.toordinal()
    return any(start <= last and first < end for start, end in book.pauses)
