"""The ledger's settings."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class LedgerSettings(ServiceSettings):
    """Read once, in `main.py`.

    `kafka_admin_*` is a login that may add lenders; without it the ledger cannot. `signing_key_file` is
    a private key (JWK) that signs a new lender's first token, where there is no identity provider.
    `webhook_key` (32 characters or more, the same in all replicas) is what all secrets of webhooks follow
    from: another key makes them all invalid. `webhook_networks` lists networks, such as `10.2.0.0/16`, that
    webhooks may lie in besides the public internet, there without TLS too. `feed_keep_days` is how long
    lenders can read what was told.
    """

    kafka_admin_user: str | None = None
    kafka_admin_password: SecretStr | None = None
    lender_partitions: int = 8
    webhook_key: SecretStr | None = Field(default=None, min_length=32)
    webhook_networks: str = ""
    webhook_ca_file: str | None = None
    webhook_give_up_days: int = 5
    feed_keep_days: int = 30
    signing_key_file: Path | None = None
