"""Hardship's wiring."""

from fastapi import FastAPI

from services.hardship.adapters.calendars import closed_days
from services.hardship.adapters.case_policies import read_case_policies
from services.hardship.adapters.hold_policies import read_hold_policies
from services.hardship.adapters.ledger import Ledger
from services.hardship.adapters.links import Links
from services.hardship.adapters.risk_scores import assess_account
from services.hardship.adapters.words import read_words
from services.hardship.api import hardship_router
from services.hardship.api.help import Tools
from services.hardship.domain.reference import Reference
from services.hardship.flow import FLOW
from services.hardship.settings import MIGRATIONS, HardshipSettings
from shared.main import make_app
from shared.sealed import read_sealer
from shared.service import Service, Source

SOURCES = (
    Source(
        "",
        topics=["clock", "ledger-events", "reminder-events", "mediation-events", "care-events"],
        per_lender=["loan-events"],
    ),
)
"""What hardship reads."""

REFERENCE = Reference(read_hold_policies(), read_case_policies(), closed_days, assess_account)
"""What its decisions look up."""


class LinkSecretMissing(Exception):
    """Without HUANCUI_LINK_SECRET no link can be signed."""


def tools(settings: HardshipSettings) -> Tools:
    """What the routes work with. Raises SealingKeyMissing, LinkSecretMissing."""
    if settings.link_secret is None:
        raise LinkSecretMissing
    return Tools(
        read_sealer(settings.sealing_key_file),
        Ledger(settings.ledger_url, settings.service_token_file, settings.ledger_within_s),
        Links(settings.link_secret.get_secret_value().encode()),
        read_words(),
        settings.public_url.rstrip("/"),
    )


def make(settings: HardshipSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application."""
    settings = settings or HardshipSettings()
    service = Service(FLOW, settings, SOURCES, reference=REFERENCE, migrations=MIGRATIONS)
    app = make_app(
        service,
        title="Huancui hardship",
        description="Help for those who cannot pay: cases, plans that fit, holds, disputes and complaints.",
        routers=[hardship_router(service, tools(settings))],
    )
    return service, app
