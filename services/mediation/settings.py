"""Mediation's settings."""

from pathlib import Path

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class MediationSettings(ServiceSettings):
    """Read once, in `main.py`.

    `sealing_key_file` holds the service's own key (32 bytes in base64) under which the keys of persons lie,
    the same in all replicas. `ledger_url` and `hardship_url` are where these answer, `service_token_file` the
    token that they are asked with; `others_within_s` is how long an answer is waited for, repetitions
    included.
    """

    sealing_key_file: Path | None = None
    ledger_url: str = "http://127.0.0.1:8000"
    hardship_url: str = "http://127.0.0.1:8002"
    service_token_file: Path | None = None
    others_within_s: float = 5.0
