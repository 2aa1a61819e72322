"""A person of two lenders: neither sees, tells or counts what is the other's."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.decision import Role
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.reminders import ConductBreachFound, LoanLinked
from shared.events.servicing import ContactReported
from tests.harness import instant
from tests.service.reminders.helping import (
    ADA,
    ELSEWHERE,
    FOREIGN,
    LOAN,
    OLGA,
    OTHER_LOAN,
    PERSON,
    THEMSELVES,
    World,
    booked,
    missed,
    opened,
    registered,
)
from tests.web import bearer

CALLED = {"medium": "call", "value": "+864005550100", "established": True}
MAILED = {"medium": "mail", "value": "wei@home.example", "established": True}
HOLD = HoldPlaced(
    loan_id=LOAN,
    hold_id=UUID(int=77),
    person_id=PERSON,
    reason=HoldReason.ILLNESS,
    freezes=Freezes(purposes=(Purpose.DEMAND,)),
    starts_on=date(2026, 1, 5),
)
LIFTED = HoldLifted(
    loan_id=LOAN,
    hold_id=HOLD.hold_id,
    person_id=PERSON,
    lifted_on=date(2026, 1, 5),
)


async def shared_by_two(world: World) -> None:
    """One person with a loan of each of two lenders; it is noon on a Monday in Shanghai."""
    await world.lent()
    await world.publish(
        registered(addresses=[CALLED, MAILED]),
        registered("B-9", "other", addresses=[CALLED]),
        booked("X-1", "other"),
        opened("X-1", "other", "B-9"),
    )
    await world.post(f"persons/{PERSON}/links", {"other": str(ELSEWHERE)}, ADA)
    await world.on("2026-01-05")


async def permit(world: World, **changes: Any) -> Any:
    """A call about the first lender's loan."""
    wanted = {
        "person_id": str(PERSON),
        "lender": LENDER,
        "loan_ids": [str(LOAN)],
        "channel": "call",
        "purpose": "help",
    }
    answer = await world.post("contacts/permits", {**wanted, **changes})
    await world.reminders.settled()
    return answer


def reported(reference: str, made_at: str, **changes: Any) -> ContactReported:
    """A contact that the first lender made by itself."""
    told: dict[str, Any] = {
        "lender": LENDER,
        "loan_reference": "L-1",
        "borrower_reference": "B-1",
        "contact_reference": reference,
        "medium": "call",
        "purpose": Purpose.HELP,
        "made_at": instant(made_at),
    }
    return ContactReported(**{**told, **changes})


async def test_a_lenders_staff_finds_nothing_of_the_others_in_the_timeline(world: World) -> None:
    await shared_by_two(world)
    given = await permit(world)
    contact = given["contact_id"]
    await world.tell("PUT", f"contacts/{contact}/outcome", {"outcome": "unanswered"})
    await world.publish(HOLD, LIFTED, reported("c1", "2026-01-04T19:00:00"), missed())
    await world.post(f"persons/{PERSON}/replies", {"channel": "mail", "words": "I dispute this"}, THEMSELVES)
    await world.on("2026-01-12")
    theirs = json.dumps(await world.get(f"persons/{PERSON}/timeline?limit=100", FOREIGN))
    own = json.dumps(await world.get(f"persons/{PERSON}/timeline?limit=100", OLGA))
    secret = (str(LOAN), contact, str(HOLD.hold_id), HoldReason.ILLNESS.value, f'"{LENDER}"', "B-1")
    assert [one for one in secret if one in theirs] == []
    assert [one for one in secret if one not in own] == []
    assert [one for one in (str(OTHER_LOAN), "B-9", '"other"') if one in own] == []


async def test_only_whoever_asked_for_a_slot_says_what_became_of_it(world: World) -> None:
    await shared_by_two(world)
    path = f"contacts/{(await permit(world))['contact_id']}"
    await world.tell("PUT", f"{path}/outcome", {"outcome": "not_connected"}, FOREIGN, expected=404)
    await world.tell("DELETE", path, who=FOREIGN, expected=404)
    await world.tell("PUT", f"{path}/outcome", {"outcome": "conversation"})


async def test_an_outcome_does_not_move_a_contact_out_of_what_counts(world: World) -> None:
    await shared_by_two(world)
    path = f"contacts/{(await permit(world))['contact_id']}"
    long_ago = {"outcome": "conversation", "made_at": "2025-01-05T04:00:00Z"}
    await world.tell("PUT", f"{path}/outcome", long_ago)
    assert (await permit(world))["permitted"] is False


@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_a_time_that_was_named_has_a_zone(world: World, field: str) -> None:
    await shared_by_two(world)
    named = {"lender": LENDER, "starts_at": "2026-01-05T03:00:00Z", "ends_at": "2026-01-05T09:00:00Z"}
    bare = {**named, field: named[field].removesuffix("Z")}
    await world.post(f"persons/{PERSON}/opened-times", bare, expected=422)
    path = f"contacts/{(await permit(world))['contact_id']}"
    told = {"outcome": "conversation", "made_at": "2026-01-05T04:00:00"}
    await world.tell("PUT", f"{path}/outcome", told, expected=422)


async def test_a_relatives_number_is_not_theirs_by_naming_one_of_theirs(world: World) -> None:
    await shared_by_two(world)
    (key, *_) = [
        one["key"] for one in (await world.get(f"persons/{PERSON}"))["addresses"] if "call" in one["channels"]
    ]
    assert (await permit(world, recipient="relative", address=key))["permitted"] is False
    assert (await permit(world, address=key))["permitted"] is True


@pytest.mark.parametrize(
    ("medium", "addresses"),
    [("mail", [MAILED]), ("call", [{**CALLED, "established": False}])],
    ids=["whose words nobody knows", "where the person is not identified"],
)
async def test_of_a_reported_contact_only_what_is_known_is_a_breach(
    world: World, medium: str, addresses: list[dict[str, Any]]
) -> None:
    await world.lent()
    await world.publish(registered(addresses=addresses))
    await world.on("2026-01-05")
    await world.publish(reported("c1", "2026-01-05T03:30:00", medium=medium))
    assert world.told(ConductBreachFound) == []


async def test_a_reported_contact_is_judged_as_made_by_the_lenders_agency(world: World) -> None:
    await world.lent()
    conduct = await world.get(f"lenders/{LENDER}/conduct")
    agency = {**conduct, "sender": "agency", "collector": "Firm", "regions": ["US"]}
    await world.tell("PUT", f"lenders/{LENDER}/conduct", agency, ADA)
    await world.publish(registered(addresses=[MAILED]))
    await world.on("2026-01-05")
    await world.publish(reported("c1", "2026-01-05T03:30:00", medium="mail"))
    (breach,) = world.told(ConductBreachFound)
    assert (breach.pack, breach.rule) == ("us-regf", "us.email.procedure")


async def test_breaches_and_complaints_are_in_the_report_of_whose_they_are(world: World) -> None:
    await shared_by_two(world)
    events: list[Event] = [
        reported("c1", "2026-01-04T19:00:00"),
        reported("c2", "2026-01-04T19:05:00", direction="from_borrower"),
    ]
    await world.publish(*events)
    path = "conduct-report?month=2026-01"
    own = (await world.get(f"lenders/{LENDER}/{path}"))["lines"]
    assert {one["kind"] for one in own} >= {"ConductBreachFound", "reported"}
    by_hour = {(one["kind"], one["hour"], one["inbound"]): one["times"] for one in own}
    assert by_hour[("reported", 3, False)] == 1, "three in the morning, where the person is"
    assert by_hour[("reported", 3, True)] == 1
    assert (await world.get(f"lenders/other/{path}", FOREIGN))["lines"] == []
    report = await world.get(f"lenders/{LENDER}/{path}")
    assert report["most_contacts_of_one_person"] == 1


async def test_who_was_parted_is_neither_read_nor_forgotten_with_the_other(world: World) -> None:
    await shared_by_two(world)
    words = {"channel": "mail", "words": "I pay on Friday"}
    await world.publish(missed(loan=OTHER_LOAN))
    await world.post(f"persons/{PERSON}/stops", {"kind": "channel", "channels": ["call"]})
    name = {"lender": "other", "borrower_reference": "B-9"}
    await world.post(f"persons/{PERSON}/unlink", name, ADA)
    await world.reminders.settled()
    (loan,) = (await world.get(f"persons/{ELSEWHERE}", FOREIGN))["loans"]
    assert (loan["loan_id"], loan["late_since"] is None) == (str(OTHER_LOAN), False)
    assert [(one.person_id, one.loan_id) for one in world.told(LoanLinked)][-1] == (ELSEWHERE, OTHER_LOAN)
    assert (await world.get(f"persons/{ELSEWHERE}", FOREIGN))["stops"] == ["channel"]
    parted = bearer(Role.BORROWER, str(ELSEWHERE))
    await world.post(f"persons/{ELSEWHERE}/replies", words, parted)
    await world.post(f"persons/{PERSON}/replies", words, parted, expected=404)
    await world.post(f"persons/{PERSON}/erasure")
    await world.reminders.settled()
    (answer,) = await world.get(f"persons/{ELSEWHERE}/replies", FOREIGN)
    assert answer["words"] == words["words"]
