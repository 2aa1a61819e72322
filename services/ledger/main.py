"""The ledger's wiring."""

from fastapi import FastAPI

from services.ledger.adapters.calendars import calendar
from services.ledger.adapters.lenders import Lenders
from services.ledger.api import ledger_router
from services.ledger.domain.reference import Reference
from services.ledger.flow import FLOW
from services.ledger.settings import MIGRATIONS, LedgerSettings
from shared.main import make_app
from shared.service import Service, Source

SOURCES = (
    Source("", topics=["clock", "hardship-events", "reminder-events"], per_lender=["loan-events"]),
    Source("holds", topics=["holds"]),
)
"""What the ledger reads. Holds have a consumer of their own, so that nothing stands before them."""


REFERENCE = Reference(calendar)
"""What the ledger's decisions look up."""


def make(settings: LedgerSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application."""
    settings = settings or LedgerSettings()
    service = Service(
        FLOW,
        settings,
        SOURCES,
        reference=REFERENCE,
        migrations=MIGRATIONS,
    )
    app = make_app(
        service,
        title="Huancui ledger",
        description="What is owed: loans, schedules, payments, and the journal behind them.",
        routers=[ledger_router(service, Lenders(settings))],
    )
    return service, app
