"""The event layer's tables, the audit, loans, their facts and postings, products and feeds."""

from alembic import op

from services.ledger.store.tables import LEDGER_V1
from shared.audit import AUDIT_V1
from shared.database import SPINE_V1

revision = "2026_11_25_2100"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for statement in (*SPINE_V1, *AUDIT_V1, *LEDGER_V1):
        op.execute(statement)
