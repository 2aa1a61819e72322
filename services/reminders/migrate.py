"""`python -m services.reminders.migrate`: bring reminders's database to the newest version."""

from services.reminders.settings import MIGRATIONS
from shared.migrations import migrate
from shared.settings import DatabaseSettings

if __name__ == "__main__":
    migrate(MIGRATIONS, DatabaseSettings().database_url.get_secret_value())
