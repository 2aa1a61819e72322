"""Hardship's settings."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class HardshipSettings(ServiceSettings):
    """Read once, in `main.py`.

    `sealing_key_file` holds the service's own key (32 bytes in base64) under which the keys of persons lie,
    the same in all replicas. `link_secret` (32 characters or more, the same in all replicas) signs the links
    by which plans are accepted. `ledger_url` is where the ledger answers, `service_token_file` the token that
    it is asked with; `ledger_within_s` is how long an answer is waited for, repetitions included.
    `public_url` is where a person's browser finds the page of a plan.
    """

    sealing_key_file: Path | None = None
    link_secret: SecretStr | None = Field(default=None, min_length=32)
    ledger_url: str = "http://127.0.0.1:8000"
    service_token_file: Path | None = None
    ledger_within_s: float = 5.0
    public_url: str = "http://127.0.0.1:8000"
