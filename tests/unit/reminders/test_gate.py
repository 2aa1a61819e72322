"""What the gate promises to everybody: default deny, answers and wishes open, reasons in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from services.reminders.domain.contact import (
    Channel,
    Contact,
    ContactAboutNothing,
    Notice,
    Part,
    Purpose,
    Recipient,
    Sender,
)
from services.reminders.domain.explain import Language, explain
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import Outcome
from services.reminders.domain.person import (
    Address,
    ClosedTime,
    Consent,
    ConsentKind,
    Hold,
    Stop,
    StopKind,
)
from shared.events.parts import HoldReason
from tests.unit.reminders.gates import (
    ADDRESSES,
    AGENCY,
    FRIEND,
    LENDER,
    LOAN,
    MAILBOX,
    OTHER_LENDER,
    OTHER_LOAN,
    SHANGHAI,
    a_contact,
    a_long_past,
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

SELF_STARTED = [Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP, Purpose.PLAN, Purpose.MEDIATION]


@pytest.mark.parametrize("channel", [Channel.VISIT, Channel.SOCIAL, Channel.POSTCARD, Channel.VOICEMAIL_DROP])
@pytest.mark.parametrize("purpose", Purpose)
def test_some_channels_are_never_used_and_others_are_offered(channel: Channel, purpose: Purpose) -> None:
    decision = asked(day(1, 6), a_contact(channel, purpose))

    assert isinstance(decision, Withheld)
    assert "floor.channels" in closing(decision)
    assert decision.until is None


def test_a_visit_is_refused_with_the_ways_that_are_left() -> None:
    stop = Stop(StopKind.CHANNEL, day(1, 5), channels=frozenset({Channel.CALL}))

    decision = asked(day(1, 6), a_contact(Channel.VISIT), a_person(stops=(stop,)))
    by_mail_alone = asked(day(1, 6), a_contact(Channel.VISIT), a_person(addresses=(MAILBOX, FRIEND)))

    assert isinstance(decision, Withheld)
    assert isinstance(by_mail_alone, Withheld)
    assert decision.rule.rule == "floor.channels"
    assert decision.alternatives == (Channel.MAIL, Channel.APP, Channel.SMS, Channel.POST)
    assert by_mail_alone.alternatives == (Channel.MAIL,)


@pytest.mark.parametrize(
    "owner",
    [Recipient.SPOUSE, Recipient.RELATIVE, Recipient.FRIEND, Recipient.EMPLOYER, Recipient.CONTACT_PERSON],
)
def test_nobody_else_is_contacted_whatever_for(owner: Recipient) -> None:
    other = Address("other", frozenset({Channel.CALL}), owner=owner, established=True)

    for purpose in Purpose:
        contact = a_contact(purpose=purpose, address="other", tells=frozenset())
        assert "floor.people" in closing(asked(day(1, 6), contact, a_person(addresses=(other,))))


def test_nobody_is_contacted_at_work() -> None:
    assert closing(asked(day(1, 6), a_contact(address="office"))) == {"floor.workplace"}


def test_an_address_that_is_not_known_is_not_used() -> None:
    assert "floor.address" in closing(asked(day(1, 6), a_contact(address="guessed")))
    assert closing(asked(day(1, 6), a_contact(Channel.SMS, address="landline"))) == {"floor.address"}


def test_nothing_of_a_debt_is_told_where_the_person_is_not_established() -> None:
    unsure = a_person(addresses=(replace(MAILBOX, established=False),))
    neutral = a_contact(Channel.MAIL, tells=frozenset())

    assert closing(asked(day(1, 6), a_contact(Channel.MAIL), unsure)) == {"floor.identity"}
    assert isinstance(asked(day(1, 6), neutral, unsure), Permit)


def test_a_consent_that_has_ended_closes_its_address() -> None:
    person = a_person(addresses=(replace(MAILBOX, consented_until=date(2026, 6, 1)),))

    assert isinstance(asked(day(1, 6), a_contact(Channel.MAIL), person), Permit)
    assert closing(asked(day(2, 6), a_contact(Channel.MAIL), person)) == {"floor.consent-ended"}


def test_a_contact_names_the_loans_that_it_is_about() -> None:
    with pytest.raises(ContactAboutNothing):
        Contact(Channel.MAIL, Purpose.HELP, "mailbox", LENDER, AGENCY, ())


def test_every_lender_and_every_loan_counts_for_one_person() -> None:
    before = [
        made(day(1, 6), Outcome.DELIVERED, Channel.MAIL, lender=OTHER_LENDER, loans=frozenset({OTHER_LOAN}))
    ]

    decision = asked(day(1, 6, "15:00"), a_contact(Channel.APP), before=before)

    assert (closing(decision), until(decision)) == ({"floor.day"}, "2026-06-02 09:00")


def test_a_reason_tells_nothing_of_another_lender() -> None:
    of_another = [made(day(1, 6), Outcome.DELIVERED, Channel.MAIL, lender=OTHER_LENDER)]
    own = [made(day(1, 6), Outcome.DELIVERED, Channel.MAIL)]

    told = asked(day(1, 6, "15:00"), a_contact(Channel.APP), before=of_another)
    counted = asked(day(1, 6, "15:00"), a_contact(Channel.APP), before=own)
    permitted = asked(day(2, 6), a_contact(Channel.APP), before=of_another)

    assert isinstance(told, Withheld)
    assert isinstance(counted, Withheld)
    assert (told.counted, counted.counted) == (None, 1)
    assert isinstance(permitted, Permit)
    assert "floor.week" not in {cite.rule for cite, _, _ in permitted.counts}
    for language in Language:
        assert OTHER_LENDER not in explain(told, language)


@pytest.mark.parametrize("reason", HoldReason)
def test_no_demand_is_made_while_a_hold_is_in_force(reason: HoldReason) -> None:
    person = a_person(holds=(Hold(reason, date(2026, 6, 1), date(2026, 6, 10)),))

    for purpose in (Purpose.DEMAND, Purpose.REMINDER):
        decision = asked(day(5, 6), a_contact(purpose=purpose), person)
        assert isinstance(decision, Withheld)
        assert (decision.rule.rule, until(decision)) == ("floor.hold", "2026-06-11 09:00")
    assert isinstance(asked(day(29, 5), person=person), Permit)
    assert isinstance(asked(day(11, 6), person=person), Permit)


def test_a_hold_is_named_before_all_else() -> None:
    stop = Stop(StopKind.CHANNEL, day(1, 5), channels=frozenset({Channel.CALL}))
    person = a_person(holds=(Hold(HoldReason.DISPUTE, date(2026, 6, 1), date(2026, 6, 9)),), stops=(stop,))

    decision = asked(day(5, 6, "23:00"), a_contact(address="office"), person)

    assert isinstance(decision, Withheld)
    assert (decision.rule.rule, decision.until) == ("floor.hold", None)
    assert {one.rule for one in decision.also} == {"floor.workplace", "floor.stop", "floor.hours"}


def test_what_a_hold_is_about_goes_on_even_if_the_hold_names_it() -> None:
    everything = frozenset(Purpose)
    plan = a_person(holds=(Hold(HoldReason.PLAN, date(2026, 6, 1), purposes=everything),))
    mediation = a_person(holds=(Hold(HoldReason.MEDIATION, date(2026, 6, 1), purposes=everything),))

    assert isinstance(asked(day(2, 6), a_contact(purpose=Purpose.PLAN), plan), Permit)
    assert isinstance(asked(day(2, 6), a_contact(purpose=Purpose.MEDIATION), mediation), Permit)
    assert closing(asked(day(2, 6), a_contact(purpose=Purpose.MEDIATION), plan)) == {"floor.hold"}
    assert closing(asked(day(2, 6), a_contact(purpose=Purpose.HELP), mediation)) == {"floor.hold"}


def test_no_hold_closes_an_answer_or_a_notice_that_the_law_requires() -> None:
    message = came(day(2, 6, "11:30"))
    answer = a_contact(Channel.SMS, Purpose.ANSWER, answers=message.id)
    notice = a_contact(Channel.POST, Purpose.STATUTORY_NOTICE)
    for reason in HoldReason:
        person = a_person(holds=(Hold(reason, date(2026, 6, 1), purposes=frozenset(Purpose)),))
        assert isinstance(asked(day(2, 6), answer, person, [message]), Permit)
        assert isinstance(asked(day(2, 6), notice, person), Permit)


def test_an_answer_is_open_whatever_was_sent_before_and_at_any_hour_if_it_comes_at_once() -> None:
    full = [made(day(number, 6), Outcome.DELIVERED, Channel.MAIL) for number in (1, 2, 3)]
    at_night = came(day(4, 6, "23:50"))
    answer = a_contact(Channel.SMS, Purpose.ANSWER, answers=at_night.id)

    at_once = asked(day(5, 6, "00:49"), answer, before=[*full, at_night])
    too_late = asked(day(5, 6, "00:50"), answer, before=[*full, at_night])
    by_phone = asked(day(5, 6, "00:49"), replace(answer, channel=Channel.CALL), before=[*full, at_night])

    assert isinstance(at_once, Permit)
    assert at_once.reply
    assert (closing(too_late), until(too_late)) == ({"floor.hours"}, "2026-06-05 09:00")
    assert closing(by_phone) == {"floor.hours"}
    assert isinstance(asked(day(5, 6, "09:00"), answer, before=[*full, at_night]), Permit)


def test_a_message_gets_three_answers_and_an_answer_needs_a_message() -> None:
    message = came(day(4, 6, "09:30"))
    answer = a_contact(Channel.SMS, Purpose.ANSWER, answers=message.id)
    sent = [
        made(day(4, 6, f"1{n}:00"), Outcome.SENT, Channel.SMS, purpose=Purpose.ANSWER, answers=message.id)
        for n in range(3)
    ]

    assert isinstance(asked(day(4, 6, "13:00"), answer, before=[message, *sent[:2]]), Permit)
    assert closing(asked(day(4, 6, "13:00"), answer, before=[message, *sent])) == {"floor.answers"}
    assert closing(asked(day(4, 6, "13:00"), answer)) == {"floor.answers"}
    assert closing(asked(day(4, 6, "13:00"), replace(answer, answers=None), before=[message])) == {
        "floor.answers"
    }


def test_a_time_that_the_person_asked_for_is_open_whatever_the_hour_and_the_count() -> None:
    wish = Consent(ConsentKind.ASKED, AGENCY, day(5, 6), day(7, 6, "20:00"), day(7, 6, "21:00"))
    person = a_person(consents=(wish,))
    full = [made(day(number, 6), Outcome.CONVERSATION) for number in (1, 2, 4)]

    assert isinstance(asked(day(7, 6, "20:30"), person=person, before=full), Permit)
    assert until(asked(day(7, 6, "12:00"), person=person, before=full)) == "2026-06-07 20:00"
    assert closing(asked(day(7, 6, "21:00"), person=person, before=full))
    other = a_contact(collector="agency-two")
    assert closing(asked(day(7, 6, "20:30"), other, person, full))
    tried = [made(day(7, 6, f"20:0{n}"), Outcome.UNANSWERED, flags=2, consent_day=3) for n in range(3)]
    assert closing(asked(day(7, 6, "20:30"), person=person, before=[*full, *tried])) == {"floor.asked-day"}
    unasked = [one._replace(flags=0) for one in tried]
    assert isinstance(asked(day(7, 6, "20:30"), person=person, before=[*full, *unasked]), Permit)


def test_a_wish_opens_help_in_a_hold_and_never_a_demand() -> None:
    wish = Consent(ConsentKind.ASKED, AGENCY, day(1, 6), day(2, 6, "10:00"), day(2, 6, "14:00"))
    hold = Hold(HoldReason.BREATHING_SPACE, date(2026, 6, 1))
    person = a_person(consents=(wish,), holds=(hold,))

    assert isinstance(asked(day(2, 6), a_contact(purpose=Purpose.HELP), person), Permit)
    assert closing(asked(day(2, 6), a_contact(purpose=Purpose.DEMAND), person)) == {"floor.hold"}


def test_hours_that_the_person_closed_run_over_midnight_and_end_when_said() -> None:
    sleeps_by_day = ClosedTime(frozenset({0, 1, 2, 3, 4}), time(22), time(16), ends_on=date(2026, 6, 4))
    person = a_person(closed_times=(sleeps_by_day,))

    decision = asked(day(2, 6, "10:00"), person=person)

    assert (closing(decision), until(decision)) == ({"floor.own-times"}, "2026-06-02 16:00")
    assert until(asked(day(5, 6, "10:00"), person=person)) == "2026-06-05 16:00"
    assert isinstance(asked(day(6, 6, "10:00"), person=person), Permit)


def test_a_message_says_how_to_end_messages() -> None:
    silent = a_contact(Channel.MAIL, carries=frozenset())

    assert closing(asked(day(1, 6), silent)) == {"floor.opt-out"}
    assert isinstance(asked(day(1, 6), replace(silent, carries=frozenset({Part.OPT_OUT}))), Permit)


def test_the_next_time_is_the_first_that_every_rule_allows() -> None:
    # Closed: Thursday by the cap, Friday by a hold, Saturday morning by the person, Sunday by the floor.
    before = [made(day(number, 6), Outcome.DELIVERED, Channel.MAIL) for number in (29, 30)]
    july = [made(day(1, 7), Outcome.DELIVERED, Channel.MAIL), *before]
    person = a_person(
        calendars=("us",),
        holds=(Hold(HoldReason.ILLNESS, date(2026, 7, 6), date(2026, 7, 7)),),
        closed_times=(ClosedTime(frozenset({2}), time(8), time(18, 59)),),
    )

    decision = asked(day(2, 7), person=person, before=july)

    # The 6th and 7th are held, and on Wednesday the 8th a minute is left.
    assert until(decision) == "2026-07-08 18:59"


def test_the_end_of_a_hold_that_is_lifted_by_a_later_one_is_the_later_one() -> None:
    holds = (
        Hold(HoldReason.ILLNESS, date(2026, 6, 1), date(2026, 6, 9)),
        Hold(HoldReason.DISPUTE, date(2026, 6, 10), date(2026, 6, 20)),
    )

    assert until(asked(day(2, 6), person=a_person(holds=holds))) == "2026-06-22 09:00"


def test_a_decision_is_explained_in_english_and_chinese() -> None:
    before = [made(day(1, 6, "10:00", SHANGHAI), Outcome.CONVERSATION)]
    person = a_person(SHANGHAI)

    decision = asked(day(2, 6, "10:00", SHANGHAI), person=person, before=before)

    assert explain(decision, Language.ENGLISH) == (
        "Not permitted: call, reminding, at 2026-06-02 10:00 CST. After a conversation the person is left in "
        "peace for seven days, whatever the loan. "
        '(rule floor.after-talk of "default", version 2026.11.1; our own choice) '
        "It is permitted from 2026-06-08 09:00 CST, if nothing changes until then. "
        f"Decided by: {floor_and().version}."
    )
    chinese = explain(decision, Language.CHINESE)
    assert chinese.startswith(
        "不允许：电话，提醒，时间 2026-06-02 10:00 CST。通话后七天内不再催促，不论哪笔贷款。"
    )
    assert "如无变化，自 2026-06-08 09:00 CST 起允许。" in chinese


def test_a_rule_of_a_law_is_explained_with_its_source() -> None:
    decision = asked(day(1, 6, "22:00"), policy=law_alone("us-regf"))

    assert "; law: 12 CFR 1006.6(b)(1)(i), comments 1 and 2;" in explain(decision, Language.ENGLISH)
    assert "；法律法规：12 CFR 1006.6(b)(1)(i)" in explain(decision, Language.CHINESE)


@pytest.mark.parametrize("language", Language)
def test_every_rule_and_every_word_can_be_said_in_every_language(language: Language) -> None:
    for channel in Channel:
        for purpose in Purpose:
            said = explain(asked(day(7, 6, "23:00"), a_contact(channel, purpose)), language)
            assert "{" not in said
            assert said
    permitted = asked(day(1, 6), before=[made(day(28, 5), Outcome.DELIVERED, Channel.MAIL)])
    assert "floor.week 1/3" in explain(permitted, language)


def test_a_person_whose_place_is_not_known_is_explained_so() -> None:
    said = explain(asked(day(1, 6), person=a_person(())), Language.ENGLISH)

    assert "(where the person is, is not known)" in said
    assert "No later time is known" in said


def test_two_hundred_contacts_long_past_forbid_nothing() -> None:
    policy, person = floor_and("us-regf", "us-ma"), a_person(calendars=("us", "us-ma"), regions=("US-MA",))
    now = datetime(2026, 6, 10, 16, tzinfo=UTC)
    history, contact = a_long_past(now), a_contact(sender=Sender.AGENCY, loans=(LOAN,))
    assert isinstance(permit(contact, person, history, policy, now), Permit)
    assert len(person.addresses) == len(ADDRESSES)


def test_after_a_stop_only_what_the_person_writes_later_is_answered() -> None:
    before, letter, after = came(day(1, 6, "10:00")), came(day(1, 6, "11:00")), came(day(2, 6, "10:00"))
    stop = Stop(StopKind.CHANNEL, letter.at, channels=frozenset({Channel.SMS}), message=letter.id)
    cease = replace(stop, kind=StopKind.CEASE, loans=frozenset({LOAN}))

    def answered(message_id: UUID, one: Stop, notice: Notice | None = None) -> set[str]:
        answer = a_contact(Channel.SMS, Purpose.ANSWER, answers=message_id, notice=notice, tells=frozenset())
        return closing(asked(day(2, 6), answer, a_person(stops=(one,)), [before, letter, after]))

    for one, rule in ((stop, "floor.stop"), (cease, "floor.cease")):
        assert answered(after.id, one) == set()
        assert rule in answered(before.id, one)
        assert rule in answered(letter.id, one)
    assert answered(letter.id, stop, Notice.OPT_OUT_CONFIRMATION) == set()
    assert answered(letter.id, cease, Notice.OPT_OUT_CONFIRMATION) == {"floor.cease"}
