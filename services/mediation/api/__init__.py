"""Mediation's routes."""

from fastapi import APIRouter

from services.mediation.adapters.asking import Others
from services.mediation.api.cases import cases_router
from services.mediation.api.contents import contents_router
from services.mediation.api.desk import Desk
from services.mediation.api.mediators import mediators_router
from services.mediation.api.offers import offers_router
from shared.sealed import Sealer
from shared.service import Service


def mediation_router(service: Service, sealer: Sealer, others: Others) -> APIRouter:
    """Mediation's routes over one running service."""
    desk = Desk(service, sealer, others)
    router = APIRouter()
    for one in (cases_router(desk), contents_router(desk), offers_router(desk), mediators_router(desk)):
        router.include_router(one)
    return router
