"""A supplier with two contracts, standing at 25 January 2026: the window of January is open."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.contracts.models import (
    Contract,
    ContractLink,
    ContractLinkObject,
    EnergyObject,
    Meter,
    MeteringPoint,
    MeterRegister,
)
from core.db.engine import Database
from core.testing.cabinet import Cabinet, Caller
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


async def hold(
    cabinet: Cabinet, account_id: str, contract_id: str, role: str, objects: tuple[str, ...] | None = None
) -> None:
    """Gives an account a role on a contract, over all or some of its energy objects."""
    key = {"account_id": account_id, "contract_id": contract_id}
    link = {
        "state": "active",
        "role": role,
        "all_objects": objects is None,
        "request_id": f"{account_id}-{contract_id}",
    }
    database = cabinet.runtime.database
    await insert(database, ContractLink, {**key, **link, "created_at": cabinet.clock.now()})
    if objects:
        await insert(database, ContractLinkObject, *[{**key, "energy_object_id": item} for item in objects])


async def client(
    cabinet: Cabinet,
    role: str = "Энергетик",
    *,
    contracts: tuple[str, ...] = ("c1",),
    objects: tuple[str, ...] | None = None,
    email: str = "ivanova@example.ru",
    confirmed: bool = True,
) -> Caller:
    """A client with a role on contracts."""
    caller = await cabinet.client(email, confirmed=confirmed)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    for contract_id in contracts:
        await hold(cabinet, account_id, contract_id, role, objects)
    return caller


async def found_supplier(cabinet: Cabinet) -> None:
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
    for account, contract_id, role in (
        ("anna", "c2", "Энергетик"),
        ("anna", "c1", "Руководитель"),
        ("boris", "c1", "Бухгалтер"),
    ):
        await hold(cabinet, account, contract_id, role)
