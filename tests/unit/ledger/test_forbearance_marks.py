"""Non-performing, forborne, probation: the European marks over time."""

from collections.abc import Iterable
from datetime import date

import pytest

from services.ledger.domain.credit_record import eba
from services.ledger.domain.credit_record.eba import (
    Measure,
    Observation,
    is_material,
    next_review_on,
    observe,
)
from services.ledger.domain.credit_record.standing import Exposure, Standing
from services.ledger.domain.due_dates import add_months

START = date(2026, 1, 15)


def seen(month: int, days: int = 0, **fields: object) -> Observation:
    """An observation so many months after the start."""
    return Observation(add_months(START, month), days, **fields)  # type: ignore[arg-type]


def mark(exposure: Exposure) -> str:
    return eba.code(Standing(START, START, exposure=exposure)).code


def marks(observations: Iterable[Observation]) -> list[str]:
    exposure, found = Exposure(), []
    for observation in observations:
        exposure = observe(exposure, observation)
        found.append(mark(exposure))
    return found


PERFORMING, FORBORNE = "performing", "performing_forborne"
DEFAULTED, DEFAULTED_FORBORNE = "non_performing", "non_performing_forborne"
AFTER_DEFAULT = [seen(0, 95), seen(1, measure=Measure())]


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (seen(0, 90), PERFORMING),
        (seen(0, 91), DEFAULTED),
        (seen(0, 91, material=False), PERFORMING),
        (seen(0, 0, unlikely_to_pay=True), DEFAULTED),
        (seen(0, 45, measure=Measure()), FORBORNE),
        (seen(0, 45, measure=Measure(diminished=True)), DEFAULTED_FORBORNE),
    ],
)
def test_case_73_default_begins_on_day_ninety_one(observation: Observation, expected: str) -> None:
    assert marks([observation]) == [expected]


def test_case_72_eleven_good_months_do_not_cure() -> None:
    history = [*AFTER_DEFAULT, seen(2), seen(12), seen(13)]

    assert marks(history) == [DEFAULTED, *[DEFAULTED_FORBORNE] * 3, FORBORNE]


def test_case_72_nothing_past_due_is_needed_when_the_year_is_over() -> None:
    assert marks([*AFTER_DEFAULT, seen(13, 5), seen(14, 0)])[2:] == [DEFAULTED_FORBORNE, FORBORNE]


def test_case_72_the_year_counts_from_the_end_of_grace() -> None:
    grace = Measure(grace_ends_on=add_months(START, 7))

    assert marks([seen(0, 95), seen(1, measure=grace), seen(13), seen(18), seen(19)])[2:] == [
        DEFAULTED_FORBORNE,
        DEFAULTED_FORBORNE,
        FORBORNE,
    ]


def test_case_72_probation_lasts_two_years_from_the_cure() -> None:
    assert marks([*AFTER_DEFAULT, seen(13), seen(36), seen(37)])[2:] == [FORBORNE, FORBORNE, PERFORMING]


@pytest.mark.parametrize(
    "relapse",
    [seen(20, 31), seen(20, measure=Measure())],
    ids=["more than 30 days past due", "a second measure"],
)
def test_case_72_on_probation_after_default_little_suffices_for_a_relapse(relapse: Observation) -> None:
    history = [*AFTER_DEFAULT, seen(13), seen(19, 30), relapse, seen(31), seen(32)]

    assert marks(history)[3:] == [FORBORNE, DEFAULTED_FORBORNE, DEFAULTED_FORBORNE, FORBORNE]


def test_case_72_a_measure_that_was_itself_the_default_counts_as_default_on_probation() -> None:
    history = [seen(0, 40, measure=Measure(diminished=True)), seen(12), seen(20, 31)]

    assert marks(history) == [DEFAULTED_FORBORNE, FORBORNE, DEFAULTED_FORBORNE]


def test_case_72_who_never_was_in_default_does_not_fall_back_by_a_second_measure() -> None:
    history = [seen(0, 40, measure=Measure()), seen(3, 60), seen(6, measure=Measure()), seen(23), seen(24)]

    assert marks(history) == [FORBORNE] * 4 + [PERFORMING]


@pytest.mark.parametrize(("days", "regular"), [(31, True), (0, False)])
def test_probation_goes_on_while_its_end_is_not_earned(days: int, regular: bool) -> None:
    history = [seen(0, measure=Measure()), seen(24, days, paid_regularly=regular), seen(25)]

    assert marks(history) == [FORBORNE, FORBORNE, PERFORMING]


def test_thirty_days_past_due_do_not_lengthen_probation() -> None:
    assert marks([seen(0, measure=Measure()), seen(24, 30)]) == [FORBORNE, PERFORMING]


def test_default_without_a_measure_ends_three_months_after_its_ground() -> None:
    history = [seen(0, 95), seen(1, 60), seen(4, 1), seen(5, 0)]

    assert marks(history) == [DEFAULTED, DEFAULTED, DEFAULTED, PERFORMING]


def test_a_ground_that_comes_back_starts_the_months_anew() -> None:
    history = [seen(0, 95), seen(1), seen(3, unlikely_to_pay=True), seen(4), seen(6), seen(7)]

    assert marks(history)[3:] == [DEFAULTED, DEFAULTED, PERFORMING]


def test_the_day_on_which_time_alone_may_change_a_mark_is_known() -> None:
    in_default = observe(Exposure(), seen(0, 95))
    with_measure = observe(in_default, seen(1, measure=Measure()))
    cured = observe(with_measure, seen(13))

    assert next_review_on(Exposure(), START) is None
    assert next_review_on(in_default, START) is None
    assert next_review_on(with_measure, add_months(START, 1)) == add_months(START, 13)
    assert next_review_on(with_measure, add_months(START, 13)) is None
    assert next_review_on(cured, add_months(START, 13)) == add_months(START, 37)


def test_a_mark_names_the_rule_that_keeps_it() -> None:
    in_default = observe(Exposure(), seen(0, 95))
    waiting = observe(in_default, seen(1, measure=Measure()))
    cured = observe(waiting, seen(13))
    sound = observe(in_default, seen(1))

    stories = (in_default, sound, waiting, cured)
    assert [eba.code(Standing(START, START, exposure=one)).rule for one in stories] == [
        eba.DEFAULT,
        eba.DEFAULT,
        eba.CURE,
        eba.PROBATION,
    ]


@pytest.mark.parametrize(
    ("past_due", "owed", "material"),
    [
        (100_00, 5_000_00, False),
        (100_01, 5_000_00, True),
        (150_00, 15_000_00, False),
        (150_01, 15_000_00, True),
    ],
)
def test_an_amount_is_material_above_both_thresholds(past_due: int, owed: int, material: bool) -> None:
    assert is_material(past_due, owed) is material
