"""Lives of a plan: payments, reversals, reports and days in any order, and what a plan may tell of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.hardship.adapters.calendars import closed_days
from services.hardship.adapters.case_policies import read_case_policies
from services.hardship.adapters.hold_policies import read_hold_policies
from services.hardship.adapters.risk_scores import assess_account
from services.hardship.domain import person_due, plan_course
from services.hardship.domain.loan import Feed, LoanTold, feed_id
from services.hardship.domain.person import Person, PersonLoan
from services.hardship.domain.person_timer import PersonDue, next_day
from services.hardship.domain.plan import Plan, PlanPart, PlanStatus
from services.hardship.domain.reference import Reference
from shared.decision import Actor, Context, Decision, Key, Need, Role
from shared.events.base import Event
from shared.events.hardship import (
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanInstalmentKept,
    PlanInstalmentKeptRetracted,
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
)
from shared.events.ledger import (
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    ScheduleRevised,
)
from shared.events.parts import PartyRole, ScheduledInstalment
from shared.events.parts import PlanPart as NamedPart
from shared.money import Money

LOAN, PLAN, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
BEGAN = date(2026, 1, 2)
DUES = tuple(date(2026, month, 1) for month in range(2, 8))
AMOUNT = 100_00
REFERENCE = Reference(read_hold_policies(), read_case_policies(), closed_days, assess_account)
SYSTEM = Actor("hardship", Role.SERVICE, None)
Happening = tuple[str, int]
Follow = Callable[[Person | None, LoanTold, Context], Decision[Person]]
FallDue = Callable[[Person, PersonDue, Context], Any]


def happenings() -> st.SearchStrategy[list[Happening]]:
    """What may happen, in any order."""
    one = st.one_of(
        st.tuples(st.just("paid"), st.integers(0, 5)),
        st.tuples(st.just("reversed"), st.integers(0, 5)),
        st.tuples(st.just("missed"), st.integers(0, 5)),
        st.tuples(st.just("not_missed"), st.integers(0, 5)),
        st.tuples(st.just("days"), st.sampled_from((1, 5, 30, 45))),
        st.tuples(st.just("days"), st.just(30)),
    )
    return st.lists(one, min_size=10, max_size=40)


def a_person() -> Person:
    """Somebody with a plan that was just accepted."""
    part = PlanPart(LOAN, "acme", "L-1", 1, "CNY", (), DUES[-1])
    made_at = datetime(2026, 1, 2, 9, tzinfo=UTC)
    plan = Plan(PLAN, None, "x", (part,), PlanStatus.ACCEPTED, made_at, accepted_on=BEGAN)
    return Person(
        PERSON, country="GB", loans=(PersonLoan(LOAN, "acme", "L-1", PartyRole.BORROWER),), plans=(plan,)
    )


@dataclass
class Life:
    """A person's plan as time passes; `told` is what was told, with its ids."""

    follow: Follow = plan_course.follow
    fall_due: FallDue = person_due.fall_due
    person: Person = field(default_factory=a_person)
    now: datetime = datetime(2026, 1, 2, 12, tzinfo=UTC)
    told: list[tuple[UUID, Event]] = field(default_factory=list)
    paid: dict[int, int] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        dues = [
            ScheduledInstalment(number=n + 1, due_on=day, amount=Money(AMOUNT, "CNY"))
            for n, day in enumerate(DUES)
        ]
        named = NamedPart(plan_id=PLAN, part=1)
        self._take(
            ScheduleRevised(
                loan_id=LOAN, effective_on=BEGAN, instalments=tuple(dues), cause="plan", plan=named
            )
        )

    @property
    def plan(self) -> Plan:
        """The plan as it is."""
        found = self.person.plan(PLAN)
        assert found is not None
        return found

    def happen(self, what: Happening) -> None:
        """Let something happen, where it can."""
        kind, number = what
        payment = UUID(int=100 + number)
        match kind:
            case "days":
                self._pass(number)
            case "paid" if number not in self.paid:
                self.paid[number] = AMOUNT
                money, nothing = Money(AMOUNT, "CNY"), Money(0, "CNY")
                self._take(PaymentApplied(loan_id=LOAN, payment_id=payment, applied=money, credit=nothing))
            case "reversed" if self.paid.get(number):
                self.paid[number] = 0
                nothing = Money(0, "CNY")
                self._take(
                    PaymentReallocated(
                        loan_id=LOAN, payment_id=payment, applied=nothing, credit=nothing, cause="reversed"
                    )
                )
            case "missed" if number not in self.missed and DUES[number] < self.now.date():
                self.missed.add(number)
                self._take(
                    PaymentMissed(
                        loan_id=LOAN,
                        instalment=number + 1,
                        due_on=DUES[number],
                        grace_ended_on=DUES[number],
                        unpaid=Money(AMOUNT, "CNY"),
                        days_past_due=1,
                    )
                )
            case "not_missed" if number in self.missed:
                self.missed.discard(number)
                self._take(
                    PaymentMissedRetracted(loan_id=LOAN, instalment=number + 1, missed_event_id=payment)
                )

    def _pass(self, days: int) -> None:
        end = self.now + timedelta(days=days)
        while (day := next_day(self.person)) is not None and day <= end.date():
            moment = max(datetime.combine(day, time(0), UTC), self.now)
            self.now = moment
            context = self._context({Key(Feed.__name__, feed_id("acme")): None})
            decided = self.fall_due(self.person, PersonDue(PERSON, moment), context)
            assert not isinstance(decided, Need)
            self._keep(decided, context)
        self.now = end

    def _take(self, event: Any) -> None:
        context = self._context({})
        self._keep(self.follow(self.person, LoanTold(person_id=PERSON, event=event), context), context)

    def _context(self, others: dict[Key, Any]) -> Context:
        self.count += 1
        return Context(
            self.now, SYSTEM, REFERENCE, others, None, UUID(int=1_000_000 + self.count), "hardship"
        )

    def _keep(self, decided: Decision[Person], context: Context) -> None:
        self.person = decided.state
        self.told += [(context.event_id(n), event) for n, event in enumerate(decided.events)]


RETRACTS: Sequence[tuple[type[Event], type[Event], str]] = (
    (PlanInstalmentKept, PlanInstalmentKeptRetracted, "kept_event_id"),
    (PlanInstalmentMissed, PlanInstalmentMissedRetracted, "missed_event_id"),
    (PlanBroken, PlanBrokenRetracted, "broken_event_id"),
    (PlanCompleted, PlanCompletedRetracted, "completed_event_id"),
)


def breaches(happened: Sequence[Happening], life: Life) -> list[str]:
    """What is wrong with what a plan told in a life: checked from the events alone."""
    for one in happened:
        life.happen(one)
    wrong = [found for pair in RETRACTS for found in _unpaired(life.told, *pair)]
    standing = {kind: _standing(life.told, kind, back, by) for kind, back, by in RETRACTS}
    if standing[PlanBroken] and standing[PlanCompleted]:
        wrong.append("a plan is broken and completed at once")
    kept = {event.due_on for event in standing[PlanInstalmentKept]}
    missed = {event.due_on for event in standing[PlanInstalmentMissed]}
    if kept & missed:
        wrong.append(f"kept and missed at once: {kept & missed}")
    paid = sum(life.paid.values()) // AMOUNT
    expected = set(DUES[:paid])
    if not kept <= expected or not expected <= kept | missed:
        wrong.append(f"paid {paid}, but kept {sorted(kept)}")
    for event in standing[PlanInstalmentMissed]:
        said = DUES.index(event.due_on) in life.missed
        wrong += [] if said else [f"missed, but the ledger does not say so: {event.due_on}"]
    if standing[PlanBroken] and len(missed) < REFERENCE.cases.default.break_after_misses:
        over = life.plan.over_on is not None and life.plan.over_on > DUES[-1] + timedelta(days=29)
        wrong += [] if over else [f"broken after {len(missed)} misses"]
    if standing[PlanCompleted] and paid < len(DUES):
        wrong.append("completed, but not all was paid")
    return wrong


def _unpaired(told: Sequence[tuple[UUID, Event]], kind: type[Event], back: type[Event], by: str) -> list[str]:
    open_: set[UUID] = set()
    wrong = []
    for id_, event in told:
        if isinstance(event, kind):
            open_.add(id_)
        elif isinstance(event, back):
            if getattr(event, by) not in open_:
                wrong.append(f"{back.__name__} takes back what was not told")
            open_.discard(getattr(event, by))
    if kind in (PlanBroken, PlanCompleted) and len(open_) > 1:
        wrong.append(f"{kind.__name__} twice")
    return wrong


def _standing(told: Sequence[tuple[UUID, Event]], kind: type[Event], back: type[Event], by: str) -> list[Any]:
    gone = {getattr(event, by) for _, event in told if isinstance(event, back)}
    return [event for id_, event in told if isinstance(event, kind) and id_ not in gone]
