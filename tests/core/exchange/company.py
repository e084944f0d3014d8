"""A supplier's plugin for these tests: datasets with plain and awkward rules, an outgoing event, a billing."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from core.config import Config
from core.contracts.models import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.exchange.public import FactAnswered
from core.host import Host
from core.sdk import (
    Adapter,
    Context,
    Dataset,
    DecimalText,
    Event,
    Hooks,
    Id,
    Job,
    Reference,
    RowError,
    UnitOfWork,
    finishing,
)
from core.testing.clock import MovableClock
from core.testing.flaky_billing import FlakyBilling


class ContractRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    number: str
    name: str
    inn: str = ""
    closed_on: date | None = None


class EnergyObjectRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    contract_id: Id
    number: str
    name: str = ""
    address: str = ""
    search: str = ""
    price_category: int = 1


class MeteringPointRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    energy_object_id: Id
    name: str
    by_message: bool = False
    complex_code: str = ""
    closed_on: date | None = None


class MeterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    metering_point_id: Id
    number: str
    model: str = ""
    coefficient: DecimalText = "1"
    loss_percent: DecimalText = "0"
    digits: int = 6
    installed_on: date | None = None


class RegisterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    meter_id: Id
    code: str
    name: str
    sort: int = 0


class NoteRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    text: str


class Noted(msgspec.Struct, frozen=True):
    """The outgoing event."""

    text: str


_NOT_TOLD = dict.fromkeys(("branch", "address", "phone", "bank", "bank_account", "correspondent_account", "bic"), "")


def _contract_values(row: ContractRow) -> dict[str, Any]:
    search = f"{row.number} {row.name}".lower()
    return {**msgspec.structs.asdict(row), **_NOT_TOLD, "search": search}


def _check_contract(row: ContractRow) -> RowError | None:
    if row.name == "bug":
        raise KeyError(row.name)
    return None if row.inn.isdigit() or not row.inn else RowError("inn", "inn", "ИНН состоит из цифр")


async def _apply_notes(uow: UnitOfWork, rows: Sequence[NoteRow]) -> list[RowError | None]:
    """Publishes each note; one called `crash` is a bug of the plugin, one called `bad` is refused."""
    answers: list[RowError | None] = []
    for row in rows:
        if row.text == "crash":
            raise KeyError(row.text)
        if row.text != "bad":
            uow.emit(Noted(row.text), subject=row.id)
        answers.append(RowError("bad_note", "text", "Плохо") if row.text == "bad" else None)
    return answers


CONTRACTS = Dataset(
    "company.contracts", ContractRow, title="Договоры", table=Contract, check=_check_contract, values=_contract_values
)
OBJECTS = Dataset(
    "company.objects",
    EnergyObjectRow,
    title="Энергообъекты",
    table=EnergyObject,
    references=(Reference("contract_id", Contract.id),),
)
POINTS = Dataset(
    "company.points",
    MeteringPointRow,
    title="Точки учёта",
    table=MeteringPoint,
    references=(Reference("energy_object_id", EnergyObject.id),),
)
METERS = Dataset(
    "company.meters",
    MeterRow,
    title="Приборы",
    table=Meter,
    references=(Reference("metering_point_id", MeteringPoint.id),),
)
REGISTERS = Dataset(
    "company.registers", RegisterRow, title="Шкалы", table=MeterRegister, key=("meter_id", "code")
)  # no reference: only the database knows that a meter is missing
NOTES = Dataset("company.notes", NoteRow, title="Заметки", apply=_apply_notes)
DATASETS: tuple[Dataset[Any], ...] = (CONTRACTS, OBJECTS, POINTS, METERS, REGISTERS, NOTES)


class CompanyPlugin(Hooks):
    """Table of contents. `heard` are the answers of billing that came home."""

    name = "company"

    def __init__(self, billing: FlakyBilling) -> None:
        self.billing = billing
        self.heard: list[FactAnswered] = []
        self.more: tuple[Dataset[Any], ...] = ()

    def datasets(self) -> Sequence[Dataset[Any]]:
        return (*DATASETS, *self.more)

    def events(self) -> Sequence[Event]:
        return (Event("company.noted", Noted, outgoing=True),)

    def jobs(self) -> Sequence[Job[Any]]:
        return (Job("company.hear", self._hear, FactAnswered, on=FactAnswered),)

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("billing", "flaky", lambda _settings, _host: self.billing),)

    async def _hear(self, ctx: Context, answered: FactAnswered) -> None:
        async with finishing(ctx):
            self.heard.append(answered)


def host_of(config: Config, company: CompanyPlugin, clock: MovableClock | None = None) -> Host:
    """A host that runs the company's plugin."""
    return Host(config, clock=clock, available={"company": lambda: lambda: company})  # type: ignore[dict-item, return-value]


async def chunked(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    """A body as it comes from the network."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def ndjson(*rows: Any) -> bytes:
    """Rows as lines; bytes are taken as they are."""
    return b"\n".join(row if isinstance(row, bytes) else msgspec.json.encode(row) for row in rows)


Loading = Callable[..., Any]
RowsOf = Callable[..., Any]
