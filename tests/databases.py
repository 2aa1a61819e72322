"""A database per test, copied from one that was migrated once for the whole run."""

from pathlib import Path

from shared.migrations import migrate
from tests.infra.servers import Infra

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "ledger": ROOT / "services" / "ledger" / "migrations",
    "reminders": ROOT / "services" / "reminders" / "migrations",
    "hardship": ROOT / "services" / "hardship" / "migrations",
    "mediation": ROOT / "services" / "mediation" / "migrations",
    "followup": ROOT / "tests" / "followup" / "migrations",
}


class Databases:
    """Makes databases of a service, each at the newest version."""

    def __init__(self, infra: Infra) -> None:
        self._infra = infra

    async def make(self, service: str) -> str:
        """The URL of a new database of `service`."""
        folder = FOLDERS[service]
        template = await self._infra.template(service, lambda url: migrate(folder, url))
        return await self._infra.create_database(template=template)
