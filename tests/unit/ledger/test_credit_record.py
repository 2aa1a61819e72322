"""How a loan stands in credit records and risk classes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.ledger.domain.credit_record import china, ifrs9, metro2, pbc
from services.ledger.domain.credit_record.record import SCHEMES, StatusChange, changes, codes
from services.ledger.domain.credit_record.standing import (
    Deferral,
    DeferralKind,
    Dispute,
    Ending,
    Exposure,
    Month,
    MonthState,
    Plan,
    PlanKind,
    Repossession,
    Restructuring,
    Shown,
    Standing,
    month_end,
)
from shared.events.ledger import CreditStatusChanged
from shared.events.loans import LoanEvent
from tests.builders import a_loan

END_OF_JUNE = date(2026, 6, 30)
LOAN: LoanEvent = a_loan()


def a_standing(days: int = 0, **fields: Any) -> Standing:
    """A loan of 10,000.00 opened in January 2025, so many days past due, with 500.00 in arrears if any."""
    usual = {"owed_minor": 10_000_00, "arrears_minor": 500_00 if days else 0, "scheduled_minor": 500_00}
    return Standing(END_OF_JUNE, date(2025, 1, 10), days, **{**usual, **fields})


@pytest.mark.parametrize(
    ("days", "us", "cn", "months", "classed", "stage"),
    [
        (0, "11", "N", "M0", "normal", "1"),
        (1, "11", "1", "M1", "special_mention", "1"),
        (29, "11", "1", "M1", "special_mention", "1"),
        (30, "71", "1", "M1", "special_mention", "1"),
        (31, "71", "2", "M2", "special_mention", "2"),
        (59, "71", "2", "M2", "special_mention", "2"),
        (60, "78", "2", "M2", "special_mention", "2"),
        (61, "78", "3", "M3", "special_mention", "2"),
        (89, "78", "3", "M3", "special_mention", "2"),
        (90, "80", "3", "M3", "special_mention", "3"),
        (91, "80", "4", "M4", "substandard", "3"),
        (119, "80", "4", "M4", "substandard", "3"),
        (120, "82", "4", "M4", "substandard", "3"),
        (121, "82", "5", "M5", "substandard", "3"),
        (150, "83", "5", "M5", "substandard", "3"),
        (151, "83", "6", "M6", "substandard", "3"),
        (180, "84", "6", "M6", "substandard", "3"),
        (181, "84", "7", "M7", "substandard", "3"),
        (270, "84", "7", "M7", "substandard", "3"),
        (271, "84", "7", "M7", "doubtful", "3"),
        (360, "84", "7", "M7", "doubtful", "3"),
        (361, "84", "7", "M7", "loss", "3"),
    ],
)
def test_case_73_each_scheme_turns_on_its_own_day(
    days: int, us: str, cn: str, months: str, classed: str, stage: str
) -> None:
    schemes = ("metro2_status", "pbc_month", "cn_m", "cn_five_class", "ifrs9_stage")

    given = codes(a_standing(days), schemes)

    assert [given[scheme].code for scheme in schemes] == [us, cn, months, classed, stage]


@pytest.mark.parametrize(
    ("fields", "status", "rating"),
    [
        ({"ending": Ending.REPAID}, "13", "0"),
        ({"ending": Ending.REPAID, "days_past_due": 65}, "13", "2"),
        ({"ending": Ending.REPAID, "in_collection": True}, "62", ""),
        ({"ending": Ending.SETTLED, "written_off": True}, "64", ""),
        ({"ending": Ending.REPAID, "repossession": Repossession.SURRENDERED}, "61", ""),
        ({"ending": Ending.REPAID, "repossession": Repossession.REPOSSESSED}, "63", ""),
        ({"repossession": Repossession.SURRENDERED, "days_past_due": 30}, "95", "1"),
        ({"repossession": Repossession.REPOSSESSED, "days_past_due": 200}, "96", "6"),
        ({"written_off": True, "in_collection": True, "days_past_due": 200}, "97", ""),
        ({"in_collection": True, "days_past_due": 45}, "93", ""),
        ({"reported_in_error": True, "days_past_due": 45}, "DA", ""),
        ({"fraudulent": True, "ending": Ending.OTHER}, "DF", ""),
        ({"days_past_due": 45}, "71", ""),
    ],
)
def test_what_became_of_an_account_goes_before_its_days(
    fields: dict[str, Any], status: str, rating: str
) -> None:
    standing = replace(a_standing(), **fields)

    assert (metro2.status(standing).code, metro2.payment_rating(standing).code) == (status, rating)


@pytest.mark.parametrize(
    ("fields", "comment"),
    [
        ({}, ""),
        ({"ending": Ending.SETTLED, "plan": Plan(40)}, "AU"),
        ({"ending": Ending.TRANSFERRED}, "AH"),
        ({"deferral": Deferral(DeferralKind.DISASTER, date(2026, 9, 10)), "on_active_duty": True}, "AW"),
        ({"deferral": Deferral(DeferralKind.FORBEARANCE, date(2026, 9, 10))}, "CP"),
        ({"plan": Plan(40)}, "AC"),
        ({"plan": Plan(40, kind=PlanKind.MODIFIED)}, "CO"),
        ({"plan": Plan(40, kind=PlanKind.MODIFIED_GOVERNMENT)}, "CN"),
        ({"plan": Plan(40, kind=PlanKind.COUNSELLING)}, "B"),
        ({"plan": Plan(40, kept=False)}, ""),
        ({"on_active_duty": True, "line_suspended": True}, "AI"),
        ({"line_suspended": True}, "AP"),
    ],
)
def test_an_account_carries_one_comment(fields: dict[str, Any], comment: str) -> None:
    assert metro2.special_comment(a_standing(**fields)).code == comment


@pytest.mark.parametrize(
    ("dispute", "condition", "objection"),
    [
        (Dispute.NONE, "", ""),
        (Dispute.OPEN, "XB", "disputed"),
        (Dispute.ENDED, "XH", ""),
        (Dispute.ENDED_DISAGREED, "XC", ""),
        (Dispute.WITHDRAWN, "XR", ""),
    ],
)
def test_a_dispute_shows_in_the_record(dispute: Dispute, condition: str, objection: str) -> None:
    standing = a_standing(40, dispute=dispute)

    assert (metro2.compliance_condition(standing).code, pbc.objection(standing).code) == (
        condition,
        objection,
    )


def test_case_63_a_disaster_deferral_shows_current_with_nothing_past_due() -> None:
    standing = a_standing(75, deferral=Deferral(DeferralKind.DISASTER, date(2026, 9, 10)))

    assert (metro2.status(standing).code, metro2.special_comment(standing).code) == ("11", "AW")
    assert metro2.amounts(standing) == metro2.Amounts(0, 0, "D", "02", date(2026, 9, 10))


def test_case_63_a_moratorium_that_freezes_contact_alone_leaves_the_record_ageing() -> None:
    assert metro2.status(a_standing(75)).code == "78"
    assert metro2.amounts(a_standing(75)) == metro2.Amounts(500_00, 500_00, "M")


@pytest.mark.parametrize(
    ("standing", "past_due", "scheduled"),
    [
        (a_standing(29), 0, 500_00),
        (a_standing(30), 500_00, 500_00),
        (a_standing(200, written_off=True), 500_00, 0),
        (a_standing(200, in_collection=True), 500_00, 0),
        (a_standing(30, ending=Ending.REPAID), 0, 0),
        (a_standing(30, fraudulent=True), 0, 500_00),
        (
            a_standing(200, written_off=True, deferral=Deferral(DeferralKind.DISASTER, date(2026, 9, 10))),
            500_00,
            0,
        ),
    ],
)
def test_no_amount_is_past_due_before_day_thirty(standing: Standing, past_due: int, scheduled: int) -> None:
    assert metro2.amounts(standing) == metro2.Amounts(past_due, scheduled, "M")


def test_history_holds_the_months_before_newest_first() -> None:
    months = (
        Month(date(2026, 5, 1), 95),
        Month(date(2026, 4, 1), 61),
        Month(date(2026, 3, 1), 30),
        Month(date(2026, 2, 1), 29),
        Month(date(2025, 12, 1), state=MonthState.ZERO_BALANCE),
        Month(date(2025, 11, 1), 400),
        Month(date(2025, 10, 1), 150, state=MonthState.CHARGED_OFF),
        Month(date(2025, 9, 1), 150, state=MonthState.COLLECTION),
        Month(date(2025, 8, 1), 150, state=MonthState.NO_DATA),
    )

    assert metro2.history(a_standing(months=months)).code == "3210" + "DE6LGD" + "D" * 7 + "B" * 7


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ending": Ending.REPAID, "days_past_due": 3}, "C"),
        ({"ending": Ending.REPAID, "paid_by_guarantor": True}, "C"),
        ({"ending": Ending.REPLACED}, "C"),
        ({"ending": Ending.SETTLED}, "G"),
        ({"ending": Ending.TRANSFERRED}, "G"),
        ({"ending": Ending.FORGIVEN}, "G"),
        ({"known": False, "days_past_due": 40}, "#"),
        ({"paid_in_kind": True, "paid_by_guarantor": True, "days_past_due": 40}, "Z"),
        ({"paid_by_guarantor": True, "days_past_due": 40}, "D"),
        ({"due_this_month": False}, "*"),
        ({"due_this_month": False, "days_past_due": 40}, "2"),
        ({"opened_on": date(2026, 6, 2)}, "*"),
        ({}, "N"),
    ],
)
def test_a_month_has_one_code_in_the_peoples_banks_record(fields: dict[str, Any], code: str) -> None:
    assert pbc.code(replace(a_standing(), **fields)).code == code


def test_missed_instalments_are_counted_by_month() -> None:
    months = (Month(date(2026, 5, 1), 70, 3), Month(date(2026, 4, 1), 40, 2), Month(date(2026, 3, 1)))

    assert pbc.missed_counts(a_standing(months=months)) == pbc.MissedCounts(now=0, most=3, months=2)
    assert pbc.missed_counts(a_standing(99, months=months, missed_now=4)) == pbc.MissedCounts(4, 4, 3)


@pytest.mark.parametrize(
    ("standing", "classed", "rule"),
    [
        (a_standing(5, written_off=True), "loss", china.WRITTEN_OFF),
        (a_standing(5, credit_impaired=True), "substandard", china.IMPAIRED),
        (a_standing(300, credit_impaired=True), "doubtful", china.DAYS),
        (a_standing(restructuring=Restructuring(date(2025, 7, 1))), "special_mention", china.RESTRUCTURED),
        (a_standing(restructuring=Restructuring(date(2025, 6, 30))), "normal", china.DAYS),
        (a_standing(95, restructuring=Restructuring(date(2025, 7, 1))), "substandard", china.DAYS),
        (
            a_standing(restructuring=Restructuring(date(2026, 1, 1), again_within_watch=True)),
            "substandard",
            china.RESTRUCTURED,
        ),
    ],
)
def test_the_worst_ground_decides_the_risk_class(standing: Standing, classed: str, rule: object) -> None:
    assert china.five_class(standing) == (classed, rule)


@pytest.mark.parametrize(
    ("standing", "stage", "rule"),
    [
        (a_standing(), "1", ifrs9.PERFORMING),
        (a_standing(31), "2", ifrs9.PRESUMED),
        (a_standing(risk_raised=True), "2", ifrs9.RAISED),
        (a_standing(exposure=Exposure(forborne_since=date(2026, 1, 1))), "2", ifrs9.FORBORNE),
        (a_standing(90), "3", ifrs9.DEFAULT),
        (a_standing(credit_impaired=True), "3", ifrs9.IMPAIRED),
        (a_standing(written_off=True), "3", ifrs9.IMPAIRED),
    ],
)
def test_days_past_due_are_a_backstop_for_the_stage(standing: Standing, stage: str, rule: object) -> None:
    assert ifrs9.stage(standing) == (stage, rule)


def test_a_presumption_may_be_rebutted_by_policy() -> None:
    policy = ifrs9.Policy(stage_2_days=61, stage_3_days=181)

    assert [ifrs9.stage(a_standing(days), policy).code for days in (60, 61, 180, 181)] == ["1", "2", "2", "3"]


SHOWN_DAYS = ("metro2_status", "pbc_month", "cn_m")
RISK = ("cn_five_class", "ifrs9_stage")


def coded(standing: Standing, schemes: tuple[str, ...]) -> list[str]:
    return [one.code for one in codes(standing, schemes).values()]


@pytest.mark.parametrize("shown", Shown)
def test_a_borrower_who_keeps_a_plan_is_not_shown_as_getting_worse(shown: Shown) -> None:
    at_start = a_standing(45)
    later = a_standing(200, plan=Plan(days_past_due_at_start=45, shown=shown))

    as_shown = at_start if shown is Shown.FROZEN else a_standing(0)
    assert coded(later, SHOWN_DAYS) == coded(as_shown, SHOWN_DAYS)
    assert coded(later, RISK) == coded(at_start, RISK)


def test_a_borrower_who_keeps_a_plan_is_shown_as_getting_better() -> None:
    assert coded(a_standing(5, plan=Plan(45)), SHOWN_DAYS) == coded(a_standing(5), SHOWN_DAYS)


def test_a_broken_plan_freezes_nothing() -> None:
    assert coded(a_standing(200, plan=Plan(45, kept=False)), SHOWN_DAYS) == coded(a_standing(200), SHOWN_DAYS)


@pytest.mark.parametrize(
    ("standing", "month"),
    [
        (a_standing(200, plan=Plan(45), missed_now=7), Month(date(2026, 6, 1), 45, 7)),
        (a_standing(known=False), Month(date(2026, 6, 1), state=MonthState.NO_DATA)),
        (a_standing(ending=Ending.REPAID), Month(date(2026, 6, 1), state=MonthState.ZERO_BALANCE)),
        (a_standing(owed_minor=0), Month(date(2026, 6, 1), state=MonthState.ZERO_BALANCE)),
        (a_standing(200, written_off=True), Month(date(2026, 6, 1), 200, state=MonthState.CHARGED_OFF)),
        (a_standing(60, in_collection=True), Month(date(2026, 6, 1), 60, state=MonthState.COLLECTION)),
    ],
)
def test_a_month_goes_into_history_as_it_was_shown(standing: Standing, month: Month) -> None:
    assert month_end(standing) == month


def test_what_changed_is_told_scheme_by_scheme_with_its_rule() -> None:
    assert changes(a_standing(30), a_standing(31)) == [
        StatusChange("pbc_month", "1", "2", "st.cn.pbc.days", END_OF_JUNE, False),
        StatusChange("cn_m", "M1", "M2", "st.cn.m", END_OF_JUNE, False),
        StatusChange("ifrs9_stage", "1", "2", "st.ifrs9.presumed", END_OF_JUNE, False),
    ]
    assert changes(a_standing(32), a_standing(33)) == []


def test_a_correction_is_told_as_a_correction() -> None:
    assert changes(a_standing(35), a_standing(0), ["metro2_status"], correction=True) == [
        StatusChange("metro2_status", "71", "11", "st.us.metro2.status", END_OF_JUNE, True)
    ]


def test_a_new_loan_tells_what_it_shows_and_no_more() -> None:
    told = changes(None, a_standing(), ["metro2_status", "metro2_history", "metro2_special_comment"])

    assert [(change.scheme, change.before, change.after) for change in told] == [("metro2_status", "", "11")]


JULY = date(2026, 7, 31)
MAY, JUNE = Month(date(2026, 5, 1), 35), Month(date(2026, 6, 1), 66)


@pytest.mark.parametrize(
    ("as_of", "months", "told"),
    [
        (END_OF_JUNE, (MAY,), False),
        (JULY, (JUNE, MAY), False),
        (JULY, (JUNE, MAY._replace(days_past_due=5)), True),
        (END_OF_JUNE, (MAY._replace(days_past_due=5),), True),
        (date(2026, 5, 31), (), False),
        (date(2026, 5, 31), (Month(date(2026, 4, 1), 31),), True),
        (date(2029, 7, 31), (), False),
    ],
    ids=[
        "same",
        "a month on",
        "May told otherwise",
        "May told otherwise at once",
        "back",
        "back, April",
        "far on",
    ],
)
def test_history_is_told_when_a_month_that_was_told_is_another(
    as_of: date, months: tuple[Month, ...], told: bool
) -> None:
    before, after = a_standing(months=(MAY,)), replace(a_standing(months=months), as_of=as_of)

    corrections = [change.correction for change in changes(before, after, ["metro2_history"])]

    assert corrections == ([True] if told else [])


@pytest.mark.parametrize(
    "standing",
    [
        a_standing(200, written_off=True, dispute=Dispute.OPEN, plan=Plan(40)),
        a_standing(exposure=Exposure(date(2026, 1, 1), forborne_since=date(2026, 1, 1))),
        a_standing(ending=Ending.SETTLED),
        a_standing(restructuring=Restructuring(date(2026, 1, 1))),
        a_standing(deferral=Deferral(DeferralKind.DISASTER, date(2026, 9, 10))),
        a_standing(known=False, due_this_month=False),
        a_standing(paid_in_kind=True),
    ],
)
def test_every_change_fits_the_event_that_tells_it(standing: Standing) -> None:
    told = changes(None, standing)
    events = [change.event(LOAN.loan_id) for change in told]

    assert {change.scheme for change in told} <= SCHEMES.keys()
    assert [type(event) for event in events] == [CreditStatusChanged] * len(told)
    assert [(event.scheme, event.after) for event in events] == [(one.scheme, one.after) for one in told]
