"""What is read of short loans and of cards: events by day, what was missed, and lines that cannot be read."""

import gzip
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

from cli.replay import uci
from cli.replay.feed import Feed
from cli.replay.superlender import read
from cli.stack.process import StackError
from shared.events.base import Event
from shared.events.loans import CreditGranted, LoanOpened, PaymentReceived, StatementIssued

Told = TypeVar("Told", bound=Event)

HEAD = "borrower_no,loan_seq,principal,total_due,term_days,approved_at,first_due_on,first_paid_at,closed_at"
LATE = "1,1,10000.0,11500.0,15,2017-07-02T19:19:01,2017-07-18,2017-07-24T20:40:34,2017-07-24T20:50:43"
TWICE = "2,3,20000.0,24500.01,60,2017-07-03T08:00:00,2017-08-01,2017-07-30T10:00:00,2017-08-29T10:00:00"


def a_folder(folder: Path, *lines: str) -> Path:
    (folder / "repaid_loans.csv.gz").write_bytes(gzip.compress("\n".join([HEAD, *lines]).encode()))
    return folder


def test_each_loan_is_told_on_its_days_and_who_paid_late_is_known(tmp_path: Path) -> None:
    feed = read(a_folder(tmp_path, LATE, TWICE))
    assert (feed.loans, feed.missed, feed.bad) == (2, {"SL-1 2017-07-18"}, [])
    assert feed.judged == {"SL-1 2017-07-18", "SL-2 2017-08-01"}
    assert dict(feed.notes)["of these paid within 3 days"] == 0
    assert dict(feed.notes)["of these paid within 7 days"] == 1
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
    assert read(a_folder(tmp_path, TWICE, LATE), most=1).missed == {"SL-2 2017-07-18"}
    with pytest.raises(StackError, match="give the folder that holds"):
        read(tmp_path / "nowhere")


CARDS = (
    "ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,"
    "BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,BILL_AMT6,"
    "PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month"
)


def cards(folder: Path, *lines: str) -> Feed:
    file = folder / "cards.csv"
    file.write_text("\n".join([CARDS, *lines]))
    return uci.read(file)


def told(feed: Feed, kind: type[Told]) -> list[Told]:
    return [one for _, some in sorted(feed.by_day.items()) for one in some if isinstance(one, kind)]


def test_a_card_asks_for_a_twentieth_and_what_came_short_is_missed(tmp_path: Path) -> None:
    # April to September: billed 40,000, 38,000, 39,000, 38,000, 0, 0; paid nothing in May, 3,000 in June,
    # 1,000 in July, all of it in August. The data calls April and June late.
    feed = cards(tmp_path, "9,50000,2,2,1,30,0,0,0,2,0,2,0,0,38000,39000,38000,40000,0,38000,1000,3000,0,0,1")
    asked = [(str(one.due_on), one.minimum_payment.minor // 100) for one in told(feed, StatementIssued)]
    assert asked == [
        ("2005-05-20", 2_000),
        ("2005-06-20", 1_900),  # what May bills less than was left was credited: it went to April's 2,000
        ("2005-07-20", 1_950),
        ("2005-08-20", 950 + 1_900),  # not lowered: what came in August is more
        ("2005-09-20", 0),
        ("2005-10-20", 0),
    ]
    assert feed.missed == {"UCI-9 2005-05-20", "UCI-9 2005-07-20"}
    assert len(feed.judged) == 5
    assert feed.expected == {"StatementMade": 6, "BalanceDiffers": 0, "cents": 15_500_000}
    credited = [(str(one.value_on), one.amount.minor // 100) for one in told(feed, CreditGranted)]
    assert credited == [("2005-05-31", 2_000)]
    low = cards(tmp_path, "9,50000,2,2,1,30,0,0,0,0,0,0,0,0,38000,39000,38000,40000,0,0,0,0,700,0,1")
    assert told(low, StatementIssued)[0].minimum_payment.minor == 70_000, "the data calls it paid"


def test_a_card_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    fine = "9,50000,2,2,1,30,0,0,0,0,0,0,0,0,0,0,0,100,0,0,0,0,0,0,1"
    feed = cards(tmp_path, fine.replace("50000", "much"), fine, fine.replace("9,5", "x,5"))
    assert feed.loans == 1
    assert [line for line, _ in feed.bad] == [2, 4]
    with pytest.raises(StackError, match=r"give the file uci_card_default\.csv"):
        uci.read(tmp_path / "nothing.csv")
