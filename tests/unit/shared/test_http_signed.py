from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter

from shared.clock import system_now
from shared.decision import Role
from shared.http import Allow, Signed
from shared.scopes import Scope
from shared.signatures import signatures
from tests.web import Stub, an_app, bearer, calling

SECRET, FORMER = b"s" * 32, b"f" * 32
BODY = b'{"text":"STOP"}'


def an_application(*secrets: bytes) -> Any:
    router = APIRouter(dependencies=[Allow(Scope.REPLIES_TAKE), Signed(secrets)])

    @router.post("/replies")
    async def take(body: dict[str, str]) -> dict[str, str]:
        """Give back what came."""
        return body

    return an_app(Stub(), router)


def signed(secret: bytes = SECRET, body: bytes = BODY, age_s: int = 0) -> dict[str, str]:
    stamp, id_ = int(system_now().timestamp()) - age_s, str(UUID(int=1))
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signatures([secret], id_, stamp, body),
        "content-type": "application/json",
    }


async def handed_in(
    headers: dict[str, str], *secrets: bytes, role: Role | None = Role.INTEGRATOR
) -> httpx.Response:
    async with calling(an_application(*secrets)) as client:
        known = {} if role is None else bearer(role)
        return await client.post("/v1/replies", content=BODY, headers={**headers, **known})


async def test_what_is_signed_with_a_secret_in_use_is_taken() -> None:
    for secret in (SECRET, FORMER):
        answer = await handed_in(signed(secret), SECRET, FORMER)
        assert (answer.status_code, answer.json()) == (200, {"text": "STOP"})


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: signed(FORMER),
        lambda: signed(body=b"{}"),
        lambda: signed(age_s=400),
        lambda: {**signed(), "webhook-id": "another"},
    ],
    ids=["none", "another secret", "another body", "too old", "another id"],
)
async def test_whatever_else_is_refused(headers: Callable[[], dict[str, str]]) -> None:
    answer = await handed_in({"content-type": "application/json", **headers()}, SECRET)
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_invalid")


async def test_where_no_secret_is_known_nothing_is_taken() -> None:
    assert (await handed_in(signed())).status_code == 403


async def test_a_signature_replaces_no_token() -> None:
    assert (await handed_in(signed(), SECRET, role=None)).status_code == 401
    assert (await handed_in(signed(), SECRET, role=Role.AUDITOR)).status_code == 403
