"""Mediation's wiring."""

from fastapi import FastAPI

from services.mediation.adapters.asking import Others, Where
from services.mediation.api import mediation_router
from services.mediation.domain.contents import EVIDENCE_BYTES_MAX
from services.mediation.flow import FLOW
from services.mediation.settings import MIGRATIONS, MediationSettings
from shared.main import make_app
from shared.sealed import read_sealer
from shared.service import Service, Source

SOURCES = (Source("", topics=["clock", "reminder-events", "hardship-events", "ledger-events"]),)
"""What mediation reads."""
BODY_BYTES_MAX = 2 * EVIDENCE_BYTES_MAX
"""A piece of evidence travels in base64: a third more than its size."""


def make(settings: MediationSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application."""
    settings = settings or MediationSettings()
    service = Service(FLOW, settings, SOURCES, migrations=MIGRATIONS)
    where = Where(
        settings.ledger_url, settings.hardship_url, settings.service_token_file, settings.others_within_s
    )
    app = make_app(
        service,
        title="Huancui mediation",
        description="Disagreement before a neutral third party: cases, statements, offers, settlements.",
        routers=[mediation_router(service, read_sealer(settings.sealing_key_file), Others(where))],
        body_bytes_max=BODY_BYTES_MAX,
    )
    return service, app
