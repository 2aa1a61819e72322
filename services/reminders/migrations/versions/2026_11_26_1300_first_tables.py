"""The event layer's tables, the audit, sealing keys, persons with their records, loans, borrowers, tasks."""

from alembic import op

from services.reminders.store.tables import REMINDERS_V1
from shared.audit import AUDIT_V1
from shared.database import SPINE_V1
from shared.sealed import TABLE

revision = "2026_11_26_1300"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for statement in (*SPINE_V1, *AUDIT_V1, TABLE, *REMINDERS_V1):
        op.execute(statement)
