"""What billing feeds in: contracts and what stands under them."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from stdnum.ru import inn

from core.contracts.models import (
    Annex,
    Contract,
    ContractContacts,
    ContractEmail,
    EnergyObject,
    Meter,
    MeteringPoint,
    MeterRegister,
)
from core.sdk import Dataset, DecimalText, Id, Reference, RowError

Text = Annotated[str, msgspec.Meta(max_length=500)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Account = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{20})?$(?!\n)")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
RegisterCode = Annotated[str, msgspec.Meta(pattern=r"^[AR][+-]\.(total|T1|T2|T3)$(?!\n)", examples=["A+.T1"])]


class ContractRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contract. `inn` has 10 digits for a company, 12 for a sole trader or a citizen."""

    id: Id
    number: Number
    name: Name
    inn: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{10}|[0-9]{12})$(?!\n)")]
    kpp: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$(?!\n)")] | None = None
    branch: Text = ""
    address: Text = ""
    phone: Text = ""
    bank: Text = ""
    bank_account: Account = ""
    correspondent_account: Account = ""
    bic: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{9})?$(?!\n)")] = ""
    signature: Literal["pep", "kep"] | None = None
    signed_on: date | None = None
    closed_on: date | None = None


class ContractEmailRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address recorded in a contract."""

    contract_id: Id
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$(?!\n)")]


class ContractContactsRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the client turns to; what is null is not shown."""

    contract_id: Id
    branch_head: Text | None = None
    branch_phone: Text | None = None
    branch_address: Text | None = None
    curator: Text | None = None
    curator_phone: Text | None = None
    curator_email: Text | None = None


class AnnexRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An annex; its file comes by `PUT /api/v1/exchange/contract-annexes/{annex_id}/content`."""

    id: Id
    contract_id: Id
    name: Name
    file_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r'^[^/\\\x00-\x1f"]+$(?!\n)')]
    signed_on: date | None = None


class EnergyObjectRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An energy object of a contract."""

    id: Id
    contract_id: Id
    number: Number
    name: Name
    address: Text = ""
    price_category: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1
    closed_on: date | None = None


class MeteringPointRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metering point. `by_message`: no meter, the client reports the consumption."""

    id: Id
    energy_object_id: Id
    name: Name
    by_message: bool = False
    complex_code: Annotated[str, msgspec.Meta(max_length=64)] = ""
    closed_on: date | None = None


class MeterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metering device."""

    id: Id
    metering_point_id: Id
    number: Number
    model: Text = ""
    coefficient: DecimalText = "1"
    loss_percent: DecimalText = "0"
    digits: Annotated[int, msgspec.Meta(ge=1, le=12)] = 6
    installed_on: date | None = None
    verified_until: date | None = None
    closed_on: date | None = None


class RegisterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A register of a device: a kind of energy in a tariff zone."""

    meter_id: Id
    code: RegisterCode
    name: Name
    sort: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0


def _check_contract(row: ContractRow) -> RowError | None:
    return None if inn.is_valid(row.inn) else RowError("inn_checksum", "inn", "Неверная контрольная сумма ИНН")


def _fields(row: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _contract_values(row: ContractRow) -> dict[str, Any]:
    return {**_fields(row), "search": f"{row.number} {row.name}".lower()}


def _object_values(row: EnergyObjectRow) -> dict[str, Any]:
    return {**_fields(row), "search": f"{row.number} {row.name} {row.address}".lower()}


def _email_values(row: ContractEmailRow) -> dict[str, Any]:
    return {"contract_id": row.contract_id, "email": row.email.lower()}


DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "contracts",
        ContractRow,
        title="Договоры",
        table=Contract,
        check=_check_contract,
        values=_contract_values,
    ),
    Dataset(
        "contract_emails",
        ContractEmailRow,
        title="Адреса электронной почты договоров",
        table=ContractEmail,
        key=("contract_id", "email"),
        references=(Reference("contract_id", Contract.id),),
        values=_email_values,
    ),
    Dataset(
        "contract_contacts",
        ContractContactsRow,
        title="Контакты по договорам",
        table=ContractContacts,
        key=("contract_id",),
        references=(Reference("contract_id", Contract.id),),
    ),
    Dataset(
        "annexes",
        AnnexRow,
        title="Приложения к договорам",
        table=Annex,
        references=(Reference("contract_id", Contract.id),),
    ),
    Dataset(
        "energy_objects",
        EnergyObjectRow,
        title="Энергообъекты",
        table=EnergyObject,
        references=(Reference("contract_id", Contract.id),),
        values=_object_values,
    ),
    Dataset(
        "metering_points",
        MeteringPointRow,
        title="Точки учёта",
        table=MeteringPoint,
        references=(Reference("energy_object_id", EnergyObject.id),),
    ),
    Dataset(
        "meters",
        MeterRow,
        title="Приборы учёта",
        table=Meter,
        references=(Reference("metering_point_id", MeteringPoint.id),),
    ),
    Dataset(
        "registers",
        RegisterRow,
        title="Шкалы приборов учёта",
        table=MeterRegister,
        key=("meter_id", "code"),
        references=(Reference("meter_id", Meter.id),),
    ),
)
