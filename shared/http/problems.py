"""Every error as RFC 9457 `application/problem+json`; only this place knows which reason has which status."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.access import ScopeMissing, Unauthenticated
from shared.commands import StillRunning, Unavailable
from shared.errors import Conflict, DomainError, Forbidden, NotFound, Refused, StateChanged

MEDIA_TYPE = "application/problem+json"
PAGE = "/problems"
"""Where each service explains its problem types: the `type` of a problem is this path and its code."""
ERRORS_MAX = 50
POINTER_LENGTH_MAX = 200
SHORT_MAX = 3
"""Inputs up to this length tell of nobody, and messages name them by chance (CNY, 12)."""


class BadRequest(DomainError):
    """The request cannot be understood."""


class AddressUnknown(NotFound):
    """There is nothing at this address."""


class MethodNotAllowed(DomainError):
    """This address does not take this method."""


class NotAcceptable(DomainError):
    """The answer does not come in the form that was asked for."""


class PayloadTooLarge(DomainError):
    """The body is larger than this service takes."""


class UnsupportedMediaType(DomainError):
    """The body must be JSON, and be declared as application/json."""


class LinesExpected(UnsupportedMediaType):
    """The body must be lines of JSON, and be declared as application/x-ndjson."""


class ValidationFailed(Refused):
    """The request does not have the form that is documented. `errors` says where."""


class PreconditionFailed(Conflict):
    """This was changed by someone else meanwhile. Read it again, then decide again."""


class PreconditionRequired(DomainError):
    """Say by If-Match which version you have read, so that nobody's change is overwritten."""


class InternalError(DomainError):
    """The service failed. The cause is in its logs under this request_id."""


# The first class in a reason's ancestry that stands here gives the status.
_STATUSES: Mapping[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    Refused: 422,
    Forbidden: 403,
    Unauthenticated: 401,
    BadRequest: 400,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    PreconditionFailed: 412,
    StateChanged: 412,
    PayloadTooLarge: 413,
    UnsupportedMediaType: 415,
    PreconditionRequired: 428,
    InternalError: 500,
    Unavailable: 503,
    DomainError: 422,
}
_OF_THE_ROUTER: Mapping[int, type[DomainError]] = {
    400: BadRequest,
    404: AddressUnknown,
    405: MethodNotAllowed,
    406: NotAcceptable,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
}
_RETRY_AFTER_S: Mapping[type[DomainError], int] = {StillRunning: 1, Unavailable: 2}
# Messages of these kinds repeat what was sent.
_PLAIN: Mapping[str, str] = {
    "json_invalid": "The body is not valid JSON",
    "uuid_parsing": "Input should be a valid UUID",
    "union_tag_invalid": "Input has a tag that is not known",
    "model_attributes_type": "Input should be an object",
}


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    location: str = Field(description="body, query, path or header", examples=["body"])
    pointer: str = Field(
        description="JSON pointer into the body, or the parameter's name", examples=["/amount/currency"]
    )
    code: str = Field(description="Kind of error", examples=["missing"])
    message: str = Field(
        description="What is wrong; it never repeats what was sent", examples=["Field required"]
    )


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(
        description="URI of the kind of problem, relative to this service", examples=["/problems#not_found"]
    )
    title: str = Field(description="What this kind of problem means", examples=["There is no such thing."])
    status: int = Field(description="HTTP status", examples=[404])
    detail: str = Field(description="What it means here", examples=["There is no such thing. (loan_id=1)"])
    instance: str = Field(description="Path of the request", examples=["/v1/loans/1"])
    code: str = Field(description="The kind of problem, for programs", examples=["not_found"])
    request_id: str = Field(description="Names this request in logs", examples=["0f8fad5bd9cb469fa165"])
    facts: dict[str, Any] | None = Field(default=None, description="What the reason rests on")
    errors: list[FieldError] | None = Field(default=None, description="What is wrong with the request's form")


def status_of(kind: type[DomainError]) -> int:
    """The HTTP status of a reason."""
    return next(_STATUSES[one] for one in kind.__mro__ if one in _STATUSES)


def problem_response(
    error: DomainError, *, path: str, request_id: str, errors: Sequence[FieldError] | None = None
) -> Response:
    """The response that tells `error` to the caller."""
    body = problem_body(error, path=path, request_id=request_id, errors=errors)
    content = to_json(body, fallback=str, inf_nan_mode="strings")
    return Response(content, body["status"], _headers(error), MEDIA_TYPE)


def problem_body(
    error: DomainError, *, path: str, request_id: str, errors: Sequence[FieldError] | None = None
) -> dict[str, Any]:
    """What is told of `error`, as a `Problem`."""
    kind = type(error)
    body: dict[str, Any] = {
        "type": f"{PAGE}#{error.code}",
        "title": _meaning(kind),
        "status": status_of(kind),
        "detail": error.text,
        "instance": path,
        "code": error.code,
        "request_id": request_id,
    }
    if error.facts:
        body["facts"] = error.facts
    if errors is not None:
        body["errors"] = [one.model_dump() for one in errors]
    return body


def _headers(error: DomainError) -> dict[str, str]:
    replayed = {"Idempotent-Replayed": "true"} if error.replayed else {}
    return replayed | _headers_of_kind(error)


def _headers_of_kind(error: DomainError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        failed = ', error="invalid_token"' if error.facts else ""
        return {"WWW-Authenticate": f'Bearer realm="huancui"{failed}'}
    if isinstance(error, ScopeMissing):
        scope = error.facts["scope"]
        return {"WWW-Authenticate": f'Bearer realm="huancui", error="insufficient_scope", scope="{scope}"'}
    seconds = next((s for kind, s in _RETRY_AFTER_S.items() if isinstance(error, kind)), None)
    return {"Retry-After": str(seconds)} if seconds is not None else {}


# -- from exceptions of the framework ------------------------------------------------------------------------


async def on_domain_error(request: Request, error: Exception) -> Response:
    """A rule said no."""
    assert isinstance(error, DomainError)
    return _answer(request, error)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The router, or a body that was cut short or is too large."""
    assert isinstance(error, HTTPException)
    kind = _OF_THE_ROUTER.get(error.status_code, BadRequest if error.status_code < 500 else InternalError)
    response = _answer(request, kind())
    if error.headers:
        response.headers.update(error.headers)
    return response


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """What was sent does not have the documented form."""
    assert isinstance(error, RequestValidationError)
    return _answer(request, ValidationFailed(), [_field_error(one) for one in error.errors()[:ERRORS_MAX]])


def field_errors(invalid: ValidationError) -> list[FieldError]:
    """What is wrong with a body that a model does not take."""
    found = invalid.errors(include_url=False)[:ERRORS_MAX]
    return [_field_error({**one, "loc": ("body", *one["loc"])}) for one in found]


def problem_of_line(
    request: Request, error: DomainError, invalid: ValidationError | None = None
) -> dict[str, Any]:
    """What is wrong with one line of a request that has many."""
    return problem_body(
        error,
        path=request.scope["path"],
        request_id=request_id_of(request),
        errors=field_errors(invalid) if invalid else None,
    )


def in_short(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem that would be too long, without its particulars."""
    kept = {name: value for name, value in problem.items() if name not in ("facts", "errors")}
    return {**kept, "detail": problem["title"]}


def request_id_of(request: Request) -> str:
    """The request's id, as its answer's header has it."""
    request_id: str = request.scope["huancui.request_id"]
    return request_id


def _answer(request: Request, error: DomainError, errors: Sequence[FieldError] | None = None) -> Response:
    return problem_response(
        error, path=request.scope["path"], request_id=request_id_of(request), errors=errors
    )


def _field_error(error: Mapping[str, Any]) -> FieldError:
    location, *path = (str(part) for part in error["loc"])
    kind, message = (
        error["type"],
        error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, "),
    )
    if kind in _PLAIN:
        message = _PLAIN[kind]
    elif any(_repeats(message, leaf) for leaf in _leaves(error.get("input"))):
        message = "Input is not valid"
    if location != "body":
        pointer = path[0] if path else ""
    elif kind == "json_invalid":
        pointer = ""
    else:
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    return FieldError(location=location, pointer=pointer[:POINTER_LENGTH_MAX], code=kind, message=message)


def _repeats(message: str, leaf: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(leaf)}(?!\w)", message) is not None


def _leaves(value: Any, budget: int = 200) -> Iterator[str]:
    """What an input consists of, as text; short parts are left out."""
    pending = [value]
    while pending and (budget := budget - 1) > 0:
        one = pending.pop()
        if isinstance(one, Mapping):
            pending += one.values()
        elif isinstance(one, list | tuple):
            pending += one
        elif isinstance(one, bytes):
            pending.append(one.decode(errors="replace"))
        elif one is not None and not isinstance(one, bool) and len(text := str(one)) > SHORT_MAX:
            yield text


# -- what the problems mean ----------------------------------------------------------------------------------


def _meaning(kind: type[DomainError]) -> str:
    return " ".join((kind.__doc__ or kind.code).split())


def problem_page(service: str) -> str:
    """An HTML page with every reason that this service's code can give; each `type` URI points into it."""
    kinds = sorted(DomainError.codes.values(), key=lambda kind: kind.code)
    rows = "".join(
        f'<dt id="{kind.code}"><code>{kind.code}</code> · {status_of(kind)}</dt>'
        f"<dd>{escape(_meaning(kind))}</dd>"
        for kind in kinds
    )
    title = f"Problems of {escape(service)}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><dl>{rows}</dl></html>"
    )
