"""Imports and takeovers on PostgreSQL: each line counts once, whatever breaks; a report says what came of
it.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from services.ledger.store import imports as store
from shared.decision import Role
from shared.events.base import Event
from shared.events.wire import encode_value
from shared.http import imports
from tests.builders import a_loan, a_payment, a_schedule
from tests.harness import Running
from tests.service.ledger.client import OLGA, PLATFORM, People
from tests.unit.ledger.takeovers import a_card_taken_over, a_computed, a_takeover, an_instalment, components
from tests.unit.ledger.test_holds import a_product
from tests.web import bearer

OTHERS = bearer(Role.INTEGRATOR, "platform-other", lenders=["other"])


def line_of(event: Event) -> bytes:
    return json.dumps({"type": event.NAME, "data": json.loads(encode_value(event))}).encode()


async def begin(people: People, **body: Any) -> str:
    begun = await people.post("imports", body, PLATFORM, 201)
    return str(begun["import_id"])


async def lines(people: People, id_: str, given: Sequence[bytes], first: int = 1, expected: int = 200) -> Any:
    answer = await people.client.post(
        "/v1/imports/lines",
        params={"import_id": id_, "first": first},
        content=b"\n".join(given),
        headers={**PLATFORM, "Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == expected, answer.text
    return answer.json()


async def problems(people: People, id_: str) -> list[tuple[int, str]]:
    answer = await people.client.get(f"/v1/imports/{id_}/lines", headers=PLATFORM)
    told = [json.loads(line) for line in answer.text.splitlines()]
    return [(one["line"], one.get("status") or one["problem"]["code"]) for one in told]


async def test_each_line_counts_by_itself_and_progress_says_what_became_of_it(
    ledger: Running, people: People
) -> None:
    id_ = await begin(people, lines_total=12)
    given = [
        line_of(a_loan(instalments=a_schedule("100.00"))),
        line_of(a_payment("10.00")),
        b"",
        b"{",
        line_of(a_payment("0.00", reference="none")),
        line_of(a_loan("theirs", lender="other")),
        line_of(a_payment("10.00", loan="unknown")),
        b'{"type": "Nothing", "data": {}}',
    ]
    shown = await lines(people, id_, given)
    assert shown["lines_read"] == 8
    assert (shown["taken"], shown["waiting"], shown["refused"]) == (3, 1, 4)
    assert shown["reasons"] == {
        "validation_failed": 1,
        "not_an_amount": 1,
        "not_yours": 1,
        "unknown_type": 1,
    }
    assert shown["lines_per_second"] > 0
    assert 0 < shown["left_s"] < 60
    assert await problems(people, id_) == [
        (4, "validation_failed"),
        (5, "not_an_amount"),
        (6, "not_yours"),
        (7, "waiting"),
        (8, "unknown_type"),
    ]
    more = await lines(people, id_, [line_of(a_payment("20.00", reference="P-2"))], first=9)
    assert (more["lines_read"], more["taken"], more["left_s"] is not None) == (9, 4, True)
    assert await ledger.payments() == ["P-1", "P-2"]
    finished = await people.post(f"imports/{id_}/finish", None, PLATFORM, 200)
    assert finished["status"] == "finished"
    over = await lines(people, id_, [b"{}"], first=10, expected=409)
    assert over["code"] == "import_over"
    (listed,) = (await people.get("imports", PLATFORM))["data"]
    assert listed["import_id"] == id_


async def test_an_import_that_was_killed_goes_on_where_it_stopped_and_nothing_counts_twice(
    ledger: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the lines' own commit and the note of how far it came: those lines come again."""
    monkeypatch.setattr(imports, "TOGETHER", 4)
    given = [line_of(a_loan()), *(line_of(a_payment("1.00", reference=f"P-{n}")) for n in range(11))]
    id_ = await begin(people)
    moves: list[int] = []

    class Killed(Exception):
        pass

    kept = store.move_on

    async def killed(*arguments: Any) -> bool:
        moves.append(arguments[2].lines_read)
        if len(moves) == 2:
            raise Killed
        return await kept(*arguments)

    monkeypatch.setattr(store, "move_on", killed)
    await lines(people, id_, given, expected=500)
    assert len(await ledger.payments()) == 7
    shown = await people.get(f"imports/{id_}", PLATFORM)
    assert shown["lines_read"] == 4
    refused = await lines(people, id_, given, expected=409)
    assert (refused["code"], refused["facts"]) == ("import_elsewhere", {"lines_read": 4})
    done = await lines(people, id_, given[4:], first=5)
    assert (done["lines_read"], done["taken"], done["refused"]) == (12, 12, 0)
    assert len(await ledger.payments()) == 11
    assert await ledger.value("SELECT owed_minor FROM loan") == 3000_00 - 11_00


async def test_events_of_one_loan_stay_in_order_and_what_is_about_many_comes_after_them(
    ledger: Running, people: People
) -> None:
    """Twenty loans, each with its payments right behind it, in two lanes; a split payment over two of
    them.
    """
    given = []
    for number in range(20):
        given.append(line_of(a_loan(f"L{number}", instalments=a_schedule("100.00"))))
        given += [line_of(a_payment("10.00", loan=f"L{number}", reference=f"{number}-{n}")) for n in range(3)]
    parts = [
        {"loan_reference": name, "amount": {"amount": "5.00", "currency": "CNY"}} for name in ("L0", "L19")
    ]
    given.append(line_of(a_payment("10.00", loan="L0", reference="split", split=parts)))
    shown = await lines(people, await begin(people), given)
    assert (shown["taken"], shown["waiting"], shown["refused"]) == (81, 0, 0)
    owed = await ledger.rows("SELECT reference, owed_minor FROM loan ORDER BY owed_minor, reference")
    assert {row["reference"] for row in owed if row["owed_minor"] == 65_00} == {"L0", "L19"}
    assert {row["owed_minor"] for row in owed} == {65_00, 70_00}


async def test_a_dry_run_decides_everything_and_keeps_nothing(ledger: Running, people: People) -> None:
    id_ = await begin(people, dry_run=True)
    given = [line_of(a_loan()), line_of(a_payment("10.00")), line_of(a_payment("0.00", reference="bad"))]
    shown = await lines(people, id_, given)
    assert (shown["taken"], shown["refused"], shown["reasons"]) == (2, 1, {"not_an_amount": 1})
    for table in ("loan", "fact", "posting", "outbox", "timer", "held"):
        assert await ledger.value(f"SELECT count(*) FROM {table}") == 0
    real = await lines(people, await begin(people), given)
    assert (real["taken"], real["refused"]) == (2, 1)
    assert await ledger.value("SELECT count(*) FROM loan") == 1


async def test_an_import_is_its_lenders_affair_alone(ledger: Running, people: People) -> None:
    id_ = await begin(people)
    await people.get(f"imports/{id_}", OTHERS, 404)
    await people.get(f"imports/{id_}/lines", OTHERS, 404)
    await people.post(f"imports/{id_}/finish", None, OTHERS, 404)
    assert (await people.get("imports", OTHERS))["data"] == []
    await people.post("imports", {}, OLGA, 403)
    await people.post("imports", {"lender": "acme"}, OTHERS, 404)


async def test_the_database_away_is_said_and_the_import_goes_on_later(
    ledger: Running, people: People
) -> None:
    id_ = await begin(people)
    ledger.service.door.stopping = True
    away = await lines(people, id_, [line_of(a_loan())], expected=503)
    assert away["code"] == "unavailable"
    ledger.service.door.stopping = False
    assert (await lines(people, id_, [line_of(a_loan())]))["taken"] == 1


# -- takeovers -----------------------------------------------------------------------------------------------

BOOK = [
    a_takeover(),
    a_computed(loan_reference="L-2"),
    a_takeover(
        loan_reference="L-3",
        past_due=(an_instalment(1, "2025-12-28", "50.00"),),
        days_past_due=4,
        balance=components("250.00"),
    ),
]
WRONG = a_takeover(loan_reference="L-4", days_past_due=46)


async def test_a_takeover_is_tried_then_done_and_reconciled_with_the_journal(
    ledger: Running, people: People
) -> None:
    await ledger.publish(a_product())
    await ledger.settled()
    given = [line_of(one) for one in (*BOOK, WRONG)]
    tried = await begin(people, kind="takeover", dry_run=True)
    await lines(people, tried, given)
    told = await people.get(f"imports/{tried}/report", PLATFORM)
    assert told["in_books"] is told["reconciled"] is None
    assert told["progress"]["reasons"] == {"days_past_due_differ": 1}
    (sums,) = told["in_file"]["sums"]
    assert (sums["loans"], sums["principal"]["amount"], sums["interest"]["amount"]) == (3, "1240.00", "16.00")
    assert (sums["fees"]["amount"], sums["penalty"]["amount"]) == ("5.00", "2.00")
    assert told["in_file"]["days_past_due"] == {"0": 1, "1-30": 1, "31-60": 1, "61-90": 0, "91+": 0}
    assert await ledger.value("SELECT count(*) FROM loan") == 0

    done = await begin(people, kind="takeover")
    await lines(people, done, given)
    report = await people.get(f"imports/{done}/report", PLATFORM)
    assert report["in_file"] == told["in_file"] == report["in_books"]
    assert (report["reconciled"], report["differing_lines"]) == (True, [])
    await ledger.settled()
    assert {one.NAME for one in ledger.published("ledger-events")} == {"LoanRegistered"}
    assert await ledger.rows("SELECT reference, bucket, arrears_minor FROM loan ORDER BY reference") == [
        {"reference": a_takeover().loan_reference, "bucket": "M2", "arrears_minor": 207_00},
        {"reference": "L-2", "bucket": "M0", "arrears_minor": 0},
        {"reference": "L-3", "bucket": "M1", "arrears_minor": 50_00},
    ]


async def test_cards_are_tried_then_taken_over_and_reconciled_though_nothing_is_owed_of_one(
    ledger: Running, people: People
) -> None:
    nothing: dict[str, Any] = {"balance": components(), "past_due": (), "days_past_due": 0}
    cards = [
        a_card_taken_over(),
        a_card_taken_over(loan_reference="L-2", card={"statement": None}, **nothing),
    ]
    given = [line_of(one) for one in (*cards, a_card_taken_over(loan_reference="L-3", days_past_due=27))]
    tried = await begin(people, kind="takeover", dry_run=True)
    shown = await lines(people, tried, given)
    assert (shown["taken"], shown["reasons"]) == (2, {"days_past_due_differ": 1})
    assert await ledger.value("SELECT count(*) FROM loan") == 0
    done = await begin(people, kind="takeover")
    await lines(people, done, given)
    report = await people.get(f"imports/{done}/report", PLATFORM)
    assert report["in_file"] == report["in_books"]
    assert (report["reconciled"], report["in_books"]["sums"][0]["loans"]) == (True, 2)
    await ledger.settled()
    assert {one.NAME for one in ledger.published("ledger-events")} == {"LoanRegistered"}
    shown = await people.get(f"loans/{cards[0].loan_id}/card-statements")
    assert [(one["due_on"], one["unpaid"]["amount"]) for one in shown["statements"]] == [
        ("2025-12-04", "90.00"),
        ("2026-01-04", "50.00"),
    ]
    await ledger.publish(a_payment("140.00", loan=cards[0].loan_reference, value_on="2026-01-02"))
    await ledger.settled()
    assert await ledger.value("SELECT owed_minor FROM loan WHERE id = $1", cards[0].loan_id) == 1_110_00


async def test_a_report_names_the_lines_whose_loan_is_otherwise_in_the_books(
    ledger: Running, people: People
) -> None:
    id_ = await begin(people, kind="takeover")
    await lines(people, id_, [line_of(BOOK[0]), line_of(BOOK[2]), line_of(BOOK[0])])
    report = await people.get(f"imports/{id_}/report", PLATFORM)
    assert (report["reconciled"], report["differing_lines"]) == (False, [3])
    await ledger.database.execute("UPDATE import_line SET interest_minor = 1 WHERE line = 2")
    await ledger.database.execute("UPDATE import_line SET days_past_due = 5 WHERE line = 1")
    report = await people.get(f"imports/{id_}/report", PLATFORM)
    assert report["differing_lines"] == [1, 2, 3]


async def test_a_takeover_takes_nothing_else_and_other_imports_have_no_report(
    ledger: Running, people: People
) -> None:
    id_ = await begin(people, kind="takeover")
    shown = await lines(people, id_, [line_of(a_loan())])
    assert shown["reasons"] == {"only_takeovers": 1}
    other = await begin(people)
    refused = await people.get(f"imports/{other}/report", PLATFORM, 409)
    assert refused["code"] == "not_a_takeover"


async def test_a_loan_that_was_taken_over_lives_on(ledger: Running, people: People) -> None:
    await lines(people, await begin(people, kind="takeover"), [line_of(a_takeover())])
    await ledger.publish(a_payment("107.00", value_on="2026-01-02"))
    await ledger.publish(a_payment("1.00", reference="old", value_on="2025-12-31"))
    await ledger.settled()
    assert await ledger.value("SELECT owed_minor FROM loan") == 312_00
    (held,) = await ledger.rows("SELECT status, reason FROM held")
    assert held == {"status": "parked", "reason": "before_opening"}
    file = (await people.get(f"loans/{a_takeover().loan_id}/facts"))["facts"]
    assert [one["reference"] for one in file] == ["takeover", "payment:P-1"]
