"""Contacts that others would make: permitted, withheld with a reason, counted, reported, braked."""

from typing import Any

import pytest

from services.reminders.api import staff
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.parts import Purpose
from shared.events.reminders import (
    ConductBreachFound,
    ContactPlanned,
    ContactSent,
    ContactWithheld,
    MisconductRefused,
)
from shared.events.servicing import ContactReported
from tests.harness import instant
from tests.service.reminders.helping import (
    ADA,
    AUDIT,
    CONDUCT,
    FOREIGN,
    LOAN,
    OLGA,
    PERSON,
    World,
    booked,
    missed,
    opened,
    registered,
)

PERMIT: dict[str, Any] = {
    "person_id": str(PERSON),
    "lender": LENDER,
    "loan_ids": [str(LOAN)],
    "channel": "call",
    "purpose": "help",
}
MEDIA = [
    {"medium": "call", "value": "+864005550100", "established": True},
    {"medium": "mail", "value": "wei@home.example", "established": True},
]


async def lent(world: World) -> None:
    """A person who can be called; it is noon on a Monday in Shanghai."""
    await world.lent()
    await world.publish(registered(addresses=MEDIA))
    await world.on("2026-01-05")


async def permit(world: World, *, expected: int = 201, **changes: Any) -> Any:
    """Ask whether a contact may be made."""
    answer = await world.post("contacts/permits", {**PERMIT, **changes}, expected=expected)
    await world.reminders.settled()
    return answer


async def test_a_permitted_call_is_reserved_and_counts_with_its_outcome(world: World) -> None:
    await lent(world)
    given = await permit(world)
    assert (given["permitted"], given["rule"]) == (True, None)
    path = f"contacts/{given['contact_id']}"
    await world.tell("PUT", f"{path}/outcome", {"outcome": "conversation"})
    await world.reminders.settled()
    assert [one.channel for one in world.told(ContactSent)] == ["call"]
    await world.tell("DELETE", path, expected=409)
    again = await permit(world)
    assert again["permitted"] is False
    assert again["until"] is not None
    why = await world.get(f"contacts/{again['contact_id']}/why")
    assert why["rule"] == again["rule"]
    assert why["en"] != why["zh"]


async def test_a_slot_that_is_released_is_free_again(world: World) -> None:
    await lent(world)
    given = await permit(world)
    assert (await permit(world))["permitted"] is False
    await world.tell("DELETE", f"contacts/{given['contact_id']}")
    assert (await permit(world))["permitted"] is True


async def test_the_same_request_twice_is_one_contact(world: World) -> None:
    await lent(world)
    first = await world.post("contacts/permits", PERMIT, key="dialler-1")
    assert await world.post("contacts/permits", PERMIT, key="dialler-1") == first
    assert await world.reminders.value("SELECT count(*) FROM person_record WHERE kind = 'permit'") == 1


@pytest.mark.parametrize(
    "changes",
    [{"channel": "visit"}, {"channel": "social"}, {"recipient": "relative"}, {"recipient": "employer"}],
)
async def test_what_is_never_done_is_refused_with_its_rule_and_noted_as_misconduct(
    world: World, changes: dict[str, Any]
) -> None:
    await lent(world)
    refused = await permit(world, **changes)
    assert (refused["permitted"], refused["until"]) == (False, None)
    assert refused["rule"] is not None
    assert [one.lender for one in world.told(MisconductRefused)] == [LENDER]


async def test_a_home_visit_is_answered_with_what_may_be_done_instead(world: World) -> None:
    await lent(world)
    refused = await permit(world, channel="visit")
    assert refused["alternatives"] != []


async def test_a_harsh_script_is_refused_and_told_by_its_kind_alone(world: World) -> None:
    await lent(world)
    refused = await permit(world, script="Pay today or we will tell your employer and come to your house.")
    assert (refused["permitted"], refused["rule"]) == (False, "text_refused")
    (told,) = world.told(MisconductRefused)
    assert "threat" in told.kinds
    assert "employer" not in str(told)


async def test_nights_are_closed_where_the_person_is(world: World) -> None:
    await lent(world)
    await world.on("2026-01-05", hour=15)
    refused = await permit(world)
    assert refused["permitted"] is False
    assert refused["until"] == "2026-01-06T01:00:00Z"


async def test_a_loan_that_is_not_theirs_and_a_person_of_others_are_not_found(world: World) -> None:
    await lent(world)
    await permit(world, expected=404, loan_ids=[str(PERSON)])
    await world.post("contacts/permits", PERMIT, FOREIGN, expected=404)


async def test_contacts_that_were_made_outside_count_and_breaches_come_to_light(world: World) -> None:
    await lent(world)
    report = {
        "lender": LENDER,
        "loan_reference": "L-1",
        "borrower_reference": "B-1",
        "medium": "call",
        "purpose": Purpose.HELP,
    }
    noon, night = instant("2026-01-05T03:30:00"), instant("2026-01-04T19:00:00")
    await world.publish(
        ContactReported(contact_reference="c1", made_at=noon, **report),
        ContactReported(contact_reference="c1", made_at=noon, **report),
    )
    assert world.told(ConductBreachFound) == []
    assert (await permit(world))["permitted"] is False
    await world.publish(ContactReported(contact_reference="c2", made_at=night, **report))
    (breach,) = world.told(ConductBreachFound)
    assert breach.pack == "default"


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("everything", "all"),
        ("lender", LENDER),
        ("treatment", "first_miss"),
        ("template", "missed_first"),
        ("channel", "mail"),
    ],
)
async def test_a_brake_pauses_what_it_names_and_letting_go_lets_it_out(
    world: World, scope: str, name: str
) -> None:
    await world.lent()
    await world.publish(registered(addresses=[MEDIA[1]]))
    pulled = await world.tell("PUT", f"brakes/{scope}/{name}", {"why": "we look into it"}, ADA)
    assert await world.get("brakes", ADA) == [pulled]
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-12")
    assert world.told(ContactPlanned) == []
    assert {one.rule for one in world.told(ContactWithheld)} == {"brake"}
    (pulled,) = await world.get("brakes", ADA)
    assert (pulled["scope"], pulled["why"]) == (scope, "we look into it")
    await world.tell("DELETE", f"brakes/{scope}/{name}", who=ADA)
    await world.on("2026-01-20")
    assert world.told(ContactSent) != []


async def test_with_one_channel_paused_another_is_used(world: World) -> None:
    await world.lent()
    await world.tell("PUT", "brakes/channel/mail", {"why": "our mails are doubled"}, ADA)
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-12")
    assert [one.channel for one in world.told(ContactSent)] == ["sms"]


async def test_of_who_may_be_anywhere_every_pack_is_asked(world: World) -> None:
    await world.lent()
    await world.tell("PUT", f"lenders/{LENDER}/conduct", {**CONDUCT, "regions": ["CN"]}, ADA)
    await world.publish(registered(addresses=[MEDIA[1]], time_zone=None, country=None))
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-13")
    (*_, line) = await world.reminders.rows(
        "SELECT content->>'policy' AS policy FROM person_record WHERE kind IN ('permit', 'withheld')"
    )
    assert {one.partition("@")[0] for one in line["policy"].split()} >= {
        "default",
        "cn",
        "uk",
        "us-regf",
        "kr",
    }


async def test_a_lenders_staff_pulls_its_own_brake_and_no_others(world: World) -> None:
    await world.tell("PUT", f"brakes/lender/{LENDER}", {"why": "x"}, OLGA)
    await world.tell("PUT", "brakes/lender/other", {"why": "x"}, OLGA, expected=404)
    await world.tell("PUT", "brakes/everything/all", {"why": "x"}, OLGA, expected=404)


@pytest.mark.parametrize("scope", ["treatment", "template", "channel"])
async def test_a_brake_for_what_does_not_exist_is_refused_with_what_does(world: World, scope: str) -> None:
    refused = await world.tell("PUT", f"brakes/{scope}/none", {"why": "x"}, ADA, expected=422)
    assert refused["code"] == "nothing_paused"
    assert refused["facts"]["known"]
    assert await world.get("brakes", ADA) == []


async def test_a_call_that_a_treatment_wants_waits_in_the_queue(world: World) -> None:
    await world.lent()
    await world.publish(registered(addresses=[MEDIA[0]]))
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-02-10")
    calls = (await world.get("tasks?kind=call"))["data"]
    assert [one["person_id"] for one in calls] == [str(PERSON)] * len(calls)
    assert calls != []
    assert await world.get("calls") == calls
    assert await world.get("calls", FOREIGN) == []
    await world.on("2026-02-10", hour=16)
    assert await world.get("calls") == [], "nobody is called at night"


async def test_a_call_that_may_be_made_is_found_behind_those_that_may_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "CALLS_AT_ONCE", 1)
    west = {"time_zone": "America/New_York", "country": "US", "region": "US-NY"}
    other = [{"medium": "call", "value": "+12125550100", "established": True}]
    await world.lent()
    await world.publish(registered(addresses=[MEDIA[0]]))
    await world.publish(registered("B-2", addresses=other, **west), booked("L-2"))
    await world.publish(opened("L-2", borrower="B-2"))
    await world.on("2026-01-06")
    await world.publish(missed(), missed(loan=loan_id(LENDER, "L-2")))
    await world.on("2026-02-11", hour=2)
    first, second = (one["person_id"] for one in (await world.get("tasks?kind=call"))["data"])
    assert (first, second) == (str(person_id(LENDER, "B-2")), str(PERSON))
    shown = await world.get("calls")
    assert [one["person_id"] for one in shown] == [second], "it is night in New York, and day in Shanghai"


async def test_the_months_report_counts_what_was_done_and_withheld(world: World) -> None:
    await lent(world)
    await permit(world)
    await permit(world)
    await permit(world, channel="visit")
    report = await world.get(f"lenders/{LENDER}/conduct-report?month=2026-01")
    counted = {(one["kind"], one["channel"], one["rule"]): one["times"] for one in report["lines"]}
    assert counted[("permit", "call", None)] == 1
    assert sum(times for (kind, _, _), times in counted.items() if kind == "ContactWithheld") == 2
    assert sum(times for (kind, _, _), times in counted.items() if kind == "MisconductRefused") == 1
    text = await world.get(f"lenders/{LENDER}/conduct-report?month=2026-01&format=csv")
    assert text.splitlines()[0] == "kind,channel,purpose,rule,hour,inbound,times"
    assert len(text.splitlines()) == len(report["lines"]) + 1
    await world.get(f"lenders/{LENDER}/conduct-report?month=2026-01", FOREIGN, expected=404)
    await world.get(f"lenders/{LENDER}/conduct-report?month=2026-01", AUDIT, expected=404)
