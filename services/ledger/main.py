"""The ledger's wiring."""

from datetime import timedelta

from fastapi import FastAPI

from services.ledger.adapters.calendars import calendar
from services.ledger.adapters.lenders import Lenders
from services.ledger.adapters.webhook_http import networks_of
from services.ledger.api import ledger_router
from services.ledger.domain.reference import Reference
from services.ledger.flow import FLOW
from services.ledger.settings import MIGRATIONS, LedgerSettings, rate_caps_of
from services.ledger.store.results import KEEP_PUBLISHED
from services.ledger.webhooks import Outlets, OutletSettings
from shared.database import tls_context
from shared.main import make_app
from shared.quick import replace
from shared.service import Service, Source

SOURCES = (
    Source("", topics=["clock", "hardship-events", "reminder-events"], per_lender=["loan-events"]),
    Source("holds", topics=["holds"]),
)
"""What the ledger reads. Holds have a consumer of their own, so that nothing stands before them."""


REFERENCE = Reference(calendar)
"""What the ledger's decisions look up; the caps of lenders' rates come from the settings."""


def outlets(settings: LedgerSettings) -> OutletSettings:
    """How results are kept and handed out."""
    return OutletSettings(
        key=settings.webhook_key.get_secret_value().encode() if settings.webhook_key else None,
        networks=networks_of(settings.webhook_networks),
        tls=tls_context(settings.webhook_ca_file),
        give_up_after=timedelta(days=settings.webhook_give_up_days),
        keep=timedelta(days=settings.feed_keep_days),
    )


def make(settings: LedgerSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application."""
    settings = settings or LedgerSettings()
    service = Service(
        FLOW,
        settings,
        SOURCES,
        reference=replace(REFERENCE, rate_caps=rate_caps_of(settings.rate_caps)),
        dispatcher=lambda running: Outlets(running, outlets(settings)),
        let_go=KEEP_PUBLISHED,
        migrations=MIGRATIONS,
    )
    app = make_app(
        service,
        title="Huancui ledger",
        description="What is owed: loans, schedules, payments, and the journal behind them.",
        routers=[ledger_router(service, Lenders(settings))],
    )
    return service, app
