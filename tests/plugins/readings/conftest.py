"""A supplier with two contracts, standing at 25 January 2026: the window of January is open."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.context import Actor, Context, Grant, Runtime
from core.contracts.models import Contract, ContractLink, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.db.engine import Database
from core.testing.cabinet import Cabinet
from core.testing.clock import MovableClock
from plugins.readings.models import Previous, Window

JANUARY, DECEMBER = date(2026, 1, 1), date(2025, 12, 1)
OREKHOVO = "142600, Московская обл., Орехово-Зуево г., Сосновый пр."


async def insert(database: Database, table: Any, *rows: dict[str, Any]) -> None:
    """Puts rows of the company into a table."""
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(table), list(rows))


def contract(key: str, number: str, name: str) -> dict[str, Any]:
    search = f"{number} {name}".lower()
    return {"id": key, "number": number, "name": name, "search": search, "inn": "", "branch": "", "address": ""}


def energy_object(key: str, contract_id: str, number: str, address: str) -> dict[str, Any]:
    common = {"name": f"Объект {number}", "search": f"{number} {address}".lower(), "price_category": 1}
    return {"id": key, "contract_id": contract_id, "number": number, "address": address, **common}


def point(key: str, object_id: str, name: str, *, by_message: bool = False) -> dict[str, Any]:
    code = f"ИК-{key}"
    return {"id": key, "energy_object_id": object_id, "name": name, "by_message": by_message, "complex_code": code}


def meter(key: str, point_id: str, number: str, coefficient: int = 1, digits: int = 6) -> dict[str, Any]:
    ratio = {"coefficient": Decimal(coefficient), "loss_percent": Decimal(0), "digits": digits}
    return {"id": key, "metering_point_id": point_id, "number": number, "model": "Меркурий 230", **ratio}


def register(meter_id: str, code: str, name: str, sort: int = 0) -> dict[str, Any]:
    return {"meter_id": meter_id, "code": code, "name": name, "sort": sort}


def previous(meter_id: str, code: str, value: str) -> dict[str, Any]:
    return {"meter_id": meter_id, "register": code, "value": Decimal(value), "month": DECEMBER}


def window(contract_id: str, month: date, opens_on: date, closes_on: date) -> dict[str, Any]:
    return {"contract_id": contract_id, "month": month, "opens_on": opens_on, "closes_on": closes_on}


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """Contract c1: m1 with one register, m2 with two, an object without devices; contract c2: a stranger's mx."""
    database = cabinet.runtime.database
    await insert(
        database,
        Contract,
        contract("c1", "50050002005584", 'СНТ "Радуга"'),
        contract("c2", "50120002000032", 'ООО "ЭЛЕ-ГАЗ"'),
    )
    await insert(
        database,
        EnergyObject,
        energy_object("o1", "c1", "10186912_1", OREKHOVO),
        energy_object("o2", "c1", "10186912_2", "Москва, Вольная ул., 1"),
        energy_object("o3", "c1", "10186912_3", "Москва, Вольная ул., 3"),
        energy_object("o4", "c1", "10186912_4", "Москва, Вольная ул., 4"),
        energy_object("x1", "c2", "20000000_1", "Тула"),
    )
    await insert(
        database,
        MeteringPoint,
        point("p1", "o1", "10186912-Орехово-Зуево г., Сосновый пр."),
        point("p2", "o2", "Ввод 1"),
        point("p4", "o4", "Освещение", by_message=True),
        point("px", "x1", "Ввод"),
    )
    await insert(
        database,
        Meter,
        meter("m1", "p1", "05601313"),
        meter("m2", "p2", "05601314", coefficient=20),
        meter("mx", "px", "90000001"),
    )
    await insert(
        database,
        MeterRegister,
        register("m1", "A+.total", "Круглосуточный"),
        register("m2", "A+.T1", "День", 1),
        register("m2", "A+.T2", "Ночь", 2),
        register("mx", "A+.total", "Круглосуточный"),
    )
    await insert(
        database,
        Previous,
        previous("m1", "A+.total", "16249.16"),
        previous("m2", "A+.T1", "100"),
        previous("m2", "A+.T2", "200.5"),
    )
    await insert(
        database,
        Window,
        window("c1", JANUARY, date(2026, 1, 22), date(2026, 2, 6)),
        window("c2", JANUARY, date(2026, 1, 22), date(2026, 2, 6)),
    )
    await insert(
        database,
        ContractLink,
        *[
            {
                "account_id": account,
                "contract_id": contract_id,
                "state": "active",
                "role": role,
                "all_objects": True,
                "request_id": f"{account}-{contract_id}",
                "created_at": MovableClock().now(),
            }
            for account, contract_id, role in (
                ("anna", "c2", "Энергетик"),
                ("anna", "c1", "Руководитель"),
                ("boris", "c1", "Бухгалтер"),
            )
        ],
    )
    return cabinet


@pytest.fixture
def runtime(supplier: Cabinet) -> Runtime:
    """What the use cases run with."""
    return supplier.runtime


@pytest.fixture
def context(runtime: Runtime) -> Callable[..., Context]:
    """`context(objects=("o1",))`: Anna on contract c1, over all or some of its objects."""

    def make(contract_id: str = "c1", objects: tuple[str, ...] | None = None) -> Context:
        return Context(runtime, Actor("client", "anna"), Grant(contract_id, "Руководитель", objects))

    return make
