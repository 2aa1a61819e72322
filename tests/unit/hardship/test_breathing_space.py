"""Breathing space: the moratoria of SI 2020/1311, by the edge cases of the law."""

from datetime import date, timedelta

import pytest

from services.hardship.domain.holds import LoanNotTheirs, StartsTooFarAway
from services.hardship.domain.holds_by_hand import (
    ChangeHold,
    LiftHold,
    PlaceHold,
    ReasonHasItsOwnWay,
)
from services.hardship.domain.moratorium import (
    AddDebt,
    BeforeItBegan,
    Debt,
    DebtExcluded,
    DebtTooYoung,
    MoratoriumRunning,
    NotInTerritory,
    TooSoonAfterLast,
    clocks,
    midway,
)
from services.hardship.domain.moratorium_course import (
    CancelMoratorium,
    NotOfThisKind,
    ReviewMidway,
    StopTreatment,
)
from services.hardship.domain.standstill import MoratoriumKind
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import person_id
from shared.events.ledger import LoanRegistered
from shared.events.loans import PaymentReceived
from shared.events.parts import HoldReason, PartyRole, Purpose
from tests.unit.hardship.moratoria import START, ends, entry
from tests.unit.hardship.stillness import (
    ADA,
    ELSEWHERE,
    FLOW,
    LOAN,
    OTHERS_OFFICER,
    PERSON,
    POLICIES,
    SECOND,
    a_desk,
    money,
)

# -- how long ------------------------------------------------------------------------------------------------


def test_case_52_sixty_days_begin_with_the_start_and_the_adviser_looks_from_day_25_to_day_35() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    (placed,) = desk.named(HoldPlaced)
    assert (placed.starts_on, placed.ends_on) == (START, date(2027, 1, 8))
    assert (placed.reason, placed.person_id) == (HoldReason.BREATHING_SPACE, PERSON)
    assert placed.review_on == date(2026, 12, 4)
    found = desk.state().moratorium(hold_id)
    assert found is not None
    assert midway(found, POLICIES.moratorium) == (date(2026, 12, 4), date(2026, 12, 14))
    assert desk.day(date(2027, 1, 8)) == []
    assert desk.state().frozen(LOAN, date(2027, 1, 8)).interest_and_fees
    desk.day(date(2027, 1, 9))
    assert ends(desk) == [date(2027, 1, 9)]
    assert not desk.state().frozen(LOAN, date(2027, 1, 9)).interest_and_fees


def test_case_53_crisis_protection_lasts_thirty_days_from_the_day_on_which_treatment_stops() -> None:
    desk = a_desk()
    began = date(2026, 10, 1)
    hold_id = desk.ask(entry(kind=MoratoriumKind.CRISIS, applied_on=began, starts_on=began)).hold_id
    assert desk.named(HoldPlaced)[0].ends_on is None
    answer = desk.ask(StopTreatment(PERSON, hold_id, START))
    assert answer.ends_on == date(2026, 12, 9)
    assert desk.named(HoldChanged)[0].ends_on == date(2026, 12, 9)
    desk.day(date(2026, 12, 10))
    assert ends(desk) == [date(2026, 12, 10)]


def test_a_crisis_moratorium_has_no_midway_review_and_is_looked_at_while_treatment_goes_on() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry(kind=MoratoriumKind.CRISIS)).hold_id
    found = desk.state().moratorium(hold_id)
    assert found is not None
    assert midway(found, POLICIES.moratorium) is None
    assert desk.named(HoldPlaced)[0].review_on == START + timedelta(days=30)
    with pytest.raises(NotOfThisKind):
        desk.ask(ReviewMidway(PERSON, hold_id, goes_on=True))


def test_treatment_ends_a_crisis_moratorium_alone_and_not_before_it_began() -> None:
    desk = a_desk()
    standard = desk.ask(entry()).hold_id
    with pytest.raises(NotOfThisKind):
        desk.ask(StopTreatment(PERSON, standard, START))
    crisis = desk.ask(entry(kind=MoratoriumKind.CRISIS, register_reference="BS-2")).hold_id
    with pytest.raises(BeforeItBegan):
        desk.ask(StopTreatment(PERSON, crisis, START - timedelta(days=1)))


# -- what stands still ---------------------------------------------------------------------------------------


def test_case_54_interest_and_fees_stand_still_from_the_start_day_and_no_end_brings_them_back() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    assert desk.named(HoldPlaced)[0].freezes.interest_and_fees
    desk.ask(CancelMoratorium(PERSON, hold_id, date(2026, 11, 20), "ineligible"))
    # The days before stay barred: nothing is told that would take the hold itself back.
    assert ends(desk) == [date(2026, 11, 20)]
    assert desk.state().frozen(LOAN, date(2026, 11, 19)).interest_and_fees


def test_case_55_a_notice_that_comes_late_bars_the_amounts_from_the_start_and_marks_what_was_before() -> None:
    desk = a_desk()
    desk.now += timedelta(days=6)
    hold_id = desk.ask(entry()).hold_id
    (placed,) = desk.named(HoldPlaced)
    assert placed.starts_on == START
    hold = desk.state().hold(hold_id)
    assert hold is not None
    assert hold.loans[0].noticed_on == date(2026, 11, 16)


def test_a_notice_in_time_marks_nothing() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    hold = desk.state().hold(hold_id)
    assert hold is not None
    assert hold.loans[0].noticed_on is None


def test_case_57_a_moratorium_is_one_persons_and_leaves_the_other_borrowers_own_loans_alone() -> None:
    desk = a_desk()
    other = person_id("acme", "B-2")
    desk.link(LOAN, person=other, role=PartyRole.JOINT)
    desk.link(SECOND, person=other)
    desk.ask(entry())
    assert [(one.loan_id, one.person_id) for one in desk.named(HoldPlaced)] == [(LOAN, PERSON)]
    assert desk.state(other).holds == ()


def test_case_58_of_a_mortgage_only_the_arrears_are_under_it() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.ask(entry(debts=(Debt(LOAN, "mortgage"), Debt(SECOND, "credit_card"))))
    assert {one.loan_id: one.arrears_only for one in desk.named(HoldPlaced)} == {LOAN: True, SECOND: False}


def test_case_59_a_debt_that_is_found_later_is_protected_from_its_own_day_with_its_own_clocks() -> None:
    desk = a_desk(LOAN, SECOND)
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 11, 25))
    desk.ask(AddDebt(PERSON, hold_id, Debt(SECOND, "loan"), date(2026, 11, 26)))
    added = desk.named(HoldPlaced)[1]
    assert (added.loan_id, added.starts_on, added.ends_on) == (
        SECOND,
        date(2026, 11, 26),
        date(2027, 1, 8),
    )
    hold = desk.state().hold(hold_id)
    assert hold is not None
    second, first = hold.on(SECOND), hold.on(LOAN)
    assert second is not None
    assert first is not None
    assert clocks(second, POLICIES.moratorium) == (
        date(2026, 12, 15),
        date(2026, 12, 30),
        date(2027, 1, 14),
    )
    assert clocks(first, POLICIES.moratorium)[0] == date(2026, 11, 29)
    with pytest.raises(BeforeItBegan):
        desk.ask(AddDebt(PERSON, hold_id, Debt(SECOND, "loan"), date(2026, 11, 9)))


def test_case_60_a_second_standard_one_needs_more_than_twelve_months_and_a_crisis_one_nothing() -> None:
    desk = a_desk()
    desk.ask(entry())
    desk.day(date(2027, 12, 8))
    soon = {"register_reference": "BS-2", "applied_on": date(2027, 12, 8), "starts_on": date(2027, 12, 8)}
    with pytest.raises(TooSoonAfterLast) as refused:
        desk.ask(entry(**soon))
    assert refused.value.facts["possible_from"] == date(2028, 1, 9)
    desk.ask(entry(**soon, kind=MoratoriumKind.CRISIS))
    again = a_desk()
    again.ask(entry())
    again.day(date(2028, 1, 9))
    late = {"register_reference": "BS-3", "applied_on": date(2028, 1, 9), "starts_on": date(2028, 1, 9)}
    assert again.ask(entry(**late)).ends_on == date(2028, 3, 8)


def test_case_61_demands_and_reminders_are_closed_and_statutory_notices_help_and_answers_are_not() -> None:
    desk = a_desk()
    desk.ask(entry())
    closed = set(desk.named(HoldPlaced)[0].freezes.purposes)
    assert closed == {Purpose.DEMAND, Purpose.REMINDER}


def test_case_62_no_payment_ends_a_moratorium_since_holds_hear_of_none() -> None:
    assert PaymentReceived not in FLOW.steps


def test_case_63_arrears_go_on_ageing_in_a_moratorium_and_stand_still_in_a_disaster() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.ask(entry())
    desk.ask(PlaceHold(PERSON, (SECOND,), HoldReason.DISASTER))
    ageing = {one.loan_id: one.freezes.ageing for one in desk.named(HoldPlaced)}
    assert ageing == {LOAN: False, SECOND: True}
    assert desk.state().frozen(LOAN, START).interest_and_fees


@pytest.mark.parametrize("region", ["GB-SCT", "GB-NIR"])
def test_case_64_nothing_follows_from_the_moratorium_of_scotland(region: str) -> None:
    desk = a_desk(region=region)
    for territory in (region, "GB-ENG"):
        with pytest.raises(NotInTerritory):
            desk.ask(entry(territory=territory))
    assert desk.told == []


def test_case_64_where_only_the_country_is_known_the_notice_says_where_the_person_is() -> None:
    desk = a_desk(region="GB-ENG")
    desk.live_in("GB-WLS")
    desk.ask(entry(territory="GB-WLS"))
    assert len(desk.named(HoldPlaced)) == 1


def test_case_65_the_end_of_a_moratorium_tells_that_it_is_over_and_starts_nothing() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.ask(entry(debts=(Debt(LOAN, "loan"), Debt(SECOND, "loan"))))
    told = desk.day(date(2027, 1, 9))
    assert [type(one) for one in told] == [HoldLifted, HoldLifted]
    assert desk.timers == {}


# -- which debts ---------------------------------------------------------------------------------------------


def test_a_fine_is_not_under_it() -> None:
    desk = a_desk()
    with pytest.raises(DebtExcluded):
        desk.ask(entry(debts=(Debt(LOAN, "fine"),)))


def test_what_was_lent_after_the_application_is_not_under_it() -> None:
    desk = a_desk()
    opened = LoanRegistered(
        loan_id=LOAN,
        lender="acme",
        loan_reference="L-1",
        owed=money("10.00"),
        opened_on=START + timedelta(days=1),
    )
    desk.take(opened)
    with pytest.raises(DebtTooYoung):
        desk.ask(entry())
    desk.ask(entry(applied_on=opened.opened_on, starts_on=opened.opened_on))


def test_a_loan_of_another_lender_cannot_be_named_by_this_ones_officer() -> None:
    desk = a_desk(LOAN, ELSEWHERE)
    with pytest.raises(LoanNotTheirs):
        desk.ask(entry(debts=(Debt(ELSEWHERE, "loan"),)))


def test_new_loans_do_not_come_under_a_moratorium() -> None:
    desk = a_desk()
    desk.ask(entry(), ADA)
    assert desk.link(SECOND) == []


# -- twice, too soon, too late -------------------------------------------------------------------------------


def test_the_notice_to_another_creditor_adds_its_debt_to_the_same_moratorium() -> None:
    desk = a_desk(LOAN, ELSEWHERE)
    first = desk.ask(entry())
    second = desk.ask(entry(debts=(Debt(ELSEWHERE, "loan"),)), OTHERS_OFFICER)
    assert first.hold_id == second.hold_id
    assert len(desk.state().moratoria) == 1
    assert desk.ask(entry()).hold_id == first.hold_id
    assert len(desk.named(HoldPlaced)) == 2


def test_two_standard_moratoria_never_run_at_once() -> None:
    desk = a_desk()
    desk.ask(entry())
    with pytest.raises(MoratoriumRunning):
        desk.ask(entry(register_reference="BS-2"))


def test_a_moratorium_neither_begins_before_it_was_asked_for_nor_a_year_ago() -> None:
    desk = a_desk()
    with pytest.raises(BeforeItBegan):
        desk.ask(entry(starts_on=START - timedelta(days=1)))
    long_ago = START - timedelta(days=366)
    with pytest.raises(StartsTooFarAway):
        desk.ask(entry(applied_on=long_ago, starts_on=long_ago))


def test_nobody_lifts_or_changes_it_by_hand_or_places_one_so() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    for command in (
        LiftHold(PERSON, hold_id),
        ChangeHold(PERSON, hold_id, 0),
        PlaceHold(PERSON, (LOAN,), HoldReason.BREATHING_SPACE),
    ):
        with pytest.raises(ReasonHasItsOwnWay):
            desk.ask(command)
