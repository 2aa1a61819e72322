"""SMS and app messages, handed to gateways that answer as real ones do."""

import json
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from services.reminders.adapters.gateways import AppGateway, AppSettings, SmsGateway, SmsSettings
from shared.messaging.sends import NeverTaken, TryLater
from shared.signatures import is_signed

SEND, NOW = UUID(int=5), datetime(2026, 3, 1, tzinfo=UTC)
SMS = SmsSettings("https://sms.example/send", "Acme", "t0ken", to_field="phone", id_field="sid")
APP = AppSettings("https://bank.example/messages", (b"n" * 32, b"o" * 32))


class Answering:
    """A gateway that keeps what it was asked."""

    def __init__(self, status: int = 200, body: str = '{"sid": "X1"}') -> None:
        self._status, self._body = status, body
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self._status, text=self._body)


async def send_sms(answering: Answering) -> str:
    async with SmsGateway(SMS, httpx.MockTransport(answering)) as gateway:
        return await gateway.send(SEND, "+8613800138000", "您好")


async def test_an_sms_is_handed_over_in_the_gateways_own_fields_with_an_idempotency_key() -> None:
    answering = Answering()
    assert await send_sms(answering) == "X1"
    (asked,) = answering.asked
    assert json.loads(asked.content) == {"phone": "+8613800138000", "text": "您好", "from": "Acme"}
    assert asked.headers["idempotency-key"] == str(SEND)
    assert asked.headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("status", [401, 403, 408, 409, 425, 429, 500, 503, 302])
async def test_what_is_no_fault_of_the_number_is_tried_later(status: int) -> None:
    with pytest.raises(TryLater):
        await send_sms(Answering(status))


@pytest.mark.parametrize("status", [400, 410, 422])
async def test_a_number_that_is_refused_is_never_tried_again(status: int) -> None:
    with pytest.raises(NeverTaken, match=f"status {status}"):
        await send_sms(Answering(status, "+8613800138000 is no number"))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"sid": null}', f'{{"sid": "{"x" * 300}"}}'])
async def test_a_gateway_that_gives_no_id_has_taken_it_all_the_same(body: str) -> None:
    assert await send_sms(Answering(body=body)) == ""


async def test_a_message_to_an_app_is_signed_with_every_secret() -> None:
    answering = Answering(202, "")
    async with AppGateway(APP, httpx.MockTransport(answering)) as gateway:
        assert await gateway.send(SEND, "B-1", "你好", "zh-Hans", NOW) == str(SEND)
    (asked,) = answering.asked
    for secret in APP.secrets:
        assert is_signed(
            [secret],
            asked.headers["webhook-id"],
            asked.headers["webhook-timestamp"],
            asked.headers["webhook-signature"],
            asked.content,
            NOW,
        )


async def test_a_gateway_that_cannot_be_reached_is_tried_later() -> None:
    def fails(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    async with SmsGateway(SMS, httpx.MockTransport(fails)) as gateway:
        with pytest.raises(TryLater, match="ConnectError"):
            await gateway.send(SEND, "+8613800138000", "您好")


def test_secrets_stand_in_no_log() -> None:
    assert "t0ken" not in repr(SMS)
    assert "nnnn" not in repr(APP)
