"""A supplier to measure with, made through the exchange and the use cases that clients call.

Some hundreds of contracts. A few of them have 50 metering devices and belong to one account; of the first one, half of
the devices are transmitted and billing has answered for some.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import sqlalchemy as sa
from stdnum.ru import inn

from core.config import load
from core.exchange.loader import load as load_rows
from core.exchange.services import load_answers, read_feed
from core.host import Host
from core.sdk import Context, Dataset, Hooks, month_start
from core.testing.cabinet import Cabinet, Caller, running
from core.testing.clock import MovableClock
from plugins.appeals.plugin import AppealsPlugin
from plugins.isu.plugin import IsuPlugin
from plugins.payments.plugin import PaymentsPlugin
from plugins.readings.plugin import ReadingsPlugin

AVAILABLE: Mapping[str, Callable[[], type[Hooks]]] = {
    "appeals": lambda: AppealsPlugin,
    "isu": lambda: IsuPlugin,
    "payments": lambda: PaymentsPlugin,
    "readings": lambda: ReadingsPlugin,
}
CONTRACTS, LARGE, DEVICES = 300, 8, 50
EMAIL = "energetik@client.example"
_OBJECT_SIZES = (1, 1, 2, 3, 8, 1, 4, 12, 1, 6, 5, 2, 4)  # 50 devices on 13 energy objects
_SINGLE = (("A+.total", "Круглосуточный", 0),)
_ZONES = (("A+.T1", "День", 1), ("A+.T2", "Ночь", 2))
_REACTIVE = (*_SINGLE, ("R+.total", "Реактивная энергия", 5))
_KINDS = (_SINGLE, _ZONES, _SINGLE, _REACTIVE, _SINGLE, _ZONES, _SINGLE, _ZONES, _SINGLE, _REACTIVE)
_BLOCKED, _UNKNOWN = (5, 18, 31), 49  # devices in another status, and the one without a previous reading
Rows = dict[str, list[dict[str, Any]]]
Fill = Callable[[Cabinet], Awaitable[tuple[str, tuple[str, ...]]]]


class Supplier(msgspec.Struct, frozen=True):
    """What was made."""

    config: Path
    """The host's TOML."""
    database: str
    token: str
    """Of a client's session, in the role «Руководитель»."""
    contracts: tuple[str, ...]
    """The contracts with 50 devices."""


def supplier(server: str, folder: Path) -> AbstractAsyncContextManager[Supplier]:
    """A seeded database on a PostgreSQL server, or a SQLite file where `server` is empty; removed afterwards."""
    return founded(server, folder, _fill)


@asynccontextmanager
async def founded(server: str, folder: Path, fill: Fill) -> AsyncIterator[Supplier]:
    """A database that `fill` has filled; it returns a client's token and the contracts to ask for."""
    async with database(server, folder) as url:
        config = folder / "host.toml"
        config.write_text(_toml(url, folder), encoding="utf-8")
        clock = MovableClock(datetime.now(UTC))
        host = Host(load(config), clock=clock, available=AVAILABLE)
        await host.migrate()
        async with running(host, clock) as cabinet:
            token, contracts = await fill(cabinet)
            await _settle(cabinet)
        yield Supplier(config, url, token, contracts)


@asynccontextmanager
async def database(server: str, folder: Path) -> AsyncIterator[str]:
    if not server:
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    name = f"abonent_load_{uuid4().hex[:12]}"
    await _command(server, f'CREATE DATABASE "{name}"')
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await _command(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _command(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _toml(url: str, folder: Path) -> str:
    return f"""[host]
name = "Тестэнерго"
plugins = ["readings"]
database = "{url}"
data_dir = "{folder}"
secret_key = "a key for measurements only, 32 and more"
secure_cookies = false
[jobs]
embedded_worker = false
"""


async def _fill(cabinet: Cabinet) -> tuple[str, tuple[str, ...]]:
    today = cabinet.clock.now().date()
    rows = _rows(today)
    declared = {dataset.name: dataset for dataset in cabinet.host.manifest.declared[Dataset]}
    for name, made in rows.items():
        await _load(cabinet, declared[name], made)
    caller = await cabinet.client(EMAIL)
    large = tuple([await cabinet.link(caller, _number(index), EMAIL) for index in range(LARGE)])
    sent = [{"meter_id": f"{large[0]}-m{device}", "values": _values(device, 137)} for device in range(0, DEVICES, 2)]
    path = f"/api/v1/readings/contracts/{large[0]}/submissions"
    reported = [{"point_id": f"{large[0]}-o2-p", "value": "1240.5"}]
    answer = await caller.post(path, json={"devices": sent, "points": reported})
    assert answer.status_code == 201, answer.text
    await _answer(cabinet)
    return token_of(caller), large


def token_of(caller: Caller) -> str:
    """The session token that a caller presents."""
    return str(caller.headers["authorization"]).removeprefix("Bearer ")


async def _settle(cabinet: Cabinet) -> None:
    """As after a night: PostgreSQL knows its tables."""
    if not cabinet.runtime.database.is_sqlite:
        async with cabinet.runtime.database.writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(sa.text("VACUUM ANALYZE"))


async def _load(cabinet: Cabinet, dataset: Dataset[Any], rows: Sequence[dict[str, Any]]) -> None:
    async for answers in load_rows(Context(cabinet.runtime), dataset, _body(rows)):
        refused = [answer for answer in answers if answer.status == "refused"]
        assert not refused, refused[:3]


async def _body(rows: Sequence[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    yield msgspec.json.Encoder().encode_lines(rows)


async def _answer(cabinet: Cabinet) -> None:
    """Billing accepts most of the facts and refuses one."""
    ctx = Context(cabinet.runtime)
    facts = (await read_feed(ctx, 0, 1000, "readings.")).items[:15]
    refusal = {"outcome": "refused", "code": "E17", "text": "Показание меньше контрольного"}
    rows = [{"fact_id": fact.id, "outcome": "accepted"} for fact in facts[1:]]
    (await load_answers(ctx, _body([{"fact_id": facts[0].id, **refusal}, *rows]))).close()
    await cabinet.drain()


# ---- the company's rows
def _rows(today: date) -> Rows:
    rows: Rows = {
        name: []
        for name in (
            *("contracts", "contract_emails", "energy_objects", "metering_points", "meters", "registers"),
            *("readings.windows", "readings.previous", "readings.states"),
        )
    }
    for index in range(CONTRACTS):
        for dataset, row in _contract(index, DEVICES if index < LARGE else 1 + index % 4, today):
            rows[dataset].append(row)
    return rows


def _number(index: int) -> str:
    return f"{50050002000000 + index * 37}"


def _contract(index: int, devices: int, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    key = f"c{index}"
    first_digits = f"{770000000 + index * 7919}"
    tax = first_digits + inn.calc_company_check_digit(first_digits)
    name = f'ООО "Потребитель {index}"'
    yield "contracts", {"id": key, "number": _number(index), "name": name, "inn": tax, "branch": "Восточный"}
    yield "contract_emails", {"contract_id": key, "email": EMAIL}
    window = {"opens_on": today - timedelta(days=5), "closes_on": today + timedelta(days=20)}
    yield "readings.windows", {"contract_id": key, "month": month_start(today), **window}
    made = 0
    for number, size in enumerate((*_OBJECT_SIZES, 0)):
        if made >= devices and size:
            continue
        yield from _energy_object(key, number)
        for device in range(made, min(made + size, devices)):
            yield from _device(key, number, device, today)
        made += size


def _energy_object(key: str, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    subject = f"{key}-o{number}"
    yield (
        "energy_objects",
        {
            "id": subject,
            "contract_id": key,
            "number": f"10186912_{number:02d}",
            "name": f"Производственная площадка {number}",
            "address": f"142600, Московская обл., Орехово-Зуево г., Сосновый пр., {number}",
            "price_category": 1 + number % 6,
        },
    )
    if number == 2:
        message = {"id": f"{subject}-p", "energy_object_id": subject, "name": "Освещение", "by_message": True}
        yield "metering_points", message
    if number == 3:
        note = "Не было расчетов по энергообъекту"
        yield "readings.states", {"kind": "object", "id": subject, "status": "Ожидание", "note": note}


def _device(key: str, number: int, device: int, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    meter, point = f"{key}-m{device}", f"{key}-p{device}"
    yield (
        "metering_points",
        {
            "id": point,
            "energy_object_id": f"{key}-o{number}",
            "name": f"РП-{number} ввод {device}",
            "complex_code": f"ИК-{device:04d}",
        },
    )
    yield (
        "meters",
        {
            "id": meter,
            "metering_point_id": point,
            "number": f"{5601313 + device:08d}",
            "model": "Меркурий 230 ART-03",
            "coefficient": str((1, 20, 40, 1800)[device % 4]),
            "loss_percent": "1.5" if device % 5 == 0 else "0",
            "installed_on": date(2019, 1 + device % 12, 14),
            "verified_until": date(2031, 1 + device % 12, 14),
        },
    )
    if device in _BLOCKED:
        yield "readings.states", {"kind": "meter", "id": meter, "status": "Показания рассчитаны", "note": "Акт 17"}
    for register, title, sort in _KINDS[device % 10]:
        yield "registers", {"meter_id": meter, "code": register, "name": title, "sort": sort}
    if device != _UNKNOWN:
        before = month_start(month_start(today) - timedelta(days=1))
        for value in _values(device, 0):
            yield "readings.previous", {**value, "meter_id": meter, "month": before}


def _values(device: int, advance: int) -> list[dict[str, Any]]:
    """The registers of a device, `advance` units after the previous reading (a few stand still)."""
    start = Decimal(1000 + 7919 * device % 700_000) + Decimal(device) / 100
    return [
        {"register": register, "value": str(start + 10 * place + (0 if device % 20 == 14 else advance))}
        for place, (register, _, _) in enumerate(_KINDS[device % 10])
    ]


def submissions(contract: str) -> Iterator[bytes]:
    """Endless bodies of submissions of all 50 devices, each with other values."""
    for advance in range(1, 100_000):
        devices = [
            {"meter_id": f"{contract}-m{device}", "values": _values(device, advance)} for device in range(DEVICES)
        ]
        yield msgspec.json.encode({"devices": devices})
