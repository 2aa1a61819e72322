"""The ledger's settings."""

from decimal import Decimal, InvalidOperation
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"
RATE_MAX = 10
"""As that of rates in events: 1000 % a year."""


class LedgerSettings(ServiceSettings):
    """Read once, in `main.py`.

    `kafka_admin_*` is a login that may add lenders; without it the ledger cannot. `signing_key_file` is
    a private key (JWK) that signs a new lender's first token, where there is no identity provider.
    `webhook_key` (32 characters or more, the same in all replicas) is what all secrets of webhooks follow
    from: another key makes them all invalid. `webhook_networks` lists networks, such as `10.2.0.0/16`, that
    webhooks may lie in besides the public internet, there without TLS too. `feed_keep_days` is how long
    lenders can read what was told. `rate_caps` are the highest yearly rates that the law allows to lenders,
    whatever their products say: `acme=0.24,birch=0.36`. A loan keeps the cap with which it came.
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
    rate_caps: str = ""

    @field_validator("rate_caps")
    @classmethod
    def _readable(cls, text: str) -> str:
        rate_caps_of(text)
        return text


def rate_caps_of(text: str) -> dict[str, Decimal]:
    """The rates by lender that `rate_caps` writes. Raises ValueError."""
    caps = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        lender, equals, rate = one.partition("=")
        try:
            cap = Decimal(rate)
        except InvalidOperation:
            cap = Decimal(-1)
        if not (lender.strip() and equals and cap.is_finite() and 0 <= cap <= RATE_MAX):
            raise ValueError(f"rate_caps are written as acme=0.24,birch=0.36; {one!r} is not")
        caps[lender.strip()] = cap
    return caps
