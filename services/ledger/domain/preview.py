"""What a relief would make of a loan, for both sides, before anyone agrees to it. Nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context as DecimalContext
from decimal import Decimal

from services.ledger.domain import relief
from services.ledger.domain.acceleration import before_relief
from services.ledger.domain.apr import AprUndefined, Flow, apr_eu
from services.ledger.domain.book import Book
from services.ledger.domain.loan import Loan
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.relief_limits import check_deferrals, check_term
from shared.decision import Context, Need
from shared.errors import DomainError
from shared.events.parts import ReliefPhase

_PRECISE = DecimalContext(prec=40)


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid on a date, in minor units."""

    on: date
    penalty: int
    fees: int
    interest: int
    principal: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.penalty + self.fees + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come of a loan."""

    dues: tuple[Due, ...]
    total: int
    cost: int
    """Interest, fees and penalties among it."""
    ends_on: date | None
    apr: Decimal | None
    """The yearly rate of charge of what is still owed, as EU law computes it; None where there is none."""
    present_value: int
    """To the lender: what is still to come, discounted at the loan's own rate."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A loan as it is, and as it would be; or why it cannot be so."""

    before: Outlook
    after: Outlook | None
    refused: str | None = None


def preview(
    loan: Loan, phases: Sequence[ReliefPhase], context: Context, before: Outlook | None = None
) -> Preview:
    """Price one candidate. `context.history` must hold the loan's file; `before`, where several candidates
    are priced, is the loan's outlook as it is.
    """
    today = loan.today(context.now)
    before = before or outlook(loan.book, today)
    try:
        check_deferrals(loan, phases)
        changed = before_relief(loan, context)
        assert not isinstance(changed, Need), "a preview has the loan's whole file"
        for place, phase in enumerate(phases):
            for fact in relief.facts_of(changed, phase, f"preview:{place}", today):
                recorded = record(changed, fact, context)
                assert not isinstance(recorded, Need), "a preview has the loan's whole file"
                if isinstance(recorded, Recorded):
                    changed = recorded.loan
        check_term(loan, changed, phases)
    except DomainError as refused:
        return Preview(before, None, refused.code)
    return Preview(before, outlook(changed.book, today))


def outlook(book: Book, today: date) -> Outlook:
    """What is still to come of a loan, seen from a day."""
    dues = []
    for line in book.lines():
        penalty, fees, interest, principal = (o - p for o, p in zip(line.owed, line.paid, strict=True))
        if line.unpaid:
            dues.append(Due(line.due_on, penalty, fees, interest, principal))
    # Of a card: what no statement has asked for has no due date.
    rest = book.outstanding - sum(due.total for due in dues)
    return Outlook(
        tuple(dues),
        total=book.outstanding,
        cost=book.outstanding - book.balance,
        ends_on=None if rest else max((due.on for due in dues), default=None),
        apr=None if rest else _apr(book.balance, dues, today),
        present_value=_present_value(book, dues, today) + rest,
    )


def _apr(balance: int, dues: Sequence[Due], today: date) -> Decimal | None:
    if balance <= 0 or not dues:
        return None
    payments = [Flow(max(due.on, today), due.total) for due in dues]
    try:
        return apr_eu([Flow(today, balance)], payments)
    except AprUndefined:
        return None


def _present_value(book: Book, dues: Sequence[Due], today: date) -> int:
    """At the loan's yearly rate, by days over 365; what is past due counts in full."""
    growth = 1 + (book.annual_rate or book.terms.annual_rate)
    # One root and whole powers of it: a power of a fraction takes twenty times as long.
    by_day = _PRECISE.power(growth, Decimal(1) / 365)
    value = Decimal(0)
    for due in dues:
        value += due.total / _PRECISE.power(by_day, max((due.on - today).days, 0))
    return int(value.to_integral_value())
