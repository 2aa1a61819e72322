"""`create_app`: a service's routers with everything that the conventions ask of them."""

import asyncio
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from shared.access import Access, KeyFile, Keys, KeysMissing, KeyUrl
from shared.commands import Door
from shared.errors import DomainError
from shared.http.edge import BODY_BYTES_MAX, LINES_TYPE, Edge
from shared.http.guard import Allow, Guard, OpenToAll
from shared.http.openapi import document
from shared.http.pages import DOCUMENT_PAGE, add_document_page
from shared.http.problems import PAGE, on_domain_error, on_http_exception, on_invalid_request, problem_page
from shared.http.reads import ReadAudit
from shared.http.versions import NotModified
from shared.observe import Metrics
from shared.scopes import Scope
from shared.settings import ServiceSettings
from shared.upkeep import Check

READY_WITHIN_S = 5.0

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Served(Protocol):
    """What the HTTP side needs of a service."""

    @property
    def settings(self) -> ServiceSettings:
        """Its settings."""

    @property
    def door(self) -> Door:
        """Its way in."""

    @property
    def metrics(self) -> Metrics:
        """Its metrics."""

    @property
    def engine(self) -> AsyncEngine:
        """Its database."""

    async def readiness(self) -> list[Check]:
        """What must be well for it to be ready."""


class Unguarded(Exception):
    """A route under /v1 does not say by `Allow`, or `PUBLIC`, who may use it."""


def create_app(
    service: Served,
    *,
    title: str,
    description: str,
    version: str,
    routers: Sequence[APIRouter],
    tags: Sequence[dict[str, Any]] = (),
    keys: Keys | None = None,
    cursor_secret: SecretStr | None = None,
    lifespan: Lifespan | None = None,
    body_bytes_max: int = BODY_BYTES_MAX,
    ready_within_s: float = READY_WITHIN_S,
) -> FastAPI:
    """The application that serves `routers` under /v1; health, readiness, metrics and version beside them.

    `keys` override those of the settings. `cursor_secret` must be the same in all replicas of a service;
    without one, a cursor is good in the process that made it. Nothing is served that anyone could use: raises
    Unguarded when a route does not say who may use it, KeysMissing when no key verifies tokens.
    """
    app = FastAPI(
        title=title,
        description=description,
        version=version,
        openapi_tags=list(tags),
        servers=[{"url": "/", "description": "This service"}],
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"metrics": False, "logs": False, "operation_spans": False},
    )
    _give_state(app, service, keys, cursor_secret)
    for router in routers:
        app.include_router(router, prefix="/v1")
    app.include_router(_plain_routes(service, title, version, ready_within_s))
    add_document_page(app)
    _refuse_unguarded(app)
    _handle_errors(app)
    app.add_middleware(
        Edge,
        metrics=service.metrics,
        body_bytes_max=body_bytes_max,
        templates={id(one.original_route): one.path or "" for one in iter_route_contexts(app.routes)},
        pages=frozenset({DOCUMENT_PAGE}),
        lines=_paths_of_lines(app),
    )
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def _give_state(app: FastAPI, service: Served, keys: Keys | None, cursor_secret: SecretStr | None) -> None:
    """What the dependencies of routes find in their application."""
    settings, secret = service.settings, cursor_secret and cursor_secret.get_secret_value().encode()
    app.state.access = Access(
        keys or _configured_keys(settings), issuer=settings.issuer, audience=settings.audience
    )
    app.state.door = service.door
    app.state.read_audit = ReadAudit(service.engine)
    app.state.engine = service.engine
    app.state.cursor_secret = secret or secrets.token_bytes(32)


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(NotModified, _on_not_modified)


def _configured_keys(settings: ServiceSettings) -> Keys:
    if settings.jwks_file is not None:
        return KeyFile(settings.jwks_file)
    if settings.jwks_url is not None:
        return KeyUrl(settings.jwks_url)
    raise KeysMissing("set HUANCUI_JWKS_FILE or HUANCUI_JWKS_URL")


async def _on_not_modified(_: Request, unchanged: Exception) -> Response:
    assert isinstance(unchanged, NotModified)
    return Response(status_code=304, headers={"ETag": unchanged.tag})


def _refuse_unguarded(app: FastAPI) -> None:
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if not path.startswith("/v1"):
            continue
        is_api = isinstance(route.original_route, APIRoute)
        if not is_api or not any(isinstance(d.call, Guard | OpenToAll) for d in dependants(route.dependant)):
            raise Unguarded(f"{path} depends on no Allow(...)")


def _paths_of_lines(app: FastAPI) -> frozenset[str]:
    """The routes that take a body of lines, as their documentation says."""
    routes = iter_route_contexts(app.routes)
    return frozenset(one.path or "" for one in routes if _takes_lines(one.original_route))


def _takes_lines(route: object) -> bool:
    extra: dict[str, Any] = getattr(route, "openapi_extra", None) or {}
    return LINES_TYPE in extra.get("requestBody", {}).get("content", {})


def dependants(dependant: Dependant) -> Iterator[Dependant]:
    """All that a route depends on, directly or through others."""
    for one in dependant.dependencies:
        yield one
        yield from dependants(one)


def _plain_routes(service: Served, title: str, version: str, ready_within_s: float) -> APIRouter:
    """What load balancers, monitors and readers of problems ask for. Open to all but the metrics."""
    router = APIRouter(tags=["running"])

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        """Whether this process turns. It says nothing about what it depends on."""
        return {"status": "live"}

    @router.get("/health/ready", responses={503: {"description": "Not ready"}})
    async def ready() -> JSONResponse:
        """Whether this process can serve, and what is missing if not."""
        try:
            checks = await asyncio.wait_for(service.readiness(), ready_within_s)
        except TimeoutError:
            checks = [Check("readiness", False, "takes too long")]
        ok = all(check.ok for check in checks)
        told = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
        return JSONResponse(
            {"ready": ok, "checks": told}, 200 if ok else 503, None if ok else {"Retry-After": "2"}
        )

    @router.get(
        "/metrics",
        dependencies=[] if service.settings.metrics_open else [Allow(Scope.METRICS_READ)],
        response_class=Response,
        responses={200: {"content": {METRICS_TYPE: {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        """Metrics in Prometheus' text form. They need a token, unless the setting `metrics_open` is on."""
        return Response(service.metrics.exposition(), headers={"Content-Type": METRICS_TYPE})

    @router.get("/version")
    async def version_of_service() -> dict[str, str]:
        """What runs here."""
        return {"service": title, "version": version, "python": sys.version.split()[0]}

    @router.get(PAGE, response_class=HTMLResponse)
    async def problems() -> HTMLResponse:
        """What each kind of problem means."""
        return HTMLResponse(problem_page(title))

    return router
