"""The API document: FastAPI's own, with the errors that routes really give."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.http.commands import KEY_HEADER, KEY_LENGTH_MAX
from shared.http.problems import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{model}"
_MEANINGS = {
    400: "The request cannot be understood",
    401: "No valid token",
    403: "The role lacks the scope",
    404: "There is no such thing, or it is not yours to see",
    409: "It does not fit the present state, or the first request with this key still runs",
    412: "Changed by someone else meanwhile",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A rule forbids it, or the request does not have the documented form",
    428: "If-Match is needed",
    500: "The service failed",
    503: "The service cannot work now; try again",
}
_ALWAYS = (400, 401, 403, 404, 422, 500, 503)
_OF_CALLERS = (401, 403)
_WITH_BODY = (409, 413, 415)
_WITH_IF_MATCH = (412, 428)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=app.servers,
        )
        _complete(made)
        app.openapi_schema = made
    return app.openapi_schema


def _complete(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
    components["responses"] = {
        f"Problem{status}": {"description": meaning, "content": content, **_headers(status)}
        for status, meaning in _MEANINGS.items()
    }
    for path, item in made["paths"].items():
        for method, operation in item.items():
            _complete_operation(operation, method, served=path.startswith("/v1"))


def _complete_operation(operation: dict[str, Any], method: str, *, served: bool) -> None:
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        if parameter["name"] == KEY_HEADER:
            parameter["required"] = True
            parameter["schema"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": KEY_LENGTH_MAX,
                "pattern": "^[\\x21-\\x7e]+$",
            }
    guarded = "security" in operation
    statuses = [one for one in _ALWAYS if guarded or one not in _OF_CALLERS] if served or guarded else [500]
    if served and method in ("post", "put", "patch", "delete"):
        statuses += _WITH_BODY
    if any(parameter["name"].lower() == "if-match" for parameter in parameters):
        statuses += _WITH_IF_MATCH
    if any(parameter["name"].lower() == "if-none-match" for parameter in parameters):
        responses["304"] = {"description": "Not changed since"}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})


def _headers(status: int) -> dict[str, Any]:
    names = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 409: "Retry-After", 503: "Retry-After"}
    if status not in names:
        return {}
    return {"headers": {names[status]: {"schema": {"type": "string"}}}}
