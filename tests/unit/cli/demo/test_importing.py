"""What the platform would have told of real loans: sums as reported, to the cent, on days that fit."""

from datetime import date, timedelta

import pytest

from cli.demo.importing import LENDER, amortised, product, story_of
from cli.demo.places import ZONE_OF
from cli.demo.source import LOANS, SNAPSHOT, TROUBLED, RealLoan, Status, chosen, read_rows
from shared.events.ledger import PaymentMissed
from shared.events.loans import PaymentReceived, PaymentsComplete
from tests.harness import instant
from tests.unit.cli.demo.loans import CURRENT, a_loan
from tests.unit.ledger.desk import Desk

ROWS = read_rows()


def test_the_package_ships_the_loans_that_are_expected() -> None:
    assert len(ROWS) == LOANS
    assert ROWS[0] == CURRENT
    assert sum(one.status in TROUBLED for one in ROWS) == 178


def test_all_payments_of_all_loans_add_up_to_what_was_reported_and_lie_before_the_snapshot() -> None:
    for row in ROWS:
        story = story_of(row, seed=7)
        sums = [
            sum(getattr(one, part) for one in story.payments) for part in ("principal", "interest", "fees")
        ]
        assert sums == [row.paid_principal, row.paid_interest, row.paid_late_fees], row
        told = [one for one in story.history() if isinstance(one, PaymentReceived)]
        assert sum(one.amount.minor for one in told) == row.paid, row
        assert all(story.opened_on < one.value_on <= SNAPSHOT for one in told), row
        assert story.opened_on < story.first_due_on


def at_the_snapshot(row: RealLoan) -> Desk:
    story = story_of(row, seed=7)
    desk = Desk(now=instant("2018-06-30T17:00:00"))
    desk.take(product(), PaymentsComplete(lender=LENDER, through=SNAPSHOT - timedelta(days=1)))
    _, opened = story.opening()
    desk.take(opened, *story.history())
    assert not desk.held, desk.held
    return desk


def days_past_due(desk: Desk) -> int:
    oldest = desk.loan().book.oldest_unpaid()
    return 0 if oldest is None else max(0, SNAPSHOT.toordinal() - desk.loan().book.dues[oldest])


@pytest.mark.parametrize(
    ("status", "least", "most", "otherwise"),
    [(Status.IN_GRACE, 1, 15, 5), (Status.LATE, 16, 30, 2), (Status.LONG_LATE, 31, 120, 2)],
)
def test_who_was_late_is_as_late_in_the_ledger_but_for_few_who_had_paid_parts(
    status: Status, least: int, most: int, otherwise: int
) -> None:
    found = [days_past_due(at_the_snapshot(one)) for one in ROWS if one.status is status]
    assert sum(not least <= days <= most for days in found) == otherwise, found


def test_who_was_not_late_is_not_late_in_the_ledger_but_for_few() -> None:
    rows = [one for one in ROWS if one.status is Status.CURRENT][:60]
    late = [one.number for one in rows if days_past_due(at_the_snapshot(one))]
    assert len(late) <= 1, late


def test_the_ledgers_instalment_is_the_reported_one() -> None:
    book = at_the_snapshot(CURRENT).loan().book
    asked = book.owed[2][1] + book.owed[3][1]
    assert abs(asked - CURRENT.instalment) <= 1
    assert not [one for one in at_the_snapshot(CURRENT).told if isinstance(one, PaymentMissed)]


def test_a_longer_first_period_is_a_fee_and_a_shorter_one_a_credit() -> None:
    regular = sum(interest for _, interest in amortised(CURRENT, 3))
    assert story_of(CURRENT, 7).first_period == CURRENT.paid_interest - regular
    shorter = a_loan(paid_interest=regular - 500, paid_principal=3 * CURRENT.instalment - regular)
    assert story_of(shorter, 7).first_period == -500


def test_nobody_can_be_reached_and_every_state_has_a_zone() -> None:
    borrower = next(story_of(CURRENT, 7).opening())
    values = [one.value for one in borrower.addresses]  # type: ignore[attr-defined]
    assert values == ["borrower-1@example.com", "+1 200 555 0101"]
    assert {one.state for one in ROWS} <= ZONE_OF.keys()
    every = {tuple(a.value for a in next(story_of(one, 7).opening()).addresses) for one in ROWS[:500]}  # type: ignore[attr-defined]
    assert len(every) == 500


def test_a_choice_has_every_troubled_loan_and_is_the_same_for_a_seed() -> None:
    some = chosen(ROWS, 300, seed=7)
    assert sum(one.status in TROUBLED for one in some) == 178
    assert some == chosen(ROWS, 300, seed=7)
    assert some != chosen(ROWS, 300, seed=8)
    assert story_of(CURRENT, 7).first_due_on.month == date(2018, 4, 1).month
