"""What every service's `main.py` does: settings, logs, traces, the application, and a graceful end."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import uvicorn
from fastapi import APIRouter, FastAPI

from shared.http import create_app
from shared.http.edge import BODY_BYTES_MAX
from shared.observe import configure_logs, configure_traces
from shared.operations import operations_router
from shared.service import Service

REQUESTS_END_WITHIN_S = 5


def product_version() -> str:
    """The version of the installed package, or that of a source tree."""
    try:
        return version("huancui")
    except PackageNotFoundError:
        return "0.1.0"


def make_app(
    service: Service,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    body_bytes_max: int = BODY_BYTES_MAX,
) -> FastAPI:
    """The application of a service, which starts and stops with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    return create_app(
        service,
        title=title,
        description=description,
        version=product_version(),
        # Without this role only health, readiness and metrics are served.
        routers=[*routers, operations_router(service)] if service.settings.role_http else [],
        cursor_secret=service.settings.cursor_secret,
        lifespan=lifespan,
        body_bytes_max=body_bytes_max,
    )


def serve(make: Callable[[], tuple[Service, FastAPI]]) -> None:
    """Run one service until SIGTERM or SIGINT: then it takes nothing new and finishes what is in hand."""
    service, app = make()
    settings = service.settings
    configure_logs(settings.log_level)
    configure_traces(service.flow.service, settings.otlp_endpoint)
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN_S,
        server_header=False,
    )
