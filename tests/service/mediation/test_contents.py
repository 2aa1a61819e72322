"""What is said in a case: kept sealed, read by those it is for, forgotten with the person."""

from base64 import b64encode

from shared.events.examples import LENDER
from shared.events.reminders import BorrowerName, PersonErased
from tests.service.mediation.client import ADA, BORROWER, FOREIGN, MIRA, OLGA, PERSON, STRANGER, People

SECRET = "I lost my work in June."
FORGOTTEN = PersonErased(person_id=PERSON, borrowers=(BorrowerName(lender=LENDER, borrower_reference="C-1"),))


async def test_a_note_is_never_read_by_the_other_side(people: People) -> None:
    case = await people.until_statements()
    note = await people.post(f"cases/{case}/notes", BORROWER, {"text": SECRET}, 201)
    path = f"cases/{case}/contents/{note['content_id']}"
    assert (await people.get(path, BORROWER))["text"] == SECRET
    for who in (OLGA, MIRA, ADA, FOREIGN, STRANGER):
        await people.get(path, who, 404)
    for who in (OLGA, MIRA, ADA):
        assert (await people.get(f"cases/{case}", who))["contents"] == []


async def test_what_is_for_the_mediator_is_read_by_the_mediator_alone(people: People) -> None:
    case = await people.until_statements()
    said = await people.post(
        f"cases/{case}/statements", OLGA, {"text": "We could forgive half.", "audience": "mediator"}, 201
    )
    path = f"cases/{case}/contents/{said['content_id']}"
    assert (await people.get(path, MIRA))["text"] == "We could forgive half."
    await people.get(path, BORROWER, 404)


async def test_a_statement_for_both_is_read_by_both(people: People) -> None:
    case = await people.until_statements()
    said = await people.post(f"cases/{case}/statements", BORROWER, {"text": SECRET}, 201)
    for who in (BORROWER, OLGA, MIRA):
        shown = await people.get(f"cases/{case}/contents/{said['content_id']}", who)
        assert (shown["text"], shown["by"], shown["data"]) == (SECRET, "borrower", None)


async def test_a_mediators_notes_are_read_by_the_next_one_and_by_the_former_no_longer(
    people: People,
) -> None:
    case = await people.until_statements()
    note = await people.post(f"cases/{case}/mediator-notes", MIRA, {"text": "Both seem tired."}, 201)
    path = f"cases/{case}/contents/{note['content_id']}"
    for who in (BORROWER, OLGA):
        await people.get(path, who, 404)
    await people.post(f"cases/{case}/step-back", MIRA, {"reason": "ill"})
    await people.get(path, MIRA, 404)


async def test_a_file_of_one_mebibyte_is_taken_and_given_back_whole(people: People) -> None:
    case = await people.until_statements()
    data = b64encode(bytes(range(256)) * 4096).decode()
    body = {"media_type": "application/pdf", "data": data, "audience": "both"}
    made = await people.post(f"cases/{case}/evidence", BORROWER, body, 201)
    shown = await people.get(f"cases/{case}/contents/{made['content_id']}", OLGA)
    assert (shown["data"], shown["size_bytes"]) == (data, 1024 * 1024)
    larger = {**body, "data": b64encode(bytes(1024 * 1024 + 1)).decode()}
    refused = await people.post(f"cases/{case}/evidence", BORROWER, larger, 422)
    assert refused["code"] == "evidence_too_large"


async def test_nothing_that_was_said_lies_in_the_clear(people: People) -> None:
    case = await people.until_statements()
    await people.post(f"cases/{case}/statements", BORROWER, {"text": SECRET}, 201)
    await people.mediation.settled()
    tables = await people.mediation.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for table in tables:
        rows = await people.mediation.rows(f"SELECT t::text AS row FROM {table['name']} t")
        assert not any(SECRET in one["row"] or SECRET.encode().hex() in one["row"] for one in rows)


async def test_what_a_forgotten_person_said_can_never_be_read_again(people: People) -> None:
    case = await people.until_statements()
    said = await people.post(f"cases/{case}/statements", BORROWER, {"text": SECRET}, 201)
    await people.mediation.publish(FORGOTTEN)
    await people.mediation.settled()
    assert await people.stage(case) == "closed"
    await people.get(f"cases/{case}/contents/{said['content_id']}", BORROWER, 404)
    assert await people.mediation.value("SELECT count(*) FROM person_key") == 0
    assert await people.mediation.value("SELECT count(*) FROM content") == 0
    refused = await people.post(f"cases/{case}/statements", OLGA, {"text": "late"}, 409)
    assert refused["code"] == "move_forbidden"
    assert await people.mediation.value("SELECT count(*) FROM person_key") == 0


async def test_the_same_statement_twice_is_one(people: People) -> None:
    case = await people.until_statements()
    answers = [
        await people.post(f"cases/{case}/statements", BORROWER, {"text": SECRET}, 201, key="one")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert await people.mediation.value("SELECT count(*) FROM content") == 1


async def test_every_read_of_a_case_is_audited(people: People) -> None:
    case = await people.until_statements()
    said = await people.post(f"cases/{case}/statements", BORROWER, {"text": SECRET}, 201)
    await people.get("cases", OLGA)
    await people.get(f"cases/{case}", OLGA)
    await people.get(f"cases/{case}/contents/{said['content_id']}", OLGA)
    rows = await people.mediation.rows(
        "SELECT action FROM audit_entry WHERE subject = 'olga' AND key_id = $1 ORDER BY action", case
    )
    actions = [one["action"] for one in rows]
    assert {"list_cases", "show_case", "read_content"} <= set(actions)
