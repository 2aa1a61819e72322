"""Mediation's wiring."""

from base64 import b64decode

from fastapi import FastAPI

from services.mediation.adapters.asking import Others, Where
from services.mediation.api import mediation_router
from services.mediation.domain.contents import EVIDENCE_BYTES_MAX
from services.mediation.flow import FLOW
from services.mediation.settings import MIGRATIONS, MediationSettings
from shared.main import make_app
from shared.sealed import Sealer
from shared.service import Service, Source

SOURCES = (Source("", topics=["clock", "reminder-events", "hardship-events", "ledger-events"]),)
"""What mediation reads."""
BODY_BYTES_MAX = 2 * EVIDENCE_BYTES_MAX
"""A piece of evidence travels in base64: a third more than its size."""


class SealingKeyMissing(Exception):
    """Nothing can be kept without a key to seal it with."""


def sealer_of(settings: MediationSettings) -> Sealer:
    """What seals statements, evidence and notes. Raises SealingKeyMissing."""
    if settings.sealing_key_file is None:
        raise SealingKeyMissing("set HUANCUI_SEALING_KEY_FILE")
    return Sealer(b64decode(settings.sealing_key_file.read_bytes().strip(), validate=True))


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
        routers=[mediation_router(service, sealer_of(settings), Others(where))],
        body_bytes_max=BODY_BYTES_MAX,
    )
    return service, app
