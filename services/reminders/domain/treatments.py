"""Treatments: readable sequences of contacts, chosen by a decision table, one for each loan.

A treatment offers help before it asks for anything, waits in the first days after a miss (of 3,161 late first
payments 64 % came by themselves within a week), and ends at once on whatever speaks against it. It only wants
contacts: the gate permits them. What is due about several loans of one lender is one contact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.words.messages import Occasion
from shared.events.loans import Channel as LoanChannel
from shared.quick import replace

QUIET_DAYS_AFTER_DUE = 3
"""From the due date on: 41 % of what is late comes within three days by itself."""
GAP_DAYS = 4
"""Between two contacts that a lender's treatments make: time to answer, and to act."""
_DAY = timedelta(days=1)


class Opening(StrEnum):
    """What an assessment of risk opens. It never makes a treatment harsher."""

    EARLY_CONTACT = "early_contact"
    OFFER_HELP = "offer_help"


class Capacity(StrEnum):
    """What a person can afford, as far as they have told."""

    ENOUGH = "enough"
    TIGHT = "tight"
    NONE = "none"


class Closing(StrEnum):
    """Why treatments of a loan stand still until it is opened again."""

    PLAN = "plan"
    HOLD = "hold"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    STOP = "stop"
    REPRESENTED = "represented"
    HARDSHIP = "hardship"
    MEDIATION = "mediation"
    CRISIS = "crisis"


class Ended(StrEnum):
    """Why one treatment is over, apart from closings."""

    PAID = "paid"
    MISS_RETRACTED = "miss_retracted"
    LOAN_GONE = "loan_gone"
    """Repaid, transferred, written off, or no longer this person's."""
    ANOTHER = "another"
    """Another treatment fits better now."""
    DONE = "done"
    """Its end has come; where something is still owed, a person looks at the case."""


@dataclass(frozen=True, slots=True)
class Step:
    """One contact that a treatment wants: so many days after the due date, below zero before it."""

    day: int
    occasion: Occasion
    channels: tuple[Channel, ...]
    """The preferred one first; the person's own wish goes before."""

    @property
    def purpose(self) -> Purpose:
        """What the contact is for."""
        return self.occasion.purpose


@dataclass(frozen=True, slots=True)
class Treatment:
    """A sequence of steps, in the order of their days."""

    name: str
    version: int
    title: str
    steps: tuple[Step, ...]
    ends_after_days: int

    def after(self, day: int | None) -> Step | None:
        """The first step behind a day; None after the last one."""
        return next((one for one in self.steps if day is None or one.day > day), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a treatment is chosen by. `days_past_due` is below zero before the due date."""

    days_past_due: int
    first_miss: bool = True
    cures: int = 0
    """How often arrears of the person were cured before without a plan."""
    vulnerable: bool = False
    capacity: Capacity | None = None
    opens: frozenset[Opening] = frozenset()
    loan_kind: LoanChannel | None = None


@dataclass(frozen=True, slots=True)
class When:
    """A row's conditions; one that is not said always holds."""

    days_min: int | None = None
    days_max: int | None = None
    first_miss: bool | None = None
    cures_min: int | None = None
    vulnerable: bool | None = None
    capacity: frozenset[Capacity] | None = None
    opens: Opening | None = None
    loan_kinds: frozenset[LoanChannel] | None = None

    def holds(self, facts: Facts) -> bool:
        """Whether all of it is so."""
        return (
            (self.days_min is None or facts.days_past_due >= self.days_min)
            and (self.days_max is None or facts.days_past_due <= self.days_max)
            and (self.first_miss is None or facts.first_miss is self.first_miss)
            and (self.cures_min is None or facts.cures >= self.cures_min)
            and (self.vulnerable is None or facts.vulnerable is self.vulnerable)
            and (self.capacity is None or facts.capacity in self.capacity)
            and (self.opens is None or self.opens in facts.opens)
            and (self.loan_kinds is None or facts.loan_kind in self.loan_kinds)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision table. The first that holds decides."""

    reason: str
    when: When
    treatment: str | None
    """None: no treatment."""


@dataclass(frozen=True)
class Catalogue:
    """All treatments, and the table that chooses among them. Its last row always holds."""

    treatments: Mapping[str, Treatment]
    rows: tuple[Row, ...]
    version: int

    def choose(self, facts: Facts) -> Row:
        """The row that decides."""
        return next(row for row in self.rows if row.when.holds(facts))


@dataclass(frozen=True, slots=True)
class Running:
    """A treatment of one loan. What was done is kept as the day of the last step, which a new version of the
    treatment finds its place by.
    """

    loan_id: UUID
    lender: str
    treatment: str
    version: int
    due_on: date
    """The due date that its days count from."""
    done_day: int | None = None
    not_before: date | None = None
    """A contact that had been due is wanted again from this day on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact that treatments want: one about all of a lender's loans that are treated and not quiet."""

    lender: str
    loans: tuple[UUID, ...]
    """The one first that it is written for."""
    step: Step
    treatment: str


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A treatment that is over, and why."""

    running: Running
    reason: Ended | Closing


@dataclass(frozen=True, slots=True)
class Treating:
    """A person's treatments, and what closes them: for a loan, or (None) for all."""

    running: tuple[Running, ...] = ()
    closed: frozenset[tuple[UUID | None, Closing]] = frozenset()

    def of(self, loan_id: UUID) -> Running | None:
        """The loan's treatment."""
        return next((one for one in self.running if one.loan_id == loan_id), None)

    def closes(self, loan_id: UUID) -> bool:
        """Whether something closes treatments of this loan."""
        return any(loan is None or loan == loan_id for loan, _ in self.closed)


Assigned = tuple[Treating, Row | None, tuple[Exhausted, ...]]


def assign(
    treating: Treating, loan_id: UUID, lender: str, due_on: date, facts: Facts, catalogue: Catalogue
) -> Assigned:
    """Begin the treatment that fits a loan: also the row that chose it, and the treatment that it replaces.

    None of them where a closing stands against it, or where the one that runs already is the one for this
    due date.
    """
    if treating.closes(loan_id):
        return treating, None, ()
    row, before = catalogue.choose(facts), treating.of(loan_id)
    if before is not None and (before.treatment, before.due_on) == (row.treatment, due_on):
        return treating, None, ()
    over = () if before is None else (Exhausted(before, Ended.ANOTHER),)
    others = tuple(one for one in treating.running if one.loan_id != loan_id)
    if row.treatment is None:
        return replace(treating, running=others), None, over
    version = catalogue.treatments[row.treatment].version
    # A contact that was made just now for the treatment before keeps its distance from the first of this one.
    begun = Running(
        loan_id,
        lender,
        row.treatment,
        version,
        due_on,
        not_before=None if before is None else before.not_before,
    )
    return replace(treating, running=(*others, begun)), row, over


def end(treating: Treating, loans: Iterable[UUID], reason: Ended) -> tuple[Treating, tuple[Exhausted, ...]]:
    """The treatments of these loans are over."""
    gone = set(loans)
    over = tuple(Exhausted(one, reason) for one in treating.running if one.loan_id in gone)
    left = tuple(one for one in treating.running if one.loan_id not in gone)
    return replace(treating, running=left), over


def close(
    treating: Treating, loans: Iterable[UUID] | None, closing: Closing
) -> tuple[Treating, tuple[Exhausted, ...]]:
    """Treatments of these loans (None: of all, those to come too) end; none begins until it is reopened."""
    named: frozenset[UUID | None] = frozenset([None]) if loans is None else frozenset(loans)
    over = tuple(Exhausted(one, closing) for one in treating.running if None in named or one.loan_id in named)
    left = tuple(one for one in treating.running if None not in named and one.loan_id not in named)
    closed = treating.closed | {(loan, closing) for loan in named}
    return Treating(left, closed), over


def reopen(treating: Treating, loans: Iterable[UUID] | None, closing: Closing) -> Treating:
    """What had closed these loans does so no more. A treatment begins with the next cause for one."""
    named: frozenset[UUID | None] = frozenset([None]) if loans is None else frozenset(loans)
    return replace(treating, closed=treating.closed - {(loan, closing) for loan in named})


def due(
    treating: Treating, today: date, catalogue: Catalogue, quiet: Mapping[UUID, date]
) -> tuple[tuple[Wanted, ...], tuple[Exhausted, ...]]:
    """What treatments want today, one contact for each lender at most, and those whose end has come.

    `quiet` says until when (that day included) a loan is not spoken of: a promise runs, or a payment is said
    to be on its way.
    """
    over = [one for one in treating.running if today >= _end_on(one, catalogue)]
    speaking = [
        one
        for one in treating.running
        if one not in over and not (one.loan_id in quiet and today <= quiet[one.loan_id])
    ]
    wanted = []
    for lender in sorted({one.lender for one in speaking}):
        theirs = [one for one in speaking if one.lender == lender]
        ready = [(one, step) for one in theirs if (step := _ready(one, today, catalogue)) is not None]
        if ready:
            lead, step = min(ready, key=_urgency)
            # What has fallen due is told together; what has not is told only when its own step comes.
            others = sorted(
                one.loan_id
                for one in theirs
                if one is not lead and (one.due_on < today or any(one is each for each, _ in ready))
            )
            wanted.append(Wanted(lender, (lead.loan_id, *others), step, lead.treatment))
    return tuple(wanted), tuple(Exhausted(one, Ended.DONE) for one in over)


def contacted(treating: Treating, wanted: Wanted, today: date, catalogue: Catalogue) -> Treating:
    """A contact that was wanted is made, or planned: each loan in it is one step on, no step is skipped, and
    the lender's next contact keeps its distance.
    """

    def moved(one: Running) -> Running:
        if one.lender != wanted.lender:
            return one
        step = _ready(one, today, catalogue) if one.loan_id in wanted.loans else None
        done = one.done_day if step is None else step.day
        return replace(one, done_day=done, not_before=today + timedelta(days=GAP_DAYS))

    return replace(treating, running=tuple(map(moved, treating.running)))


def withheld(treating: Treating, wanted: Wanted, until: date) -> Treating:
    """The gate did not permit it: it is wanted again on this day, if it still fits then."""
    return replace(
        treating,
        running=tuple(
            replace(one, not_before=until) if one.loan_id in wanted.loans else one for one in treating.running
        ),
    )


def next_day(
    treating: Treating, today: date, catalogue: Catalogue, quiet: Mapping[UUID, date]
) -> date | None:
    """The next day, after today, on which a treatment wants something or ends; None where none runs."""
    days = []
    for one in treating.running:
        step, on = _next_step(one, today, catalogue), _end_on(one, catalogue)
        if step is not None:
            quiet_on = quiet.get(one.loan_id)
            free_on = max(_step_on(one, step), quiet_on + _DAY if quiet_on is not None else date.min)
            on = min(on, free_on)
        days.append(max(on, today + _DAY))
    return min(days, default=None)


def _ready(one: Running, today: date, catalogue: Catalogue) -> Step | None:
    step = _next_step(one, today, catalogue)
    return None if step is None or _step_on(one, step) > today else step


def _next_step(one: Running, today: date, catalogue: Catalogue) -> Step | None:
    treatment = catalogue.treatments[one.treatment]
    step = treatment.after(one.done_day)
    # What was not said before the due date is not said afterwards.
    return treatment.after(-1) if step is not None and step.day < 0 and today >= one.due_on else step


def _step_on(one: Running, step: Step) -> date:
    on = one.due_on + timedelta(days=step.day)
    return on if one.not_before is None else max(on, one.not_before)


def _end_on(one: Running, catalogue: Catalogue) -> date:
    return one.due_on + timedelta(days=catalogue.treatments[one.treatment].ends_after_days)


def _urgency(one: tuple[Running, Step]) -> tuple[bool, date, int]:
    running, step = one
    return step.purpose is not Purpose.HELP, running.due_on, running.loan_id.int
