"""Breathing space as officers enter it and everyone concerned reads it."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.decision import Role
from shared.events.holds import HoldChanged, HoldPlaced
from shared.events.reminders import PersonProfiled
from tests.harness import Running
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
from tests.web import bearer

NOTICE: dict[str, Any] = {
    "person_id": str(PERSON),
    "kind": "standard",
    "register_reference": "BS-1",
    "territory": "GB-ENG",
    "adviser": "anna",
    "applied_on": "2026-01-01",
    "starts_on": "2026-01-02",
    "debts": [{"loan_id": str(LOAN), "kind": "mortgage"}],
}


async def known(hardship: Running) -> None:
    where = PersonProfiled(person_id=PERSON, time_zones=("Europe/London",), country="GB", region="GB-ENG")
    await hardship.publish(where, *(linked(one) for one in (LOAN, SECOND, ELSEWHERE)))
    await hardship.settled()


async def test_a_moratorium_from_the_notice_to_its_end(hardship: Running, people: People) -> None:
    await known(hardship)
    entered = await people.post("moratoria", NOTICE, expected=201)
    assert entered["ends_on"] == "2026-03-02"
    path = f"moratoria/{entered['hold_id']}"
    await people.post(
        f"{path}/debts",
        {"debt": {"loan_id": str(SECOND), "kind": "loan"}, "effective_on": "2026-01-02"},
    )
    theirs = {**NOTICE, "debts": [{"loan_id": str(ELSEWHERE), "kind": "loan"}]}
    assert (await people.post("moratoria", theirs, OTTO, 201))["hold_id"] == entered["hold_id"]
    shown = await people.get(path)
    assert [(one["loan_id"], one["still_payable"]) for one in shown["debts"]] == [
        (str(LOAN), "instalments"),
        (str(SECOND), "nothing"),
    ]
    assert (shown["midway_from"], shown["midway_to"]) == ("2026-01-26", "2026-02-05")
    assert {one["ask_review_by"] for one in shown["debts"]} == {"2026-01-21"}
    for who, number in ((OTTO, 1), (THEMSELVES, 3), (ADVISER, 3)):
        assert len((await people.get(path, who))["debts"]) == number
    await people.get(path, SOMEBODY, 404)
    await people.get(path, bearer(Role.ADVISER, "other"), 404)
    await people.post(f"{path}/creditor-review", {"loan_id": str(SECOND)})
    (review,) = [
        one
        for one in (await people.get("reviews", through="2026-02-05"))["data"]
        if one["kind"] == "creditor_review"
    ]
    assert review["due_on"] == "2026-02-05"
    every = (await people.get("reviews", through="2026-02-05"))["data"]
    first = await people.get("reviews", through="2026-02-05", limit=1)
    rest = await people.get("reviews", through="2026-02-05", limit=1, cursor=first["next_cursor"])
    assert [*first["data"], *rest["data"]] == every
    assert {one["item_id"] for one in every} == {entered["hold_id"]}
    await people.post(f"{path}/creditor-review/decision", {"loan_id": str(SECOND), "stays": True})
    await people.post(f"{path}/midway-review", {"goes_on": True})
    cancelled = {"effective_on": "2026-01-03", "reason": "debt_solution"}
    await people.post(f"{path}/cancel", cancelled)
    await people.post(f"{path}/cancel", cancelled, OTTO)
    assert (await people.get(path, THEMSELVES))["end_reason"] == "debt_solution"
    await people.post(f"{path}/cancel", cancelled, OTTO, 409)
    await hardship.settled()
    placed = [one for one in hardship.published("holds") if isinstance(one, HoldPlaced)]
    assert {one.loan_id: one.arrears_only for one in placed} == {
        LOAN: True,
        SECOND: False,
        ELSEWHERE: False,
    }


async def test_a_crisis_moratorium_ends_thirty_days_from_the_end_of_treatment(
    hardship: Running, people: People
) -> None:
    await known(hardship)
    entered = await people.post("moratoria", {**NOTICE, "kind": "crisis"}, expected=201)
    assert entered["ends_on"] is None
    path = f"moratoria/{entered['hold_id']}"
    stopped = await people.post(f"{path}/treatment-stopped", {"stopped_on": "2026-01-02"})
    assert stopped["ends_on"] == "2026-01-31"
    await hardship.settled()
    changed = hardship.published("holds")[-1]
    assert isinstance(changed, HoldChanged)
    assert changed.ends_on == date(2026, 1, 31)


async def test_what_the_law_does_not_allow_is_refused_with_its_reason(
    hardship: Running, people: People
) -> None:
    await known(hardship)
    scotland = await people.post("moratoria", {**NOTICE, "territory": "GB-SCT"}, expected=422)
    assert scotland["code"] == "not_in_territory"
    fine = await people.post(
        "moratoria", {**NOTICE, "debts": [{"loan_id": str(LOAN), "kind": "fine"}]}, expected=422
    )
    assert fine["code"] == "debt_excluded"
    await people.post("moratoria", NOTICE, expected=201)
    second = await people.post("moratoria", {**NOTICE, "register_reference": "BS-2"}, expected=409)
    assert second["code"] == "moratorium_running"
    lifted = await people.tell("DELETE", f"holds/{second['facts']['hold_id']}", expected=422)
    assert lifted["code"] == "reason_has_its_own_way"
    placed = await people.post("holds", {"person_id": str(PERSON), "reason": "illness"}, HELEN, expected=201)
    await people.get(f"moratoria/{placed['hold_id']}", HELEN, 404)
    await people.post(f"moratoria/{uuid4()}/midway-review", {"goes_on": True}, HELEN, 404)
