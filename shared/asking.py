"""Asking another service over HTTP: within a time, with few repetitions, under a token that others renew."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

ATTEMPTS_MAX = 3
PAUSE_S = 0.1
SERVER_ERROR = 500


class Peer:
    """One other service. `within_s` bounds an answer with all repetitions; `transport` stands for the network
    in tests. The token's file is read anew each time: tokens are short-lived, and whoever renews them writes
    it.
    """

    def __init__(
        self,
        url: str,
        token_file: Path | None,
        within_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._token_file, self._within_s = token_file, within_s
        self._client = httpx.AsyncClient(base_url=url, transport=transport, trust_env=False, timeout=within_s)

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response | None:
        """What it answers, a refusal included; None where it does not answer in time, or fails each time.

        Only for questions that change nothing: they may arrive more than once.
        """
        try:
            async with asyncio.timeout(self._within_s):
                return await self._attempts(method, path, body)
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _attempts(self, method: str, path: str, body: Any) -> httpx.Response | None:
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                await asyncio.sleep(PAUSE_S * attempt)
            try:
                answer = await self._client.request(method, path, json=body, headers=self._headers())
            except httpx.TransportError:
                continue
            if answer.status_code < SERVER_ERROR:
                return answer
        return None

    def _headers(self) -> dict[str, str]:
        if self._token_file is None:
            return {}
        return {"Authorization": f"Bearer {self._token_file.read_text(encoding='utf-8').strip()}"}
