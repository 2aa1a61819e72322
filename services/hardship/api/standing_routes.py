"""All routes of holds, breathing space, disputes and complaints."""

from fastapi import APIRouter

from services.hardship.api.complaints import complaints_router
from services.hardship.api.disputes import disputes_router
from services.hardship.api.hold_requests import requests_router
from services.hardship.api.holds import holds_router
from services.hardship.api.moratoria import moratoria_router
from services.hardship.api.standing import Standing
from shared.sealed import Sealer
from shared.service import Service


def standing_router(service: Service, sealer: Sealer) -> APIRouter:
    """They show and change what stands still; `sealer` keeps the texts of it."""
    standing, router = Standing(service, sealer), APIRouter()
    for one in (holds_router, requests_router, moratoria_router, disputes_router, complaints_router):
        router.include_router(one(service, standing))
    return router
