"""Who is who: what a person asks for, two who are one, and one who is forgotten."""

import logging
import re
from typing import Any

import pytest

from shared.decision import Role
from shared.events.borrowers import BorrowerErased, Medium
from shared.events.examples import LENDER
from shared.events.ids import person_id
from shared.events.reminders import LoanLinked, LoanUnlinked, PersonErased, PersonLinked, PersonUnlinked
from tests.service.reminders.helping import (
    ADA,
    ELSEWHERE,
    FOREIGN,
    LOAN,
    OLGA,
    OTHER_LOAN,
    PERSON,
    PHONE,
    World,
    booked,
    missed,
    opened,
    registered,
)
from tests.web import bearer

TRACES = ("Li Wei", "wei@home.example", "400 555 0100", "4005550100", "my secret illness")


async def both(world: World) -> None:
    """Borrowers of two lenders."""
    await world.lent()
    await world.publish(registered("B-9", "other"), booked("X-1", "other"), opened("X-1", "other", "B-9"))


async def test_two_who_are_one_are_one_for_every_service_and_part_again(world: World) -> None:
    await both(world)
    await world.post(
        f"persons/{ELSEWHERE}/replies",
        {"channel": "mail", "words": "I pay on Friday"},
        bearer(Role.BORROWER, str(ELSEWHERE)),
    )
    await world.post(f"persons/{PERSON}/links", {"other": str(ELSEWHERE)}, ADA)
    await world.reminders.settled()
    exported = await world.get(f"persons/{PERSON}/export", FOREIGN)
    assert [one["words"] for one in exported["answers"]] == ["I pay on Friday"]
    assert "BorrowerReplied" in {one["kind"] for one in exported["record"]}
    linked = world.told(PersonLinked)[-1]
    assert (linked.person_id, linked.formerly, linked.borrower.lender) == (PERSON, ELSEWHERE, "other")
    assert (PERSON, OTHER_LOAN) in {(one.person_id, one.loan_id) for one in world.told(LoanLinked)}
    shown = await world.get(f"persons/{ELSEWHERE}", ADA)
    assert (shown["person_id"], len(shown["loans"])) == (str(PERSON), 2)
    assert len((await world.get(f"persons/{PERSON}", OLGA))["loans"]) == 1

    name = {"lender": "other", "borrower_reference": "B-9"}
    await world.post(f"persons/{PERSON}/unlink", name, ADA)
    await world.reminders.settled()
    (parted,) = world.told(PersonUnlinked)
    assert (parted.person_id, parted.now) == (PERSON, ELSEWHERE)
    assert [one.loan_id for one in world.told(LoanUnlinked)] == [OTHER_LOAN]
    assert (await world.get(f"persons/{ELSEWHERE}", ADA))["person_id"] == str(ELSEWHERE)


async def test_what_is_late_at_one_lender_is_treated_for_the_person_that_both_are(world: World) -> None:
    await both(world)
    await world.post(f"persons/{PERSON}/links", {"other": str(ELSEWHERE)}, ADA)
    await world.reminders.settled()
    await world.on("2026-01-06")
    await world.publish(missed(loan=OTHER_LOAN))
    shown = await world.get(f"persons/{PERSON}", ADA)
    assert {one["loan_id"]: one["treatment"] is not None for one in shown["loans"]} == {
        str(LOAN): False,
        str(OTHER_LOAN): True,
    }


@pytest.mark.parametrize("by", ["staff", "platform"])
async def test_of_who_is_forgotten_no_name_address_or_word_is_left_anywhere(
    world: World, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.post(
        f"persons/{PERSON}/replies",
        {"channel": "mail", "words": "It is my secret illness, I cannot pay"},
        bearer(Role.BORROWER, str(PERSON)),
    )
    await world.reminders.settled()
    exported = str(await world.get(f"persons/{PERSON}/export", OLGA))
    assert all(one in exported for one in ("Li Wei", "wei@home.example", "my secret illness"))
    assert "Li Wei" in await everything(world)
    if by == "staff":
        await world.post(f"persons/{PERSON}/erasure")
    else:
        await world.publish(BorrowerErased(lender=LENDER, borrower_reference="B-1"))
    await world.reminders.settled()
    (erased,) = world.told(PersonErased)
    assert [one.borrower_reference for one in erased.borrowers] == ["B-1"]
    await world.get(f"persons/{PERSON}", expected=404)
    left = await everything(world)
    assert not [one for one in TRACES if one in left]
    assert not [one for one in TRACES if one in caplog.text]
    assert await world.reminders.value("SELECT count(*) FROM person_record") == 0


@pytest.mark.parametrize("by", ["staff", "platform"])
@pytest.mark.parametrize("lender", [LENDER, "other"])
async def test_a_lender_who_forgets_a_person_forgets_them_for_itself_alone(
    world: World, lender: str, by: str
) -> None:
    await both(world)
    await world.publish(registered("B-9", "other", name="Wei Li"))
    await world.post(f"persons/{PERSON}/links", {"other": str(ELSEWHERE)}, ADA)
    await world.post(f"persons/{PERSON}/stops", {"kind": "channel", "channels": ["mail"]})
    await world.on("2026-01-06")
    await world.publish(missed(), missed(loan=OTHER_LOAN))
    await world.on("2026-01-15")
    first, second = (OLGA, FOREIGN) if lender == LENDER else (FOREIGN, OLGA)
    asked = {LENDER: "B-1", "other": "B-9"}
    kept = next(one for one in asked if one != lender)
    before = await _lines(world)
    assert all(before.get(one) for one in asked), "both have written to them, or would have"
    if by == "staff":
        await world.tell("POST", f"persons/{PERSON}/erasure", who=first)
    else:
        await world.publish(BorrowerErased(lender=lender, borrower_reference=asked[lender]))
    await world.reminders.settled()

    (erased,) = world.told(PersonErased)
    assert [(one.lender, one.borrower_reference) for one in erased.borrowers] == [(lender, asked[lender])]
    assert erased.person_id != PERSON
    await world.get(f"persons/{PERSON}", first, expected=404)
    shown = await world.get(f"persons/{PERSON}", second)
    assert [one["loan_id"] for one in shown["loans"]] == [str(LOAN if kept == LENDER else OTHER_LOAN)]
    assert shown["stops"] == ["channel"]
    after = await _lines(world)
    assert lender not in after
    assert after[kept] == before[kept]
    left, names = await everything(world), {LENDER: "Li Wei", "other": "Wei Li"}
    assert (names[lender] in left, names[kept] in left) == (False, True)


async def test_who_is_forgotten_takes_nobody_along_who_was_found_to_be_the_same_through_them(
    world: World,
) -> None:
    await both(world)
    third = person_id("third", "B-5")
    await world.publish(registered("B-5", "third"), booked("Y-1", "third"), opened("Y-1", "third", "B-5"))
    said = {"channel": "mail", "words": "I pay on Friday"}
    await world.post(f"persons/{third}/replies", said, bearer(Role.BORROWER, str(third)))
    await world.post(f"persons/{ELSEWHERE}/links", {"other": str(third)}, ADA)
    await world.reminders.settled()
    await world.post(f"persons/{PERSON}/links", {"other": str(ELSEWHERE)}, ADA)
    await world.reminders.settled()
    before = await _lines(world)
    await world.publish(BorrowerErased(lender="other", borrower_reference="B-9"))
    await world.reminders.settled()
    whose = bearer(Role.OPERATOR, "thea", lenders=["third"])
    exported = await world.get(f"persons/{PERSON}/export", whose)
    assert [one["words"] for one in exported["answers"]] == ["I pay on Friday"]
    after = await _lines(world)
    assert (after["third"], "other" in after) == (before["third"], False)


async def _lines(world: World) -> dict[str, int]:
    """How many lines of the record each lender has."""
    counted = "SELECT lender, count(*) AS lines FROM person_record WHERE lender IS NOT NULL GROUP BY 1"
    return {one["lender"]: one["lines"] for one in await world.reminders.rows(counted)}


async def everything(world: World) -> str:
    """All that stands in any table of the database, in bytes too."""
    tables = await world.reminders.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    shown = [
        str(await world.reminders.rows(f'SELECT t::text AS kept FROM "{table["name"]}" AS t'))
        for table in tables
    ]
    return "".join(one + _bytes_shown(one) for one in shown)


def _bytes_shown(text: str) -> str:
    """What stands in the bytes that PostgreSQL shows as hexadecimal digits."""
    found = re.findall(r"x((?:[0-9a-f]{2}){4,})", text)
    return "".join(bytes.fromhex(one).decode(errors="ignore") for one in found)


async def test_a_person_who_was_forgotten_is_not_written_to(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.post(f"persons/{PERSON}/erasure")
    await world.on("2026-03-01")
    assert await world.reminders.value("SELECT count(*) FROM send") == 0
    assert await world.reminders.value("SELECT count(*) FROM timer") == 0


@pytest.mark.parametrize(
    ("path", "body", "shows"),
    [
        ("stops", {"kind": "channel", "channels": ["mail"]}, "channel"),
        ("stops", {"kind": "cease", "loan_ids": [str(LOAN)]}, "cease"),
    ],
)
async def test_a_person_closes_and_opens_ways(world: World, path: str, body: Any, shows: str) -> None:
    await world.lent()
    await world.post(f"persons/{PERSON}/{path}", body)
    assert (await world.get(f"persons/{PERSON}"))["stops"] == [shows]
    await world.tell("DELETE", f"persons/{PERSON}/stops/{shows}")
    assert (await world.get(f"persons/{PERSON}"))["stops"] == []
    await world.tell("DELETE", f"persons/{PERSON}/stops/{shows}", expected=404)


async def test_a_time_and_a_representative_are_recorded(world: World) -> None:
    await world.lent()
    hours = {"days": [0, 1], "start": "18:00", "end": "09:00"}
    await world.post(f"persons/{PERSON}/closed-times", hours)
    named = {"lender": LENDER, "starts_at": "2026-01-07T10:00:00Z"}
    await world.post(f"persons/{PERSON}/opened-times", named)
    await world.post(f"persons/{PERSON}/representatives", {"by": "attorney"})
    assert (await world.get(f"persons/{PERSON}"))["closed_by"] == ["represented"]
    await world.post(f"persons/{PERSON}/over", {"ending": "representation"})
    assert (await world.get(f"persons/{PERSON}"))["closed_by"] == []
    await world.post(f"persons/{PERSON}/over", {"ending": "representation"}, expected=404)


async def test_a_number_that_serves_one_channel_more_is_reached_by_it(world: World) -> None:
    await world.lent()
    await world.publish(registered(addresses=[PHONE, PHONE.model_copy(update={"medium": Medium.CALL})]))
    (phone,) = (await world.get(f"persons/{PERSON}"))["addresses"]
    assert phone["channels"] == ["call", "sms"]


async def test_a_lender_sees_nothing_of_anothers_person(world: World) -> None:
    await both(world)
    for path in ("", "/timeline", "/replies", "/export"):
        await world.get(f"persons/{PERSON}{path}", FOREIGN, expected=404)
    assert person_id("other", "B-9") == ELSEWHERE
    await world.get(f"persons/{ELSEWHERE}", FOREIGN)
