"""Make the table of feedback."""

import sqlalchemy as sa
from alembic import op

from store.tables import Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "hamgate_feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("reporter", sa.String(128), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("label", sa.String(4), nullable=False),
        sa.Column("decision_id", sa.String(128)),
        sa.Column("text", sa.Text),
        sa.Column("received_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hamgate_feedback")),
        sa.UniqueConstraint(
            "source", "reporter", "key", name=op.f("uq_hamgate_feedback_source_reporter_key")
        ),
        sa.CheckConstraint("label IN ('spam', 'ham')", name=op.f("ck_hamgate_feedback_label")),
        sa.CheckConstraint(
            "text IS NOT NULL OR decision_id IS NOT NULL", name=op.f("ck_hamgate_feedback_message")
        ),
        sqlite_autoincrement=True,
    )
