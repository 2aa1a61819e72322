"""A credit record month by month, as it was reported and as it was corrected."""

from datetime import UTC, date, datetime

from services.ledger.domain.credit_record.history import MonthRow, MonthShown, months_shown

FIRST, THEN = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 10, tzinfo=UTC)
PAID, LATE = {"pbc_month": "N"}, {"pbc_month": "1"}


def month(number: int) -> date:
    return date(2026, number, 1)


def test_nothing_is_shown_before_a_month_is_over() -> None:
    assert months_shown([], None) == []


def test_a_month_without_a_row_ended_as_the_one_before_it() -> None:
    rows = [MonthRow(month(1), PAID, False, FIRST), MonthRow(month(3), LATE, False, THEN)]
    assert months_shown(rows, month(4)) == [
        MonthShown(month(4), LATE, None, None, None),
        MonthShown(month(3), LATE, THEN, None, None),
        MonthShown(month(2), PAID, None, None, None),
        MonthShown(month(1), PAID, FIRST, None, None),
    ]


def test_a_correction_is_of_its_month_alone_and_the_last_one_counts() -> None:
    rows = [
        MonthRow(month(1), LATE, False, FIRST),
        MonthRow(month(1), PAID, True, FIRST),
        MonthRow(month(1), {"pbc_month": "2"}, True, THEN),
    ]
    assert months_shown(rows, month(2)) == [
        MonthShown(month(2), LATE, None, None, None),
        MonthShown(month(1), LATE, FIRST, {"pbc_month": "2"}, THEN),
    ]
