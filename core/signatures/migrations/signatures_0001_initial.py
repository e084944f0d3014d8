"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment

revision = "signatures_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "signatures_certificate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("valid_from", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures_certificate")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_signatures_certificate_fingerprint")),
    )
    op.create_index("ix_signatures_certificate_account", "signatures_certificate", ["account_id", "id"], unique=False)
    op.create_table(
        "signatures_binding",
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("inn", sa.Text(), nullable=False),
        sa.Column("kpp", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by_power", sa.Boolean(), nullable=False),
        sa.Column("bound_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["signatures_certificate.id"],
            name=op.f("fk_signatures_binding_certificate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("certificate_id", "inn", name=op.f("pk_signatures_binding")),
    )
    op.create_table(
        "signatures_evidence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("power", sa.LargeBinary(), nullable=True),
        sa.Column("power_signature", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures_evidence")),
    )
    op.create_index("ix_signatures_evidence_account", "signatures_evidence", ["account_id"], unique=False)
    op.create_index("ix_signatures_evidence_subject", "signatures_evidence", ["subject", "id"], unique=False)


def downgrade() -> None:

    op.drop_index("ix_signatures_evidence_subject", table_name="signatures_evidence")
    op.drop_index("ix_signatures_evidence_account", table_name="signatures_evidence")
    op.drop_table("signatures_evidence")
    op.drop_table("signatures_binding")
    op.drop_index("ix_signatures_certificate_account", table_name="signatures_certificate")
    op.drop_table("signatures_certificate")
