"""The wiring: no service without a key to seal with, and a route for each step of a case."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from services.mediation.main import SealingKeyMissing, make, sealer_of
from services.mediation.settings import MediationSettings
from shared.access import public_jwks
from tests.web import KEY, NOWHERE


def _settings(**changes: Any) -> MediationSettings:
    return MediationSettings(database_url=NOWHERE, kafka_bootstrap="none", **changes)


def test_nothing_is_kept_without_a_key_to_seal_it_with() -> None:
    with pytest.raises(SealingKeyMissing):
        sealer_of(_settings())


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b64encode(b"short"))
    with pytest.raises(ValueError, match="32 bytes"):
        sealer_of(_settings(sealing_key_file=file))


def test_the_service_is_made_of_its_settings(tmp_path: Path) -> None:
    key, jwks = tmp_path / "key", tmp_path / "jwks"
    key.write_bytes(b64encode(b"k" * 32) + b"\n")
    jwks.write_text(public_jwks([KEY]))
    service, app = make(_settings(sealing_key_file=key, jwks_file=jwks))
    assert service.flow.service == "mediation"
    paths = app.openapi()["paths"]
    assert {"/v1/cases", "/v1/cases/{case_id}/offers", "/v1/mediators"} <= set(paths)
