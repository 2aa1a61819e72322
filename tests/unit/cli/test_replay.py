"""What is read of short loans: events by day, who was late, and lines that cannot be read."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from cli.replay.superlender import read
from cli.stack.process import StackError
from shared.events.loans import LoanOpened, PaymentReceived

HEAD = "borrower_no,loan_seq,principal,total_due,term_days,approved_at,first_due_on,first_paid_at,closed_at"
LATE = "1,1,10000.0,11500.0,15,2017-07-02T19:19:01,2017-07-18,2017-07-24T20:40:34,2017-07-24T20:50:43"
TWICE = "2,3,20000.0,24500.01,60,2017-07-03T08:00:00,2017-08-01,2017-07-30T10:00:00,2017-08-29T10:00:00"


def a_folder(folder: Path, *lines: str) -> Path:
    (folder / "repaid_loans.csv.gz").write_bytes(gzip.compress("\n".join([HEAD, *lines]).encode()))
    return folder


def test_each_loan_is_told_on_its_days_and_who_paid_late_is_known(tmp_path: Path) -> None:
    feed = read(a_folder(tmp_path, LATE, TWICE))
    assert (feed.loans, feed.late, feed.bad) == (2, {"SL-1": 6}, [])
    kinds = {day: [type(one).__name__ for one in some] for day, some in sorted(feed.by_day.items())}
    assert kinds == {
        date(2017, 7, 2): ["LoanOpened"],
        date(2017, 7, 3): ["LoanOpened"],
        date(2017, 7, 24): ["PaymentReceived"],
        date(2017, 7, 30): ["PaymentReceived"],
        date(2017, 8, 29): ["PaymentReceived"],
    }
    (second,) = feed.by_day[date(2017, 7, 3)]
    assert isinstance(second, LoanOpened)
    assert [(one.due_on.isoformat(), str(one.amount)) for one in second.instalments] == [
        ("2017-08-01", "12250.00 NGN"),
        ("2017-08-31", "12250.01 NGN"),
    ]
    paid = [one for some in feed.by_day.values() for one in some if isinstance(one, PaymentReceived)]
    assert sum(one.amount.minor for one in paid) == 1_150_000 + 2_450_001


def test_a_line_that_cannot_be_read_is_told_with_its_number_and_the_others_go_on(tmp_path: Path) -> None:
    broken = "3,1,1000.0,x,15,2017-07-02T19:19:01,2017-07-18,2017-07-24T20:40:34,2017-07-24T20:50:43"
    missing = "4,1,1000.0,1150.0,15,2017-07-05T19:19:01,,2017-07-24T20:40:34,2017-07-24T20:50:43"
    feed = read(a_folder(tmp_path, LATE, broken, missing, TWICE))
    assert feed.loans == 2
    assert [number for number, _ in feed.bad] == [3, 4]
    assert "nothing in first_due_on" in feed.bad[1][1]


def test_only_the_first_so_many_are_taken_and_a_folder_without_them_is_named(tmp_path: Path) -> None:
    assert read(a_folder(tmp_path, TWICE, LATE), most=1).late == {"SL-2": 6}
    with pytest.raises(StackError, match="give the folder that holds"):
        read(tmp_path / "nowhere")
