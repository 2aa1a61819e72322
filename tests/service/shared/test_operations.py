"""The operators' routes on a running ledger, and the audit of what they read and do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from shared.access import Caller
from shared.audit import Verified, verify
from shared.database import transaction
from shared.decision import Actor, Key, Role
from shared.events import wire
from shared.events.ledger import PaymentApplied
from shared.http.reads import ReadAudit, entry_of
from shared.money import Money
from shared.operations import operations_router
from shared.scopes import SCOPES
from shared.service import Service
from tests.builders import a_loan, a_payment
from tests.harness import Running, until
from tests.web import Stub, an_app, bearer, calling

ADA = bearer()
ENTRIES = "SELECT subject, action, outcome, key_id FROM audit_entry ORDER BY link, place"


@pytest.fixture
async def client(ledger: Running) -> AsyncIterator[httpx.AsyncClient]:
    app = an_app(ledger.service, operations_router(ledger.service))
    async with calling(app) as one:
        one.headers.update(ADA)
        yield one


LOAN_UNKNOWN = uuid4()


async def parked(ledger: Running) -> UUID:
    """A loan whose first payment is in the wrong currency, with a good one behind it."""
    loan = a_loan("l1")
    await ledger.publish(
        loan,
        a_payment(Money(100, "EUR"), loan="l1", reference="p1"),
        a_payment(loan="l1", reference="p2"),
    )
    await ledger.settled()
    return loan.loan_id


async def got(client: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> Any:
    answer = await client.get(f"/v1/{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def done(
    client: httpx.AsyncClient, path: str, status: int = 200, body: Any = None, key: str | None = None
) -> Any:
    answer = await client.post(f"/v1/{path}", json=body, headers={"Idempotency-Key": key or str(uuid4())})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_parked_key_is_listed_with_its_reason(ledger: Running, client: httpx.AsyncClient) -> None:
    loan_id = await parked(ledger)
    (key,) = (await got(client, "parked"))["data"]
    assert {name: key[name] for name in ("type", "key", "messages", "reason", "name", "attempts")} == {
        "type": "Loan",
        "key": str(loan_id),
        "messages": 2,
        "reason": "currency_differs",
        "name": "PaymentReceived",
        "attempts": 1,
    }
    assert (await got(client, "waiting"))["data"] == []


async def test_a_parked_message_is_shown_whole_and_that_is_audited(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    loan_id = await parked(ledger)
    first, second = (await got(client, f"parked/Loan/{loan_id}"))["data"]
    assert (first["status"], first["reason"], second["status"]) == ("parked", "currency_differs", "queued")
    assert first["data"]["amount"] == {"amount": "1.00", "currency": "EUR"}
    assert first["headers"]["ce_type"].endswith("PaymentReceived.v1")
    assert await ledger.rows(ENTRIES) == [
        {"subject": "ada", "action": "show_parked", "outcome": "done", "key_id": loan_id}
    ]


async def test_a_message_is_skipped_with_a_reason_and_those_behind_it_go_on(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    loan_id = await parked(ledger)
    seq = (await got(client, f"parked/Loan/{loan_id}"))["data"][0]["seq"]
    path = f"parked/Loan/{loan_id}/{seq}/skip"
    assert await done(client, path, body={"why": "sent in euros by mistake"}) == {"applied": 1, "left": 0}
    assert (await got(client, "parked"))["data"] == []
    (skipped,) = (await got(client, f"parked/Loan/{loan_id}"))["data"]
    assert (skipped["status"], skipped["skipped_by"], skipped["skipped_why"]) == (
        "skipped",
        "ada",
        "sent in euros by mistake",
    )
    await ledger.settled()
    assert isinstance(ledger.published("ledger-events")[-1], PaymentApplied)
    outcomes = [(row["action"], row["outcome"]) for row in await ledger.rows(ENTRIES)]
    assert outcomes.count(("skip_parked", "begun")) == outcomes.count(("skip_parked", "done")) == 1
    assert (await done(client, path, 404, {"why": "once more"}))["code"] == "nothing_parked"
    assert ("skip_parked", "nothing_parked") in [
        (row["action"], row["outcome"]) for row in await ledger.rows(ENTRIES)
    ]


async def test_a_repeated_skip_is_done_once_and_answered_alike(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    loan_id = await parked(ledger)
    seq = await ledger.value("SELECT min(seq) FROM held")
    path = f"/v1/parked/Loan/{loan_id}/{seq}/skip"
    headers = {"Idempotency-Key": "once"}
    first = await client.post(path, json={"why": "sent twice"}, headers=headers)
    second = await client.post(path, json={"why": "sent twice"}, headers=headers)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    other = await client.post(path, json={"why": "another reason"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    missing = await client.post(path, json={"why": "sent twice"})
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_repeated_refusal_is_marked_as_repeated(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "refused"}
    for replayed in (None, "true"):
        answer = await client.post(f"/v1/parked/Loan/{LOAN_UNKNOWN}/retry", headers=headers)
        assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (404, replayed)


async def test_a_retry_leaves_parked_what_still_cannot_be(ledger: Running, client: httpx.AsyncClient) -> None:
    loan_id = await parked(ledger)
    assert await done(client, f"parked/Loan/{loan_id}/retry") == {"applied": 0, "left": 2}
    (key,) = (await got(client, "parked"))["data"]
    assert key["attempts"] == 2


async def test_what_was_never_parked_is_not_there(client: httpx.AsyncClient) -> None:
    for path in (f"parked/Loan/{uuid4()}/retry", f"parked/Nothing/{uuid4()}/retry"):
        assert (await done(client, path, 404))["code"] == "nothing_parked"
    assert (await got(client, f"parked/Loan/{uuid4()}", 404))["code"] == "nothing_parked"


@pytest.mark.parametrize("why", ["", "no", "x" * 501, 7, None])
async def test_a_skip_needs_a_reason(client: httpx.AsyncClient, why: Any) -> None:
    assert (await done(client, f"parked/Loan/{uuid4()}/1/skip", 422, {"why": why}))[
        "code"
    ] == "validation_failed"


async def test_a_text_that_no_database_can_hold_is_refused(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    loan_id = await parked(ledger)
    assert (await got(client, f"parked/a%00b/{loan_id}", 422))["code"] == "validation_failed"
    wanted = {"topic": "ledger-events\0", "key": "k"}
    assert (await done(client, "outbox/held/release", 422, wanted))["code"] == "validation_failed"
    seq = (await got(client, f"parked/Loan/{loan_id}"))["data"][0]["seq"]
    why = {"why": "sent by \0 mistake"}
    assert (await done(client, f"parked/Loan/{loan_id}/{seq}/skip", 422, why))["code"] == "validation_failed"


async def test_a_read_without_a_database_says_to_come_again() -> None:
    stub = Stub()
    async with calling(an_app(stub, operations_router(cast(Service, stub)))) as client:
        answer = await client.get("/v1/parked", headers=ADA)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    assert "hidden" not in answer.text


async def test_waiting_keys_are_read_page_by_page(ledger: Running, client: httpx.AsyncClient) -> None:
    await ledger.publish(*[a_payment(loan=f"w{n}", reference="p") for n in range(5)])
    await ledger.settled()
    keys: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while query:
        page = await got(client, "waiting", **query)
        keys += [row["key"] for row in page["data"]]
        query = {"limit": 2, "cursor": page["next_cursor"]} if page["has_more"] else {}
    assert sorted(keys) == sorted(str(a_loan(f"w{n}").loan_id) for n in range(5))


async def test_events_that_are_held_back_are_listed_and_released(
    ledger: Running, client: httpx.AsyncClient
) -> None:
    await ledger.value(
        "INSERT INTO outbox (topic, key, headers, value, created_at, held) "
        "SELECT 'ledger-events', 'k1', $1::bytea, 'v', now(), 'too large' FROM generate_series(1, 2)",
        wire.pack_headers([]),
    )
    events = (await got(client, "outbox/held"))["data"]
    assert [(one["topic"], one["key"], one["why"]) for one in events] == [
        ("ledger-events", "k1", "too large")
    ] * 2
    wanted = {"topic": "ledger-events", "key": "k1"}
    assert await done(client, "outbox/held/release", body=wanted) == {"events": 2}
    assert (await done(client, "outbox/held/release", 404, wanted))["code"] == "no_event_held"

    async def gone() -> bool:
        return bool(await ledger.value("SELECT count(*) = 0 FROM outbox"))

    await until(gone, "the released events are published")


async def test_a_service_says_whether_it_rests(ledger: Running, client: httpx.AsyncClient) -> None:
    await parked(ledger)
    rest = await got(client, "quiescence")
    assert (rest["consumed"], rest["emitted"], rest["outbox"], rest["due"]) == (3, 1, 0, 0)
    assert rest["next_due_at"] == "2026-01-29T00:00:00Z", "the loan is looked at before its instalment is due"


async def test_who_asks_for_rest_may_wait_for_it(ledger: Running, client: httpx.AsyncClient) -> None:
    await ledger.publish(a_loan("l0"))
    await ledger.settled()  # a lender's topics are found within seconds, and before nothing of them is read
    numbers = range(1, 41)
    await ledger.publish(*(a_loan(f"l{n}") for n in numbers), *(a_payment(loan=f"l{n}") for n in numbers))
    rest = await got(client, "quiescence", within_s=10)
    assert rest["consumed"] == 81, "asked at once, it answers when all is read"
    assert (rest["outbox"], rest["due"], rest["behind"]) == (0, 0, 0)
    assert (await client.get("/v1/quiescence?within_s=60")).status_code == 422


async def test_who_waits_for_rest_in_vain_is_answered(ledger: Running, client: httpx.AsyncClient) -> None:
    await ledger.value(
        "INSERT INTO send (id, type, key, channel, payload, not_before, leased_until) "
        "VALUES (gen_random_uuid(), 'Loan', gen_random_uuid(), 'mail', '{}', 'epoch', 'infinity')"
    )
    assert (await got(client, "quiescence", within_s=0.1))["due"] == 1, "another replica has it in hand"


async def test_the_audit_is_read_by_key_and_verified(ledger: Running, client: httpx.AsyncClient) -> None:
    loan_id = await parked(ledger)
    for path in (f"parked/Loan/{loan_id}", f"parked/Loan/{loan_id}"):
        await got(client, path)
    await done(client, f"parked/Loan/{loan_id}/retry")
    page = await got(client, "audit", key=str(loan_id), limit=3)
    assert [row["action"] for row in page["data"]] == ["show_parked", "show_parked", "retry_parked"]
    rest = await got(client, "audit", key=str(loan_id), limit=3, cursor=page["next_cursor"])
    assert [(row["action"], row["outcome"]) for row in rest["data"]] == [("retry_parked", "done")]
    assert (await got(client, "audit", key=str(uuid4())))["data"] == []
    whole = await done(client, "audit/verify")
    assert (whole["whole"], whole["links"], whole["entries"]) == (True, 4, 4)
    await ledger.value("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
    await ledger.value("UPDATE audit_entry SET subject = 'eve' WHERE link = 2")
    broken = await done(client, "audit/verify")
    assert (broken["whole"], broken["links"]) == (False, 1)


@pytest.mark.parametrize("role", Role)
async def test_only_administrators_look_into_kept_messages(
    ledger: Running, client: httpx.AsyncClient, role: Role
) -> None:
    allowed = {
        "parked": {Role.ADMINISTRATOR},
        "waiting": {Role.ADMINISTRATOR},
        "outbox/held": {Role.ADMINISTRATOR},
        "audit": {Role.ADMINISTRATOR, Role.AUDITOR},
        "quiescence": {Role.ADMINISTRATOR, Role.SERVICE},
    }
    for path, roles in allowed.items():
        answer = await client.get(f"/v1/{path}", headers=bearer(role))
        assert answer.status_code == (200 if role in roles else 403), path
    answer = await client.post(
        f"/v1/parked/Loan/{uuid4()}/retry", headers=bearer(role) | {"Idempotency-Key": "k"}
    )
    assert answer.status_code == (404 if role is Role.ADMINISTRATOR else 403)


async def test_a_service_with_a_database_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/ready")).json() == {
        "ready": True,
        "checks": [{"name": "database", "ok": True, "detail": ""}],
    }


def a_caller() -> Caller:
    return Caller(Actor("ada", Role.ADMINISTRATOR, None), SCOPES[Role.ADMINISTRATOR], "i\nada", 0.0)


async def test_reads_at_the_same_moment_become_one_link(ledger: Running) -> None:
    reads = ReadAudit(ledger.service.engine)
    entries = [entry_of(a_caller(), "show_loan", "done", Key("Loan", uuid4())) for _ in range(40)]
    await asyncio.gather(*(reads.record(entry) for entry in entries))
    links = await ledger.value("SELECT count(*) FROM audit_link")
    assert links <= 2
    async with transaction(ledger.service.engine) as connection:
        found = await verify(connection)
    assert isinstance(found, Verified)
    assert (found.links, found.entries) == (links, 40)


async def test_what_cannot_be_audited_is_not_shown(ledger: Running, client: httpx.AsyncClient) -> None:
    loan_id = await parked(ledger)
    await ledger.value("ALTER TABLE audit_link RENAME TO elsewhere")
    answer = await client.get(f"/v1/parked/Loan/{loan_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "EUR" not in answer.text
