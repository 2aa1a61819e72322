"""The event layer's tables and the follow-ups."""

from alembic import op

from shared.audit import AUDIT_V1
from shared.database import SPINE_V1
from tests.followup.flow import FOLLOWUP_V1

revision = "2026_11_25_2100"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for statement in (*SPINE_V1, *AUDIT_V1, *FOLLOWUP_V1):
        op.execute(statement)
