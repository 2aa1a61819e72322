"""`python -m benchmarks.raw_imports`: imports what a service is built on, and waits: the limit of memory."""

import signal

import aiokafka
import asyncpg
import fastapi
import httpx
import joserfc.jwt
import opentelemetry.trace
import prometheus_client
import pydantic_settings
import sqlalchemy.ext.asyncio
import structlog
import uvicorn
import uvloop

IMPORTED = (
    aiokafka,
    asyncpg,
    fastapi,
    httpx,
    joserfc.jwt,
    opentelemetry.trace,
    prometheus_client,
    pydantic_settings,
    sqlalchemy.ext.asyncio,
    structlog,
    uvicorn,
    uvloop,
)

if __name__ == "__main__":
    assert IMPORTED
    signal.pause()
