"""What surrounds every request: its id, limits, headers, measurement, the answer when our code fails."""

import re
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.commands import Unavailable
from shared.database import is_infrastructure, sqlstate
from shared.errors import DomainError
from shared.http.problems import (
    InternalError,
    LinesExpected,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    problem_response,
)
from shared.observe import Metrics

log = structlog.get_logger()

BODY_BYTES_MAX = 1024 * 1024
LINES_BYTES_MAX = 64 * 1024 * 1024
LINES_TYPE = "application/x-ndjson"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# PostgreSQL takes no U+0000 in a text, which JSON and paths may hold.
_NO_TEXT = frozenset({"22021", "22P05"})
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_NOTHING_ACTIVE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Edge:
    """The outermost layer.

    `templates` gives the whole path of a route by its identity: a label of metrics must not hold ids. `pages`
    are the paths whose answers a browser renders with scripts, `lines` those that take a body of lines.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        body_bytes_max: int,
        templates: Mapping[int, str],
        pages: frozenset[str] = frozenset(),
        lines: frozenset[str] = frozenset(),
    ) -> None:
        self._app, self._metrics, self._body_bytes_max = app, metrics, body_bytes_max
        self._templates, self._pages, self._lines = templates, pages, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever the application raises becomes a 500 without internals."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0
        request_id = scope["huancui.request_id"] = _request_id(scope)
        added = [*_HEADERS, (b"x-request-id", request_id.encode())]
        if scope["path"] not in self._pages:
            added.append(_NOTHING_ACTIVE)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with(list(message.get("headers", ())), added)
            await send(message)

        try:
            await self._serve(scope, receive, sending)
        except Exception as error:
            if status:
                raise  # half an answer is out: the server must cut the connection, lest it look whole
            await _refuse(scope, receive, sending, told(error, request_id))
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = self._templates.get(id(scope.get("route")), "none")
            self._metrics.http_request(route, method, status, perf_counter() - began)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        takes_lines = scope["path"] in self._lines
        limit = LINES_BYTES_MAX if takes_lines else self._body_bytes_max
        fits = _is_lines if takes_lines else _is_json
        if length.isdigit() and int(length[:12]) > limit:
            await _refuse(scope, receive, send, PayloadTooLarge(bytes_max=limit))
        elif _has_body(length, headers) and not fits(headers.get(b"content-type", b"")):
            await _refuse(scope, receive, send, LinesExpected() if takes_lines else UnsupportedMediaType())
        else:
            await self._app(scope, self._limited(receive, limit), send)

    @staticmethod
    def _limited(receive: Receive, limit: int) -> Receive:
        """The body may come in chunks without a length: count what really comes."""
        read = 0

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise HTTPException(413)
            return message

        return receiving


def told(error: Exception, request_id: str) -> DomainError:
    """What a caller is told of an error that no rule foresaw."""
    if sqlstate(error) in _NO_TEXT:
        return ValidationFailed()
    if is_infrastructure(error):
        log.warning("request_not_served", request_id=request_id, error=type(error).__name__)
        return Unavailable()
    log.error("request_failed", request_id=request_id, error=type(error).__name__, exc_info=error)
    return InternalError()


async def _refuse(scope: Scope, receive: Receive, send: Send, error: DomainError) -> None:
    response = problem_response(error, path=scope["path"], request_id=scope["huancui.request_id"])
    await response(scope, receive, send)


def _request_id(scope: Scope) -> str:
    given: bytes = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _has_body(length: bytes, headers: dict[bytes, bytes]) -> bool:
    return length.strip(b"0") != b"" or b"transfer-encoding" in headers


def _is_json(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


def _is_lines(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == LINES_TYPE.encode()


def _with(headers: list[tuple[bytes, bytes]], added: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return headers + [pair for pair in added if pair[0] not in present]
