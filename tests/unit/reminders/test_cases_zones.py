"""Edge cases 1 to 12 of contact rules: zones, clocks, edges of days."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.gate import Permit
from services.reminders.domain.history import NOTHING_YET, Outcome
from services.reminders.domain.person import Consent, ConsentKind, Whereabouts, candidate_zones
from services.reminders.domain.reservations import Reserved, ask_again, reserve
from services.reminders.domain.windows import days_of, edge
from tests.unit.reminders.gates import (
    AGENCY,
    LOS_ANGELES,
    NEW_YORK,
    SHANGHAI,
    a_contact,
    a_person,
    asked,
    closing,
    day,
    floor_and,
    hours_of,
    law_alone,
    made,
    until,
)

MONDAY = date(2026, 6, 1)
TOLL_FREE = (
    "America/Adak",
    "America/Anchorage",
    "America/Barbados",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Los_Angeles",
    "America/New_York",
    "America/Phoenix",
    "America/Puerto_Rico",
    "America/Regina",
    "America/St_Johns",
    "America/Toronto",
    "America/Vancouver",
    "Atlantic/Bermuda",
    "Pacific/Guam",
    "Pacific/Honolulu",
    "Pacific/Pago_Pago",
    "Pacific/Saipan",
)


def test_case_01_an_eastern_mobile_and_a_pacific_home_leave_what_both_allow() -> None:
    zones = candidate_zones((Whereabouts((NEW_YORK,)), Whereabouts((LOS_ANGELES,))))
    person = a_person(zones)

    assert hours_of(a_contact(), person, law_alone("us-regf"), MONDAY, NEW_YORK) == ("11:01", "21:00")
    assert hours_of(a_contact(), person, law_alone("us-regf"), MONDAY, LOS_ANGELES) == ("08:01", "18:00")
    assert hours_of(a_contact(), person, floor_and("us-regf"), MONDAY, NEW_YORK) == ("12:00", "19:00")


def test_case_02_an_eastern_mobile_and_a_mountain_landline() -> None:
    person = a_person(("America/Denver", NEW_YORK))

    assert hours_of(a_contact(), person, law_alone("us-regf"), MONDAY, NEW_YORK) == ("10:01", "21:00")


def test_case_03_nothing_but_a_toll_free_number_allows_no_contact_until_the_place_is_known() -> None:
    person = a_person(candidate_zones((Whereabouts(TOLL_FREE),)))

    for hour in range(24):
        decision = asked(day(1, 6, f"{hour:02}:30"), person=person)
        assert (until(decision), "floor.place" in closing(decision)) == ("never", True)
    known = candidate_zones((Whereabouts(TOLL_FREE), Whereabouts((NEW_YORK,), current=True)))
    assert isinstance(asked(day(1, 6), person=a_person(known)), Permit)


def test_case_03_nobody_whose_place_is_not_known_at_all_is_contacted() -> None:
    person = a_person(candidate_zones(()))

    assert person.zones == ()
    assert {until(asked(day(1, 6, f"{hour:02}:00"), person=person)) for hour in range(24)} == {"never"}


def test_case_04_an_area_code_is_a_hint_and_a_known_place_wins() -> None:
    hints = (Whereabouts((NEW_YORK,)), Whereabouts((LOS_ANGELES, "America/Phoenix")))

    assert candidate_zones(hints) == (NEW_YORK, LOS_ANGELES, "America/Phoenix")
    assert candidate_zones((*hints, Whereabouts(("America/Denver",), current=True))) == ("America/Denver",)


def test_case_05_what_counts_is_when_it_is_sent_and_not_when_it_was_planned() -> None:
    policy, contact, person, slot = law_alone("us-regf"), a_contact(), a_person(), uuid4()
    planned = reserve(slot, contact, person, NOTHING_YET, policy, day(1, 6, "20:58"))
    assert isinstance(planned, Reserved)

    at_sending = ask_again(slot, contact, person, planned.history, policy, day(1, 6, "21:03"))

    assert closing(at_sending) == {"us.hours"}
    assert until(at_sending) == "2026-06-02 08:01"
    in_time = ask_again(slot, contact, person, planned.history, policy, day(1, 6, "20:59"))
    assert isinstance(in_time, Permit)


@pytest.mark.parametrize(
    ("at", "open_"),
    [("08:00", False), ("08:00:59", False), ("08:01", True), ("20:59:59", True), ("21:00", False)],
)
def test_case_06_at_eight_and_at_nine_sharp_it_is_closed(at: str, open_: bool) -> None:
    assert isinstance(asked(day(1, 6, at), policy=law_alone("us-regf")), Permit) is open_


def test_case_07_a_time_that_does_not_exist_or_comes_twice_opens_late_and_closes_early() -> None:
    zone = ZoneInfo(NEW_YORK)
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)

    assert edge(zone, spring, 150, late=True) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert edge(zone, spring, 150, late=False) == datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    assert edge(zone, autumn, 90, late=True) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert edge(zone, autumn, 90, late=False) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_case_07_the_next_opening_after_a_change_of_clocks_is_by_the_new_clock() -> None:
    before_spring = asked(day(7, 3, "22:00"), policy=law_alone("us-regf"))
    before_autumn = asked(day(31, 10, "22:00"), policy=law_alone("us-regf"))

    assert until(before_spring, "UTC") == "2026-03-08 12:01"
    assert until(before_autumn, "UTC") == "2026-11-01 13:01"


def test_case_08_seven_days_are_dates_and_not_hours() -> None:
    calls = [made(day(31, 10, f"{10 + number}:00")) for number in range(7)]

    decision = asked(day(6, 11, "20:00"), before=calls, policy=law_alone("us-regf"))

    assert closing(decision) == {"us.calls.7in7"}
    assert until(decision) == "2026-11-07 08:01"
    late = [made(day(31, 10, f"20:{number:02}")) for number in range(7)]
    assert isinstance(asked(day(7, 11, "19:30"), before=late, policy=law_alone("us-regf")), Permit)


def test_case_09_an_evening_in_los_angeles_belongs_to_its_own_date() -> None:
    at = day(1, 4, "20:30", LOS_ANGELES)
    person = a_person(LOS_ANGELES)

    assert at.date() == date(2026, 4, 2)
    assert days_of(person, at) == (date(2026, 4, 1), date(2026, 4, 1))
    calls = [made(at - timedelta(minutes=10 * number), person=person) for number in range(7)]
    decision = asked(day(7, 4, zone=LOS_ANGELES), person=person, before=calls, policy=law_alone("us-regf"))
    assert until(decision, LOS_ANGELES) == "2026-04-08 08:01"


@pytest.mark.parametrize(
    ("at", "open_"), [("21:59", True), ("22:00", False), ("07:59", False), ("08:00", True)]
)
def test_case_10_a_night_that_crosses_midnight_is_closed_on_both_sides(at: str, open_: bool) -> None:
    decision = asked(day(1, 6, at, SHANGHAI), person=a_person(SHANGHAI), policy=law_alone("cn"))

    assert isinstance(decision, Permit) is open_


def test_case_10_a_cap_for_a_day_starts_anew_at_midnight_and_not_in_the_morning() -> None:
    person = a_person(SHANGHAI)
    talks = [
        made(day(1, 6, f"{hour}:00", SHANGHAI), Outcome.CONVERSATION, person=person) for hour in (9, 11, 13)
    ]
    at_midnight = day(2, 6, "00:00", SHANGHAI)
    opened = Consent(
        ConsentKind.ASKED,
        AGENCY,
        day(1, 6, "20:00", SHANGHAI),
        at_midnight - timedelta(hours=2),
        at_midnight + timedelta(hours=2),
    )
    person = a_person(SHANGHAI, consents=(opened,))
    late = day(1, 6, "23:30", SHANGHAI)

    assert closing(asked(late, person=person, before=talks, policy=law_alone("cn"))) == {"cn.gbt.3calls"}
    assert until(asked(late, person=person, before=talks, policy=law_alone("cn")), SHANGHAI) == (
        "2026-06-02 00:00"
    )


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Australia/Adelaide", "21:31", "22:31"),
        ("Asia/Kolkata", "02:31", "02:31"),
        ("America/St_Johns", "11:31", "10:31"),
        ("America/Phoenix", "15:01", "15:01"),
        ("Pacific/Honolulu", "18:01", "18:01"),
    ],
)
def test_case_11_offsets_are_looked_up_for_each_date(zone: str, winter: str, summer: str) -> None:
    opens = [
        until(asked(day(12, month, "03:00", zone), person=a_person(zone), policy=law_alone("us-regf")), "UTC")
        for month in (1, 7)
    ]

    assert [one[-5:] for one in opens] == [winter, summer]


def test_case_12_massachusetts_hours_are_eastern_and_federal_ones_are_local() -> None:
    person = a_person(LOS_ANGELES, regions=("US-MA",))

    both = hours_of(a_contact(), person, law_alone("us-regf", "us-ma"), MONDAY, LOS_ANGELES)

    assert both == ("08:01", "18:00")
    assert hours_of(a_contact(), person, law_alone("us-ma"), MONDAY, LOS_ANGELES) == ("05:00", "18:00")


def test_letters_have_no_hour() -> None:
    assert isinstance(asked(day(1, 6, "03:00"), a_contact(Channel.POST, Purpose.REMINDER)), Permit)


def test_who_has_flown_west_keeps_the_quiet_of_the_later_date() -> None:
    adelaide, now_home = a_person("Australia/Adelaide"), a_person(NEW_YORK)
    at = datetime(2026, 3, 5, 14, 3, tzinfo=UTC)
    there = made(at, Outcome.CONVERSATION, person=adelaide)
    here = made(at + timedelta(minutes=1), Outcome.CONVERSATION, person=now_home)

    decision = asked(at + timedelta(hours=4), person=now_home, before=[there, here])

    assert (there.last_on, here.last_on) == (date(2026, 3, 6), date(2026, 3, 5))
    assert until(decision) == "2026-03-13 09:00"


def test_where_the_day_is_in_doubt_a_contact_counts_for_both() -> None:
    person = a_person((NEW_YORK, "Asia/Kolkata"))
    late = made(datetime(2026, 6, 1, 20, 0, tzinfo=UTC), Outcome.CONVERSATION, person=person)

    assert (late.first_on, late.last_on) == (date(2026, 6, 1), date(2026, 6, 2))
    home = asked(day(7, 6, "23:00"), person=a_person(), before=[late], policy=law_alone("us-regf"))
    assert until(home) == "2026-06-09 08:01"
