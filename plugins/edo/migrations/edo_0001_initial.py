"""Electronic documents."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment

revision = "edo_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edo_document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_edo_document_contract_id_contracts_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edo_document")),
    )
    op.create_index("ix_edo_document_contract", "edo_document", ["contract_id", "issued_on", "id"], unique=False)
    op.create_index("ix_edo_document_state", "edo_document", ["contract_id", "state"], unique=False)
    op.create_index(
        "ix_edo_document_created_by",
        "edo_document",
        ["created_by"],
        unique=False,
        sqlite_where=sa.text("created_by IS NOT NULL"),
        postgresql_where=sa.text("created_by IS NOT NULL"),
    )
    op.create_table(
        "edo_signature",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signed_at", Moment(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["edo_document.id"], name=op.f("fk_edo_signature_document_id_edo_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edo_signature")),
    )
    op.create_index(op.f("ix_edo_signature_document_id"), "edo_signature", ["document_id"], unique=False)
    op.create_index(op.f("ix_edo_signature_account_id"), "edo_signature", ["account_id"], unique=False)
    op.create_table(
        "edo_deed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["edo_document.id"], name=op.f("fk_edo_deed_document_id_edo_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edo_deed")),
    )
    op.create_index("ix_edo_deed_document", "edo_deed", ["document_id", "id"], unique=False)
    op.create_table(
        "edo_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("applied_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edo_event")),
    )
    op.create_table(
        "edo_signing",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("documents", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("wrong_attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_edo_signing")),
        sa.UniqueConstraint("id", name=op.f("uq_edo_signing_id")),
    )


def downgrade() -> None:
    for table in ("edo_signing", "edo_event", "edo_deed", "edo_signature", "edo_document"):
        op.drop_table(table)
