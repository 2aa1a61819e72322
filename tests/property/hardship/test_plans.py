"""In whatever order things happen, a plan tells nothing that is not so, and takes back what was not."""

from dataclasses import replace

from hypothesis import given, settings

from services.hardship.domain.plan import PlanStatus
from tests.property.hardship.plan_lives import LOAN, Happening, Life, breaches, happenings


@settings(max_examples=300, deadline=None)
@given(happenings())
def test_a_plan_is_what_was_paid_and_reported_in_any_order(happened: list[Happening]) -> None:
    assert breaches(happened, Life()) == []


def test_a_broken_plan_whose_loan_has_another_one_does_not_run_on() -> None:
    for successor, standing in ((None, PlanStatus.ACTIVE), (PlanStatus.ACCEPTED, PlanStatus.BROKEN)):
        life = Life()
        for happened in (
            ("days", 45),
            ("missed", 0),
            ("days", 30),
            ("missed", 1),
            ("days", 30),
            ("missed", 2),
        ):
            life.happen(happened)
        life.happen(("days", 30))
        assert life.plan.status is PlanStatus.BROKEN
        if successor is not None:
            other = replace(life.plan, id=LOAN, status=successor, accepted_on=life.now.date(), over_on=None)
            life.person = life.person.with_plan(other)
        for number in (0, 1, 2):
            life.happen(("not_missed", number))
        for number in (0, 1, 2):
            life.happen(("paid", number))
        assert life.plan.status is standing, successor
