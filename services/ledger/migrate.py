"""`python -m services.ledger.migrate`: bring the ledger's database to the newest version."""

from pathlib import Path

from shared.migrations import migrate
from shared.settings import DatabaseSettings

FOLDER = Path(__file__).parent / "migrations"

if __name__ == "__main__":
    migrate(FOLDER, DatabaseSettings().database_url.get_secret_value())
