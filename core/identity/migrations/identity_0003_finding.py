"""finding"""

import sqlalchemy as sa
from alembic import op

revision = "identity_0003"
down_revision = "identity_0002"
branch_labels = None
depends_on = None

_ACCOUNT = sa.table("identity_account", *[sa.column(name) for name in ("id", "surname", "given_name", "patronymic")])
_FOLDED = sa.update(sa.table("identity_account", sa.column("id"), sa.column("folded_name"))).where(
    sa.column("id") == sa.bindparam("account_id")
)
_BATCH = 1000


def upgrade() -> None:
    op.add_column(
        "identity_account",
        sa.Column(
            "folded_name",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            server_default="",
            nullable=False,
        ),
    )
    _fold()
    op.create_index("ix_identity_account_folded_name", "identity_account", ["folded_name", "id"])
    op.create_index("ix_identity_account_phone", "identity_account", ["phone", "id"])


def _fold() -> None:
    """Of the names that are there already, batch by batch; folded here, since SQLite folds ASCII only."""
    connection = op.get_bind()
    last = ""
    statement = sa.select(_ACCOUNT).where(_ACCOUNT.c.id > sa.bindparam("last")).order_by(_ACCOUNT.c.id).limit(_BATCH)
    while rows := connection.execute(statement, {"last": last}).all():
        named = [
            {"account_id": key, "folded_name": " ".join(" ".join(parts).lower().replace("ё", "е").split())}
            for key, *parts in rows
            if any(parts)
        ]
        if named:
            connection.execute(_FOLDED, named)
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_index("ix_identity_account_phone", table_name="identity_account")
    op.drop_index("ix_identity_account_folded_name", table_name="identity_account")
    op.drop_column("identity_account", "folded_name")
