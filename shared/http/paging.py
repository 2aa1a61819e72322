"""Lists in pages: `limit`, and a `cursor` that nobody but this service can make."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hmac import compare_digest, digest
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from shared.http.commands import caller_of
from shared.http.problems import BadRequest

T = TypeVar("T")
R = TypeVar("R")

LIMIT_MAX = 100
LIMIT = 50
_SIGNATURE_BYTES = 16


class CursorInvalid(BadRequest):
    """A cursor is the next_cursor of an earlier page of the same list, asked for by the same caller."""


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    data: list[T] = Field(description="In the list's order")
    has_more: bool = Field(description="Whether another page follows")
    next_cursor: str | None = Field(
        default=None, description="Give it back as `cursor` for the next page", examples=[None]
    )


class Pages:
    """Which page was asked for. A store reads `fetch` rows after `after`; `page` makes the answer of them."""

    def __init__(self, request: Request, limit: int, cursor: str | None) -> None:
        self._request, self.limit, self._cursor = request, limit, cursor

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than are shown, to know whether more follow."""
        return self.limit + 1

    @property
    def after(self) -> list[Any] | None:
        """Where the page before ended, as `page` was told; None for the first one. Raises CursorInvalid."""
        if self._cursor is None:
            return None
        try:
            raw = urlsafe_b64decode(self._cursor.encode("ascii"))
            signature, position = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            found = json.loads(position) if compare_digest(signature, self._sign(position)) else None
        except ValueError:
            found = None
        if not isinstance(found, list):
            raise CursorInvalid()
        return found

    def page(
        self, rows: Sequence[R], position: Callable[[R], Sequence[Any]], show: Callable[[R], T]
    ) -> Page[T]:
        """The answer: `position` says where a row stands in the order (JSON), `show` what is told of it."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        cursor = self._write(position(shown[-1])) if more else None
        return Page(data=[show(row) for row in shown], has_more=more, next_cursor=cursor)

    def _write(self, position: Sequence[Any]) -> str:
        text = json.dumps(list(position), default=str, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._sign(text) + text).decode()

    def _sign(self, position: bytes) -> bytes:
        """Bound to the list, its filters and the caller: a cursor serves nowhere else."""
        scope = self._request.scope
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        filters = sorted(pair for pair in query if pair[0] not in ("limit", "cursor"))
        bound = json.dumps([caller_of(self._request).id, scope["path"], filters]).encode()
        return digest(self._request.app.state.cursor_secret, bound + b"\n" + position, "sha256")[
            :_SIGNATURE_BYTES
        ]


async def _pages(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most")] = LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=1_000, description="The next_cursor of the page before")
    ] = None,
) -> Pages:
    return Pages(request, limit, cursor)


Paging = Annotated[Pages, Depends(_pages)]
"""Declares a route as a list."""
