"""energy objects in the order of their numbers: a page of a contract's objects is read along one index"""

from alembic import op

revision = "contracts_0003"
down_revision = "contracts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_contracts_energy_object_order", "contracts_energy_object", ["contract_id", "number", "id"])
    op.drop_index("ix_contracts_energy_object_contract_id", "contracts_energy_object")


def downgrade() -> None:
    op.create_index("ix_contracts_energy_object_contract_id", "contracts_energy_object", ["contract_id"])
    op.drop_index("ix_contracts_energy_object_order", "contracts_energy_object")
