"""A supplier with two contracts that have devices and one that has none, standing at 25 January 2026."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.contracts.public import hold
from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller
from core.testing.metering import Site, history, site_rows

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 1, 25, 9, tzinfo=UTC)
CONTRACTS = [
    {"id": "C-1", "number": "321654988", "name": "Стенд МЭС с СКЗИ-3ф ЮЛ", "inn": "7830002293"},
    {"id": "C-2", "number": "321654989", "name": "Стенд МЭС с СКЗИ-3ф ОДПУ", "inn": "7830002293"},
    {"id": "C-0", "number": "321654900", "name": "Без приборов", "inn": "7830002293"},
]
OBJECTS = [
    {
        "id": "O-1",
        "contract_id": "C-1",
        "number": "3216549882",
        "name": "Стенд МЭС с СКЗИ-3ф ЮЛ",
        "address": "г. Москва, ул. Кулакова, д. 25",
    },
    {"id": "O-2", "contract_id": "C-1", "number": "3216549883", "name": "Котельная", "address": "ул. Лесная, 1"},
    {"id": "O-3", "contract_id": "C-2", "number": "3216549891", "name": "Дом", "address": "ул. Лесная, 2"},
    {"id": "O-0", "contract_id": "C-0", "number": "3216549001", "name": "Гараж", "address": "ул. Лесная, 3"},
]
POINTS = [{"id": f"P-{n}", "energy_object_id": f"O-{n}", "name": f"Ввод {n}"} for n in (1, 2, 3, 0)]
SITES = [
    Site(
        f"O-{n}", f"P-{n}", f"Точка учёта {n}", f"CP-{n}", f"ВРУ-{n}", f"D-{n}", f"СЭТ-4ТМ № 2230556{n}", f"2230556{n}"
    )
    for n in (1, 2, 3)
]


def changes() -> Iterator[tuple[str, Any]]:
    """What the platform tells of all devices, and of a week of the first."""
    for site in SITES:
        yield from site_rows(site, NOW)
    yield from history(SITES[0], date(2026, 1, 18), date(2026, 1, 24), MOSCOW)


async def load_company(cabinet: Cabinet) -> None:
    """The company's own data."""
    await cabinet.load("contracts", *CONTRACTS)
    await cabinet.load("energy_objects", *OBJECTS)
    await cabinet.load("metering_points", *POINTS)


async def load_devices(cabinet: Cabinet, rows: Any = None) -> None:
    """The platform's data, through the exchange."""
    found: dict[str, list[Any]] = {}
    for kind, row in changes() if rows is None else rows:
        found.setdefault(kind, []).append(row)
    for kind in ("nodes", "blocks", "readings", "profiles", "events"):
        if kind in found:
            await cabinet.load(f"isu.{kind}", *found[kind])


async def holder(cabinet: Cabinet, email: str, role: str, *contracts: str, objects: tuple[str, ...] = ()) -> Caller:
    """A client with a role on some contracts."""
    caller = await cabinet.client(email)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        for contract_id in contracts:
            await hold(uow, account_id, contract_id, role, objects or None)
    return caller
