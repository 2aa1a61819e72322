"""`python -m services.mediation.migrate`: bring mediation's database to the newest version."""

from services.mediation.settings import MIGRATIONS
from shared.migrations import migrate
from shared.settings import DatabaseSettings

if __name__ == "__main__":
    migrate(MIGRATIONS, DatabaseSettings().database_url.get_secret_value())
