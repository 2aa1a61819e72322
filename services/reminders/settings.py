"""Reminders' settings."""

from pathlib import Path

from pydantic import SecretStr

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class RemindersSettings(ServiceSettings):
    """Read once, in `main.py`.

    `sealing_key_file` holds the service's own key (32 bytes in base64) under which the keys of persons lie,
    the same in all replicas. `ledger_url` is where the ledger answers what is owed, `service_token_file` the
    token that it is asked with. A channel without settings of its own hands nothing out: its contacts fail,
    visibly, save with `dry_channels`, where they are taken for sent and nobody gets anything (demonstrations,
    tests). `webhook_secrets` (in base64, with commas between, the newest first) sign what gateways hand in.
    """

    sealing_key_file: Path | None = None
    ledger_url: str = "http://127.0.0.1:8000"
    service_token_file: Path | None = None
    ledger_within_s: float = 5.0
    learn_url: str = "http://127.0.0.1:8000/v1/learn"
    dry_channels: bool = False
    mail_host: str | None = None
    mail_port: int = 587
    mail_sender: str = ""
    mail_reply_to: str = ""
    mail_stop_to: str | None = None
    mail_user: str | None = None
    mail_password: SecretStr | None = None
    mail_use_tls: bool = False
    sms_url: str | None = None
    sms_sender: str = ""
    sms_token: SecretStr | None = None
    app_url: str | None = None
    app_secret: SecretStr | None = None
    webhook_secrets: SecretStr | None = None
