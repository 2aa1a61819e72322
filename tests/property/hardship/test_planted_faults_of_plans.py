"""Faults planted in options and in how plans are followed are found by the laws that these are held to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from services.hardship.domain import person_due, plan_course
from services.hardship.domain.loan import LoanTold
from services.hardship.domain.options import best, rooms
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import PersonDue
from shared.decision import Context, Decision
from shared.events.ledger import PaymentMissedRetracted, PaymentReallocated
from tests.property.hardship import option_laws, plan_lives
from tests.property.hardship.plan_lives import REFERENCE, Life

ENOUGH = settings(
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def all_of_it_to_each(*asked: Any) -> Any:
    """Each creditor may have all that the person can pay."""
    return {id_: replace(room, share=asked[1]) for id_, room in rooms(*asked).items()}


def a_cent_kept_back(*asked: Any) -> Any:
    """Shares are rounded down, and what is left goes nowhere."""
    return {id_: replace(room, share=max(room.share - 1, 0)) for id_, room in rooms(*asked).items()}


def the_first_month_only(positions: Any, priced: Any, room: Any, today: date) -> Any:
    """Whatever comes after this month does not count."""
    roomy = {id_: replace(one, recovers=(2026, 2), usual=10**9) for id_, one in room.items()}
    return best(positions, priced, roomy, today)


def without_the_cheapest(*asked: Any) -> Any:
    """The best option is overlooked."""
    return best(*asked)[1:]


@pytest.mark.parametrize("share", [all_of_it_to_each, a_cent_kept_back])
def test_a_fault_in_the_shares_is_found(share: Any) -> None:
    find(option_laws.asked(), lambda one: bool(list(option_laws.breaches(one, share=share))), settings=ENOUGH)


@pytest.mark.parametrize("choose", [the_first_month_only, without_the_cheapest])
def test_a_fault_in_the_choice_is_found(choose: Any) -> None:
    find(
        option_laws.asked(), lambda one: bool(list(option_laws.breaches(one, choose=choose))), settings=ENOUGH
    )


def deaf_to(kind: type) -> Callable[..., Decision[Person]]:
    """Follows a plan, but hears nothing of one kind of event."""

    def follow(state: Person | None, told: LoanTold, context: Context) -> Decision[Person]:
        if isinstance(told.event, kind):
            assert state is not None
            return Decision(state)
        return plan_course.follow(state, told, context)

    return follow


def broken_at_once(person: Person, timer: PersonDue, context: Context) -> Any:
    """A plan is broken by its first miss."""
    strict = replace(REFERENCE.cases.default, break_after_misses=1)
    policies = replace(REFERENCE.cases, default=strict, countries={})
    return person_due.fall_due(person, timer, replace(context, reference=replace(REFERENCE, cases=policies)))


@pytest.mark.parametrize(
    "made",
    [
        lambda: Life(follow=deaf_to(PaymentReallocated)),
        lambda: Life(follow=deaf_to(PaymentMissedRetracted)),
        lambda: Life(fall_due=broken_at_once),
    ],
)
def test_a_fault_in_how_a_plan_is_followed_is_found(made: Callable[[], Life]) -> None:
    find(
        plan_lives.happenings(), lambda happened: bool(plan_lives.breaches(happened, made())), settings=ENOUGH
    )


def test_what_has_no_fault_is_not_found_fault_with() -> None:
    with pytest.raises(NoSuchExample):
        find(
            plan_lives.happenings(),
            lambda happened: bool(plan_lives.breaches(happened, Life())),
            settings=settings(ENOUGH, max_examples=200),
        )
