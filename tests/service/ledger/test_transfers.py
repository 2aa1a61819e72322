"""Loans that change hands in the database: nothing is lost, and nobody speaks for another lender."""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.decision import Key
from shared.events.holds import HoldPlaced
from shared.events.ids import loan_id
from shared.events.ledger import LoanMoved, LoanRegistered, PaymentApplied, PaymentMissed
from shared.events.loans import LoanOpened, PaymentReceived, PaymentsComplete
from shared.events.parts import Freezes, HoldReason
from shared.events.servicing import LoanPlaced, LoanTransferred
from tests.builders import a_loan, a_payment, a_record, a_reversal, a_schedule, an_event
from tests.harness import Running
from tests.service.ledger.client import PLATFORM, People
from tests.service.ledger.reading import live_until, reading

LOAN = a_loan(instalments=a_schedule("100.00", "100.00", "100.00"))
OLD = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
NEW_ID = loan_id("birch", "B-9")
SOLD = an_event(
    LoanTransferred, **OLD, to_lender="birch", to_loan_reference="B-9", effective_on=date(2026, 2, 15)
)
COMPLETE = [
    an_event(PaymentsComplete, lender=lender, through=date(2026, 12, 31), product=None)
    for lender in ("acme", "birch")
]


async def opened(ledger: Running, *events: Any, on: date = date(2026, 2, 20)) -> None:
    await ledger.publish(LOAN, *COMPLETE, *events)
    await live_until(ledger, on)


async def owed(ledger: Running, of: Any) -> int | None:
    found: int | None = await ledger.value("SELECT owed_minor FROM loan WHERE id = $1", of)
    return found


async def test_a_sold_loan_goes_on_with_its_file_and_late_reports_find_it(ledger: Running) -> None:
    await opened(ledger, a_payment("30.00", value_on=date(2026, 1, 20)))
    await ledger.publish(SOLD, a_payment("20.00", reference="P-2", value_on=date(2026, 2, 18)))
    await ledger.settled()
    assert (await owed(ledger, LOAN.loan_id), await owed(ledger, NEW_ID)) == (0, 250_00)
    await ledger.publish(a_reversal(reversed_on=date(2026, 2, 19)), SOLD)
    await ledger.settled()
    assert await owed(ledger, NEW_ID) == 280_00
    told = [one for one in ledger.published("ledger-events") if isinstance(one, LoanMoved | LoanRegistered)]
    assert [type(one).__name__ for one in told] == ["LoanRegistered", "LoanMoved", "LoanRegistered"]
    applied = [one for one in ledger.published("ledger-events") if isinstance(one, PaymentApplied)]
    assert [one.loan_id for one in applied] == [LOAN.loan_id, NEW_ID]
    assert await ledger.rows("SELECT * FROM held") == []
    assert await ledger.rows("SELECT loan_id FROM posting GROUP BY 1 HAVING sum(amount_minor) <> 0") == []
    (transferred,) = await ledger.rows(
        "SELECT sum(amount_minor)::bigint AS minor FROM posting WHERE account = 'transferred'"
    )
    assert transferred["minor"] == 0
    async with reading(ledger) as reader:
        shown = await reader.got(f"loans/{LOAN.loan_id}")
        assert shown["course"]["gone_to"]["loan_reference"] == "B-9"
        assert (shown["bucket"], shown["unpaid"]["amount"]) == (None, "0.00")
        shown = await reader.got(f"loans/{NEW_ID}")
        assert shown["course"]["came_from"]["lender"] == "acme"
        text = await reader.got(f"loans/{NEW_ID}/statement")
        assert [line["reference"] for line in text["lines"] if line["kind"] == "Payment"] == [
            "payment:acme@P-1",
            "payment:acme@P-2",
        ]
        old = await reader.got(f"loans/{LOAN.loan_id}/statement")
        assert {"Departure", "PassedOn"} <= {line["kind"] for line in old["lines"]}
        for day in ("2026-02-14", "2026-02-15"):
            counted = await reader.got("portfolio", as_of=day)
            assert sum(one["loans"] for one in counted["currencies"][0]["ageing"]) == 1
        whole = await reader.got("journal/trial-balance")
        assert all(one["debit"] == one["credit"] for one in whole["totals"])


async def test_many_reports_of_one_batch_are_handed_on_in_order(ledger: Running) -> None:
    await opened(ledger)
    payments = [a_payment("5.00", reference=f"P-{n}", value_on=date(2026, 2, 16)) for n in range(9)]
    await ledger.publish(SOLD, *payments, a_reversal("P-4", reversed_on=date(2026, 2, 17)), *payments)
    await ledger.settled()
    assert await owed(ledger, NEW_ID) == 260_00
    assert await ledger.rows("SELECT * FROM held") == []


async def test_what_is_handed_to_a_parked_loan_waits_there_and_follows_in_order(ledger: Running) -> None:
    await opened(ledger)
    lame = a_loan("B-9", lender="birch", instalments=a_schedule("9.00")).model_copy(
        update={"instalments": ()}
    )
    await ledger.publish(lame)
    await ledger.settled()
    await ledger.publish(SOLD, a_payment("40.00", value_on=date(2026, 2, 16)))
    await ledger.settled()
    assert (await owed(ledger, LOAN.loan_id), await owed(ledger, NEW_ID)) == (0, None)
    kept = await ledger.rows("SELECT seq, name, status FROM held ORDER BY seq")
    assert [(one["name"], one["status"]) for one in kept] == [
        ("LoanOpened", "parked"),
        ("LoanTakenOver", "queued"),
        ("PaymentReceived", "queued"),
    ]
    key = Key("Loan", NEW_ID)
    assert await ledger.service.door.release(key, skip=kept[0]["seq"], by="olga", why="sold to us") == 2
    assert await owed(ledger, NEW_ID) == 260_00
    assert await ledger.payments() == ["acme@P-1"]


async def test_a_transfer_that_comes_before_its_loan_is_made_up_for(ledger: Running) -> None:
    await ledger.publish(*COMPLETE)
    await live_until(ledger, date(2026, 2, 20))
    await ledger.publish(a_payment("50.00", lender="birch", loan="B-9", value_on=date(2026, 2, 16)), SOLD)
    await ledger.settled()
    await ledger.publish(LOAN)
    await ledger.settled()
    assert await owed(ledger, NEW_ID) == 250_00
    await live_until(ledger, date(2026, 2, 25))
    assert {one.loan_id for one in ledger.published("ledger-events") if isinstance(one, PaymentMissed)} == {
        NEW_ID
    }


async def test_a_hold_on_the_old_loan_stops_demands_on_the_new_one(ledger: Running) -> None:
    await opened(ledger, a_payment("100.00"))
    hold = an_event(
        HoldPlaced,
        loan_id=LOAN.loan_id,
        reason=HoldReason.ILLNESS,
        freezes=Freezes(ageing=True),
        starts_on=date(2026, 2, 16),
        ends_on=None,
    )
    await ledger.publish(SOLD, hold)
    await live_until(ledger, date(2026, 3, 20))
    assert not [one for one in ledger.published("ledger-events") if isinstance(one, PaymentMissed)]


async def test_nobody_speaks_for_another_lender_by_kafka(ledger: Running) -> None:
    await opened(ledger)
    await ledger.publish(SOLD)
    await ledger.settled()
    foreign = a_payment("10.00", lender="birch", loan="B-9")
    broker: Any = ledger.broker
    wrong = a_record(foreign)
    await broker.publish(wrong._replace(topic="loan-events.acme"))
    await broker.publish(a_record(foreign, source="/lenders/acme"))
    await broker.publish(a_record(a_payment("11.00"), source="urn:core"))
    await ledger.settled()
    kept = await ledger.rows("SELECT reason, status FROM held")
    assert sorted((one["reason"], one["status"]) for one in kept) == [
        ("wrong_source", "parked"),
        ("wrong_source", "parked"),
        ("wrong_topic", "parked"),
    ]
    assert await ledger.payments() == []


async def test_nobody_speaks_for_another_lender_by_http(ledger: Running, people: People) -> None:
    await opened(ledger, a_loan("B-1", lender="birch", instalments=a_schedule("9.00")))

    async def told(event: LoanOpened | PaymentReceived | LoanPlaced, expected: int) -> Any:
        body = {"type": type(event).__name__, "data": event.model_dump(mode="json")}
        return await people.post("events", body, PLATFORM, expected)

    for event in (
        a_payment("1.00", lender="birch", loan="B-1"),
        an_event(
            LoanPlaced, lender="birch", loan_reference="B-1", agency="north", placed_on=date(2026, 2, 1)
        ),
        a_loan("B-2", lender="birch"),
    ):
        assert (await told(event, 404))["code"] == "not_yours"
    assert (await told(a_payment("1.00"), 202))["status"] == "applied"
    await ledger.publish(SOLD)
    await ledger.settled()
    assert (await told(a_payment("2.00", reference="P-2"), 202))["status"] == "applied"
    assert await owed(ledger, NEW_ID) == Decimal(297_00)
    placed = an_event(LoanPlaced, **OLD, agency="north", placed_on=date(2026, 2, 16))
    assert (await told(placed, 404))["code"] == "loan_elsewhere"
