"""Many events in one request: each line is answered, counts once, and stops no other."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.wire import encode_value
from shared.http import bulk
from tests.builders import a_loan, a_payment, a_schedule
from tests.harness import Running
from tests.service.ledger.client import PLATFORM, People

LINES = {"Content-Type": "application/x-ndjson"}


def line_of(event: Event) -> bytes:
    return json.dumps({"type": event.NAME, "data": json.loads(encode_value(event))}).encode()


async def send(
    people: People, lines: Iterable[bytes], key: str = "k", status: int = 200
) -> list[dict[str, Any]]:
    headers = {**PLATFORM, **LINES, "Idempotency-Key": key}
    answer = await people.client.post("/v1/events/bulk", content=b"\n".join(lines), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def told(answers: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["line"], one.get("status") or one["problem"]["code"]) for one in answers]


async def test_every_line_is_answered_in_order_and_one_that_is_refused_stops_no_other(
    ledger: Running, people: People
) -> None:
    loan = a_loan(instalments=a_schedule("100.00"))
    answers = await send(
        people,
        [
            line_of(a_payment("10.00", reference="early")),
            line_of(loan),
            b"",
            b"{",
            b'{"type": "Nothing", "data": {}}',
            line_of(a_loan(lender="other")),
            line_of(a_payment("0.00", reference="none")),
            line_of(a_payment("20.00")),
        ],
    )
    assert told(answers) == [
        (1, "applied"),
        (2, "applied"),
        (4, "validation_failed"),
        (5, "unknown_type"),
        (6, "not_yours"),
        (7, "not_an_amount"),
        (8, "applied"),
    ]
    assert answers[1]["loan_id"] == str(loan.loan_id)
    assert answers[2]["problem"]["errors"][0]["code"] == "json_invalid"
    assert await ledger.payments() == ["P-1", "early"]
    again = await send(people, [line_of(a_payment("20.00"))], key="other")
    assert told(again) == [(1, "applied")]


async def test_the_same_request_again_does_nothing_and_gets_the_stored_answers(
    ledger: Running, people: People
) -> None:
    lines = [line_of(a_loan()), line_of(a_payment("0.00", reference="bad")), line_of(a_payment("20.00"))]
    first, second = await send(people, lines), await send(people, lines)
    assert told(first) == told(second)
    assert [one["replayed"] for one in first] == [False, False, False]
    assert [one["replayed"] for one in second] == [True, True, True]
    changed = await send(people, [*lines[:2], line_of(a_payment("30.00", reference="P-2"))])
    assert told(changed) == [*told(first)[:2], (3, "key_reused")]
    assert await ledger.payments() == ["P-1"]


async def test_a_thousand_events_come_in_batches_and_in_order(ledger: Running, people: People) -> None:
    before = await ledger.value("SELECT pg_current_xact_id()::text::bigint")
    payments = [a_payment("1.00", reference=f"p{number:04}") for number in range(1_000)]
    answers = await send(people, [line_of(a_loan()), *map(line_of, payments)])
    after = await ledger.value("SELECT pg_current_xact_id()::text::bigint")
    assert {status for _, status in told(answers)} == {"applied"}
    assert [number for number, _ in told(answers)] == list(range(1, 1_002))
    assert await ledger.payments() == [one.payment_reference for one in payments]
    assert after - before < 200, "lines are decided together, not each in a transaction of its own"


async def test_more_lines_than_a_request_takes_are_said(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINES_MAX", 2)
    answers = await send(people, [line_of(a_loan(f"l{number}")) for number in range(4)])
    assert told(answers) == [(1, "applied"), (2, "applied"), (3, "too_many_lines")]


async def test_an_answer_that_would_be_long_is_told_without_its_details(people: People) -> None:
    many = json.dumps({"type": "PaymentReceived", "data": {f"field{number}": 1 for number in range(300)}})
    (answer,) = await send(people, [many.encode()])
    assert answer["problem"]["code"] == "schema_violation"
    assert len(json.dumps(answer)) < bulk.ANSWER_BYTES_MAX


async def test_only_lines_of_json_are_taken(people: People) -> None:
    headers = {**PLATFORM, "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await people.client.post("/v1/events/bulk", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "lines_expected")
    headers = {**PLATFORM, **LINES}
    answer = await people.client.post("/v1/events/bulk", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    single = await people.client.post(
        "/v1/events", content=b"{}", headers={**headers, "Idempotency-Key": "k"}
    )
    assert single.status_code == 415
    assert await send(people, []) == []


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_lines_are_found_wherever_the_network_cuts_them() -> None:
    text = b'{"a": 1}\n\n  \n{"b": 2}\r\n{"c": 3}'
    for size in range(1, len(text)):
        cut = [text[start : start + size] for start in range(0, len(text), size)]
        found = [(one.number, one.text.strip()) async for one in bulk.lines_of(chunks(*cut))]
        assert found == [(1, b'{"a": 1}'), (4, b'{"b": 2}'), (5, b'{"c": 3}')]


async def test_a_line_too_long_is_not_kept_and_those_around_it_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LINE_BYTES_MAX", 10)
    parts = [b"first\n" + b"x" * 8, b"x" * 8, b"x" * 8, b"x\nlast\n", b"y" * 11]
    found = [(one.number, one.text, one.too_long) async for one in bulk.lines_of(chunks(*parts))]
    assert found == [(1, b"first", False), (2, b"", True), (3, b"last", False), (4, b"", True)]


async def test_once_the_database_is_away_later_lines_are_not_tried(
    ledger: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "TOGETHER", 2)
    ledger.service.door.stopping = True
    answers = await send(people, [line_of(a_loan(f"l{number}")) for number in range(6)])
    assert told(answers) == [(number, "unavailable") for number in range(1, 7)]
    ledger.service.door.stopping = False
    answers = await send(people, [line_of(a_loan(f"l{number}")) for number in range(6)])
    assert told(answers) == [(number, "applied") for number in range(1, 7)]
