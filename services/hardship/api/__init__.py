"""Hardship's routes."""

from fastapi import APIRouter

from services.hardship.api.cases import cases_router
from services.hardship.api.help import Help, Tools
from services.hardship.api.plans import plans_router
from services.hardship.api.risk import risk_router
from services.hardship.api.standing_routes import standing_router
from shared.service import Service


def hardship_router(service: Service, tools: Tools) -> APIRouter:
    """Hardship's routes over one running service."""
    router, help_ = APIRouter(), Help(service, tools)
    for one in (
        cases_router(help_),
        plans_router(help_),
        risk_router(help_),
        standing_router(service, tools.sealer),
    ):
        router.include_router(one)
    return router
