"""Deadlines of cases where the law names them, day by day."""

from datetime import date

from services.hardship.adapters.calendars import closed_days
from services.hardship.adapters.case_policies import read_case_policies
from services.hardship.domain.working_days import after_working_days

POLICIES = read_case_policies()


def test_case_66_a_hardship_told_by_phone_is_answered_within_21_days_after_that_day() -> None:
    heard_on = date(2026, 11, 10)
    assert POLICIES.of("AU").answer_by(heard_on, "AU", closed_days) == date(2026, 12, 1)


def test_case_67_the_fourteen_days_after_a_refusal_begin_with_its_own_day() -> None:
    assert POLICIES.of("AU").appeal_by(date(2026, 11, 10)) == date(2026, 11, 23)


def test_case_69_ten_working_days_in_korea_skip_the_harvest_festival_and_a_substitute_holiday() -> None:
    asked_on = date(2026, 9, 21)
    assert POLICIES.of("KR").answer_by(asked_on, "KR", closed_days) == date(2026, 10, 8)


def test_case_70_instalments_in_china_end_within_sixty_months() -> None:
    assert POLICIES.of("CN").instalments_months_max == 60


def test_grace_counts_no_weekend_and_no_holiday() -> None:
    # Good Friday and a weekend lie between; Easter Monday is none in Scotland.
    assert after_working_days(date(2026, 4, 1), 3, "GB", closed_days) == date(2026, 4, 7)


def test_a_country_without_rules_of_its_own_has_the_default() -> None:
    assert POLICIES.of("FR") is POLICIES.default
    assert POLICIES.of(None) is POLICIES.default
