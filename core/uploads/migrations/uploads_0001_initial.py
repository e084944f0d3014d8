"""initial"""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment

revision = "uploads_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "uploads_upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), server_default="application/octet-stream", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("stored_key", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("attached_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads_upload")),
    )
    op.create_index("ix_uploads_upload_account", "uploads_upload", ["account_id", "id"], unique=False)
    op.create_index("ix_uploads_upload_expires", "uploads_upload", ["expires_at"], unique=False)
    op.create_index("ix_uploads_upload_owner", "uploads_upload", ["owner", "id"], unique=False)
    op.create_table(
        "uploads_writing",
        sa.Column("stored_key", sa.Text(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("given_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("stored_key", name=op.f("pk_uploads_writing")),
    )
    op.create_index(op.f("ix_uploads_writing_begun_at"), "uploads_writing", ["begun_at"], unique=False)
    op.create_table(
        "uploads_part",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads_upload.id"], name=op.f("fk_uploads_part_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_uploads_part")),
    )


def downgrade() -> None:

    op.drop_table("uploads_part")
    op.drop_index(op.f("ix_uploads_writing_begun_at"), table_name="uploads_writing")
    op.drop_table("uploads_writing")
    op.drop_index("ix_uploads_upload_owner", table_name="uploads_upload")
    op.drop_index("ix_uploads_upload_expires", table_name="uploads_upload")
    op.drop_index("ix_uploads_upload_account", table_name="uploads_upload")
    op.drop_table("uploads_upload")
