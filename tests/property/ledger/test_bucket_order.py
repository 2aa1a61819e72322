"""More days past due never give a better bucket or code, and each bucket holds exactly its own days."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.buckets import M0_M7, SCHEMES, Scheme, bucket
from services.ledger.domain.credit_record.record import codes
from services.ledger.domain.credit_record.standing import Plan, RiskClass, Shown, Standing

Bucket = Callable[[int, Scheme], str]

DAY = date(2026, 6, 30)
bounds = st.lists(st.integers(1, 400), min_size=1, max_size=9, unique=True).map(lambda b: tuple(sorted(b)))
schemes = st.sampled_from(tuple(SCHEMES.values())) | bounds.map(lambda b: Scheme("own", b))
days = st.integers(0, 450)


def buckets_rise_with_days(place: Bucket, examples: settings) -> None:
    @examples
    @given(schemes, days, days)
    def check(scheme: Scheme, some: int, others: int) -> None:
        fewer, more = sorted((some, others))
        assert scheme.rank(place(fewer, scheme)) <= scheme.rank(place(more, scheme))

    check()


def each_bucket_begins_on_its_first_day(place: Bucket, examples: settings) -> None:
    @examples
    @given(schemes, st.data())
    def check(scheme: Scheme, data: st.DataObject) -> None:
        first = data.draw(st.sampled_from(scheme.bounds))
        assert scheme.rank(place(first, scheme)) == scheme.rank(place(first - 1, scheme)) + 1

    check()


THOROUGH = settings(max_examples=200, deadline=None)
UNTIL_FOUND = settings(
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


def test_more_days_never_give_a_better_bucket() -> None:
    buckets_rise_with_days(bucket, THOROUGH)


def test_each_bucket_begins_on_its_first_day() -> None:
    each_bucket_begins_on_its_first_day(bucket, THOROUGH)


def a_day_late(days: int, scheme: Scheme) -> str:
    return bucket(max(days - 1, 0), scheme)


def by_thirties(days: int, scheme: Scheme) -> str:
    return scheme.labels[min((days + 29) // 30, len(scheme.labels) - 1)]


def turning_over(days: int, scheme: Scheme) -> str:
    return bucket(days % 361, scheme)


@pytest.mark.parametrize(
    ("broken", "finder"),
    [
        (a_day_late, each_bucket_begins_on_its_first_day),
        (by_thirties, each_bucket_begins_on_its_first_day),
        (turning_over, buckets_rise_with_days),
    ],
)
def test_a_wrong_bucket_is_found(broken: Bucket, finder: Callable[[Bucket, settings], None]) -> None:
    with pytest.raises(AssertionError):
        finder(broken, UNTIL_FOUND)


Severity = Callable[[Standing], dict[str, int]]
_RANKS = {
    "metro2_status": ("11", "71", "78", "80", "82", "83", "84"),
    "pbc_month": ("N", "1", "2", "3", "4", "5", "6", "7"),
    "cn_m": M0_M7.labels,
    "cn_five_class": tuple(RiskClass),
    "ifrs9_stage": ("1", "2", "3"),
}


def severity(standing: Standing) -> dict[str, int]:
    """How bad each scheme says that it is."""
    return {scheme: _RANKS[scheme].index(one.code) for scheme, one in codes(standing, _RANKS).items()}


def a_standing(days: int, plan: Plan | None = None) -> Standing:
    return Standing(DAY, date(2025, 1, 1), days, owed_minor=1, plan=plan)


def a_kept_plan_is_never_shown_as_worse(judge: Severity, examples: settings) -> None:
    @examples
    @given(days, days, st.sampled_from(Shown))
    def check(at_start: int, now: int, shown: Shown) -> None:
        start, later = judge(a_standing(at_start)), judge(a_standing(now, Plan(at_start, shown=shown)))
        freely = judge(a_standing(now))
        assert all(later[scheme] <= min(start[scheme], freely[scheme]) for scheme in _RANKS)

    check()


def test_who_keeps_a_plan_is_never_shown_as_getting_worse() -> None:
    a_kept_plan_is_never_shown_as_worse(severity, THOROUGH)


def blind_to_plans(standing: Standing) -> dict[str, int]:
    return severity(a_standing(standing.days_past_due))


def frozen_hard(standing: Standing) -> dict[str, int]:
    return severity(
        a_standing(standing.plan.days_past_due_at_start if standing.plan else standing.days_past_due)
    )


@pytest.mark.parametrize("broken", [blind_to_plans, frozen_hard])
def test_a_record_that_harms_who_keeps_a_plan_is_found(broken: Severity) -> None:
    with pytest.raises(AssertionError):
        a_kept_plan_is_never_shown_as_worse(broken, UNTIL_FOUND)


@THOROUGH
@given(days, days)
def test_more_days_never_give_a_better_code(some: int, others: int) -> None:
    fewer, more = (severity(a_standing(days)) for days in sorted((some, others)))
    assert all(fewer[scheme] <= more[scheme] for scheme in _RANKS)
