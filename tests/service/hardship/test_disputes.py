"""Disputes and complaints as people file, read and decide them."""

from typing import Any
from uuid import uuid4

from shared.decision import Role
from shared.events.hardship import ComplaintResolved, DisputeResolved, Finding
from shared.events.ids import name_id
from shared.events.reminders import BorrowerName, ComplaintRaised, DisputeRaised, PersonErased, PersonLinked
from tests.harness import Running, instant
from tests.service.hardship.standing import (
    ELSEWHERE,
    HELEN,
    HUGO,
    LOAN,
    OLGA,
    OTTO,
    PERSON,
    SOMEBODY,
    THEMSELVES,
    People,
    linked,
)
from tests.web import bearer

DISPUTE = {"person_id": str(PERSON), "loan_id": str(LOAN), "reason": "not_mine"}
COMPLAINT = {"person_id": str(PERSON), "reason": "rude", "words": "They shouted."}
NOW = instant("2026-01-02T10:00")
BORROWER = BorrowerName(lender="acme", borrower_reference="B-1")


async def known(hardship: Running, *loans: Any) -> None:
    await hardship.publish(*(linked(one) for one in loans or (LOAN,)))
    await hardship.settled()


async def holds_told(hardship: Running) -> list[str]:
    await hardship.settled()
    return [type(one).__name__ for one in hardship.published("holds")]


async def test_a_dispute_is_filed_answered_with_evidence_rejected_appealed_and_upheld(
    hardship: Running, people: People
) -> None:
    await known(hardship)
    filed = {**DISPUTE, "disputed": {"amount": "20.00", "currency": "CNY"}, "words": "I never bought this."}
    path = f"disputes/{(await people.post('disputes', filed, THEMSELVES, 201))['dispute_id']}"
    due = (await people.get("reviews", through="2026-02-01"))["data"]
    assert sorted(one["kind"] for one in due) == ["dispute", "evidence", "hold"]
    await people.post(f"{path}/texts", {"words": "Here is the receipt."}, OLGA, 201)
    due = (await people.get("reviews", through="2026-02-01"))["data"]
    assert sorted(one["kind"] for one in due) == ["dispute", "hold"]
    await people.post(f"{path}/resolve", {"outcome": "rejected", "reasons": "It is signed."})
    await people.post(f"{path}/appeal", {"words": "That is not my hand."}, THEMSELVES)
    again = await people.post(f"{path}/resolve", {"outcome": "upheld"}, HELEN, 422)
    assert again["code"] == "not_by_the_same"
    await people.post(f"{path}/resolve", {"outcome": "upheld"}, HUGO)
    assert await holds_told(hardship) == ["HoldPlaced", "HoldLifted", "HoldPlaced"]
    await people.post(f"{path}/corrected", None, HELEN)
    assert (await holds_told(hardship))[3:] == ["HoldLifted"]
    told = hardship.published("hardship-events")
    outcomes = [one.outcome for one in told if isinstance(one, DisputeResolved)]
    assert outcomes == [Finding.REJECTED, Finding.UPHELD]
    shown = await people.get(path, THEMSELVES)
    assert [(one["about"], one["by"], one["words"]) for one in shown["texts"]] == [
        ("statement", str(PERSON), "I never bought this."),
        ("evidence", "olga", "Here is the receipt."),
        ("reasons", "helen", "It is signed."),
        ("appeal", str(PERSON), "That is not my hand."),
    ]
    assert shown["evidence_given"]
    assert shown["first_resolution"]["decided_by"] == "helen"
    assert shown["resolution"]["outcome"] == "upheld"


async def test_no_word_of_a_text_lies_in_the_clear_anywhere(hardship: Running, people: People) -> None:
    await known(hardship)
    await people.post("disputes", {**DISPUTE, "words": "unmistakable"}, THEMSELVES, 201, key="K")
    await people.post("disputes", {**DISPUTE, "words": "unmistakable"}, THEMSELVES, 201, key="K")
    await hardship.settled()
    assert await hardship.value("SELECT count(*) FROM standstill_text") == 1
    columns = await hardship.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' "
        "AND table_type = 'BASE TABLE'"
    )
    for table in columns:
        rows = await hardship.rows(f'SELECT t::text AS line FROM "{table["name"]}" t')
        assert not any("unmistakable" in row["line"] for row in rows), table["name"]
    assert not any("unmistakable" in repr(one) for one in hardship.published("holds"))


async def test_what_the_person_said_in_an_answer_is_listed_with_what_was_filed(
    hardship: Running, people: People
) -> None:
    await known(hardship, LOAN, ELSEWHERE)
    names: dict[str, Any] = {"person_id": PERSON, "reason": "paid_already", "raised_at": NOW}
    await hardship.publish(
        DisputeRaised(**names, dispute_id=uuid4(), loan_id=LOAN),
        DisputeRaised(**names, dispute_id=uuid4(), loan_id=ELSEWHERE),
    )
    await hardship.settled()
    await people.post("disputes", DISPUTE, THEMSELVES, 201)
    ours = (await people.get("disputes", HELEN))["data"]
    assert sorted(one["reason"] for one in ours) == ["not_mine", "paid_already"]
    page = await people.get("disputes", HELEN, limit=1)
    rest = await people.get("disputes", HELEN, limit=1, cursor=page["next_cursor"])
    assert [*page["data"], *rest["data"]] == ours
    assert len((await people.get("disputes", OTTO))["data"]) == 1
    assert len((await people.get("disputes", THEMSELVES))["data"]) == 3
    assert len((await people.get("disputes", HELEN, person_id=PERSON, is_open=True))["data"]) == 2
    assert (await people.get("disputes", HELEN, is_open=False))["data"] == []
    await people.get("disputes", SOMEBODY, 404)
    looks = await hardship.rows("SELECT subject FROM audit_entry WHERE action = 'list_disputes'")
    assert [one["subject"] for one in looks] == [*["helen"] * 3, "otto", str(PERSON), *["helen"] * 2]
    await people.get("disputes", bearer(Role.BORROWER, "no-id"), 404)
    theirs = (await people.get("disputes", OTTO))["data"][0]["dispute_id"]
    await people.get(f"disputes/{theirs}", HELEN, 404)
    await people.post(f"disputes/{theirs}/resolve", {"outcome": "rejected"}, HELEN, 404)
    await people.post(f"disputes/{uuid4()}/resolve", {"outcome": "rejected"}, HELEN, 404)


async def test_nobody_files_for_another_or_gets_a_key_by_trying(hardship: Running, people: People) -> None:
    await known(hardship)
    for who in (SOMEBODY, OTTO):
        await people.post("disputes", {**DISPUTE, "words": "x"}, who, 404)
        await people.post("complaints", COMPLAINT, who, 404)
    await people.post("disputes", {**DISPUTE, "person_id": str(uuid4()), "words": "x"}, HELEN, 404)
    assert await hardship.value("SELECT count(*) FROM person_key") == 0


async def test_a_complaint_is_answered_by_somebody_whom_it_is_not_about(
    hardship: Running, people: People
) -> None:
    await known(hardship, LOAN, ELSEWHERE)
    path = f"complaints/{(await people.post('complaints', COMPLAINT, THEMSELVES, 201))['complaint_id']}"
    await people.post(f"{path}/about", {"about": "helen"}, HUGO)
    refused = await people.post(f"{path}/resolve", {"outcome": "rejected"}, HELEN, 422)
    assert refused["code"] == "not_by_the_one_complained_about"
    await people.post(f"{path}/resolve", {"outcome": "upheld", "reasons": "They did."}, HUGO)
    shown = await people.get(path, HELEN)
    assert shown["loan_ids"] == []
    assert [one["words"] for one in shown["texts"]] == ["They shouted.", "They did."]
    assert (shown["about"], shown["resolution"]["decided_by"]) == ("helen", "hugo")
    await people.post(f"{path}/resolve", {"outcome": "upheld"}, HUGO, 409)
    assert len(await holds_told(hardship)) == 4
    (told,) = [one for one in hardship.published("hardship-events") if isinstance(one, ComplaintResolved)]
    assert told.outcome is Finding.UPHELD
    await people.get(f"complaints/{uuid4()}", HELEN, 404)


async def test_a_complaint_in_an_answer_waits_for_one(hardship: Running, people: People) -> None:
    await known(hardship)
    raised = ComplaintRaised(
        person_id=PERSON, complaint_id=uuid4(), loan_ids=(), reason="too_often", raised_at=NOW
    )
    await hardship.publish(raised)
    await hardship.settled()
    (one,) = (await people.get("complaints", HELEN, is_open=True))["data"]
    assert (one["complaint_id"], one["answer_by"]) == (str(raised.complaint_id), "2026-02-01")
    assert (await people.get("complaints", OTTO))["data"] == []
    assert len((await people.get("complaints", THEMSELVES))["data"]) == 1
    await people.get("complaints", SOMEBODY, 404)
    await people.get(f"complaints/{raised.complaint_id}", OTTO, 404)


async def test_texts_are_read_by_the_id_of_now_and_forgotten_by_either(
    hardship: Running, people: People
) -> None:
    survivor = name_id("person", "survivor")
    await known(hardship)
    id_ = (await people.post("disputes", {**DISPUTE, "words": "Not mine."}, THEMSELVES, 201))["dispute_id"]
    await hardship.publish(PersonLinked(person_id=survivor, borrower=BORROWER, formerly=PERSON))
    await hardship.settled()
    for who in (THEMSELVES, bearer(Role.BORROWER, str(survivor)), HELEN):
        assert (await people.get(f"disputes/{id_}", who))["texts"][0]["words"] == "Not mine."
    await people.post("complaints", COMPLAINT, THEMSELVES, 201)
    assert len((await people.get("complaints", THEMSELVES, person_id=survivor))["data"]) == 1
    await people.post("disputes", {**DISPUTE, "reason": "paid", "words": "Paid."}, THEMSELVES, 201)
    await hardship.publish(PersonErased(person_id=survivor, borrowers=(BORROWER,)))
    await hardship.settled()
    await people.get(f"disputes/{id_}", HELEN, 404)
    assert await hardship.value("SELECT count(*) FROM person_key") == 0
    assert await hardship.value("SELECT count(*) FROM standstill_text") == 0
