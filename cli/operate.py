"""What an operator asks of a service of the local stack: its parked messages, its audit, its brakes."""

from typing import Any
from uuid import uuid4

import httpx

from cli.access import local_token, reason_of
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.decision import Role

ANSWERS_WITHIN_S = 60.0


class Operator:
    """An administrator at one service's API. Every call raises StackError with the service's own reason."""

    def __init__(
        self, layout: Layout, service: str, who: str, transport: httpx.BaseTransport | None = None
    ) -> None:
        token = local_token(layout, Role.ADMINISTRATOR, subject=who)
        self._client = httpx.Client(
            base_url=f"{layout.url(service)}/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=ANSWERS_WITHIN_S,
            trust_env=False,
            transport=transport,
        )
        self._service = service

    def every(self, path: str) -> list[dict[str, Any]]:
        """All pages of a list."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self._asked("GET", path, params={"limit": "100", **cursor})
            rows += page["data"]
            if not page["has_more"]:
                return rows
            cursor = {"cursor": page["next_cursor"]}

    def read(self, path: str) -> Any:
        """One answer as it is."""
        return self._asked("GET", path)

    def do(self, path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> dict[str, Any]:
        """One write."""
        done: dict[str, Any] = self._asked(method, path, json=body, headers={"Idempotency-Key": uuid4().hex})
        return done

    def _asked(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise StackError(
                f"{self._service} does not answer ({type(error).__name__}): see ./huancui status"
            ) from error
        if not answer.is_success:
            raise StackError(f"{self._service} refused: {reason_of(answer)}")
        return answer.json()
