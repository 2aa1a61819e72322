"""Plans that come with loans from another system."""

from datetime import date
from typing import Any

from services.hardship.domain.person import Person
from services.hardship.domain.plan import PartStatus, Plan, PlanDue, PlanStatus
from services.hardship.domain.plans_taken_over import NO_END_STATED
from services.hardship.flow import FLOW
from shared.decision import Key
from shared.events.hardship import PlanCompleted, PlanInstalmentKept
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.ids import person_id
from shared.events.ledger import LoanRepaid, PaymentApplied
from shared.events.loans import Channel, LoanKind
from shared.events.parts import Components, Party, ScheduledInstalment
from shared.events.reminders import BorrowerName, PersonLinked
from shared.events.takeover import LoanMigrated, RunningPlan
from tests.builders import a_full_event, an_event
from tests.unit.hardship.stillness import LOAN, PERSON, SECOND, Desk, money

TODAY = date(2026, 11, 10)
PLAN = RunningPlan(plan_reference="P-1", accepted_on=date(2026, 9, 1), forgiven_on_completion=money("10.00"))


def migrated(reference: str = "L-1", **changes: Any) -> LoanMigrated:
    fields: dict[str, Any] = {
        "lender": "acme",
        "loan_reference": reference,
        "kind": LoanKind.PROVIDED,
        "channel": Channel.BANK,
        "cut_over_on": TODAY,
        "opened_on": date(2026, 1, 1),
        "balance": Components(principal=money("60.00")),
        "instalments": (
            ScheduledInstalment(number=4, due_on=date(2026, 12, 1), amount=money("25.00")),
            ScheduledInstalment(number=5, due_on=date(2027, 1, 1), amount=money("25.00")),
        ),
        "parties": (Party(borrower_reference="B-1"),),
        "plan": PLAN,
    }
    return LoanMigrated(**{**fields, **changes})


def paid(amount: str) -> PaymentApplied:
    return an_event(PaymentApplied, loan_id=LOAN, applied=money(amount), credit=money("0.00"))


def a_desk() -> Desk:
    desk = Desk(flow=FLOW)
    desk.live_in("GB-ENG")
    desk.link(LOAN, SECOND)
    return desk


def the_plan(desk: Desk, who: Any = PERSON) -> Plan:
    person: Person = desk.states[Key(Person.__name__, who)]
    (plan,) = person.plans
    return plan


def test_a_plan_from_elsewhere_is_kept_here_under_the_ledgers_id_and_only_its_hold_is_told() -> None:
    desk = a_desk()
    event = migrated()
    assert [type(one) for one in desk.take(event)] == [HoldPlaced]
    assert desk.take(event) == []
    plan = the_plan(desk)
    assert (plan.id, plan.status, plan.accepted_on) == (
        event.plan_id(PLAN),
        PlanStatus.ACTIVE,
        date(2026, 9, 1),
    )
    (part,) = plan.parts
    assert (part.status, part.until, part.forgiven_minor) == (
        PartStatus.CONFIRMED,
        date(2027, 1, 1),
        1_000,
    )
    assert part.dues == (PlanDue(date(2026, 12, 1), 2_500, 4), PlanDue(date(2027, 1, 1), 2_500, 5))


def test_paid_to_its_end_it_is_completed_and_its_hold_is_over() -> None:
    desk = a_desk()
    desk.take(migrated())
    assert [type(one) for one in desk.take(paid("25.00"))] == [PlanInstalmentKept]
    told = desk.take(paid("25.00").model_copy(update={"payment_id": SECOND}))
    assert [type(one) for one in told] == [PlanInstalmentKept, PlanCompleted, HoldLifted]
    assert desk.faults == []


def test_a_plan_over_several_loans_has_a_part_for_each() -> None:
    desk = a_desk()
    desk.take(migrated(), migrated("L-2"))
    assert [(one.part, one.loan_id) for one in the_plan(desk).parts] == [(1, LOAN), (2, SECOND)]


def test_where_nobody_says_what_the_plan_asks_for_it_is_over_when_all_is_repaid() -> None:
    desk = a_desk()
    desk.take(migrated(instalments=(), next_due_on=date(2026, 12, 1), instalment_count=2))
    (part,) = the_plan(desk).parts
    assert (part.until, part.over_on) == (NO_END_STATED, None)
    told = desk.take(a_full_event(LoanRepaid, loan_id=LOAN))
    assert PlanCompleted in [type(one) for one in told]


def test_the_plan_of_someone_found_to_be_another_is_that_persons() -> None:
    desk = a_desk()
    survivor = person_id("other", "B-9")
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    desk.take(PersonLinked(person_id=survivor, borrower=borrower, formerly=PERSON))
    desk.take(migrated())
    assert the_plan(desk, survivor).part_of(LOAN) is not None
    assert desk.faults == []
