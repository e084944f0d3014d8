"""What others may use of contracts: its tables (to read, to refer to), the filters by what the caller may see, and the
two use cases that give an account a contract."""

from typing import Any

import sqlalchemy as sa

from core.contracts.events import ContractLinked as ContractLinked
from core.contracts.models import Contract as Contract
from core.contracts.models import ContractLink, ContractLinkObject
from core.contracts.models import EnergyObject as EnergyObject
from core.contracts.models import Meter as Meter
from core.contracts.models import MeteringPoint as MeteringPoint
from core.contracts.models import MeterRegister as MeterRegister
from core.contracts.services import confirm as confirm
from core.contracts.services import grant as grant
from core.sdk import any_of


def visible_contract(contract_id: Any) -> sa.ColumnElement[bool]:
    """The contracts on which the caller holds a permission; give the query `**ctx.visible("<permission>")`."""
    links = sa.select(ContractLink.contract_id).where(
        ContractLink.account_id == sa.bindparam("viewer_id"),
        ContractLink.state == "active",
        any_of(ContractLink.role, "viewer_roles"),
    )
    return sa.type_coerce(contract_id, sa.Text()).in_(links)


def visible_object(contract_id: Any, energy_object_id: Any) -> sa.ColumnElement[bool]:
    """The energy objects that the caller's role covers, on any contract; parameters as for `visible_contract`."""
    whole = sa.select(ContractLink.contract_id).where(
        ContractLink.account_id == sa.bindparam("viewer_id"),
        ContractLink.state == "active",
        ContractLink.all_objects.is_(True),
        any_of(ContractLink.role, "viewer_roles"),
    )
    some = (
        sa.select(ContractLinkObject.energy_object_id)
        .join(
            ContractLink,
            sa.and_(
                ContractLink.account_id == ContractLinkObject.account_id,
                ContractLink.contract_id == ContractLinkObject.contract_id,
            ),
        )
        .where(
            ContractLinkObject.account_id == sa.bindparam("viewer_id"),
            ContractLink.state == "active",
            any_of(ContractLink.role, "viewer_roles"),
        )
    )
    return sa.or_(
        sa.type_coerce(contract_id, sa.Text()).in_(whole), sa.type_coerce(energy_object_id, sa.Text()).in_(some)
    )
