"""Cards, as their risk is looked at."""

from alembic import op

from services.hardship.store.cards import CARDS_V1

revision = "2026_11_26_1500"
down_revision = "2026_11_26_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    for statement in CARDS_V1:
        op.execute(statement)
