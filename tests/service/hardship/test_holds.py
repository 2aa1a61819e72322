"""Holds as the database keeps them and the API shows them."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from shared.events.care import CrisisSignalled
from shared.events.clock import ClockTicked
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import name_id
from shared.events.parts import HoldReason
from shared.events.reminders import BorrowerName, PersonErased, PersonLinked
from shared.events.servicing import HoldRequested
from tests.harness import Running, instant, until
from tests.service.hardship.standing import (
    ADVISER,
    ELSEWHERE,
    HELEN,
    LOAN,
    OTTO,
    PERSON,
    SECOND,
    SOMEBODY,
    THEMSELVES,
    People,
    linked,
)

TODAY = date(2026, 1, 2)
BEREAVED = {"person_id": str(PERSON), "reason": "bereavement"}


async def known(hardship: Running, *loans: Any) -> None:
    await hardship.publish(*(linked(one) for one in loans or (LOAN,)))
    await hardship.settled()


async def told(hardship: Running) -> list[str]:
    await hardship.settled()
    return [type(one).__name__ for one in hardship.published("holds")]


async def test_a_hold_is_placed_changed_reviewed_and_lifted(hardship: Running, people: People) -> None:
    await known(hardship, LOAN, SECOND)
    placed = await people.post("holds", BEREAVED, expected=201)
    assert sorted(placed["loan_ids"]) == sorted([str(LOAN), str(SECOND)])
    path = f"holds/{placed['hold_id']}"
    change = {"revision": 0, "ends_on": "2026-06-01"}
    await people.tell("PATCH", path, change)
    stale = await people.tell("PATCH", path, change, expected=412)
    assert stale["code"] == "state_changed"
    await people.post(f"{path}/review", {"next_review_on": "2026-04-01"})
    shown = await people.get(path)
    assert {(one["ends_on"], one["review_on"], one["revision"]) for one in shown["loans"]} == {
        ("2026-06-01", "2026-04-01", 2)
    }
    lifted = await people.tell("DELETE", f"{path}?loan_id={LOAN}")
    assert lifted["loan_ids"] == [str(LOAN)]
    await people.tell("DELETE", path)
    again = await people.tell("DELETE", path, expected=409)
    assert again["code"] == "hold_over"
    # Of each loan in order; between loans there is none.
    await hardship.settled()
    each = ["HoldPlaced", "HoldChanged", "HoldChanged", "HoldLifted"]
    for loan in (LOAN, SECOND):
        of_loan = [one for one in hardship.published("holds") if getattr(one, "loan_id", None) == loan]
        assert [type(one).__name__ for one in of_loan] == each
    assert await people.get("holds", subject=PERSON, active=True) == []
    assert len(await people.get("holds", subject=PERSON)) == 1


async def test_a_repeated_request_places_one_hold(hardship: Running, people: People) -> None:
    await known(hardship)
    first = await people.post("holds", BEREAVED, expected=201, key="K-1")
    assert await people.post("holds", BEREAVED, expected=201, key="K-1") == first
    assert await told(hardship) == ["HoldPlaced"]


async def test_everybody_sees_what_is_theirs_and_nothing_else(hardship: Running, people: People) -> None:
    await known(hardship, LOAN, ELSEWHERE)
    await hardship.publish(
        CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=instant("2026-01-02T10:00"))
    )
    await hardship.settled()
    for who, loans in ((HELEN, {LOAN}), (OTTO, {ELSEWHERE}), (THEMSELVES, {LOAN, ELSEWHERE})):
        (hold,) = await people.get("holds", who, subject=PERSON)
        assert {one["loan_id"] for one in hold["loans"]} == {str(one) for one in loans}
    for stranger in (SOMEBODY, ADVISER):
        await people.get("holds", stranger, 404, subject=PERSON)
        await people.get(f"holds/{hold['hold_id']}", stranger, 404)
    await people.get(f"holds/{uuid4()}", HELEN, 404)
    audit = await hardship.rows("SELECT key_id FROM audit_entry WHERE action = 'list_holds'")
    assert [one["key_id"] for one in audit] == [PERSON] * 3


async def test_a_hold_ends_by_itself_on_the_day_that_was_said(hardship: Running, people: People) -> None:
    await known(hardship)
    await people.post("holds", {**BEREAVED, "ends_on": "2026-01-05"}, expected=201)
    await hardship.publish(ClockTicked(now=instant("2026-01-06T00:00")))
    await until(lambda: lifted(hardship), "the hold ends")
    (one,) = await lifted(hardship)
    assert one.lifted_on == date(2026, 1, 6)
    assert await hardship.value("SELECT count(*) FROM timer") == 0


async def lifted(hardship: Running) -> list[HoldLifted]:
    return [one for one in hardship.published("holds") if isinstance(one, HoldLifted)]


async def test_a_platforms_request_is_granted_at_once_or_waits_for_an_officer(
    hardship: Running, people: People
) -> None:
    await known(hardship)
    names: dict[str, Any] = {"lender": "acme", "loan_reference": "L-1", "starts_on": TODAY}
    await hardship.publish(
        HoldRequested(**names, hold_reference="H-1", borrower_reference="B-1", reason=HoldReason.BEREAVEMENT),
        HoldRequested(**names, hold_reference="H-2", reason=HoldReason.FRAUD),
        HoldRequested(**names, hold_reference="H-3", reason=HoldReason.INSOLVENCY),
    )
    assert await told(hardship) == ["HoldPlaced"]
    waiting = (await people.get("hold-requests", is_open=True))["data"]
    assert [one["hold_reference"] for one in waiting] == ["H-2", "H-3"]
    assert (await people.get("hold-requests", OTTO))["data"] == []
    first, second = (one["request_id"] for one in waiting)
    assert first == str(name_id("hold-request", f"{LOAN}\nH-2"))
    await people.post(f"hold-requests/{first}/grant", None, OTTO, 404)
    assert (await people.post(f"hold-requests/{first}/grant"))["status"] == "granted"
    await people.post(f"hold-requests/{second}/refuse", {"reason": "no_evidence"})
    await people.post(f"hold-requests/{second}/refuse", {"reason": "no_evidence"}, expected=409)
    assert (await told(hardship))[1:] == ["HoldPlaced", "HoldRefused"]
    refused = hardship.published("holds")[-1]
    assert isinstance(refused, HoldRefused)
    assert refused.hold_reference == "H-3"
    await people.post(f"hold-requests/{uuid4()}/grant", expected=404)


async def test_what_is_to_be_looked_at_is_listed_the_longest_due_first(
    hardship: Running, people: People
) -> None:
    await known(hardship, LOAN, ELSEWHERE)
    await hardship.publish(
        CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=instant("2026-01-02T10:00")),
        HoldRequested(
            lender="acme",
            loan_reference="L-1",
            hold_reference="H-1",
            reason=HoldReason.FRAUD,
            starts_on=TODAY,
        ),
    )
    await hardship.settled()
    assert (await people.get("reviews"))["data"] == []
    soon = (await people.get("reviews", through="2026-01-07"))["data"]
    assert [(one["kind"], one["due_on"]) for one in soon] == [
        ("hold", "2026-01-03"),
        ("request", "2026-01-07"),
    ]
    page = await people.get("reviews", through="2026-01-07", limit=1)
    rest = await people.get("reviews", through="2026-01-07", limit=1, cursor=page["next_cursor"])
    assert [*page["data"], *rest["data"]] == soon
    assert len((await people.get("reviews", OTTO, through="2026-01-07"))["data"]) == 1
    await people.get("reviews", HELEN, 404, lender="other")
    await people.get("reviews", THEMSELVES, 403)


async def test_a_person_found_to_be_another_takes_holds_along(hardship: Running, people: People) -> None:
    survivor = name_id("person", "survivor")
    await known(hardship)
    placed = await people.post("holds", BEREAVED, expected=201)
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    await hardship.publish(PersonLinked(person_id=survivor, borrower=borrower, formerly=PERSON))
    await hardship.settled()
    changed = hardship.published("holds")[-1]
    assert isinstance(changed, HoldChanged)
    assert changed.person_id == survivor
    for subject in (survivor, PERSON):
        (hold,) = await people.get("holds", subject=subject)
        assert (hold["hold_id"], hold["person_id"]) == (placed["hold_id"], str(survivor))
    await people.tell("DELETE", f"holds/{placed['hold_id']}")


async def test_of_a_forgotten_person_nothing_is_kept_but_that(hardship: Running, people: People) -> None:
    await known(hardship)
    body = {"person_id": str(PERSON), "loan_id": str(LOAN), "reason": "not_mine", "words": "It is not mine."}
    await people.post("disputes", body, THEMSELVES, 201)
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    await hardship.publish(PersonErased(person_id=PERSON, borrowers=(borrower,)))
    await hardship.settled()
    for table in ("standstill_text", "person_key", "timer", "standstill_item WHERE kind = 'dispute'"):
        assert await hardship.value(f"SELECT count(*) FROM {table}") == 0
    await people.get("holds", HELEN, 404, subject=PERSON)
    await people.post("disputes", body, THEMSELVES, 404)
    await people.post("holds", BEREAVED, expected=404)
    assert await hardship.value("SELECT count(*) FROM person_key") == 0


async def test_a_batch_takes_as_many_statements_for_many_persons_as_for_one(hardship: Running) -> None:
    persons = [uuid4() for _ in range(60)]
    await hardship.publish(*(linked(LOAN, one) for one in persons))
    await hardship.publish(
        *(
            CrisisSignalled(person_id=one, signal_id=uuid4(), signalled_at=instant("2026-01-02T10:00"))
            for one in persons
        )
    )
    await hardship.settled()
    assert await hardship.value("SELECT count(*) FROM standstill_item WHERE kind = 'hold'") == 60
    placed = [one for one in hardship.published("holds") if isinstance(one, HoldPlaced)]
    assert {one.person_id for one in placed} == set(persons)
    assert {one.review_on for one in placed} == {TODAY + timedelta(days=1)}
