"""Taking facts into a loan's book, and taking them back; what that changes in the journal and in earlier
payments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain import journal
from services.ledger.domain.book import MONEY_IN, Book, Movement
from services.ledger.domain.facts import Fact
from services.ledger.domain.journal import Posting
from services.ledger.domain.loan import Entry, History, Loan
from services.ledger.domain.replay import ReplayNeeded, add, advance, earned, replay, replay_both
from services.ledger.domain.terms import Component, Terms
from shared.decision import Context, Need
from shared.errors import Conflict
from shared.quick import quick, replace


class FactDiffers(Conflict):
    """This reference was reported before with another content. Reverse what was reported, and report it anew
    under a reference of its own.
    """


class Went(NamedTuple):
    """Where a payment went: by component from penalty to principal, and what was left over."""

    parts: tuple[int, int, int, int]
    credit: int

    @property
    def applied(self) -> int:
        """What was set against what is owed."""
        return sum(self.parts)


@quick
@dataclass(frozen=True, slots=True)
class Recorded:
    """A loan with one fact more, or one fewer, and the payments that went elsewhere because of it."""

    loan: Loan
    went: Went
    """Where the new fact's own money went."""
    moved: Sequence[tuple[str, Went]] = ()


_NOWHERE = Went((0, 0, 0, 0), 0)
REPLACED = "replaced"


def record(loan: Loan, fact: Fact, context: Context) -> Recorded | Need | None:
    """The loan with this fact; None where it has it already. Raises FactDiffers."""
    known = loan.entry(fact.reference)
    if known is not None:
        if known.fact != fact:
            raise FactDiffers(reference=fact.reference)
        return None
    book = add(loan.book, fact)
    if isinstance(book, ReplayNeeded):
        if context.history is None:
            return Need(history=True)
        before = facts_of(loan, context.history)
        grown = replace(loan, added=(*loan.added, Entry(fact)))
        return _again(grown, context.history, before, [*before, fact], fact)
    through = max(fact.value_on, loan.earned_on)
    gained = gained_through(book, through)
    new = journal.postings(
        journal.entries(book.movements), journal.income(fact.reference, fact.value_on, loan.earned, gained)
    )
    after = _grown(loan, fact, book, gained, through, new)
    return Recorded(after, _went(book.movements, fact.reference))


def _grown(
    loan: Loan,
    fact: Fact,
    book: Book,
    gained: tuple[int, int, int],
    through: date,
    new: Sequence[Posting],
) -> Loan:
    # Every field by hand: `replace` costs four times as much, and this is done for every payment.
    return Loan(
        loan.id,
        loan.lender,
        loan.reference,
        loan.kind,
        loan.channel,
        loan.zone,
        loan.rules,
        book,
        loan.product,
        loan.product_version,
        loan.told,
        gained,
        through,
        loan.pending,
        loan.failure,
        loan.wakes_on,
        loan.waits_through,
        loan.agreements,
        loan.version + 1,
        loan.entries,
        (*loan.added, Entry(fact)),
        loan.reversed,
        (*loan.postings, *new),
        loan.replaced,
        loan.parties,
        loan.suspended,
        loan.holdings,
        loan.reported,
        loan.restaged,
    )


def report_anew(loan: Loan, fact: Fact, context: Context) -> Recorded | Need | None:
    """The loan with the newest report of what holds from a day on; None where that is the report it has.

    Only here the order of arrival decides. The file keeps the former report, as replaced, under its own name.
    """
    former = loan.entry(fact.reference)
    if former is None:
        return record(loan, fact, context)
    if former.fact == fact:
        return None
    if context.history is None:
        return Need(history=True)
    before = facts_of(loan, context.history)
    after = [*(one for one in before if one.reference != fact.reference), fact]
    kept = former._replace(fact=former.fact._replace(reference=_name_of_former(loan, context.history, fact)))
    if kept.reversed_on is None:
        kept = kept._replace(reversed_on=loan.today(context.now), reversal=REPLACED)
    return _again(_with_newer(loan, kept, fact), context.history, before, after, fact)


def _name_of_former(loan: Loan, history: History, fact: Fact) -> str:
    every = (*history.entries, *loan.added, *(entry for _, entry in loan.replaced))
    names = {one.fact.reference for one in every if one.fact.reference.startswith(f"{fact.reference}~")}
    return f"{fact.reference}~{len(names) + 1}"


def _with_newer(loan: Loan, kept: Entry, fact: Fact) -> Loan:
    name = fact.reference
    new_here = any(one.fact.reference == name for one in loan.added)
    added = tuple(kept if one.fact.reference == name else one for one in loan.added)
    return replace(
        loan,
        added=(*added, Entry(fact)),
        reversed=tuple(one for one in loan.reversed if one.fact.reference != name),
        replaced=loan.replaced if new_here else (*loan.replaced, (name, kept)),
    )


def signed(before: Loan, after: Loan, proposal: UUID) -> Loan:
    """The loan whose file says by which proposal its newest facts came, or were taken back."""
    old, gone = len(before.added), len(before.reversed)
    added = (one._replace(added_by=proposal) for one in after.added[old:])
    taken_back = (one._replace(reversed_by=proposal) for one in after.reversed[gone:])
    return replace(after, added=(*after.added[:old], *added), reversed=(*after.reversed[:gone], *taken_back))


def take_back(loan: Loan, entry: Entry, context: Context) -> Recorded | Need:
    """The loan as if a fact had never been. The file keeps it, as reversed."""
    if context.history is None:
        return Need(history=True)
    before = facts_of(loan, context.history)
    after = [one for one in before if one.reference != entry.fact.reference]
    taken = replace(loan, reversed=(*loan.reversed, entry))
    return _again(taken, context.history, before, after, entry.fact)


def exchange(loan: Loan, gone: Sequence[str], facts: Sequence[Fact], context: Context) -> Loan | Need:
    """The loan with these facts in the place of those, which the file keeps as replaced."""
    if gone:
        if context.history is None:
            return Need(history=True)
        before = facts_of(loan, context.history)
        left = [one for one in before if one.reference not in gone]
        taken = [Entry(one, one.value_on, REPLACED) for one in before if one.reference in gone]
        cause = facts[0] if facts else taken[0].fact
        grown = replace(
            loan,
            added=(*loan.added, *map(Entry, facts)),
            reversed=(*loan.reversed, *taken),
        )
        return _again(grown, context.history, before, [*left, *facts], cause).loan
    for fact in facts:
        recorded = record(loan, fact, context)
        if isinstance(recorded, Need):
            return recorded
        if recorded is not None:
            loan = recorded.loan
    return loan


def as_of(loan: Loan, day: date, context: Context) -> Book | Need:
    """The loan's book at the end of a day, by its facts as they are known now."""
    if loan.book.last is None or loan.book.last[0] <= day.toordinal():
        return loan.book
    if context.history is None:
        return Need(history=True)
    return replay(opened_with(loan, context.history), facts_of(loan, context.history), day)


def gained_through(book: Book, through: date) -> tuple[int, int, int]:
    """What has been earned; of a loan without interest and fees nothing can be."""
    penalties = book.terms.penalty_rate is not None
    costs = penalties or book.charges or any(book.owed[Component.INTEREST]) or book.bears_interest
    if not costs:
        return (0, 0, 0)
    if (book.bears_interest or penalties) and through.toordinal() > book.run_on:
        oldest = book.oldest_unpaid()
        if oldest is not None and book.dues[oldest] < through.toordinal():
            book = advance(book, through)  # what is past due may bear interest since the book's own day
    return earned(book, through)


def opened_with(loan: Loan, history: History) -> Terms:
    """What the loan was opened with: a provided schedule is loaded with its file alone."""
    return replace(loan.book.terms, provided=history.provided or loan.book.terms.provided)


def facts_of(loan: Loan, history: History) -> list[Fact]:
    """The facts that count, those of this batch among them."""
    gone = {one.fact.reference for one in loan.reversed}
    every = {one.fact.reference: one for one in (*history.entries, *loan.added)}
    return [one.fact for name, one in every.items() if one.reversed_on is None and name not in gone]


def _again(loan: Loan, history: History, before: list[Fact], after: list[Fact], cause: Fact) -> Recorded:
    """Make the book anew from all facts; the journal gets the differences, under the causes that they belong
    to.
    """
    terms = opened_with(loan, history)
    was, now = replay_both(terms, before, after)
    through = max(loan.earned_on, date.fromordinal(now.seen))
    gained = gained_through(now, through)
    new = journal.postings(
        journal.correction(journal.entries(was.movements), journal.entries(now.movements)),
        journal.income(cause.reference, cause.value_on, loan.earned, gained),
    )
    corrected = replace(
        loan,
        book=now,
        earned=gained,
        earned_on=through,
        version=loan.version + 1,
        postings=(*loan.postings, *new),
    )
    went_before, went_now = _all_went(was), _all_went(now)
    moved = [
        (name, went)
        for name, went in went_now.items()
        if name in went_before and went != went_before[name] and name != cause.reference
    ]
    return Recorded(corrected, went_now.get(cause.reference, _NOWHERE), moved)


def _all_went(book: Book) -> dict[str, Went]:
    by_cause: dict[str, list[Movement]] = {}
    for movement in book.movements:
        if movement.why in MONEY_IN:
            by_cause.setdefault(movement.cause, []).append(movement)
    return {cause: _went(movements, cause) for cause, movements in by_cause.items()}


def _went(movements: Iterable[Movement], cause: str) -> Went:
    parts = [0, 0, 0, 0, 0]
    for movement in movements:
        if movement.cause == cause and movement.why in MONEY_IN:
            parts[movement.component] -= movement.amount
    penalty, fees, interest, principal, credit = parts
    return Went((penalty, fees, interest, principal), credit)
