"""When a lender's reports are believed: silence, days that are not over, too many missed instalments at
once.
"""

from datetime import date
from typing import Any

import pytest

from services.ledger.domain.feed import ConfirmFeed, NothingSuspected
from services.ledger.domain.suspicion import Counted, Seen, is_suspicious, judged, remembered
from shared.events.ledger import FeedLate, FeedSuspicion, PaymentMissed
from shared.events.loans import LoanKind, PaymentsComplete
from tests.builders import a_loan, a_payment, a_schedule, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_product

FEB = date(2026, 2, 1)


def complete(through: str, product: str | None = None) -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=a_loan().lender, through=through, product=product)


def a_book(loans: int, *events: Any, **fields: Any) -> Desk:
    """So many loans with instalments due on the first of February, March and April."""
    desk = Desk()
    desk.take(*events)
    for number in range(loans):
        schedule = a_schedule("100.00", "100.00", "100.00")
        desk.take(a_loan(f"L-{number}", instalments=schedule, **fields))
    return desk


def pay(desk: Desk, loans: range, value_on: str) -> None:
    for number in loans:
        desk.take(
            a_payment("100.00", loan=f"L-{number}", reference=f"{value_on}/{number}", value_on=value_on)
        )


def missed(desk: Desk) -> int:
    return len(desk.named(PaymentMissed))


def late(desk: Desk) -> list[FeedSuspicion]:
    return [one.reason for one in desk.named(FeedLate)]


def doubts(desk: Desk) -> int:
    return late(desk).count(FeedSuspicion.TOO_MANY_MISSED)


# -- too many missed -----------------------------------------------------------------------------------------


def test_when_most_seem_to_have_missed_nobody_is_told_until_someone_confirms_it() -> None:
    desk = a_book(40)
    desk.day(date(2026, 2, 2))
    pay(desk, range(10), "2026-02-01")
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert (missed(desk), doubts(desk)) == (0, 1)
    assert desk.named(FeedLate)[0].complete_through is None
    desk.day(date(2026, 2, 5))
    assert (missed(desk), doubts(desk)) == (0, 1)
    told = desk.ask(ConfirmFeed(a_loan().lender))
    assert (told.complete, told.suspect, told.late) == ((("", FEB),), (), None)
    desk.day(date(2026, 2, 5))
    assert missed(desk) == 30
    with pytest.raises(NothingSuspected):
        desk.ask(ConfirmFeed(a_loan().lender))


def test_when_the_missing_payments_come_and_the_day_is_said_again_only_who_missed_is_told() -> None:
    desk = a_book(40)
    desk.day(date(2026, 2, 2))
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert (missed(desk), doubts(desk)) == (0, 1)
    pay(desk, range(38), "2026-02-01")
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 4))
    assert (missed(desk), doubts(desk)) == (2, 1)


def test_a_usual_share_is_told_at_once_also_where_it_is_high_for_this_lender() -> None:
    """Once people have confirmed that so many miss, as many are no surprise any more."""
    desk = a_book(60)
    desk.day(date(2026, 2, 2))
    pay(desk, range(42), "2026-02-01")
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert (missed(desk), doubts(desk)) == (18, 0)
    desk.day(date(2026, 3, 2))
    pay(desk, range(20), "2026-03-01")
    desk.take(complete("2026-03-01"))
    desk.day(date(2026, 3, 3))
    assert doubts(desk) == 1
    desk.ask(ConfirmFeed(a_loan().lender))
    desk.day(date(2026, 3, 4))
    known = missed(desk)
    assert known > 18
    desk.day(date(2026, 4, 2))
    pay(desk, range(20), "2026-04-01")
    desk.take(complete("2026-04-01"))
    desk.day(date(2026, 4, 3))
    assert (missed(desk) - known, doubts(desk)) == (40, 1)


def test_of_a_small_lender_a_bad_day_is_no_sign() -> None:
    desk = a_book(19)
    desk.day(date(2026, 2, 2))
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert (missed(desk), doubts(desk)) == (19, 0)


def test_a_report_that_comes_before_the_day_is_over_is_judged_when_it_is() -> None:
    """Said at noon of the last day of grace, before anybody can have missed."""
    desk = a_book(40)
    desk.day(FEB)
    desk.take(complete("2026-02-01"))
    desk.day(date(2026, 2, 3))
    assert (missed(desk), doubts(desk)) == (0, 1)


def test_each_further_day_that_is_said_is_an_alarm_of_its_own() -> None:
    desk = a_book(40)
    desk.day(date(2026, 2, 2))
    for day, said in enumerate(("2026-02-01", "2026-02-02", "2026-02-02"), 3):
        desk.take(complete(said))
        desk.day(date(2026, 2, day))
    assert doubts(desk) == 2


def test_a_platform_that_never_says_when_a_day_is_complete_is_doubted_as_well() -> None:
    product = a_product(LoanKind.PROVIDED, payments_complete_expected=False, feed_delay_days=1)
    desk = a_book(40, product, product=product.product)
    desk.day(date(2026, 2, 10))
    assert (missed(desk), doubts(desk)) == (0, 1)
    pay(desk, range(39), "2026-02-01")
    desk.day(date(2026, 3, 1))
    told = a_book(40, product, product=product.product)
    told.day(date(2026, 2, 2))
    pay(told, range(38), "2026-02-01")
    told.day(date(2026, 2, 10))
    assert (missed(told), late(told)) == (2, [])


@pytest.mark.parametrize("delay", [0, 1, 2, 5])
def test_where_nothing_is_said_a_miss_is_told_after_the_days_that_the_product_waits(delay: int) -> None:
    product = a_product(LoanKind.PROVIDED, payments_complete_expected=False, feed_delay_days=delay)
    desk = a_book(1, product, product=product.product)
    desk.day(date(2026, 2, 1 + delay))
    assert missed(desk) == 0
    desk.day(date(2026, 2, 2 + delay))
    assert missed(desk) == 1


# -- silence -------------------------------------------------------------------------------------------------


def test_a_platform_that_never_said_anything_is_told_of_once_a_loan_waits_for_it() -> None:
    desk = a_book(1)
    desk.day(date(2026, 2, 3))
    assert late(desk) == []
    desk.day(date(2026, 2, 4))
    assert desk.named(FeedLate) == [
        FeedLate(lender=a_loan().lender, complete_through=None, reason=FeedSuspicion.SILENT)
    ]
    desk.day(date(2026, 2, 20))
    assert (len(late(desk)), missed(desk)) == (1, 0)
    desk.take(complete("2026-02-19"))
    desk.day(date(2026, 2, 21))
    assert missed(desk) == 1


def test_nobody_is_missed_while_all_is_paid_though_nothing_was_ever_said() -> None:
    desk = a_book(1)
    desk.take(a_payment("300.00", loan="L-0", value_on="2026-01-10"))
    desk.day(date(2026, 5, 1))
    assert late(desk) == []
    waits_itself = a_product(LoanKind.PROVIDED, payments_complete_expected=False, feed_delay_days=3)
    other = a_book(1, waits_itself, product=waits_itself.product)
    other.day(date(2026, 2, 20))
    assert (late(other), missed(other)) == ([], 1)


def test_the_silence_after_a_report_is_told_once_and_ends_with_the_next_one() -> None:
    desk = a_book(1)
    desk.day(date(2026, 2, 2))
    desk.take(complete("2026-01-31"))
    desk.day(date(2026, 2, 10))
    assert late(desk) == [FeedSuspicion.SILENT]
    desk.take(complete("2026-02-09"))
    desk.day(date(2026, 2, 11))
    assert missed(desk) == 1
    desk.day(date(2026, 2, 20))
    assert late(desk) == [FeedSuspicion.SILENT] * 2


# -- the measure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "missed", "seen", "suspicious"),
    [
        (100, 30, Seen(), False),
        (100, 31, Seen(), True),
        (100, 19, Seen(), False),
        (1_000, 60, Seen(100_000, 2_000), False),
        (1_000, 62, Seen(100_000, 2_000), True),
        (0, 20, Seen(), True),
        (100, 100, Seen(10_000, 4_000), False),
    ],
)
def test_three_times_the_usual_share_is_not_believed(
    due: int, missed: int, seen: Seen, suspicious: bool
) -> None:
    assert is_suspicious(Seen(due, missed), seen) is suspicious


def test_only_days_that_no_earlier_report_covers_are_judged() -> None:
    counted = [Counted("a", date(2026, 2, day), due=10 * day, waiting=day) for day in (1, 2, 3)] + [
        Counted("b", date(2026, 2, 2), due=7, waiting=5)
    ]
    said = (("", date(2026, 2, 2)),)
    assert judged(counted, (), said) == Seen(37, 8)
    assert judged(counted, (("", date(2026, 2, 1)),), said) == Seen(27, 7)
    assert judged(counted, (("b", date(2026, 2, 9)),), said) == Seen(30, 3)
    assert judged(counted, (), (("b", date(2026, 2, 2)),)) == Seen(7, 5)
    assert judged(counted, said, said) == Seen(0, 0)


def test_older_reports_lose_their_weight() -> None:
    seen = Seen()
    for _ in range(300):
        seen = remembered(seen, Seen(1_000, 20))
    assert 28_000 < seen.due < 31_000
    for _ in range(100):
        seen = remembered(seen, Seen(1_000, 100))
    assert 0.09 < seen.missed / seen.due < 0.1
    assert remembered(seen, Seen()) == seen
