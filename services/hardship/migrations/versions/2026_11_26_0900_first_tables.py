"""The event layer's tables, the audit, sealing keys, persons, loans, cases, plans, and what stands still."""

from alembic import op

from services.hardship.store.person_tables import PERSON_V1
from services.hardship.store.standstill_tables import STANDSTILL_V1
from shared.audit import AUDIT_V1
from shared.database import SPINE_V1
from shared.sealed import TABLE

revision = "2026_11_26_0900"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for statement in (*SPINE_V1, *AUDIT_V1, TABLE, *PERSON_V1, *STANDSTILL_V1):
        op.execute(statement)
