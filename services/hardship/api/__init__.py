"""Hardship's routes."""

from fastapi import APIRouter

from shared.service import Service


def hardship_router(service: Service) -> APIRouter:
    """Hardship's routes over one running service."""
    router = APIRouter()
    return router
