"""`python -m benchmarks.raw_route`: a route that does nothing, under the same server: the limit of http."""

import uvicorn
from fastapi import FastAPI

from shared.settings import ServiceSettings

app = FastAPI()


@app.get("/health/ready")
async def ready() -> dict[str, bool]:
    """At once."""
    return {"ready": True}


@app.post("/v1/events", status_code=202)
async def take() -> dict[str, str]:
    """Take whatever comes."""
    return {"status": "applied"}


if __name__ == "__main__":
    settings = ServiceSettings()
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
