"""Edge cases 34 to 80 of contact rules: stops, parties, holds, holidays."""

from dataclasses import replace
from datetime import date

import pytest

from services.reminders.adapters.calendars import VERSION, holidays_of
from services.reminders.domain.contact import Channel, Notice, Part, Place, Purpose, Recipient, Sender
from services.reminders.domain.gate import Permit
from services.reminders.domain.history import Outcome
from services.reminders.domain.person import (
    Address,
    Consent,
    ConsentKind,
    Hold,
    Representation,
    Stop,
    StopKind,
)
from shared.events.parts import HoldReason
from tests.unit.reminders.gates import (
    ADDRESSES,
    AGENCY,
    LOAN,
    MAILBOX,
    OTHER_LOAN,
    SHANGHAI,
    a_contact,
    a_person,
    asked,
    came,
    closing,
    day,
    floor_and,
    floor_and_text,
    law_alone,
    made,
    policies,
    until,
)

REG_F = law_alone("us-regf")
WRITTEN_STOP = Stop(StopKind.CEASE, day(6, 8, "09:00"), loans=frozenset({LOAN}))
LONDON = "Europe/London"


def test_case_34_three_stops_have_three_scopes() -> None:
    calling = a_person(stops=(Stop(StopKind.CHANNEL, day(1, 6), channels=frozenset({Channel.CALL})),))
    address = a_person(stops=(Stop(StopKind.ADDRESS, day(1, 6), address="mailbox"),))
    second = Address("second", frozenset({Channel.MAIL}), established=True, routes=MAILBOX.routes)
    address = replace(address, addresses=(*ADDRESSES, second))
    cease = a_person(stops=(replace(WRITTEN_STOP, received_at=day(1, 6)),))
    now = day(2, 6)

    for policy in (REG_F, floor_and("us-regf")):
        assert closing(asked(now, a_contact(Channel.CALL), calling, policy=policy))
        for other in (Channel.SMS, Channel.MAIL, Channel.POST):
            assert isinstance(asked(now, a_contact(other), calling, policy=policy), Permit)
        for loan in (LOAN, OTHER_LOAN):
            assert closing(asked(now, a_contact(Channel.MAIL, loans=(loan,)), address, policy=policy))
        assert isinstance(
            asked(now, a_contact(Channel.MAIL, address="second"), address, policy=policy), Permit
        )
        for channel in (Channel.CALL, Channel.SMS, Channel.MAIL, Channel.POST):
            assert closing(asked(now, a_contact(channel), cease, policy=policy))
            assert isinstance(
                asked(now, a_contact(channel, loans=(OTHER_LOAN,)), cease, policy=policy), Permit
            )


@pytest.mark.parametrize("notice", [Notice.ENDING_EFFORTS, Notice.MAY_USE_REMEDY, Notice.WILL_USE_REMEDY])
def test_case_34_three_notices_may_follow_a_written_cease(notice: Notice) -> None:
    person = a_person(stops=(WRITTEN_STOP,))

    def by(kind: Notice) -> set[str]:
        contact = a_contact(Channel.POST, Purpose.STATUTORY_NOTICE, notice=kind)
        return closing(asked(day(7, 8), contact, person, policy=REG_F))

    assert by(notice) == set()
    assert by(Notice.REQUIRED) == {"us.cease"}
    assert closing(asked(day(7, 8), a_contact(Channel.POST, notice=notice), person, policy=REG_F)) == {
        "us.cease"
    }


def test_case_35_a_written_cease_counts_from_its_receipt() -> None:
    person = a_person(stops=(WRITTEN_STOP,))
    mail = a_contact(Channel.MAIL)

    assert isinstance(asked(day(4, 8), mail, person, policy=REG_F), Permit)
    assert isinstance(asked(day(6, 8, "08:59:59"), mail, person, policy=REG_F), Permit)
    assert closing(asked(day(6, 8, "09:00"), mail, person, policy=REG_F)) == {"us.cease"}
    assert until(asked(day(6, 8, "09:00"), mail, person, policy=REG_F)) == "never"


def test_case_36_the_confirmation_of_an_opt_out_holds_nothing_else() -> None:
    message = came(day(1, 6, "20:30"))
    stop = Stop(StopKind.CHANNEL, message.at, channels=frozenset({Channel.SMS}), message=message.id)
    person = a_person(stops=(stop,))
    bare = a_contact(
        Channel.SMS,
        Purpose.ANSWER,
        answers=message.id,
        notice=Notice.OPT_OUT_CONFIRMATION,
        tells=frozenset(),
        carries=frozenset(),
    )
    now = day(1, 6, "20:31")
    for policy in (floor_and(), floor_and("us-regf")):
        assert isinstance(asked(now, bare, person, [message], policy), Permit)
        with_amount = replace(bare, tells=a_contact().tells)
        assert closing(asked(now, with_amount, person, [message], policy)) == {"floor.bare-confirmation"}
        chatty = replace(bare, notice=None, carries=frozenset({Part.OPT_OUT}))
        assert "floor.bare-confirmation" in closing(asked(now, chatty, person, [message], policy))
    again = asked(now, bare, person, [message, made(now, Outcome.SENT, Channel.SMS, answers=message.id)])
    assert "floor.stop" in closing(again)


def test_case_37_a_required_notice_goes_by_another_way_than_the_one_that_was_closed() -> None:
    stop = Stop(StopKind.ADDRESS, day(1, 6), address="mailbox")
    person = a_person(stops=(stop,))
    notice = a_contact(Channel.MAIL, Purpose.STATUTORY_NOTICE, notice=Notice.REQUIRED)

    decision = asked(day(2, 6), notice, person, policy=floor_and("us-regf"))

    assert closing(decision) == {"floor.stop", "us.media-stop"}
    assert Channel.POST in decision.alternatives  # type: ignore[union-attr]
    by_post = replace(notice, channel=Channel.POST, address="letterbox")
    assert isinstance(asked(day(2, 6), by_post, person, policy=floor_and("us-regf")), Permit)
    only_way = replace(notice, channel_required=True)
    assert isinstance(asked(day(2, 6), only_way, person, policy=floor_and("us-regf")), Permit)


def test_case_38_who_has_a_lawyer_and_writes_gets_one_reply_and_the_bar_stays() -> None:
    person = a_person(representations=(Representation(Recipient.ATTORNEY, day(1, 5)),))
    message = came(day(1, 6, "11:00"), Channel.MAIL)
    reply = a_contact(Channel.MAIL, Purpose.ANSWER, answers=message.id)
    for policy, rules in (
        (REG_F, {"us.attorney"}),
        (floor_and("us-regf"), {"us.attorney", "floor.represented"}),
    ):
        assert closing(asked(day(1, 6), a_contact(Channel.MAIL), person, policy=policy)) == rules
        assert isinstance(asked(day(1, 6), reply, person, [message], policy), Permit)
        sent = made(day(1, 6), Outcome.SENT, Channel.MAIL, purpose=Purpose.ANSWER, answers=message.id)
        assert closing(asked(day(1, 6, "13:00"), reply, person, [message, sent], policy)) == rules


def test_case_38_the_bar_ends_where_the_representative_stays_silent() -> None:
    silent = Representation(Recipient.ATTORNEY, day(1, 5), until=day(1, 7, "00:00"))
    lawyer = Address("lawyer", frozenset({Channel.POST}), owner=Recipient.ATTORNEY, established=True)
    person = a_person(representations=(silent,), addresses=(*ADDRESSES, lawyer))

    assert until(asked(day(1, 6), person=person)) == "2026-07-01 09:00"
    assert isinstance(asked(day(1, 6), a_contact(Channel.POST, address="lawyer"), person), Permit)


def test_case_39_not_at_home_closes_letters_and_the_landline_and_leaves_the_mobile() -> None:
    person = a_person(stops=(Stop(StopKind.PLACE, day(1, 6), place=Place.HOME),))
    now = day(2, 6)

    for policy in (REG_F, floor_and("us-regf")):
        assert closing(asked(now, a_contact(Channel.POST), person, policy=policy))
        assert closing(asked(now, a_contact(address="landline"), person, policy=policy))
        assert isinstance(asked(now, a_contact(), person, policy=policy), Permit)


def test_case_40_being_busy_is_no_stop_but_the_talk_still_counts() -> None:
    busy = made(day(1, 6), Outcome.CONVERSATION)

    decision = asked(day(2, 6), before=[busy])

    assert closing(decision) == {"floor.after-talk"}
    assert until(decision) == "2026-06-08 09:00"
    assert isinstance(asked(day(2, 6), a_contact(Channel.MAIL, Purpose.HELP), before=[busy]), Permit)


def test_case_41_a_friends_number_is_never_used() -> None:
    person = a_person()
    contact = a_contact(address="friend", tells=frozenset())

    assert closing(asked(day(1, 6), contact, person, policy=REG_F)) == {"us.third-party"}
    decision = asked(day(1, 6), contact, person)
    assert (closing(decision), until(decision)) == ({"floor.people"}, "never")
    assert Channel.MAIL in decision.alternatives  # type: ignore[union-attr]


def test_case_42_a_dispute_closes_demands_however_it_was_raised() -> None:
    spoken = a_person(holds=(Hold(HoldReason.DISPUTE, date(2026, 6, 1), loans=frozenset({LOAN})),))

    for policy in (floor_and(), REG_F, law_alone("us-ma"), law_alone("uk")):
        for purpose in (Purpose.DEMAND, Purpose.REMINDER):
            assert until(asked(day(1, 6), a_contact(purpose=purpose), spoken, policy=policy)) == "never"
        assert isinstance(asked(day(1, 6), a_contact(loans=(OTHER_LOAN,)), spoken, policy=policy), Permit)


def test_case_46_the_lenders_own_people_are_bound_by_some_laws_and_not_by_others() -> None:
    before = [made(day(number, 6)) for number in range(1, 8)]
    lender = a_contact(sender=Sender.LENDER, collector="acme")
    texts = [made(day(number, 6), Outcome.DELIVERED, Channel.SMS) for number in (5, 6)]

    assert isinstance(asked(day(7, 6, "18:00"), lender, before=before, policy=REG_F), Permit)
    assert closing(asked(day(7, 6, "18:00"), lender, before=texts, policy=law_alone("us-ma"))) == {
        "us-ma.2in7"
    }
    australia = asked(day(7, 6, "22:00"), lender, policy=law_alone("au"))
    assert closing(australia) == {"au.hours.phone"}


def test_case_47_all_that_apply_must_allow_and_none_relaxes_another() -> None:
    policy = policies().for_regions("US-MA", "US-TX")

    assert [pack.id for pack in policy.packs] == ["default", "us-ma", "us-regf"]
    before = [made(day(number, 6)) for number in range(1, 8)]
    both = closing(asked(day(7, 6, "21:30"), before=before, policy=policy))
    assert {"us.hours", "us-ma.hours", "floor.hours", "us.calls.7in7", "floor.week"} <= both
    assert policies().for_regions().packs[0].id == "default"
    assert len(policies().for_regions().packs) == 7


def test_case_48_an_exemption_of_a_pack_never_undercuts_the_floor() -> None:
    loosening = """
pack: loose
version: "2026.01.1"
title: Opens the night by contract
rules:
  - {rule: loose.hours, kind: hours, force: law, source: none, says: {en: Day., zh: 白天。},
     open: [{days: [mon, tue, wed, thu, fri, sat, sun], from: "06:00", to: "22:00"}], opened_by: [agreed]}
"""
    agreed = Consent(ConsentKind.AGREED, AGENCY, day(1, 1), day(1, 1), day(31, 12))
    person = a_person(consents=(agreed,))

    assert closing(asked(day(1, 6, "23:00"), person=person, policy=floor_and_text(loosening))) == {
        "floor.hours"
    }


def test_case_49_after_a_death_only_the_executor_is_told_what_must_be_told() -> None:
    executor = Address("executor", frozenset({Channel.POST}), owner=Recipient.EXECUTOR, established=True)
    person = a_person(addresses=(*ADDRESSES, executor), holds=(Hold(HoldReason.DEATH, date(2026, 6, 1)),))
    notice = a_contact(Channel.POST, Purpose.STATUTORY_NOTICE, notice=Notice.REQUIRED, address="executor")

    for policy in (floor_and("us-regf"), floor_and("kr"), law_alone("kr")):
        assert until(asked(day(2, 6), person=person, policy=policy)) == "never"
        assert isinstance(asked(day(2, 6), notice, person, policy=policy), Permit)


def test_case_50_might_lack_capacity_stops_at_once() -> None:
    person = a_person(LONDON, holds=(Hold(HoldReason.INCAPACITY, date(2026, 6, 2)),))
    monday, tuesday = day(1, 6, zone=LONDON), day(2, 6, zone=LONDON)

    assert isinstance(asked(monday, person=person, policy=law_alone("uk")), Permit)
    for purpose in (Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP, Purpose.PLAN):
        contact = a_contact(purpose=purpose)
        assert closing(asked(tuesday, contact, person, policy=law_alone("uk"))) == {"uk.capacity"}


@pytest.mark.parametrize("recipient", [Recipient.CONTACT_PERSON, Recipient.RELATIVE, Recipient.COLLEAGUE])
def test_case_51_in_china_contact_persons_and_others_are_left_alone(recipient: Recipient) -> None:
    other = Address("other", frozenset({Channel.CALL}), owner=recipient)
    spouse = Address("spouse", frozenset({Channel.CALL}), owner=Recipient.SPOUSE)
    person = a_person(SHANGHAI, addresses=(other, spouse))
    now = day(1, 6, zone=SHANGHAI)

    assert closing(asked(now, a_contact(address="other"), person, policy=law_alone("cn")))
    assert closing(asked(now, a_contact(address="spouse"), person, policy=law_alone("cn"))) == {
        "cn.gbt.object"
    }
    assert "floor.people" in closing(asked(now, a_contact(address="other"), person, policy=floor_and("cn")))


def test_case_57_a_moratorium_of_one_closes_the_joint_debt_for_the_other() -> None:
    of_the_other = Hold(
        HoldReason.BREATHING_SPACE, date(2026, 11, 10), date(2027, 1, 8), loans=frozenset({LOAN}), own=False
    )
    person = a_person(LONDON, holds=(of_the_other,), regions=("GB-ENG",))
    now = day(11, 11, zone=LONDON)

    joint = asked(now, person=person, policy=floor_and("uk"))

    assert (closing(joint), until(joint, LONDON)) == ({"uk.bs.joint"}, "2027-01-09 09:00")
    assert isinstance(asked(now, a_contact(loans=(OTHER_LOAN,)), person, policy=floor_and("uk")), Permit)
    illness = replace(person, holds=(replace(of_the_other, reason=HoldReason.ILLNESS),))
    assert isinstance(asked(now, person=illness, policy=floor_and("uk")), Permit)


def test_case_61_a_statutory_notice_goes_out_in_a_moratorium_and_a_demand_does_not() -> None:
    hold = Hold(HoldReason.BREATHING_SPACE, date(2026, 11, 10), date(2027, 1, 8))
    person = a_person(LONDON, holds=(hold,))
    notice = a_contact(Channel.POST, Purpose.STATUTORY_NOTICE, notice=Notice.REQUIRED)

    assert isinstance(asked(day(11, 11), notice, person, policy=floor_and("uk")), Permit)
    assert closing(asked(day(11, 11), a_contact(Channel.POST), person, policy=floor_and("uk"))) == {
        "floor.hold",
        "uk.bs.contact",
        "uk.bs.joint",
    }


def test_case_64_the_breathing_space_is_a_law_of_england_and_wales() -> None:
    other = Hold(HoldReason.BREATHING_SPACE, date(2026, 11, 10), loans=frozenset({LOAN}), own=False)
    now = day(11, 11, zone=LONDON)

    def by(*regions: str) -> set[str]:
        person = a_person(LONDON, holds=(other,), regions=regions)
        return closing(asked(now, person=person, policy=floor_and("uk")))

    assert by("GB-SCT") == set()
    assert by("GB-WLS") == by("GB") == by() == {"uk.bs.joint"}


def test_case_65_after_a_moratorium_hours_holidays_and_caps_still_count() -> None:
    ends = Hold(HoldReason.BREATHING_SPACE, date(2026, 10, 26), date(2026, 12, 24))
    person = a_person(LONDON, holds=(ends,), calendars=("gb", "gb-eng"))

    decision = asked(day(20, 11, zone=LONDON), person=person, policy=floor_and("uk"))

    # 25 December is Christmas, 26 a holiday on a Saturday, 27 a Sunday, 28 the day given for the 26th.
    assert until(decision, LONDON) == "2026-12-29 09:00"
    recent = [
        made(day(22, 12, zone=LONDON), Outcome.DELIVERED, Channel.MAIL, purpose=Purpose.PLAN),
        made(day(23, 12, zone=LONDON), Outcome.DELIVERED, Channel.MAIL, purpose=Purpose.PLAN),
        made(day(24, 12, zone=LONDON), Outcome.DELIVERED, Channel.MAIL, purpose=Purpose.PLAN),
    ]
    now = day(24, 12, "18:00", LONDON)
    open_until = asked(now, person=replace(person, calendars=()), before=recent, policy=floor_and("uk"))
    assert until(open_until, LONDON) == "2026-12-29 09:00"


def test_case_70_a_plan_stops_collection_the_same_moment_and_not_its_own_reminders() -> None:
    person = a_person(SHANGHAI, holds=(Hold(HoldReason.PLAN, date(2026, 6, 1)),))
    now = day(1, 6, "10:00", SHANGHAI)

    for sender in (Sender.LENDER, Sender.AGENCY):
        demand = a_contact(purpose=Purpose.DEMAND, sender=sender)
        assert closing(asked(now, demand, person, policy=law_alone("cn"))) == {"cn.card.70-stop"}
        assert isinstance(
            asked(now, replace(demand, purpose=Purpose.PLAN), person, policy=floor_and("cn")), Permit
        )


def test_case_76_a_state_holiday_is_closed_by_the_floor_and_not_by_the_guideline() -> None:
    zone, labour_day = "Australia/Sydney", day(5, 10, zone="Australia/Sydney")
    person = a_person(zone, calendars=("au", "au-nsw"))
    australia_day = day(26, 1, zone=zone)

    assert isinstance(asked(labour_day, person=person, policy=law_alone("au")), Permit)
    assert closing(asked(australia_day, person=person, policy=law_alone("au"))) == {"au.hours.phone"}
    decision = asked(labour_day, person=person, policy=floor_and("au"))
    assert (closing(decision), until(decision, zone)) == ({"floor.hours"}, "2026-10-06 09:00")


def test_case_77_what_lists_differ_in_is_closed() -> None:
    quebec, ontario = holidays_of("ca-qc", 2026, 2026), holidays_of("ca-on", 2026, 2026)

    assert quebec.closes(date(2026, 4, 6))  # Easter Monday
    assert ontario.closes(date(2026, 8, 3))  # the civic day of August
    assert not quebec.closes(date(2026, 4, 7))


def test_case_79_a_holiday_on_a_saturday_and_the_day_given_for_it_are_both_closed() -> None:
    us = holidays_of("us", 2026, 2027)

    assert us.closes(date(2026, 7, 4))
    assert us.closes(date(2026, 7, 3))
    person = a_person(calendars=("us",))
    assert until(asked(day(3, 7), person=person)) == "2026-07-06 09:00"


def test_case_80_a_decision_names_the_version_of_the_holidays_it_rests_on() -> None:
    decision = asked(day(3, 7), person=a_person(calendars=("us",)))

    assert decision.asked.policy == f"default@2026.11.1 {VERSION}"


def test_a_year_or_a_calendar_that_is_not_known_is_closed() -> None:
    assert until(asked(day(1, 6), person=a_person(calendars=("zz",)))) == "never"
    assert until(asked(day(1, 6, year=2035), person=a_person(calendars=("us",)))) == "never"
