"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "help_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "help_document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("stored_key", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_document")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_help_document_kind_number")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_help_document_kind_version")),
    )
    op.create_table(
        "help_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_group")),
    )
    op.create_table(
        "help_question",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["help_group.id"], name=op.f("fk_help_question_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_question")),
    )
    op.create_index(op.f("ix_help_question_group_id"), "help_question", ["group_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_help_question_group_id"), table_name="help_question")
    op.drop_table("help_question")
    op.drop_table("help_group")
    op.drop_table("help_document")
