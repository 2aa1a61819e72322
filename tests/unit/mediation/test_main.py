"""The wiring: a route for each step of a case."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from services.mediation.main import make
from services.mediation.settings import MediationSettings
from shared.access import public_jwks
from tests.web import KEY, NOWHERE


def _settings(**changes: Any) -> MediationSettings:
    return MediationSettings(database_url=NOWHERE, kafka_bootstrap="none", **changes)


def test_the_service_is_made_of_its_settings(tmp_path: Path) -> None:
    key, jwks = tmp_path / "key", tmp_path / "jwks"
    key.write_bytes(b64encode(b"k" * 32) + b"\n")
    jwks.write_text(public_jwks([KEY]))
    service, app = make(_settings(sealing_key_file=key, jwks_file=jwks))
    assert service.flow.service == "mediation"
    paths = app.openapi()["paths"]
    assert {"/v1/cases", "/v1/cases/{case_id}/offers", "/v1/mediators"} <= set(paths)
