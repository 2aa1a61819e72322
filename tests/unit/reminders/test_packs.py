"""Policy packs are read field by field, and what is wrong in them is named."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.reminders.adapters.calendars import CalendarUnknown, holidays_of
from services.reminders.adapters.pack_rules import PackUnreadable
from services.reminders.adapters.packs import read_pack, read_packs
from services.reminders.domain.contact import Channel, Place
from services.reminders.domain.gate import Permit
from services.reminders.domain.history import UNITS, Outcome, Unit
from services.reminders.domain.opt_out import is_opt_out
from services.reminders.domain.packs import FloorMissing, Hours, Policy, within
from services.reminders.domain.person import Stop, StopKind
from tests.unit.reminders.gates import (
    BARE_FLOOR,
    a_contact,
    a_person,
    all_packs,
    asked,
    closing,
    day,
    floor_and,
    floor_and_text,
    law_alone,
    made,
    policies,
    until,
)

HEAD = 'pack: test\nversion: "2026.01.1"\ntitle: Test\nrules:\n'
SAYS = "force: law, source: none, says: {en: Words., zh: 话。}"


def a_pack(rule: str, more: str = "") -> str:
    """A pack of one rule."""
    return f"{HEAD}  - {{rule: test.rule, {SAYS}, {rule}}}\n{more}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pack: [", "not YAML"),
        (a_pack("kind: spell"), "does not match any of the expected tags"),
        (a_pack("kind: own_times, colour: red"), "colour: Extra inputs are not permitted"),
        (
            a_pack("kind: cap, at_most: 1, window: {}, counted_by: person, unit: rang"),
            "rolling_days or calendar",
        ),
        (
            a_pack("kind: cap, at_most: 0, window: {calendar: day}, counted_by: person, unit: rang"),
            "greater than or equal to 1",
        ),
        (
            a_pack("kind: cap, at_most: 1, window: {rolling_days: 61}, counted_by: person, unit: rang"),
            "less than or equal to 60",
        ),
        (a_pack("kind: wait, after: conversation, counted_by: loan"), "say days or minutes"),
        (a_pack("kind: content"), "say carries or bare"),
        (a_pack("kind: known_place, hours: test.none"), "put a rule 'test.none' of kind hours before it"),
        (
            a_pack("kind: own_times, effective_from: 2026-02-01, effective_to: 2026-01-31"),
            "effective_to lies before effective_from",
        ),
        (
            a_pack('kind: hours, open: [{days: [mon], from: "25:00", to: "09:00"}]'),
            "String should match pattern",
        ),
        (
            a_pack("kind: own_times", "elsewhere: {test.rule: again}"),
            "these rules stand there twice: test.rule",
        ),
    ],
)
def test_what_is_wrong_in_a_pack_is_named(text: str, why: str) -> None:
    with pytest.raises(PackUnreadable, match=r"test.yaml|put a rule") as refused:
        read_pack(text, "test.yaml")

    assert why in str(refused.value)


def test_two_packs_may_not_use_the_same_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(BARE_FLOOR)

    with pytest.raises(PackUnreadable, match=r"default, floor\.nothing"):
        read_packs(tmp_path)


def test_hours_over_midnight_belong_to_two_days() -> None:
    hours = 'kind: hours, open: [{days: [sun], from: "22:00", to: "02:30"}]'
    (rule,) = read_pack(a_pack(hours), "test.yaml").rules

    assert isinstance(rule, Hours)
    assert rule.weekly == (((0, 150),), (), (), (), (), (), ((1320, 1440),))


def test_there_is_no_policy_without_the_floor() -> None:
    with pytest.raises(FloorMissing):
        Policy(tuple(pack for pack in all_packs() if pack.id != "default"))


@pytest.mark.parametrize(
    ("on", "closed"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 6, 9), True),
        (date(2026, 6, 10), False),
    ],
)
def test_a_rule_binds_from_its_first_day_through_its_last(on: date, closed: bool) -> None:
    in_force = "effective_from: 2026-06-01, effective_to: 2026-06-09"
    rule = f'kind: hours, {in_force}, open: [{{days: [sun], from: "00:00", to: "00:01"}}]'
    policy = floor_and_text(a_pack(rule))

    decision = asked(day(on.day, on.month), policy=policy)

    assert ("test.rule" in closing(decision)) is closed


def test_a_rule_that_ends_opens_on_the_day_after() -> None:
    rule = "kind: forbid, effective_from: 2026-06-01, effective_to: 2026-06-09"

    decision = asked(day(3, 6), policy=floor_and_text(a_pack(rule)))

    assert (closing(decision), until(decision)) == ({"test.rule"}, "2026-06-10 09:00")


def test_a_rule_that_is_to_come_moves_the_next_permitted_time() -> None:
    rule = "kind: forbid, effective_from: 2026-06-02, effective_to: 2026-06-09"

    decision = asked(day(1, 6, "20:00"), policy=floor_and_text(a_pack(rule)))

    assert (closing(decision), until(decision)) == ({"floor.hours"}, "2026-06-10 09:00")


def test_a_draft_is_shown_and_not_held() -> None:
    draft = a_pack("kind: forbid").replace("force: law", "force: draft")

    assert isinstance(asked(day(1, 6), policy=floor_and_text(draft)), Permit)


@pytest.mark.parametrize(
    ("region", "places", "expected"),
    [
        ("US-MA", ["US"], True),
        ("US", ["US-MA"], True),
        ("US-CA", ["US-MA"], False),
        ("GB-SCT", ["GB-ENG", "GB-WLS"], False),
        ("CN", ["US"], False),
    ],
)
def test_a_region_lies_in_its_country_and_a_country_may_mean_any_of_its_regions(
    region: str, places: list[str], expected: bool
) -> None:
    assert within(region, places) is expected


def test_the_packs_follow_from_where_people_are() -> None:
    def ids(*regions: str) -> list[str]:
        return [pack.id for pack in policies().for_regions(*regions).packs]

    assert ids("DE") == ["default"]
    assert ids("CN") == ["default", "cn"]
    assert ids("US-CA") == ["default", "us-regf"]
    assert ids("US") == ["default", "us-ma", "us-regf"]
    assert ids("AU-NSW", "GB") == ["default", "au", "uk"]
    assert policies().for_regions("US") is policies().for_regions("US", "US-MA")


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "Opt  Out!", "ＳＴＯＰ", "退订", "退订。", "TD", "Unsubscribe\n"]
)
def test_a_word_that_ends_messages_is_known_however_it_is_written(text: str) -> None:
    assert is_opt_out(text, floor_and())


@pytest.mark.parametrize(
    "text", ["", "please do not stop", "no", "N", "stop calling at night", "stopp", "...", "我想退订"]
)
def test_what_says_more_is_not_taken_for_such_a_word(text: str) -> None:
    assert not is_opt_out(text, floor_and())


def test_who_may_be_vulnerable_is_not_visited_in_the_united_kingdom() -> None:
    visit, uk = a_contact(Channel.VISIT), law_alone("uk")

    assert isinstance(asked(day(1, 6), visit, policy=uk), Permit)
    assert closing(asked(day(1, 6), visit, a_person(vulnerable=True), policy=uk)) == {"uk.visit"}


def test_in_massachusetts_a_spoken_wish_about_work_lasts_ten_days_and_a_written_one_for_good() -> None:
    call, law = a_contact(address="office"), law_alone("us-ma")
    spoken = Stop(StopKind.PLACE, day(1, 6), place=Place.WORK, received_on=date(2026, 6, 1), in_writing=False)
    written = replace(spoken, in_writing=True)

    def said(stop: Stop) -> str:
        decision = asked(day(2, 6), call, a_person(stops=(stop,)), policy=law)
        assert closing(decision) == {"us-ma.work-oral"}
        return until(decision)

    assert said(spoken) == "2026-06-12 08:00"  # ten days after the day it was said
    assert said(written) == "never"


def test_in_massachusetts_there_are_two_calls_a_month_elsewhere_than_at_home() -> None:
    at_work = [made(day(number, 6), address="office", place=Place.WORK) for number in (1, 2)]
    reached = [one._replace(outcome=Outcome.VOICEMAIL_REACHED) for one in at_work]

    decision = asked(day(20, 6), a_contact(address="office"), before=reached, policy=law_alone("us-ma"))

    assert (closing(decision), until(decision)) == ({"us-ma.2in30-else"}, "2026-07-01 08:00")
    assert isinstance(asked(day(20, 6), before=reached, policy=law_alone("us-ma")), Permit)


def test_an_unknown_calendar_is_named() -> None:
    with pytest.raises(CalendarUnknown, match="zz: "):
        holidays_of("zz", 2026, 2026)


def test_a_cap_lets_the_next_one_in_exactly_when_there_is_room() -> None:
    three = [made(day(number, 6), Outcome.DELIVERED, Channel.MAIL) for number in (1, 3, 5)]
    mail = a_contact(Channel.MAIL)
    decision = asked(day(6, 6), mail, before=three)
    assert (closing(decision), until(decision)) == ({"floor.week"}, "2026-06-08 09:00")

    opens = day(8, 6, "09:00")

    assert closing(asked(opens - timedelta(seconds=1), mail, before=three)) == {"floor.hours"}
    assert isinstance(asked(opens, mail, before=three), Permit)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("unit", Unit)
def test_what_is_being_made_counts_as_all_that_it_may_become(outcome: Outcome, unit: Unit) -> None:
    rule = f"kind: cap, at_most: 1, window: {{calendar: month}}, counted_by: person, unit: {unit}"
    before = [made(day(1, 6), outcome)]

    closes = "test.rule" in closing(asked(day(20, 6), before=before, policy=floor_and_text(a_pack(rule))))

    assert closes is (outcome in UNITS[unit] or outcome is Outcome.RESERVED)


def test_a_mail_that_bounced_used_up_nothing() -> None:
    bounced = [made(day(1, 6, "10:00"), Outcome.BOUNCED, Channel.MAIL)]

    assert isinstance(asked(day(1, 6), a_contact(Channel.MAIL), before=bounced), Permit)
