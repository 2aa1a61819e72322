"""What runs for a person between contacts: treatments, promises, payments that are awaited. Each function
takes what came to be known and gives the course after it with what is to be told; `look` says what the day
wants.

Whoever calls these asks `look` after each of them, and again on the day that `next_day` names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reminders.domain import promises as promising
from services.reminders.domain import treatments as treating
from services.reminders.domain.answers import Consequences
from services.reminders.domain.orders import Close, Order, Quiet
from services.reminders.domain.packs import Holidays
from services.reminders.domain.promises import Broken, Kept, Outcome, Payment, Promise, Promises, Standing
from services.reminders.domain.treatments import (
    Capacity,
    Catalogue,
    Closing,
    Ended,
    Exhausted,
    Facts,
    Opening,
    Row,
    Treating,
    Wanted,
)
from shared.events.base import Event
from shared.events.loans import Channel as LoanChannel
from shared.events.reminders import (
    PromiseBroken,
    PromiseBrokenRetracted,
    PromiseKept,
    PromiseKeptRetracted,
    PromiseMade,
    TreatmentAssigned,
    TreatmentExhausted,
)
from shared.money import Money
from shared.quick import replace

NO_TREATMENTS, NO_PROMISES = Treating(), Promises()
EventIds = Callable[[int], UUID]
"""The id that the event at a place among those of this call will have."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An instalment that was missed and is not paid."""

    loan_id: UUID
    instalment: int
    due_on: date


@dataclass(frozen=True, slots=True)
class About:
    """What else is known of a person and a loan when a treatment is chosen."""

    lender: str
    vulnerable: bool = False
    capacity: Capacity | None = None
    loan_kind: LoanChannel | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """All that runs for one person."""

    person_id: UUID
    treating: Treating = NO_TREATMENTS
    promises: Promises = NO_PROMISES
    missed: tuple[Missed, ...] = ()
    cured: tuple[tuple[UUID, tuple[Missed, ...]], ...] = ()
    """What had been missed of a loan before it was last cured, should that be taken back."""
    misses: int = 0
    cures: int = 0
    opens: tuple[tuple[UUID, frozenset[Opening]], ...] = ()
    """What the last assessment of a loan's risk opens."""
    awaited: tuple[tuple[UUID, date], ...] = ()
    """Loans for which a payment is said to be made, and the last day on which it is waited for."""

    def quiet(self, today: date) -> Mapping[UUID, date]:
        """Until when, that day included, each loan is not spoken of."""
        until = {loan: on for loan, on in self.awaited if on >= today}
        for loan in {one.loan_id for one in self.promises.made}:
            if (on := self.promises.quiet_until(loan, today)) is not None:
                until[loan] = max(on, until.get(loan, on))
        return until

    def next_day(self, today: date, catalogue: Catalogue) -> date | None:
        """The day on which to look again; None while nothing runs."""
        days = (
            treating.next_day(self.treating, today, catalogue, self.quiet(today)),
            promising.next_day(self.promises, today),
        )
        return min((day for day in days if day is not None), default=None)


class Turn(NamedTuple):
    """The course after something came to be known, and what is to be told of it."""

    course: Course
    events: tuple[Event, ...] = ()


class Look(NamedTuple):
    """The course after a look at the day, what is to be told, and what is wanted of the contact gate."""

    course: Course
    events: tuple[Event, ...]
    wanted: tuple[Wanted, ...]
    remind: tuple[Promise, ...]


# -- loans ---------------------------------------------------------------------------------------------------


def due_soon(
    course: Course, loan_id: UUID, due_on: date, about: About, today: date, catalogue: Catalogue
) -> Turn:
    """An instalment falls due: a word before helps some. Nothing where the loan is late already."""
    if any(one.loan_id == loan_id for one in course.missed):
        return Turn(course)
    return _assigned(course, loan_id, due_on, about, today, catalogue)


def missed(course: Course, miss: Missed, about: About, today: date, catalogue: Catalogue) -> Turn:
    """An instalment was missed. Days count from the oldest that is unpaid."""
    if miss in course.missed:
        return Turn(course)
    after = replace(course, missed=(*course.missed, miss), misses=course.misses + 1)
    return _assigned(after, miss.loan_id, _oldest(after, miss.loan_id), about, today, catalogue)


def not_missed(course: Course, loan_id: UUID, instalment: int) -> Turn:
    """An instalment was not missed after all. Where nothing else is, the treatment was a mistake."""
    left = tuple(one for one in course.missed if (one.loan_id, one.instalment) != (loan_id, instalment))
    if left == course.missed:
        return Turn(course)
    after = replace(course, missed=left, misses=course.misses - 1)
    return _ended(after, loan_id, Ended.MISS_RETRACTED) if _oldest(after, loan_id) is None else Turn(after)


def cured(course: Course, loan_id: UUID) -> Turn:
    """Nothing of a loan is past due any more: everything about it ends at once."""
    was = tuple(one for one in course.missed if one.loan_id == loan_id)
    others = tuple(one for one in course.cured if one[0] != loan_id)
    after = replace(
        course,
        missed=tuple(one for one in course.missed if one.loan_id != loan_id),
        cured=(*others, (loan_id, was)),
        cures=course.cures + 1,
        awaited=tuple(one for one in course.awaited if one[0] != loan_id),
    )
    return _ended(after, loan_id, Ended.PAID)


def not_cured(course: Course, loan_id: UUID, about: About, today: date, catalogue: Catalogue) -> Turn:
    """The arrears were not cured after all (a payment was reversed): what had been missed is so again."""
    was = dict(course.cured).get(loan_id)
    if was is None:
        return Turn(course)
    after = replace(
        course,
        missed=(*course.missed, *was),
        cured=tuple(one for one in course.cured if one[0] != loan_id),
        cures=course.cures - 1,
    )
    return _assigned(after, loan_id, _oldest(after, loan_id), about, today, catalogue)


def not_needed(course: Course, loan_id: UUID) -> Turn:
    """What was to fall due is paid before: a treatment that has only a word before the due date is over."""
    if _oldest(course, loan_id) is not None:
        return Turn(course)
    return _ended(course, loan_id, Ended.PAID)


def gone(course: Course, loan_id: UUID, repaid_on: date | None = None) -> Turn:
    """A loan is no longer spoken of: repaid on a day, or else moved, written off, or another person's."""
    left = tuple(one for one in course.missed if one.loan_id != loan_id)
    if repaid_on is None:
        promises = promising.leave(course.promises, loan_id)
    else:
        promises = promising.repay(course.promises, loan_id, repaid_on)
    return _ended(replace(course, missed=left, promises=promises), loan_id, Ended.LOAN_GONE)


def owed_again(course: Course, loan_id: UUID) -> Turn:
    """A loan is not repaid after all. What is late of it is told by itself."""
    return Turn(replace(course, promises=promising.repay(course.promises, loan_id, None)))


def paid(course: Course, payment: Payment) -> Turn:
    """A payment came: what it means for promises shows at the next look."""
    awaited = tuple(one for one in course.awaited if one[0] != payment.loan_id)
    return Turn(replace(course, promises=promising.pay(course.promises, payment), awaited=awaited))


def not_paid(course: Course, payment_id: UUID, left: Money) -> Turn:
    """A payment went elsewhere, or was reversed: this much of it is left to its loan."""
    return Turn(replace(course, promises=promising.change_payment(course.promises, payment_id, left)))


def assessed(course: Course, loan_id: UUID, opens: Iterable[Opening]) -> Turn:
    """A loan's risk was assessed. It counts when the next treatment is chosen."""
    others = tuple(one for one in course.opens if one[0] != loan_id)
    found = frozenset(opens)
    return Turn(replace(course, opens=(*others, (loan_id, found)) if found else others))


# -- what speaks against contact, and answers ----------------------------------------------------------------


def closed(course: Course, loans: Iterable[UUID] | None, closing: Closing) -> Turn:
    """A plan, a hold, a dispute …: treatments of these loans (None: of all) end and stay closed."""
    after, over = treating.close(course.treating, loans, closing)
    return Turn(replace(course, treating=after), _exhausted(course, over))


def reopened(
    course: Course,
    loans: Sequence[UUID] | None,
    closing: Closing,
    abouts: Mapping[UUID, About],
    today: date,
    catalogue: Catalogue,
) -> Turn:
    """It speaks against contact no more: what is still late of the loans in `abouts` is treated again."""
    turn = Turn(replace(course, treating=treating.reopen(course.treating, loans, closing)))
    for loan_id, about in abouts.items():
        late_since = _oldest(turn.course, loan_id)
        if late_since is not None and (loans is None or loan_id in loans):
            more = _assigned(turn.course, loan_id, late_since, about, today, catalogue)
            turn = Turn(more.course, (*turn.events, *more.events))
    return turn


def replied(
    course: Course, consequences: Consequences, today: date, calendars: Sequence[Holidays]
) -> tuple[Turn, tuple[Order, ...]]:
    """An answer came: its events, what it does to the course, and the orders that are for others to obey."""
    turn, left = Turn(course, tuple(consequences.events)), list[Order]()
    for event in consequences.events:
        if isinstance(event, PromiseMade):
            turn = Turn(_with_promise(turn.course, event, today, calendars), turn.events)
    for order in consequences.orders:
        if isinstance(order, Close):
            more = closed(turn.course, order.loans, order.closing)
            turn = Turn(more.course, (*turn.events, *more.events))
        elif isinstance(order, Quiet):
            others = tuple(one for one in turn.course.awaited if one[0] not in order.loans)
            new = tuple((loan, order.until) for loan in sorted(order.loans))
            turn = Turn(replace(turn.course, awaited=(*others, *new)), turn.events)
        else:
            left.append(order)
    return turn, tuple(left)


def _with_promise(course: Course, event: PromiseMade, today: date, calendars: Sequence[Holidays]) -> Course:
    grace_ends_on = promising.grace_end(event.due_on, calendars)
    promises = promising.make(
        course.promises, event.promise_id, event.loan_id, event.amount, event.due_on, today, grace_ends_on
    )
    return replace(course, promises=promises)


# -- the day -------------------------------------------------------------------------------------------------


def look(course: Course, today: date, catalogue: Catalogue, ids: EventIds) -> Look:
    """What the day brings: promises kept or broken, treatments that are over, contacts that are wanted."""
    promises, outcomes = promising.settle(promising.forget_old(course.promises, today), today)
    events: list[Event] = []
    for outcome in outcomes:
        events.append(_told(course.person_id, outcome))
        if isinstance(outcome, Kept | Broken):
            promises = promising.note(promises, outcome.promise.id, ids(len(events) - 1))
    course = replace(course, promises=promises)
    wanted, over = treating.due(course.treating, today, catalogue, course.quiet(today))
    after, _ = treating.end(course.treating, [one.running.loan_id for one in over], Ended.DONE)
    events += _exhausted(course, over)
    return Look(replace(course, treating=after), tuple(events), wanted, promising.to_remind(promises, today))


def contacted(course: Course, wanted: Wanted, today: date, catalogue: Catalogue) -> Course:
    """A contact that was wanted is planned."""
    return replace(course, treating=treating.contacted(course.treating, wanted, today, catalogue))


def withheld(course: Course, wanted: Wanted, until: date) -> Course:
    """The gate withholds it until a day."""
    return replace(course, treating=treating.withheld(course.treating, wanted, until))


def reminded(course: Course, promise_id: UUID) -> Course:
    """The person was reminded of a promise."""
    return replace(course, promises=promising.remind(course.promises, promise_id))


# -- within --------------------------------------------------------------------------------------------------


def _oldest(course: Course, loan_id: UUID) -> date | None:
    return min((one.due_on for one in course.missed if one.loan_id == loan_id), default=None)


def _assigned(
    course: Course, loan_id: UUID, due_on: date | None, about: About, today: date, catalogue: Catalogue
) -> Turn:
    if due_on is None:
        return Turn(course)
    facts = Facts(
        days_past_due=(today - due_on).days,
        # The miss that is treated now counts already.
        first_miss=course.misses <= (1 if today > due_on else 0),
        cures=course.cures,
        vulnerable=about.vulnerable,
        capacity=about.capacity,
        opens=dict(course.opens).get(loan_id, frozenset()),
        loan_kind=about.loan_kind,
    )
    after, row, over = treating.assign(course.treating, loan_id, about.lender, due_on, facts, catalogue)
    events: list[Event] = list(_exhausted(course, over))
    if row is not None:
        events.append(_begun(course, loan_id, row, catalogue))
    return Turn(replace(course, treating=after), tuple(events))


def _begun(course: Course, loan_id: UUID, row: Row, catalogue: Catalogue) -> TreatmentAssigned:
    assert row.treatment is not None, "a row that assigns names a treatment"
    return TreatmentAssigned(
        person_id=course.person_id,
        loan_id=loan_id,
        treatment=row.treatment,
        treatment_version=catalogue.treatments[row.treatment].version,
        reasons=(row.reason,),
    )


def _ended(course: Course, loan_id: UUID, reason: Ended) -> Turn:
    after, over = treating.end(course.treating, [loan_id], reason)
    return Turn(replace(course, treating=after), _exhausted(course, over))


def _exhausted(course: Course, over: Iterable[Exhausted]) -> tuple[Event, ...]:
    return tuple(
        TreatmentExhausted(
            person_id=course.person_id,
            loan_id=one.running.loan_id,
            treatment=one.running.treatment,
            reason=one.reason.value,
        )
        for one in over
    )


def _told(person_id: UUID, outcome: Outcome) -> Event:
    promise = outcome.promise
    named = {"person_id": person_id, "promise_id": promise.id, "loan_id": promise.loan_id}
    if isinstance(outcome, Kept):
        return PromiseKept(**named, kept_on=outcome.on)
    if isinstance(outcome, Broken):
        return PromiseBroken(**named, broken_on=promise.grace_ends_on, missing=outcome.missing)
    if outcome.was is Standing.KEPT:
        return PromiseKeptRetracted(**named, kept_event_id=outcome.told)
    return PromiseBrokenRetracted(**named, broken_event_id=outcome.told)
