"""A host that runs the exchange alone, over the tables of contracts, with a fake billing."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config, HostSettings
from core.context import Runtime
from core.contracts.models import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.db.engine import Database
from core.exchange.jobs import feed_waker
from core.exchange.loader import load
from core.exchange.plugin import ExchangePlugin
from core.exchange.public import FactAnswered
from core.exchange.schemas import RowAnswer
from core.exchange.settings import ExchangeSettings
from core.plugins import assemble
from core.ports.billing import Billing
from core.sdk import (
    Actor,
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
)
from core.secrets import Secrets
from core.testing.billing import FakeBilling
from core.testing.clock import MovableClock


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
    text: str


def _contract_values(row: ContractRow) -> dict[str, Any]:
    search = f"{row.number} {row.name}".lower()
    return {**msgspec.structs.asdict(row), "branch": "", "address": "", "search": search}


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
    "contracts", ContractRow, title="Договоры", table=Contract, check=_check_contract, values=_contract_values
)
OBJECTS = Dataset(
    "energy_objects",
    EnergyObjectRow,
    title="Энергообъекты",
    table=EnergyObject,
    references=(Reference("contract_id", Contract.id),),
)
POINTS = Dataset(
    "metering_points",
    MeteringPointRow,
    title="Точки учёта",
    table=MeteringPoint,
    references=(Reference("energy_object_id", EnergyObject.id),),
)
METERS = Dataset(
    "meters",
    MeterRow,
    title="Приборы",
    table=Meter,
    references=(Reference("metering_point_id", MeteringPoint.id),),
)
REGISTERS = Dataset("registers", RegisterRow, title="Шкалы", table=MeterRegister, key=("meter_id", "code"))
NOTES = Dataset("notes", NoteRow, title="Заметки", apply=_apply_notes)
DATASETS = (CONTRACTS, OBJECTS, POINTS, METERS, REGISTERS, NOTES)
BY_NAME: dict[str, Dataset[Any]] = {dataset.name: dataset for dataset in DATASETS}


class Heard(msgspec.Struct, frozen=True):
    """Payload of a job nobody runs: subscribing shows in the outbox what was published."""


async def _listen(_: Context, __: FactAnswered) -> None:
    raise AssertionError("no worker runs here")


class CompanyPlugin(Hooks):
    """Declares what these tests load and publish, and the fake billing."""

    name = "company"

    def __init__(self, billing: FakeBilling) -> None:
        self.billing = billing

    def datasets(self) -> Sequence[Dataset[Any]]:
        return DATASETS

    def events(self) -> Sequence[Event]:
        return (Event("company.noted", Noted, outgoing=True),)

    def jobs(self) -> Sequence[Job[Any]]:
        return (Job("company.listen", _listen, FactAnswered, on=FactAnswered),)

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("billing", "queue", lambda _settings, _host: self.billing),)


@pytest.fixture
def billing() -> FakeBilling:
    return FakeBilling()


@pytest.fixture
def runtime(database: Database, clock: MovableClock, billing: FakeBilling, tmp_path: Path) -> Runtime:
    manifest = assemble(Config(host=HostSettings()), [ExchangePlugin(), CompanyPlugin(billing)], {})
    settings = dict(manifest.settings)
    settings[ExchangeSettings] = ExchangeSettings(batch_rows=100, max_line=2000)
    return Runtime(
        database=database,
        clock=clock,
        secrets=Secrets(b"x" * 32),
        zone=ZoneInfo("Europe/Moscow"),
        base_url="http://127.0.0.1",
        data_dir=tmp_path,
        routing=msgspec.structs.replace(manifest.routing, wake_feed=feed_waker(billing)),
        permissions={},
        settings=settings,
        ports={Billing: billing},
        contributions=manifest.declared,
    )


@pytest.fixture
def ctx(runtime: Runtime) -> Context:
    """The company's ERP, allowed everything."""
    scopes = frozenset({"exchange.load", "exchange.load:*", "exchange.feed", "exchange.answers"})
    return Context(runtime, Actor("service", "erp", scopes=scopes))


async def chunked(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    """A body as it comes from the network."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


Loading = Callable[..., Any]


@pytest.fixture
def loading(ctx: Context) -> Loading:
    """`await loading("contracts", row, row, b"raw line")` -> the answers."""

    async def run(name: str, *rows: Any, size: int = 1000) -> list[RowAnswer]:
        lines = [row if isinstance(row, bytes) else msgspec.json.encode(row) for row in rows]
        body = chunked(b"\n".join(lines), size)
        return [answer async for batch in load(ctx, BY_NAME[name], body) for answer in batch]

    return run


@pytest.fixture
async def tree(loading: Loading) -> None:
    """Two contracts with an energy object, a point and a meter each."""
    await loading("contracts", *[{"id": f"C{n}", "number": f"{n}", "name": "ООО «Ромашка»"} for n in (1, 2)])
    await loading("energy_objects", *[{"id": f"E{n}", "contract_id": f"C{n}", "number": "1"} for n in (1, 2)])
    await loading("metering_points", *[{"id": f"P{n}", "energy_object_id": f"E{n}", "name": "Ввод"} for n in (1, 2)])
    await loading("meters", *[{"id": f"M{n}", "metering_point_id": f"P{n}", "number": "42"} for n in (1, 2)])


@pytest.fixture
def rows_of(database: Database) -> Callable[..., Any]:
    """`await rows_of(Contract.id, Contract.name)` -> the rows in the order of the first column."""

    async def run(*columns: Any) -> list[tuple[Any, ...]]:
        async with database.writer.connect() as connection:
            found = await connection.execute(sa.select(*columns).order_by(columns[0]))
            return [tuple(row) for row in found]

    return run
