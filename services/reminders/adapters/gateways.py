"""SMS by any gateway that takes JSON over HTTP, and messages to a platform's own app by a signed webhook."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from shared.messaging.sends import NeverTaken, TryLater
from shared.signatures import signatures

_CONFLICT, _TOO_EARLY, _TOO_MANY, _TIMED_OUT = 409, 425, 429, 408
_OUR_FAULT = frozenset({401, 402, 403, 404, 405})
"""Our key, our account or our address of the gateway is wrong: another number would fare no better."""
_LATER = frozenset({_CONFLICT, _TOO_EARLY, _TOO_MANY, _TIMED_OUT}) | _OUR_FAULT


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """How a gateway wants its requests: the names of its fields, its key, and where it gives its own id."""

    url: str
    sender: str
    token: str | None = field(default=None, repr=False)
    to_field: str = "to"
    text_field: str = "text"
    sender_field: str = "from"
    id_field: str = "id"
    idempotency_header: str = "Idempotency-Key"
    answers_within_s: float = 15.0


@dataclass(frozen=True, slots=True)
class AppSettings:
    """A platform's address for messages to its app, and the secrets that sign them, the newest first."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    answers_within_s: float = 15.0


class _Gateway:
    def __init__(self, answers_within_s: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            timeout=answers_within_s, transport=transport, trust_env=False, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        try:
            answer = await self._client.post(
                url, content=body, headers={"Content-Type": "application/json", **headers}
            )
        except httpx.HTTPError as error:
            raise TryLater(type(error).__name__) from None
        if answer.is_success:
            return answer
        # Nothing that it answered is kept: numbers and texts may be in it.
        status = f"status {answer.status_code}"
        if answer.is_client_error and answer.status_code not in _LATER:
            raise NeverTaken(status)
        raise TryLater(status)


class SmsGateway(_Gateway):
    """Hands SMS to a gateway."""

    def __init__(self, settings: SmsSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings.answers_within_s, transport)
        self._settings = settings

    async def send(self, send_id: UUID, to: str, text: str) -> str:
        """Hand one SMS in; the gateway's id of it. Raises TryLater or NeverTaken."""
        settings = self._settings
        body = {settings.to_field: to, settings.text_field: text, settings.sender_field: settings.sender}
        headers = {settings.idempotency_header: str(send_id)}
        if settings.token is not None:
            headers["Authorization"] = f"Bearer {settings.token}"
        answer = await self._post(settings.url, json.dumps(body, ensure_ascii=False).encode(), headers)
        return _named(answer, settings.id_field)


class AppGateway(_Gateway):
    """Hands messages to a platform's app, signed (Standard Webhooks)."""

    def __init__(self, settings: AppSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings.answers_within_s, transport)
        self._settings = settings

    async def send(
        self, send_id: UUID, borrower_reference: str, text: str, language: str, signed_at: datetime
    ) -> str:
        """Hand one message in; its id there is the send's. Raises TryLater or NeverTaken."""
        body = json.dumps(
            {"borrower_reference": borrower_reference, "text": text, "language": language}, ensure_ascii=False
        ).encode()
        stamp = int(signed_at.timestamp())
        headers = {
            "webhook-id": str(send_id),
            "webhook-timestamp": str(stamp),
            "webhook-signature": signatures(self._settings.secrets, str(send_id), stamp, body),
        }
        await self._post(self._settings.url, body, headers)
        return str(send_id)


def _named(answer: httpx.Response, name: str) -> str:
    """What the gateway calls the message; nothing where it says none that can be kept."""
    try:
        told: Any = answer.json()
    except ValueError:
        return ""
    found = told.get(name) if isinstance(told, dict) else None
    return str(found) if isinstance(found, str | int) and len(str(found)) <= 200 else ""
