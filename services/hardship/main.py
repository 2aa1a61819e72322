"""Hardship's wiring."""

from fastapi import FastAPI

from services.hardship.adapters.calendars import closed_days
from services.hardship.adapters.case_policies import read_case_policies
from services.hardship.adapters.hold_policies import read_hold_policies
from services.hardship.api import hardship_router
from services.hardship.domain.reference import Reference
from services.hardship.flow import FLOW
from services.hardship.settings import MIGRATIONS, HardshipSettings
from shared.main import make_app
from shared.service import Service, Source

SOURCES = (
    Source(
        "",
        topics=["clock", "ledger-events", "reminder-events", "mediation-events", "care-events"],
        per_lender=["loan-events"],
    ),
)
"""What hardship reads."""

REFERENCE = Reference(read_hold_policies(), read_case_policies(), closed_days)
"""What its decisions look up."""


def make(settings: HardshipSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application."""
    settings = settings or HardshipSettings()
    service = Service(FLOW, settings, SOURCES, reference=REFERENCE, migrations=MIGRATIONS)
    app = make_app(
        service,
        title="Huancui hardship",
        description="Help for those who cannot pay: cases, plans that fit, holds, disputes and complaints.",
        routers=[hardship_router(service)],
    )
    return service, app
