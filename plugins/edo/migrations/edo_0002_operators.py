"""Documents that go through operators; what the company has confirmed is known of the document itself."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment

revision = "edo_0002"
down_revision = "edo_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edo_document", sa.Column("confirmed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE edo_document SET confirmed = (1 = 1) WHERE EXISTS (SELECT 1 FROM edo_deed "
        "WHERE edo_deed.document_id = edo_document.id AND edo_deed.action = 'confirm')"
    )
    op.create_table(
        "edo_box",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("box_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_edo_box_contract_id_contracts_contract")
        ),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_edo_box")),
    )
    op.create_index("ix_edo_box_operator", "edo_box", ["operator", "box_id"], unique=False)
    op.create_table(
        "edo_home",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("box_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("entity_id", sa.Text(), nullable=True),
        sa.Column("annulment_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["edo_document.id"], name=op.f("fk_edo_home_document_id_edo_document")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_edo_home")),
        sa.UniqueConstraint("operator", "entity_id", name=op.f("uq_edo_home_operator_entity_id")),
    )
    op.create_index("ix_edo_home_message", "edo_home", ["operator", "message_id"], unique=False)
    op.create_table(
        "edo_sending",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ordered_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["edo_document.id"], name=op.f("fk_edo_sending_document_id_edo_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edo_sending")),
    )
    op.create_index("ix_edo_sending_document", "edo_sending", ["document_id", "id"], unique=False)
    op.create_index(
        "ix_edo_sending_open",
        "edo_sending",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state <> 'sent'"),
        postgresql_where=sa.text("state <> 'sent'"),
    )
    op.create_table(
        "edo_operator_event",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "id", name=op.f("pk_edo_operator_event")),
    )
    op.create_index(
        "ix_edo_operator_event_trouble",
        "edo_operator_event",
        ["operator", "taken_at", "id"],
        unique=False,
        sqlite_where=sa.text("trouble <> ''"),
        postgresql_where=sa.text("trouble <> ''"),
    )
    op.create_table(
        "edo_polling",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("strange", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("succeeded_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_edo_polling")),
    )


def downgrade() -> None:
    for table in ("edo_polling", "edo_operator_event", "edo_sending", "edo_home", "edo_box"):
        op.drop_table(table)
    op.drop_column("edo_document", "confirmed")
