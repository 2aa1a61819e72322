"""The page that shows an API's document to a person: all it needs comes from the service itself."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

DOCUMENT_PAGE = "/docs"
_FILES = f"{DOCUMENT_PAGE}/files"
_ONLY_OURS = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
_ONLY_OURS += "img-src 'self' data:; frame-ancestors 'none'"


def add_document_page(app: FastAPI) -> None:
    """Serve Swagger UI at /docs, from files that came with a package: many services have no internet."""

    @app.get(DOCUMENT_PAGE, include_in_schema=False)
    async def page() -> HTMLResponse:
        made = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{_FILES}/swagger-ui.css",
            swagger_favicon_url=f"{_FILES}/favicon.png",
        )
        made.headers["Content-Security-Policy"] = _ONLY_OURS
        return made

    app.mount(_FILES, StaticFiles(packages=[("fastapi_offline", "static")]))
