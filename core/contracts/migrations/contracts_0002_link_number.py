"""link number"""

import sqlalchemy as sa
from alembic import op

revision = "contracts_0002"
down_revision = "contracts_0001"
branch_labels = None
depends_on = None

# The number in a link is the contract's, kept by the database itself: billing may load another number at any time.
_SQLITE = (
    """
    CREATE TRIGGER contracts_link_numbered AFTER INSERT ON contracts_link BEGIN
        UPDATE contracts_link SET number = (SELECT number FROM contracts_contract WHERE id = NEW.contract_id)
        WHERE account_id = NEW.account_id AND contract_id = NEW.contract_id;
    END
    """,
    """
    CREATE TRIGGER contracts_link_renumbered AFTER UPDATE OF number ON contracts_contract
    WHEN OLD.number <> NEW.number BEGIN
        UPDATE contracts_link SET number = NEW.number WHERE contract_id = NEW.id;
    END
    """,
)
_POSTGRES = (
    """
    CREATE FUNCTION contracts_link_number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.number := (SELECT number FROM contracts_contract WHERE id = NEW.contract_id FOR SHARE);
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION contracts_link_renumber() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE contracts_link SET number = NEW.number WHERE contract_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER contracts_link_numbered BEFORE INSERT ON contracts_link
    FOR EACH ROW EXECUTE FUNCTION contracts_link_number()
    """,
    """
    CREATE TRIGGER contracts_link_renumbered AFTER UPDATE OF number ON contracts_contract
    FOR EACH ROW WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION contracts_link_renumber()
    """,
)


def upgrade() -> None:
    op.add_column("contracts_link", sa.Column("number", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE contracts_link SET number ="
        " (SELECT number FROM contracts_contract WHERE contracts_contract.id = contracts_link.contract_id)"
    )
    op.create_index("ix_contracts_link_list", "contracts_link", ["account_id", "number", "contract_id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER contracts_link_numbered")
        op.execute("DROP TRIGGER contracts_link_renumbered")
    else:
        op.execute("DROP TRIGGER contracts_link_numbered ON contracts_link")
        op.execute("DROP TRIGGER contracts_link_renumbered ON contracts_contract")
        op.execute("DROP FUNCTION contracts_link_number()")
        op.execute("DROP FUNCTION contracts_link_renumber()")
    op.drop_index("ix_contracts_link_list", table_name="contracts_link")
    op.drop_column("contracts_link", "number")
