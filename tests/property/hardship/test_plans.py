"""In whatever order things happen, a plan tells nothing that is not so, and takes back what was not."""

from hypothesis import given, settings

from tests.property.hardship.plan_lives import Happening, Life, breaches, happenings


@settings(max_examples=300, deadline=None)
@given(happenings())
def test_a_plan_is_what_was_paid_and_reported_in_any_order(happened: list[Happening]) -> None:
    assert breaches(happened, Life()) == []
