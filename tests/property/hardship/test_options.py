"""Options are affordable in every month, shared to the cent, and the cheapest there are."""

from hypothesis import given, settings

from tests.property.hardship.option_laws import Asked, asked, breaches


@settings(max_examples=400, deadline=None)
@given(asked())
def test_no_combination_that_fits_every_month_costs_less(one: Asked) -> None:
    assert list(breaches(one)) == []
