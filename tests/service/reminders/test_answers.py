"""Answers of a person: what follows at once, who reads them, and that their words are told nowhere."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.clock import system_now
from shared.events.care import CrisisSignalled, HardshipSignalled
from shared.events.ledger import PaymentReallocated
from shared.events.reminders import (
    BorrowerReplied,
    ComplaintRaised,
    ContactFailed,
    ContactSent,
    DisputeRaised,
    MediationRequested,
    PromiseBroken,
    PromiseKept,
    PromiseKeptRetracted,
    PromiseMade,
    RepresentationStated,
    TreatmentExhausted,
)
from shared.money import Money
from shared.signatures import signatures
from tests.harness import until
from tests.service.reminders.helping import (
    FOREIGN,
    GATEWAY,
    LOAN,
    OLGA,
    PERSON,
    SECRET,
    THEMSELVES,
    World,
    missed,
    paid,
)


async def late(world: World) -> None:
    """A person whose instalment was missed."""
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())


async def replied(world: World, words: str, channel: str = "sms", who: Any = THEMSELVES) -> Any:
    """The person answers."""
    body = {"channel": channel, "words": words}
    answer = await world.post(f"persons/{PERSON}/replies", body, who)
    await world.reminders.settled()
    return answer


async def by_gateway(
    world: World, path: str, body: dict[str, Any], *, secret: bytes = SECRET, expected: int = 200
) -> Any:
    """A gateway hands in a message, signed."""
    data = json.dumps(body).encode()
    stamp = int(system_now().timestamp())
    headers = {
        **GATEWAY,
        "Idempotency-Key": body.get("message_id", "receipt-1"),
        "Content-Type": "application/json",
        "webhook-id": "m1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signatures((secret,), "m1", stamp, data),
    }
    answer = await world.client.post(f"/v1/{path}", content=data, headers=headers)
    assert answer.status_code == expected, answer.text
    await world.reminders.settled()
    return answer.json()


@pytest.mark.parametrize("words", ["I lost my job and cannot pay", "我失业了，还不上"])
async def test_trouble_is_told_to_hardship_and_ends_the_treatment(world: World, words: str) -> None:
    await late(world)
    assert (await replied(world, words))["intents"] == ["cannot_pay"]
    (signal,) = world.told(HardshipSignalled)
    assert (signal.reason.value, signal.loan_ids, signal.source) == ("job_loss", (LOAN,), "reply")
    assert [one.reason for one in world.told(TreatmentExhausted)] == ["hardship"]
    assert len(world.told(BorrowerReplied)) == 1


async def test_a_promise_is_waited_for_kept_and_taken_back_with_its_payment(world: World) -> None:
    await late(world)
    answer = await replied(world, "下周五还100")
    assert answer["intents"] == ["promise"]
    (promise,) = world.told(PromiseMade)
    assert (promise.amount, promise.due_on) == (Money(10_000, "CNY"), date(2026, 1, 16))
    await world.on("2026-01-15")
    assert [one.purpose.value for one in world.told(ContactSent)] == ["answer", "reminder"]
    await world.publish(paid(on="2026-01-16"))
    assert [one.kept_on for one in world.told(PromiseKept)] == [date(2026, 1, 16)]
    await world.publish(
        PaymentReallocated(
            loan_id=LOAN,
            payment_id=UUID(int=1),
            applied=Money(0, "CNY"),
            credit=Money(0, "CNY"),
            cause="reversed",
        )
    )
    assert len(world.told(PromiseKeptRetracted)) == 1


async def test_a_promise_that_is_not_kept_is_broken_after_its_grace_alone(world: World) -> None:
    await late(world)
    await replied(world, "下周五还100")
    await world.on("2026-01-19")
    assert world.told(PromiseBroken) == []
    await world.on("2026-01-22")
    assert [one.missing for one in world.told(PromiseBroken)] == [Money(10_000, "CNY")]


async def test_danger_stops_everything_and_calls_a_person(world: World) -> None:
    await late(world)
    await replied(world, "I want to kill myself, I can't go on")
    assert len(world.told(CrisisSignalled)) == 1

    async def alarmed() -> bool:
        return b'persons_in_danger{service="reminders"} 1.0' in world.reminders.service.metrics.exposition()

    await until(alarmed, "somebody is alarmed")
    tasks = (await world.get("tasks"))["data"]
    assert "call_at_once" in {one["kind"] for one in tasks}
    await world.on("2026-03-01")
    assert {one.purpose.value for one in world.told(ContactSent)} <= {"answer"}
    shown = await world.get(f"persons/{PERSON}")
    assert "crisis" in shown["closed_by"]
    await world.post(f"persons/{PERSON}/over", {"ending": "crisis"})
    assert (await world.get(f"persons/{PERSON}"))["closed_by"] == []


@pytest.mark.parametrize(
    ("words", "told", "closed_by"),
    [
        ("This is not my debt, I dispute it", DisputeRaised, {"dispute", "hold"}),
        ("I want to complain about how you treat me", ComplaintRaised, {"complaint", "hold"}),
        ("Please talk to my lawyer only", RepresentationStated, {"represented"}),
        ("I would like a mediator", MediationRequested, {"mediation"}),
    ],
)
async def test_what_protects_the_person_is_obeyed_at_once(
    world: World, words: str, told: Any, closed_by: set[str]
) -> None:
    await late(world)
    await replied(world, words)
    assert len(world.told(told)) == 1
    assert set((await world.get(f"persons/{PERSON}"))["closed_by"]) == closed_by
    await world.on("2026-02-20")
    assert {one.purpose.value for one in world.told(ContactSent)} <= {"answer"}


async def test_a_stop_at_a_number_is_confirmed_once_and_kept(world: World) -> None:
    await late(world)
    body = {"message_id": "sms-1", "sender": "+86 400 555 0100", "words": "STOP"}
    assert (await by_gateway(world, "inbound/sms", body))["intents"] == ["stop"]
    assert set((await world.get(f"persons/{PERSON}"))["stops"]) == {"address", "channel"}
    await world.on("2026-01-06", hour=6)
    assert [one.channel for one in world.told(ContactSent)] == ["sms"]
    await world.on("2026-02-20")
    assert {one.channel for one in world.told(ContactSent)[1:]} == {"mail"}


async def test_a_message_that_a_gateway_repeats_counts_once_and_a_strangers_is_no_ones(world: World) -> None:
    await late(world)
    body = {"message_id": "sms-1", "sender": "+864005550100", "words": "I lost my job, I cannot pay"}
    first = await by_gateway(world, "inbound/sms", body)
    assert await by_gateway(world, "inbound/sms", body) == first
    assert len(world.told(HardshipSignalled)) == 1
    await by_gateway(world, "inbound/sms", {**body, "message_id": "2", "sender": "+49111"}, expected=404)
    await by_gateway(world, "inbound/sms", {**body, "message_id": "3"}, secret=b"x" * 32, expected=403)


async def test_who_is_not_the_person_is_never_written_to_again(world: World) -> None:
    await late(world)
    body = {"message_id": "sms-1", "sender": "+86 400 555 0100", "words": "Wrong number, I am not Li Wei"}
    await by_gateway(world, "inbound/sms", body)
    addresses = (await world.get(f"persons/{PERSON}"))["addresses"]
    assert {one["owner"] for one in addresses} == {"self", "stranger"}
    await world.on("2026-02-20")
    assert "sms" not in {one.channel for one in world.told(ContactSent)[1:]}


async def test_words_lie_sealed_and_are_read_by_the_lender_concerned_alone(world: World) -> None:
    await late(world)
    await replied(world, "My wife is ill, I cannot pay")
    (shown,) = await world.get(f"persons/{PERSON}/replies")
    assert shown["words"] == "My wife is ill, I cannot pay"
    await world.get(f"persons/{PERSON}/replies", FOREIGN, expected=404)
    kept = [
        await world.reminders.rows(f"SELECT * FROM {table}")
        for table in ("person", "person_record", "reply", "staff_task", "outbox", "inbox")
    ]
    assert "wife" not in str(kept)
    assert "wife" not in str(world.reminders.published("reminder-events"))


async def test_a_bounce_is_told_and_the_address_serves_no_more(world: World) -> None:
    await late(world)
    await world.on("2026-01-20")
    (sent, *_) = world.told(ContactSent)
    body = {"contact_id": str(sent.contact_id), "delivery": "no_such_address"}
    await by_gateway(world, "receipts", body)
    assert [one.reason for one in world.told(ContactFailed)] == ["no_such_address"]
    addresses = (await world.get(f"persons/{PERSON}"))["addresses"]
    assert [] in [one["channels"] for one in addresses]


async def test_tasks_are_done_once_and_seen_by_their_lender(world: World) -> None:
    await late(world)
    await replied(world, "I have paid already last week")
    (task,) = (await world.get("tasks"))["data"]
    assert task["kind"] == "find_payment"
    assert (await world.get("tasks", FOREIGN))["data"] == []
    await world.post(f"tasks/{task['task_id']}/done", who=FOREIGN, expected=404)
    await world.post(f"tasks/{task['task_id']}/done")
    await world.post(f"tasks/{task['task_id']}/done", expected=409)
    assert (await world.get("tasks", OLGA))["data"] == []
