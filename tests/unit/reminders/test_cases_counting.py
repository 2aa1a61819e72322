"""Edge cases 13 to 32 of contact rules: what is counted, for what, over which days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4, uuid5

import pytest

from services.reminders.domain.contact import Channel, Purpose, Sender
from services.reminders.domain.gate import Permit, Withheld
from services.reminders.domain.history import NOTHING_YET, OPENED_BITS, History, Outcome, Record
from services.reminders.domain.person import Consent, ConsentKind, Route, RouteKind, Stop, StopKind
from services.reminders.domain.reservations import Reserved, SlotUnknown, SlotUsed, confirm, release, reserve
from tests.unit.reminders.gates import (
    AGENCY,
    LOAN,
    MAILBOX,
    MOBILE,
    NAMES,
    OTHER_LENDER,
    OTHER_LOAN,
    SHANGHAI,
    THIRD_LOAN,
    a_contact,
    a_person,
    asked,
    came,
    closing,
    day,
    floor_and,
    law_alone,
    made,
    until,
)

REG_F = law_alone("us-regf")
SEVEN = "us.calls.7in7"


def calls(*days: int, month: int = 4, outcome: Outcome = Outcome.UNANSWERED, **known: Any) -> list[Record]:
    """Calls, one for each day that is named, an hour apart where one comes twice."""
    return [made(day(one, month, f"{9 + n % 10}:{n:02}"), outcome, **known) for n, one in enumerate(days)]


def test_case_13_the_seventh_call_in_seven_days_is_allowed_and_the_next_one_on_the_eighth_day() -> None:
    first = [*calls(1, outcome=Outcome.VOICEMAIL_LEFT), *calls(2, 3, 4, 5, 6)]
    assert isinstance(asked(day(7, 4), before=first, policy=REG_F), Permit)

    after = asked(day(7, 4, "15:00"), before=[*first, made(day(7, 4))], policy=REG_F)

    assert closing(after) == {SEVEN}
    assert until(after) == "2026-04-08 08:01"


def test_case_14_the_window_rolls_over_the_weekend() -> None:
    before = calls(1, 2, 2, 3, 3, 6, 6)

    assert closing(asked(day(7, 4), before=before, policy=REG_F)) == {SEVEN}


def test_case_15_after_a_conversation_on_the_fourteenth_the_first_call_is_on_the_twenty_first() -> None:
    decision = asked(day(15, 8), before=calls(14, month=8, outcome=Outcome.CONVERSATION), policy=REG_F)

    assert (closing(decision), until(decision)) == ({"us.calls.wait7"}, "2026-08-21 08:01")


def test_case_16_a_conversation_that_the_borrower_began_starts_the_wait_too() -> None:
    decision = asked(day(14, 8), before=[came(day(13, 8), Channel.CALL, Outcome.CONVERSATION)], policy=REG_F)

    assert (closing(decision), until(decision)) == ({"us.calls.wait7"}, "2026-08-20 08:01")


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (Outcome.UNANSWERED, True),
        (Outcome.DROPPED, True),
        (Outcome.VOICEMAIL_REACHED, True),
        (Outcome.VOICEMAIL_LEFT, True),
        (Outcome.NOT_CONNECTED, False),
    ],
)
def test_case_17_what_rang_counts_and_what_did_not_connect_does_not(outcome: Outcome, counts: bool) -> None:
    before = calls(1, 2, 3, 4, 5, 6, 7, outcome=outcome)

    assert (closing(asked(day(7, 4, "18:00"), before=before, policy=REG_F)) == {SEVEN}) is counts


def test_case_18_a_recording_dropped_into_a_mailbox_is_a_call_and_a_text_is_none() -> None:
    dropped = calls(1, 2, 3, 4, 5, 6, 7, outcome=Outcome.DELIVERED, channel=Channel.VOICEMAIL_DROP)
    texts = calls(1, 2, 3, 4, 5, 6, 7, outcome=Outcome.DELIVERED, channel=Channel.SMS)

    assert closing(asked(day(7, 4, "18:00"), before=dropped, policy=REG_F)) == {SEVEN}
    assert isinstance(asked(day(7, 4, "18:00"), before=texts, policy=REG_F), Permit)


def test_case_18_the_floor_counts_every_channel_together() -> None:
    mixed = [
        made(day(1, 4), Outcome.DELIVERED, Channel.MAIL),
        made(day(2, 4), Outcome.SENT, Channel.POST),
        made(day(6, 4)),
    ]

    decision = asked(day(7, 4), a_contact(Channel.APP), before=mixed)

    assert closing(decision) == {"floor.week"}
    assert until(decision) == "2026-04-08 09:00"


def test_case_19_a_call_about_two_debts_counts_for_both() -> None:
    both = calls(1, 2, 3, 4, 5, 6, 7, loans=frozenset({LOAN, OTHER_LOAN}))

    for loan in (LOAN, OTHER_LOAN):
        assert closing(asked(day(7, 4, "18:00"), a_contact(loans=(loan,)), before=both, policy=REG_F)) == {
            SEVEN
        }
    assert isinstance(
        asked(day(7, 4, "18:00"), a_contact(loans=(THIRD_LOAN,)), before=both, policy=REG_F), Permit
    )


def test_case_19_three_debts_do_not_allow_three_times_as_many_calls() -> None:
    before = [
        made(day(1, 4), loans=frozenset({LOAN})),
        made(day(3, 4), loans=frozenset({OTHER_LOAN}), lender=OTHER_LENDER),
    ]

    decision = asked(day(4, 4), a_contact(loans=(THIRD_LOAN,)), before=before)

    assert closing(decision) == {"floor.phone"}


def test_case_20_a_call_opened_about_one_debt_in_which_only_another_came_up() -> None:
    others = calls(2, 3, 4, 5, 6, 7, loans=frozenset({OTHER_LOAN}))
    talk = made(day(7, 4, "09:30"), Outcome.CONVERSATION, talked=frozenset({OTHER_LOAN}))
    six = calls(2, 3, 4, 5, 6, 7)

    about_other = asked(
        day(7, 4, "18:00"), a_contact(loans=(OTHER_LOAN,)), before=[*others, talk], policy=REG_F
    )
    about_first = asked(day(7, 4, "18:00"), before=[*six, talk], policy=REG_F)

    assert closing(about_other) == {"us.calls.wait7"}
    assert closing(about_first) == {"us.calls.wait7", SEVEN}


def test_case_21_loans_under_one_account_number_are_one_debt() -> None:
    account = uuid5(NAMES, "account")
    person = a_person(one_debt={LOAN: account, OTHER_LOAN: account, THIRD_LOAN: account})
    before = [
        *calls(1, 2, 3),
        *calls(4, 5, loans=frozenset({OTHER_LOAN})),
        *calls(6, 7, loans=frozenset({THIRD_LOAN})),
    ]

    assert closing(asked(day(7, 4, "18:00"), person=person, before=before, policy=REG_F)) == {SEVEN}
    assert isinstance(asked(day(7, 4, "18:00"), before=before, policy=REG_F), Permit)


def test_case_22_calls_to_a_number_that_is_somebody_elses_were_no_calls_to_the_person() -> None:
    history = History.of(calls(1, 2, 3, 4, 5, 6, 7))

    after = history.wrong_number("mobile").records

    assert closing(asked(day(7, 4, "18:00"), before=history.records, policy=REG_F)) == {SEVEN}
    assert isinstance(asked(day(7, 4, "18:00"), before=after, policy=REG_F), Permit)
    assert isinstance(asked(day(7, 4, "18:00"), before=after), Permit)


def test_case_23_a_call_that_was_asked_for_is_open_and_a_conversation_spends_it() -> None:
    first_talk = made(day(3, 4, "10:00"), Outcome.CONVERSATION)
    monday = Consent(ConsentKind.ASKED, AGENCY, day(3, 4, "10:05"), day(6, 4, "08:00"), day(6, 4, "21:00"))
    person = a_person(consents=(monday,))
    for policy in (REG_F, floor_and("us-regf")):
        decision = asked(day(6, 4), person=person, before=[first_talk], policy=policy)
        assert isinstance(decision, Permit)
        assert decision.opened == (ConsentKind.ASKED,)

    second_talk = made(day(6, 4), Outcome.CONVERSATION, flags=OPENED_BITS[ConsentKind.ASKED], consent_day=4)
    again = asked(day(8, 4), person=person, before=[first_talk, second_talk], policy=REG_F)

    assert (closing(again), until(again)) == ({"us.calls.wait7"}, "2026-04-13 08:01")
    same_day = asked(day(6, 4, "15:00"), person=person, before=[first_talk, second_talk], policy=REG_F)
    assert closing(same_day) == {"us.calls.wait7"}


def test_case_24_a_consent_lasts_seven_days_its_own_being_the_first() -> None:
    consent = Consent(ConsentKind.ALLOWED, AGENCY, day(4, 6, "10:00"), day(4, 6, "10:00"), day(1, 9))
    person = a_person(consents=(consent,))
    full = calls(3, 3, 3, 3, 3, 3, 3, month=6)
    assert closing(asked(day(9, 6), before=full, policy=REG_F)) == {SEVEN}
    for number in range(4, 11):
        decision = asked(day(number, 6), person=person, before=full, policy=REG_F)
        assert isinstance(decision, Permit)
        assert decision.consent_day == number - 3
    refilled = calls(5, 6, 7, 8, 9, 10, 10, month=6)

    assert isinstance(asked(day(10, 6, "20:00"), person=person, before=refilled, policy=REG_F), Permit)
    assert closing(asked(day(11, 6), person=person, before=refilled, policy=REG_F)) == {SEVEN}


def test_case_24_calls_of_the_consent_are_not_counted_and_later_ones_are() -> None:
    flags = OPENED_BITS[ConsentKind.ALLOWED]
    within = [one._replace(flags=flags, consent_day=7) for one in calls(4, 5, 6, 7, 8, 9, 10, month=6)]
    later = [one._replace(flags=flags, consent_day=8) for one in within]

    assert isinstance(asked(day(10, 6, "20:00"), before=within, policy=REG_F), Permit)
    assert closing(asked(day(10, 6, "20:00"), before=later, policy=REG_F)) == {SEVEN}


def test_case_24_a_consent_opens_no_closed_hour_and_no_medium_that_was_stopped() -> None:
    consent = Consent(ConsentKind.ALLOWED, AGENCY, day(4, 6), day(4, 6), day(11, 6))
    stop = Stop(StopKind.CHANNEL, day(5, 6, "08:30"), channels=frozenset({Channel.CALL}))

    at_night = asked(day(5, 6, "22:00"), person=a_person(consents=(consent,)), policy=REG_F)
    stopped = asked(day(5, 6), person=a_person(consents=(consent,), stops=(stop,)), policy=REG_F)

    assert closing(at_night) == {"us.hours"}
    assert (closing(stopped), until(stopped)) == ({"us.media-stop"}, "never")


def test_case_25_two_diallers_never_share_the_last_slot_and_a_repeated_request_does_not_dial_twice() -> None:
    person, first, second = a_person(), uuid4(), uuid4()
    full = History.of(calls(1, 2, 3, 4, 5, 6))
    now = day(7, 4)
    taken = reserve(first, a_contact(), person, full, REG_F, now)
    assert isinstance(taken, Reserved)

    other = reserve(second, a_contact(), person, taken.history, REG_F, now + timedelta(seconds=1))
    again = reserve(first, a_contact(), person, taken.history, REG_F, now + timedelta(seconds=2))

    assert isinstance(other, Withheld)
    assert again == Reserved(taken.history, None, again=True)
    assert isinstance(
        reserve(second, a_contact(), person, release(first, taken.history), REG_F, now), Reserved
    )
    busy = confirm(first, Outcome.NOT_CONNECTED, person, taken.history)
    assert isinstance(reserve(second, a_contact(), person, busy, REG_F, now + timedelta(minutes=6)), Reserved)
    rang = confirm(first, Outcome.UNANSWERED, person, taken.history)
    assert isinstance(reserve(second, a_contact(), person, rang, REG_F, now + timedelta(minutes=6)), Withheld)


def test_case_25_what_was_made_cannot_be_released_and_what_nobody_reserved_cannot_be_confirmed() -> None:
    taken = reserve(uuid4(), a_contact(), a_person(), NOTHING_YET, REG_F, day(7, 4))
    assert isinstance(taken, Reserved)
    (slot,) = taken.history.records

    with pytest.raises(SlotUsed):
        release(slot.id, confirm(slot.id, Outcome.UNANSWERED, a_person(), taken.history))
    with pytest.raises(SlotUnknown):
        confirm(uuid4(), Outcome.SENT, a_person(), taken.history)


def test_case_26_a_new_collector_gets_no_new_count_and_no_old_consent() -> None:
    before = calls(1, 2, 3, 4, 5, 6, 7)
    consent = Consent(ConsentKind.ALLOWED, AGENCY, day(6, 4), day(6, 4), day(12, 4))
    contact = a_contact(collector="agency-two")

    decision = asked(day(7, 4, "18:00"), contact, a_person(consents=(consent,)), before, REG_F)

    assert closing(decision) == {SEVEN}


def test_case_26_an_address_travels_through_the_collector_immediately_before_alone() -> None:
    def by(*routes: Route) -> set[str]:
        person = a_person(addresses=(replace(MAILBOX, routes=routes),))
        return closing(
            asked(day(7, 4), a_contact(Channel.MAIL, collector="agency-two"), person, policy=REG_F)
        )

    assert by(Route(RouteKind.USED, AGENCY, date(2026, 1, 1))) == {"us.email.procedure"}
    assert by(Route(RouteKind.PRIOR_COLLECTOR, "agency-two", date(2026, 4, 1))) == set()
    assert by(Route(RouteKind.PRIOR_COLLECTOR, "agency-two", date(2026, 4, 8))) == {"us.email.procedure"}


@pytest.mark.parametrize(("days_ago", "open_"), [(0, True), (60, True), (61, False)])
def test_case_27_a_consent_to_texts_is_good_for_sixty_days(days_ago: int, open_: bool) -> None:
    given = Route(RouteKind.CONSENTED, AGENCY, date(2026, 6, 1) - timedelta(days=days_ago))
    person = a_person(addresses=(replace(MOBILE, routes=(given,)),))
    checked = replace(given, kind=RouteKind.NUMBER_CHECKED, on=date(2026, 5, 30))
    renewed = a_person(addresses=(replace(MOBILE, routes=(given, checked)),))
    text = a_contact(Channel.SMS)

    decision = asked(day(1, 6), text, person, policy=REG_F)

    assert isinstance(decision, Permit) is open_
    assert open_ or (closing(decision), until(decision)) == ({"us.text.60d"}, "never")
    assert isinstance(asked(day(1, 6), text, renewed, policy=REG_F), Permit)


def test_case_28_massachusetts_counts_texts_and_calls_together_and_a_mailbox_that_was_reached() -> None:
    massachusetts = law_alone("us-ma")
    texts = [made(day(1, 6), Outcome.DELIVERED, Channel.SMS), made(day(2, 6), Outcome.DELIVERED, Channel.SMS)]
    mailbox = [made(day(1, 6), Outcome.VOICEMAIL_REACHED), texts[1]]
    nobody = [made(day(1, 6), Outcome.NOT_CONNECTED), texts[1]]

    third = asked(day(3, 6), before=texts, policy=massachusetts)

    assert (closing(third), until(third)) == ({"us-ma.2in7"}, "2026-06-08 08:00")
    assert closing(asked(day(3, 6), before=mailbox, policy=massachusetts)) == {"us-ma.2in7"}
    assert isinstance(asked(day(3, 6), before=nobody, policy=massachusetts), Permit)


def test_case_29_australia_counts_what_came_of_it_by_any_channel() -> None:
    australia, sydney = law_alone("au"), a_person("Australia/Sydney")

    def at(hour: int, outcome: Outcome, channel: Channel = Channel.CALL) -> Record:
        return made(day(2, 6, f"{hour}:00", "Australia/Sydney"), outcome, channel, sydney)

    three = [at(9, Outcome.DROPPED), at(10, Outcome.VOICEMAIL_LEFT), at(11, Outcome.SENT, Channel.MAIL)]
    unanswered = [at(9, Outcome.UNANSWERED), at(10, Outcome.UNANSWERED), at(11, Outcome.VOICEMAIL_REACHED)]
    now = day(2, 6, "13:00", "Australia/Sydney")

    fourth = asked(now, a_contact(Channel.SMS), sydney, three, australia)

    assert closing(fourth) == {"au.cap.week", "au.cap.calendar-week"}
    assert isinstance(asked(now, a_contact(Channel.SMS), sydney, unanswered, australia), Permit)
    assert "floor.day" in closing(asked(now, a_contact(Channel.SMS), sydney, unanswered, floor_and("au")))


def test_case_30_a_week_and_a_month_are_held_in_both_readings() -> None:
    australia, zone = law_alone("au"), "Australia/Sydney"
    sydney = a_person(zone)
    on_sunday = [made(day(7, 6, f"{hour}:00", zone), Outcome.DROPPED, person=sydney) for hour in (10, 12, 14)]
    on_new_year = [
        made(day(1, 1, f"{hour}:00", zone), Outcome.DROPPED, person=sydney) for hour in range(9, 19)
    ]

    monday = asked(day(8, 6, zone=zone), person=sydney, before=on_sunday, policy=australia)
    thirty_first = asked(day(31, 1, zone=zone), person=sydney, before=on_new_year, policy=australia)

    assert closing(monday) == {"au.cap.week"}
    assert closing(thirty_first) == {"au.cap.calendar-month"}
    assert until(thirty_first, zone) == "2026-02-01 00:00"[:11] + "09:00"


def test_case_31_china_counts_talks_with_a_person_for_a_lender_and_dials_of_a_number() -> None:
    china, person = law_alone("cn"), a_person(SHANGHAI)

    def at(hour: int, outcome: Outcome, **known: Any) -> Record:
        return made(day(2, 6, f"{hour:02}:30", SHANGHAI), outcome, person=person, **known)

    talks = [at(9, Outcome.CONVERSATION), at(10, Outcome.CONVERSATION, loans=frozenset({OTHER_LOAN}))]
    talks += [at(11, Outcome.CONVERSATION, loans=frozenset({THIRD_LOAN}), collector="agency-two")]
    dials = [at(hour, Outcome.NOT_CONNECTED) for hour in range(9, 15)]
    now = day(2, 6, "16:00", SHANGHAI)

    same_lender = asked(now, a_contact(loans=(OTHER_LOAN,)), person, talks, china)
    other_lender = asked(now, a_contact(lender=OTHER_LENDER), person, talks, china)
    same_number = asked(now, person=person, before=dials, policy=china)
    other_number = asked(now, a_contact(address="landline"), person, dials, china)

    assert (closing(same_lender), until(same_lender, SHANGHAI)) == ({"cn.gbt.3calls"}, "2026-06-03 08:00")
    assert isinstance(other_lender, Permit)
    assert closing(same_number) == {"cn.cba.6dials"}
    assert isinstance(other_number, Permit)


def test_case_32_korea_counts_what_arrived_by_any_channel_but_neither_answers_nor_what_did_not_arrive() -> (
    None
):
    korea, seoul = law_alone("kr"), a_person("Asia/Seoul")

    def seven(outcome: Outcome, channel: Channel, **known: Any) -> list[Record]:
        return [made(day(n, 6, "12:00", "Asia/Seoul"), outcome, channel, seoul, **known) for n in range(1, 8)]

    now = day(7, 6, "18:00", "Asia/Seoul")
    mail = a_contact(Channel.MAIL)

    assert closing(asked(now, mail, seoul, seven(Outcome.DELIVERED, Channel.SMS), korea)) == {"kr.7in7"}
    for arrived_not in (Outcome.BOUNCED, Outcome.UNANSWERED):
        assert isinstance(asked(now, mail, seoul, seven(arrived_not, Channel.CALL), korea), Permit)
    for purpose in (Purpose.ANSWER, Purpose.STATUTORY_NOTICE):
        others = seven(Outcome.DELIVERED, Channel.SMS, purpose=purpose)
        assert isinstance(asked(now, mail, seoul, others, korea), Permit)
    assert isinstance(
        asked(day(7, 6, "18:00"), before=seven(Outcome.DELIVERED, Channel.SMS), policy=REG_F), Permit
    )


def test_a_lenders_own_people_are_not_bound_by_rules_for_agencies() -> None:
    contact = a_contact(sender=Sender.LENDER, collector="acme")

    assert isinstance(
        asked(day(7, 4, "18:00"), contact, before=calls(1, 2, 3, 4, 5, 6, 7), policy=REG_F), Permit
    )
