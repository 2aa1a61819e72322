"""The ledger's settings."""

from pathlib import Path

from pydantic import SecretStr

from shared.settings import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class LedgerSettings(ServiceSettings):
    """Read once, in `main.py`.

    `kafka_admin_*` is a login that may add lenders; without it the ledger cannot. `signing_key_file` is
    a private key (JWK) that signs a new lender's first token, where there is no identity provider.
    """

    kafka_admin_user: str | None = None
    kafka_admin_password: SecretStr | None = None
    lender_partitions: int = 8
    signing_key_file: Path | None = None
