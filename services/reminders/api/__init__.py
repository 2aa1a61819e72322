"""The routes of reminders."""

from fastapi import APIRouter

from services.reminders.api.contacts import contacts_router
from services.reminders.api.desk import Desk, Tools
from services.reminders.api.learn import learn_router
from services.reminders.api.persons import persons_router
from services.reminders.api.replies import replies_router
from services.reminders.api.staff import staff_router
from services.reminders.api.texts import texts_router
from shared.service import Service

__all__ = ["Tools", "reminders_router"]


def reminders_router(service: Service, tools: Tools) -> APIRouter:
    """The routes of reminders over one running service."""
    router, desk = APIRouter(), Desk(service, tools)
    for one in (
        contacts_router(desk),
        persons_router(desk),
        replies_router(desk),
        staff_router(desk),
        texts_router(tools.tones),
        learn_router(tools.articles),
    ):
        router.include_router(one)
    return router
