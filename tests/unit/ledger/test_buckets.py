"""Stages of lateness, cures and re-ageing."""

from datetime import date

import pytest

from services.ledger.domain.ageing import Pause, Unpaid
from services.ledger.domain.buckets import (
    M0_M7,
    SCHEMES,
    THIRTY_SIXTY_NINETY,
    UNLIMITED,
    CurePolicy,
    ReAgeLimit,
    ReAgePolicy,
    Scheme,
    SchemeUnsound,
    Stage,
    bucket,
    cured_on,
    re_age_limit,
    stage,
)
from services.ledger.domain.due_dates import add_months
from shared.events.loans import ProductTerms

FIRST = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("days", "months", "thirties"),
    [
        (0, "M0", "0"),
        (1, "M1", "1"),
        (29, "M1", "1"),
        (30, "M1", "30"),
        (31, "M2", "30"),
        (59, "M2", "30"),
        (60, "M2", "60"),
        (61, "M3", "60"),
        (89, "M3", "60"),
        (90, "M3", "90"),
        (91, "M4", "90"),
        (120, "M4", "90"),
        (121, "M5", "90"),
        (150, "M5", "90"),
        (151, "M6", "90"),
        (180, "M6", "90"),
        (181, "M7", "90"),
        (3_000, "M7", "90"),
    ],
)
def test_case_73_each_scheme_has_its_own_first_days(days: int, months: str, thirties: str) -> None:
    assert (bucket(days, M0_M7), bucket(days, THIRTY_SIXTY_NINETY)) == (months, thirties)


def test_a_lender_may_have_buckets_of_its_own() -> None:
    own = Scheme("own", bounds=(4, 16), labels=("calm", "early", "late"))

    assert [bucket(days, own) for days in (0, 3, 4, 15, 16)] == ["calm", "calm", "early", "early", "late"]
    assert [own.rank(label) for label in own.labels] == [0, 1, 2]
    assert Scheme("own", bounds=(4, 16)).labels == ("0", "4", "16")


@pytest.mark.parametrize(
    ("bounds", "labels"),
    [
        ((), ()),
        ((0, 30), ()),
        ((30, 30), ("a", "b", "c")),
        ((60, 30), ()),
        ((30,), ("one",)),
        ((30,), ("same", "same")),
        ((30,), ("good", "not so good")),
        ((30,), ("", "30")),
    ],
)
def test_buckets_that_do_not_add_up_are_refused(bounds: tuple[int, ...], labels: tuple[str, ...]) -> None:
    with pytest.raises(SchemeUnsound):
        Scheme("own", bounds, labels)


def test_the_scheme_that_products_have_by_default_is_known() -> None:
    assert SCHEMES[ProductTerms.model_fields["buckets"].default] is M0_M7


def due(number: int, paid_off_on: date | None = None) -> Unpaid:
    return Unpaid(number, add_months(FIRST, number - 1), 100_00, paid_off_on)


LATE = due(1, paid_off_on=date(2026, 2, 20))
LATE_TOO = due(2, paid_off_on=date(2026, 3, 5))


def test_arrears_are_cured_at_once_when_nothing_is_past_due() -> None:
    assert cured_on([LATE, LATE_TOO], date(2026, 3, 4), CurePolicy()) is None
    assert cured_on([LATE, LATE_TOO], date(2026, 3, 5), CurePolicy()) == date(2026, 3, 5)


def test_a_loan_that_was_never_past_due_was_never_cured() -> None:
    assert cured_on([due(1, paid_off_on=FIRST), due(2)], date(2026, 2, 10), CurePolicy()) is None


def test_a_product_may_ask_for_instalments_kept_before_arrears_count_as_cured() -> None:
    rows = [LATE, LATE_TOO, due(3, date(2026, 3, 9)), due(4, date(2026, 4, 10)), due(5)]
    policy = CurePolicy(kept_instalments=2)

    assert cured_on(rows, date(2026, 4, 9), policy) is None
    assert cured_on(rows, date(2026, 4, 10), policy) == date(2026, 4, 10)
    assert cured_on(rows, date(2026, 5, 11), policy) is None


def test_instalments_paid_ahead_count_as_kept() -> None:
    paid_on = date(2026, 2, 20)

    assert cured_on([due(1, paid_on), due(2, paid_on), due(3, paid_on)], paid_on, CurePolicy(1)) == paid_on


def test_within_grace_an_instalment_still_counts_as_kept() -> None:
    rows = [LATE, due(3, date(2026, 3, 13))]

    assert cured_on(rows, date(2026, 3, 12), CurePolicy(1, grace_days=3)) is None
    assert cured_on(rows, date(2026, 3, 13), CurePolicy(1, grace_days=3)) == date(2026, 3, 13)
    assert cured_on(rows, date(2026, 3, 13), CurePolicy(1)) is None


def test_arrears_stay_cured_while_the_next_instalment_is_within_grace() -> None:
    policy = CurePolicy(grace_days=3)

    days = [cured_on([LATE, due(3)], date(2026, 3, day), policy) for day in (12, 13, 14)]

    assert days == [date(2026, 2, 20), date(2026, 2, 20), None]


def test_an_instalment_that_fell_due_on_the_day_of_the_cure_is_not_one_kept_after_it() -> None:
    clear_on = date(2026, 3, 10)

    assert cured_on([due(2, clear_on), due(3, clear_on)], clear_on, CurePolicy(1)) is None


def test_an_instalment_of_nothing_neither_cures_nor_hinders() -> None:
    nothing = due(2)._replace(amount_minor=0)

    assert cured_on([LATE, nothing], date(2026, 3, 1), CurePolicy()) == date(2026, 2, 20)
    kept_nothing = due(3)._replace(amount_minor=0, paid_off_on=date(2026, 3, 10))
    assert cured_on([LATE, kept_nothing], date(2026, 3, 20), CurePolicy(1)) is None
    assert cured_on([LATE._replace(amount_minor=1)], date(2026, 3, 1), CurePolicy()) == date(2026, 2, 20)


@pytest.mark.parametrize(
    ("on", "kept", "earlier", "limit"),
    [
        (date(2026, 9, 30), 3, [], ReAgeLimit.TOO_YOUNG),
        (date(2026, 10, 1), 3, [], None),
        (date(2027, 6, 1), 2, [], ReAgeLimit.TOO_FEW_KEPT),
        (date(2027, 1, 1), 3, [date(2027, 1, 1)], ReAgeLimit.ONCE_A_YEAR),
        (date(2027, 12, 31), 3, [date(2027, 1, 1)], ReAgeLimit.ONCE_A_YEAR),
        (date(2028, 1, 1), 3, [date(2027, 1, 1)], None),
        (date(2031, 12, 31), 3, [date(2027, 1, 1), date(2029, 5, 1)], ReAgeLimit.TWICE_IN_FIVE_YEARS),
        (date(2032, 1, 1), 3, [date(2027, 1, 1), date(2029, 5, 1)], None),
    ],
)
def test_a_loan_is_re_aged_once_a_year_and_twice_in_five_years(
    on: date, kept: int, earlier: list[date], limit: ReAgeLimit | None
) -> None:
    opened_on = date(2026, 1, 1)
    limits = [
        re_age_limit(on, opened_on=opened_on, kept=kept, re_aged_on=earlier, policy=policy)
        for policy in (ReAgePolicy(), UNLIMITED)
    ]

    assert limits == [limit, None]


def test_a_lender_without_limits_may_re_age_on_the_first_day() -> None:
    assert re_age_limit(FIRST, opened_on=FIRST, kept=0, re_aged_on=[FIRST], policy=UNLIMITED) is None


def test_a_stage_holds_what_is_told_of_a_loans_lateness() -> None:
    rows = [LATE, due(2), due(3)]

    assert stage(rows, date(2026, 3, 20), M0_M7, [Pause(date(2026, 3, 1), date(2026, 3, 4))]) == Stage(
        bucket="M2",
        days_past_due=34,
        arrears_minor=200_00,
        oldest_unpaid_due_on=date(2026, 2, 10),
        cured_on=None,
        re_aged=False,
    )


def test_a_re_aged_loan_counts_from_its_new_schedule_and_keeps_the_mark() -> None:
    rows, re_aged_on = [due(1), due(2), due(3)], [date(2026, 3, 10)]

    assert stage(rows, date(2026, 3, 9), M0_M7, re_aged_on=re_aged_on).days_past_due == 58
    assert stage(rows, date(2026, 3, 10), M0_M7, re_aged_on=re_aged_on).days_past_due == 0
    after = stage(rows, date(2026, 3, 12), M0_M7, re_aged_on=re_aged_on)
    assert (after.bucket, after.days_past_due, after.arrears_minor, after.re_aged) == ("M1", 2, 100_00, True)
