"""How many holds of a loan wait for an answer: to be counted without reading all loans."""

from alembic import op

revision = "2026_11_26_0900"
down_revision = "2026_11_25_2100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of loans that are there none has an alarm yet."""
    op.execute("ALTER TABLE loan ADD COLUMN holds_unanswered smallint NOT NULL DEFAULT 0")
    op.execute("CREATE INDEX loan_unanswered ON loan (id) WHERE holds_unanswered > 0")
