"""Plans, holds and disputes as credit records show them: who keeps a plan is not shown as getting worse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.events.hardship import PlanBroken, PlanCompleted
from shared.events.parts import Freezes, HoldReason, ReliefKind
from tests.builders import an_event, money
from tests.unit.ledger.test_credit_reporting import (
    DAYS,
    PLAN,
    a_desk,
    a_late_desk,
    a_phase,
    a_plan,
    count,
    on_time,
    paid,
    record_of,
    told,
)
from tests.unit.ledger.test_holds import a_hold, a_term_loan, lifted


@pytest.mark.parametrize("kind", [ReliefKind.RATE_REDUCTION, ReliefKind.TOKEN_PAYMENTS])
def test_a_borrower_who_keeps_a_plan_is_not_shown_as_getting_worse(kind: ReliefKind) -> None:
    desk = a_late_desk(*DAYS, "pbc_month")
    terms: dict[str, Any] = {"rate": Decimal(0)} if kind is ReliefKind.RATE_REDUCTION else {}
    if kind is ReliefKind.TOKEN_PAYMENTS:
        terms = {"amount": money("10.00"), "ends_on": date(2026, 8, 31)}
    desk.take(a_plan(a_phase(kind, "2026-03-10", **terms), accepted_on="2026-03-10"))
    desk.moment()
    since = count(desk)
    desk.day(date(2026, 9, 1))
    assert told(desk, since) == [("pbc_month", "1", "2", date(2026, 3, 31), False)]
    assert {month.month.days_past_due for month in record_of(desk).carried.months[:5]} == {37}


def test_a_broken_plan_protects_no_longer_from_its_day_on() -> None:
    desk = a_late_desk(*DAYS)
    rate = a_phase(ReliefKind.RATE_REDUCTION, "2026-03-10", rate=Decimal(0))
    desk.take(a_plan(rate, accepted_on="2026-03-10"))
    desk.day(date(2026, 6, 10))
    since = count(desk)
    ids = (a_term_loan().loan_id,)
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-06-10", loan_ids=ids))
    desk.moment()
    assert told(desk, since) == [
        ("metro2_status", "71", "82", date(2026, 6, 10), False),
        ("cn_m", "M2", "M5", date(2026, 6, 10), False),
        ("ifrs9_stage", "2", "3", date(2026, 6, 10), False),
    ]
    shown = {one.month.first_on: one.month.days_past_due for one in record_of(desk).carried.months}
    assert (shown[date(2026, 4, 1)], shown[date(2026, 5, 1)]) == (37, 37)


def test_a_plan_that_began_before_it_was_told_of_corrects_the_months_since() -> None:
    desk = a_late_desk("metro2_history", "metro2_status")
    desk.day(date(2026, 6, 10))
    since = count(desk)
    rate = a_phase(ReliefKind.RATE_REDUCTION, "2026-03-10", rate=Decimal(0))
    desk.take(a_plan(rate, accepted_on="2026-03-10"))
    desk.moment()
    assert told(desk, since) == [
        ("metro2_history", "32100" + "B" * 19, "11100" + "B" * 19, date(2026, 6, 10), True),
        ("metro2_status", "82", "71", date(2026, 6, 10), True),
    ]


def test_a_deferral_is_shown_as_current_and_what_follows_it_no_worse() -> None:
    desk = a_late_desk("metro2_status", "metro2_special_comment")
    since = count(desk)
    phase = a_phase(ReliefKind.DEFERRAL_INTEREST_FROZEN, "2026-03-10", ends_on=date(2026, 5, 31))
    desk.take(a_plan(phase, accepted_on="2026-03-10"))
    desk.moment()
    assert told(desk, since) == [
        ("metro2_status", "71", "11", date(2026, 3, 10), False),
        ("metro2_special_comment", "", "CP", date(2026, 3, 10), False),
    ]
    desk.day(date(2026, 8, 10))
    assert told(desk, since + 2) == [("metro2_special_comment", "CP", "CO", date(2026, 6, 1), False)]


def test_case_63_a_disaster_that_stops_ageing_is_shown_as_such() -> None:
    desk = a_late_desk("metro2_status", "metro2_special_comment")
    since = count(desk)
    freezes = Freezes(ageing=True)
    desk.take(a_hold(freezes, "2026-03-10", "2026-05-09", reason=HoldReason.DISASTER))
    desk.moment()
    desk.day(date(2026, 5, 9))
    assert told(desk, since) == [
        ("metro2_status", "71", "11", date(2026, 3, 10), False),
        ("metro2_special_comment", "", "AW", date(2026, 3, 10), False),
    ]


def test_case_63_a_moratorium_that_stops_interest_alone_leaves_the_record_ageing() -> None:
    desk = a_late_desk("metro2_status")
    desk.take(a_hold(Freezes(interest_and_fees=True), "2026-03-10", "2026-05-09"))
    desk.day(date(2026, 4, 3))
    assert told(desk)[-1] == ("metro2_status", "71", "78", date(2026, 4, 2), False)


def test_a_dispute_shows_while_it_is_open_and_that_it_has_ended() -> None:
    desk = a_desk("metro2_compliance", "pbc_objection")
    on_time(desk, 2)
    dispute = a_hold(Freezes(), "2026-02-10", reason=HoldReason.DISPUTE, disputed=money("40.00"))
    desk.day(date(2026, 2, 10))
    desk.take(dispute)
    desk.moment()
    desk.day(date(2026, 2, 20))
    desk.take(lifted("2026-02-20"))
    desk.moment()
    assert told(desk) == [
        ("metro2_compliance", "", "XB", date(2026, 2, 10), False),
        ("pbc_objection", "", "disputed", date(2026, 2, 10), False),
        ("metro2_compliance", "XB", "XH", date(2026, 2, 20), False),
        ("pbc_objection", "disputed", "", date(2026, 2, 20), False),
    ]


def test_european_marks_follow_the_days_and_the_plan() -> None:
    desk = a_desk("eba", "ifrs9_stage")
    desk.day(date(2026, 5, 4))
    assert told(desk)[-1] == ("eba", "performing", "non_performing", date(2026, 5, 3), False)
    paid(desk, "2026-05-04", "400.00")
    desk.day(date(2026, 5, 20))
    rate = a_phase(ReliefKind.LONGER_TERM, "2026-05-20", ends_on=date(2027, 6, 30))
    desk.take(a_plan(rate, accepted_on="2026-05-20"))
    desk.moment()
    assert told(desk)[-2:] == [
        ("eba", "non_performing", "non_performing_forborne", date(2026, 5, 20), False),
        ("ifrs9_stage", "1", "2", date(2026, 5, 20), False),
    ]
    for month in range(6, 13):
        paid(desk, f"2026-{month:02d}-01", "60.00")
    for month in range(1, 6):
        paid(desk, f"2027-{month:02d}-01", "60.00")
    desk.day(date(2027, 5, 25))
    assert told(desk)[-1] == (
        "eba",
        "non_performing_forborne",
        "performing_forborne",
        date(2027, 5, 20),
        False,
    )


def test_restructured_loans_are_watched_for_a_year_from_the_first_payment() -> None:
    desk = a_desk("cn_five_class")
    on_time(desk, 2)
    desk.take(
        a_plan(
            a_phase(ReliefKind.LONGER_TERM, "2026-02-01", ends_on=date(2027, 12, 31)),
            accepted_on="2026-02-01",
        )
    )
    desk.moment()
    desk.take(
        an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-02-02", loan_ids=(a_term_loan().loan_id,))
    )
    for month in range(3, 13):
        paid(desk, f"2026-{month:02d}-01", "60.00")
    for month in range(1, 4):
        paid(desk, f"2027-{month:02d}-01", "60.00")
    assert told(desk) == [
        ("cn_five_class", "", "normal", date(2026, 1, 29), False),
        ("cn_five_class", "normal", "special_mention", date(2026, 2, 1), False),
        ("cn_five_class", "special_mention", "normal", date(2027, 3, 1), False),
    ]
