"""Webhooks on PostgreSQL and over real HTTP: in order, at least once, until they are taken."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ledger.adapters.lenders import Lenders
from services.ledger.adapters.webhook_http import networks_of
from services.ledger.api import ledger_router
from services.ledger.settings import LedgerSettings
from services.ledger.webhooks import Outlets, OutletSettings
from shared.decision import Role
from tests.builders import a_loan, a_payment
from tests.harness import Running, until
from tests.service.ledger.client import OLGA, PLATFORM, People
from tests.service.ledger.receiver import Receiver, receiving
from tests.web import NOWHERE, an_app, bearer, calling

KEY = "k" * 32
OTHERS = bearer(Role.INTEGRATOR, "platform-other", lenders=["other"])
LOCAL = OutletSettings(
    key=KEY.encode(),
    networks=networks_of("127.0.0.0/8"),
    tls=ssl.create_default_context(),
    poll_ms=20,
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def people(ledger: Running) -> AsyncIterator[People]:
    settings = LedgerSettings(
        database_url=NOWHERE, kafka_bootstrap="none", webhook_key=KEY, webhook_networks="127.0.0.0/8"
    )
    app = an_app(ledger.service, ledger_router(ledger.service, Lenders(settings)))
    async with calling(app) as client:
        yield People(client)


@asynccontextmanager
async def handing_out(ledger: Running, **changes: Any) -> AsyncIterator[Outlets]:
    outlets = Outlets(ledger.service, replace(LOCAL, **changes))
    task = asyncio.ensure_future(outlets.run())
    try:
        yield outlets
    finally:
        outlets.stop()
        await task


async def add(people: People, receiver: Receiver, **fields: Any) -> Any:
    return await people.post("webhooks", {"url": receiver.url, **fields}, PLATFORM, 201)


async def some_payments(ledger: Running, count: int, first: int = 0) -> None:
    await ledger.publish(*(a_payment("1.00", reference=f"P-{first + n}") for n in range(count)))
    await ledger.settled()


async def came(receiver: Receiver, count: int) -> None:
    async def enough() -> bool:
        return len(receiver.came) >= count

    await until(enough, f"{count} requests")


async def shown(people: People, webhook: Any) -> Any:
    return await people.get(f"webhooks/{webhook['webhook']['webhook_id']}", PLATFORM)


async def became(people: People, webhook: Any, **fields: Any) -> Any:
    async def so() -> Any:
        now = await shown(people, webhook)
        return now if fields.items() <= now.items() else None

    return await until(so, f"the webhook becomes {fields}")


async def test_events_are_handed_out_in_order_and_signed(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    await ledger.publish(a_loan(), a_loan("theirs", lender="other"))
    await some_payments(ledger, 5)
    async with handing_out(ledger):
        await came(receiver, 6)
        await became(people, webhook, has_more=False)
    feed = await people.get("feed", PLATFORM)
    assert [one.said["id"] for one in receiver.came] == [one["id"] for one in feed["data"]]
    assert [one.headers["webhook-id"] for one in receiver.came] == [one.said["id"] for one in receiver.came]
    assert all(one.signed_with(webhook["secret"]) for one in receiver.came)
    assert {one.said["lender"] for one in receiver.came} == {"acme"}
    assert receiver.came[0].headers["content-type"] == "application/cloudevents+json"
    sent_at = datetime.fromtimestamp(int(receiver.came[0].headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent_at) < timedelta(minutes=1)
    assert (await shown(people, webhook))["cursor"] == feed["cursor"]


async def test_what_fails_is_tried_again_under_its_id_and_nothing_overtakes_it(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    receiver.answers = ["500 Oops", "302 Found", "503 Service Unavailable"]
    await ledger.publish(a_loan())
    await some_payments(ledger, 2)
    async with handing_out(ledger):
        for failures in (1, 2, 3):
            await became(people, webhook, failures=failures)
            # Its pause is over.
            await ledger.database.execute("UPDATE webhook SET next_try_at = now()")
        await came(receiver, 6)
        done = await became(people, webhook, failures=0, has_more=False)
    assert (done["failing_since"], done["last_error"], done["status"]) == (None, None, "active")
    ids = [one.headers["webhook-id"] for one in receiver.came]
    assert ids[:4] == [ids[0]] * 4
    assert len(set(ids)) == 3
    assert receiver.names[3:] == ["LoanRegistered", "PaymentApplied", "PaymentApplied"]


async def test_a_failing_webhook_says_why_and_is_disabled_after_days(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    receiver.answers = ["500 Oops"] * 2
    await ledger.publish(a_loan())
    await ledger.settled()
    async with handing_out(ledger):
        failing = await became(people, webhook, failures=1)
        assert (failing["last_error"], failing["status"]) == ("status 500", "active")
        assert datetime.fromisoformat(failing["next_try_at"]) > datetime.now(UTC)
        await ledger.database.execute(
            "UPDATE webhook SET next_try_at = now(), failing_since = now() - interval '5 days'"
        )
        disabled = await became(people, webhook, status="disabled")
        assert (disabled["reason"], disabled["has_more"]) == ("failing", True)
        resume = f"webhooks/{webhook['webhook']['webhook_id']}/resume"
        await people.post(resume, {}, PLATFORM, 200)
        await became(people, webhook, status="active", has_more=False)
    assert receiver.names == ["LoanRegistered"] * 3


async def test_an_address_that_is_gone_is_called_no_more(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    receiver.answers = ["410 Gone"]
    await ledger.publish(a_loan())
    await ledger.settled()
    async with handing_out(ledger):
        await became(people, webhook, status="disabled", reason="gone")
    assert len(receiver.came) == 1


async def test_events_can_be_had_again_from_a_place_and_in_lists_and_by_name(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    await ledger.publish(a_loan())
    await some_payments(ledger, 4)
    place = (await people.get("feed", PLATFORM, limit=2))["cursor"]
    webhook = await add(people, receiver, events_max=3, types=["PaymentApplied"])
    assert (await shown(people, webhook))["has_more"] is False
    path = f"webhooks/{webhook['webhook']['webhook_id']}"
    async with handing_out(ledger):
        await people.post(f"{path}/resume", {"after": place}, PLATFORM, 200)
        await became(people, webhook, has_more=False)
        assert [len(one.said) for one in receiver.came] == [3]
        first = receiver.came[0]
        assert first.headers["content-type"] == "application/cloudevents-batch+json"
        assert first.signed_with(webhook["secret"])
        await people.post(f"{path}/resume", {"since": "2020-01-01T00:00:00Z"}, PLATFORM, 200)
        await came(receiver, 3)
        await became(people, webhook, has_more=False)
    assert receiver.names == ["PaymentApplied"] * 7
    await people.post(f"{path}/resume", {"after": "nonsense"}, PLATFORM, 422)


async def test_after_a_rotation_both_secrets_are_good_for_a_day(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    path = f"webhooks/{webhook['webhook']['webhook_id']}/rotate"
    rotated = await people.post(path, {"secret_number": 1}, PLATFORM, 200, key="once")
    again = await people.post(path, {"secret_number": 1}, PLATFORM, 200, key="once")
    assert (rotated["webhook"]["secret_number"], again["secret"]) == (2, None)
    assert rotated["secret"] != webhook["secret"]
    await people.post(path, {"secret_number": 3}, PLATFORM, 409)
    await ledger.publish(a_loan())
    await ledger.settled()
    async with handing_out(ledger):
        await came(receiver, 1)
        await became(people, webhook, has_more=False)
        await ledger.database.execute("UPDATE webhook SET former_secret_until = now()")
        await some_payments(ledger, 1)
        await came(receiver, 2)
    both, newest = receiver.came
    assert both.signed_with(webhook["secret"])
    assert both.signed_with(rotated["secret"])
    assert newest.signed_with(rotated["secret"])
    assert not newest.signed_with(webhook["secret"])


async def test_a_slow_address_holds_up_no_other(ledger: Running, people: People, receiver: Receiver) -> None:
    async with receiving() as slow:
        slow.answers = ["hang"]
        await add(people, slow)
        await add(people, receiver)
        await ledger.publish(a_loan())
        await some_payments(ledger, 3)
        async with handing_out(ledger) as outlets:
            await came(receiver, 4)
            await came(slow, 1)
            outlets.stop()
            for task in outlets._serving:
                task.cancel()
    assert len(slow.came) == 1


async def test_two_replicas_deliver_each_event_once(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    await ledger.publish(a_loan())
    await some_payments(ledger, 40)
    async with handing_out(ledger), handing_out(ledger):
        await came(receiver, 41)
        await became(people, webhook, has_more=False)
    ids = [one.headers["webhook-id"] for one in receiver.came]
    assert ids == [one["id"] for one in (await people.get("feed", PLATFORM))["data"]]


async def test_a_webhook_that_fell_behind_what_is_kept_says_so(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    path = f"webhooks/{webhook['webhook']['webhook_id']}"
    await people.post(f"{path}/pause", None, PLATFORM, 200)
    await ledger.publish(a_loan())
    await ledger.settled()
    await ledger.database.execute("UPDATE result SET published_at = published_at - interval '31 days'")
    async with handing_out(ledger):
        await until(lambda: ledger.value("SELECT count(*) = 0 FROM result"), "it is removed")
        await some_payments(ledger, 1)
        await people.post(f"{path}/resume", {}, PLATFORM, 200)
        await became(people, webhook, status="disabled", reason="events_expired")
        place = (await people.get("feed", PLATFORM, limit=1))["cursor"]
        await people.post(f"{path}/resume", {"after": place}, PLATFORM, 200)
        await became(people, webhook, status="active", has_more=False)
    assert receiver.came == []


async def test_a_name_that_leads_to_a_private_address_is_not_called(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    """`localhost` says nothing of itself: where it leads is looked at when it is called."""
    body = {"url": f"https://localhost:{receiver.port}/hook"}
    webhook = await people.post("webhooks", body, PLATFORM, 201)
    await ledger.publish(a_loan())
    await ledger.settled()
    async with handing_out(ledger, networks=()):
        failing = await became(people, webhook, failures=1)
    assert failing["last_error"] == "address refused: not on the public internet"
    assert receiver.came == []


async def test_a_webhook_is_its_lenders_affair_alone(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    webhook = await add(people, receiver)
    path = f"webhooks/{webhook['webhook']['webhook_id']}"
    await people.get(path, OTHERS, 404)
    assert (await people.get("webhooks", OTHERS))["data"] == []
    for action, body in (("pause", None), ("resume", {}), ("remove", None), ("rotate", {"secret_number": 1})):
        await people.post(f"{path}/{action}", body, OTHERS, 404)
    await people.post("webhooks", {"url": receiver.url}, OLGA, 403)
    await people.post("webhooks", {"url": receiver.url, "lender": "acme"}, OTHERS, 404)
    (listed,) = (await people.get("webhooks", PLATFORM))["data"]
    assert listed["url"] == receiver.url
    await people.post(f"{path}/remove", None, PLATFORM, 200)
    await people.get(path, PLATFORM, 404)


async def test_what_speaks_against_a_webhook_is_said_and_a_repeated_request_adds_one(
    ledger: Running, people: People, receiver: Receiver
) -> None:
    refused = await people.post("webhooks", {"url": "http://10.0.0.1/"}, PLATFORM, 422)
    assert refused["code"] == "address_refused"
    unknown = await people.post("webhooks", {"url": receiver.url, "types": ["Nothing"]}, PLATFORM, 422)
    assert unknown["code"] == "event_unknown"
    first = await people.post("webhooks", {"url": receiver.url}, PLATFORM, 201, key="same")
    again = await people.post("webhooks", {"url": receiver.url}, PLATFORM, 201, key="same")
    assert first["webhook"] == again["webhook"]
    assert first["secret"].startswith("whsec_")
    assert again["secret"] is None
    for _ in range(9):
        await add(people, receiver)
    assert (await people.post("webhooks", {"url": receiver.url}, PLATFORM, 409))[
        "code"
    ] == "too_many_webhooks"
    stored = await ledger.value("SELECT string_agg(convert_from(answer, 'UTF8'), ' ') FROM inbox")
    assert "whsec_" not in stored
    assert KEY not in str(await ledger.rows("SELECT * FROM webhook"))


async def test_a_ledger_without_a_key_adds_no_webhook(ledger: Running, receiver: Receiver) -> None:
    bare = LedgerSettings(database_url=NOWHERE, kafka_bootstrap="none", webhook_networks="127.0.0.0/8")
    async with calling(an_app(ledger.service, ledger_router(ledger.service, Lenders(bare)))) as client:
        refused = await People(client).post("webhooks", {"url": receiver.url}, PLATFORM, 409)
    assert refused["code"] == "webhooks_not_signed"
